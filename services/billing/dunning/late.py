"""Which invoices are late, read in one statement; what the Treasury was told of is its business and not here."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.dunning.models import FundDunning, Reprieve
from billing.dunning.steps import Late, Reprieved
from billing.dunning.wording import USUAL
from contracts.billing.dunning import DunningTerms

_LATE = """
WITH owed AS (
    SELECT e.invoice_id, sum(e.amount_cents) AS cents
    FROM ledger_entry e JOIN invoice i USING (invoice_id)
    WHERE e.account = 'receivable' AND i.due_on < :today
      AND (CAST(:fund AS text) IS NULL OR i.fund = :fund)
      AND (CAST(:families AS uuid[]) IS NULL OR i.family_id = ANY(:families))
    GROUP BY e.invoice_id HAVING sum(e.amount_cents) > 0
)
SELECT i.invoice_id, i.family_id, i.number, i.month, i.due_on, owed.cents,
       coalesce(last.step, 0) AS last_step, last.sent_on AS last_on,
       EXISTS (SELECT FROM payment_part p WHERE p.invoice_id = i.invoice_id AND p.underway) AS underway
FROM owed JOIN invoice i USING (invoice_id)
LEFT JOIN LATERAL (
    SELECT l.step, r.sent_on FROM reminder_line l JOIN reminder r USING (reminder_id)
    WHERE l.invoice_id = i.invoice_id ORDER BY l.step DESC LIMIT 1
) last ON true
WHERE NOT EXISTS (
    SELECT FROM claim_piece c WHERE c.invoice_id = i.invoice_id GROUP BY c.invoice_id HAVING sum(c.cents) > 0
)
ORDER BY i.family_label, i.family_id, i.due_on, i.number
"""


def late(
    session: Session, today: date, fund: str | None = None, families: Collection[UUID] | None = None
) -> list[Late]:
    """The late invoices of a fund, or of some families, by family and due date."""
    where = {"today": today, "fund": fund, "families": None if families is None else list(families)}
    return [Late(**row._mapping) for row in session.execute(text(_LATE), where)]


def reprieves(session: Session, families: Collection[UUID], today: date) -> dict[UUID, Reprieved]:
    """The families among these that are left alone today."""
    rows = session.scalars(
        select(Reprieve).where(
            Reprieve.family_id.in_(families), Reprieve.ended_at.is_(None), Reprieve.until >= today
        )
    )
    return {row.family_id: Reprieved(row.until, row.reason) for row in rows}


def terms_of(session: Session, fund: str) -> DunningTerms:
    """A fund's own, or the usual ones."""
    row = session.get(FundDunning, fund)
    return DunningTerms.model_validate(row.terms) if row else USUAL
