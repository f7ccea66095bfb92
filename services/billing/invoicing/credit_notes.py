"""A credit note outside a run: what stands billed of some days is given back at once.

The caller has said elsewhere why these days are not due any more (`waived_day`): the next run reckons them at nothing,
finds nothing of them billed, and adds nothing.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from billing.accounting import ledger, numbers
from billing.facts.effects import REMARKS
from billing.invoicing import fund_scopes
from billing.invoicing.charged import ChildDays, standing_cents
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund, Invoice, InvoiceLine
from chassis.outbox import tell
from contracts.billing.invoices import InvoiceKind
from contracts.events.billing import InvoicePublished

_CHARGES = """
INSERT INTO charge (invoice_id, family_id, child_id, session_id, activity_code, place_code, day, slot, mark,
                    quantity, unit_cents, price_id)
SELECT :credit_note, family_id, child_id, session_id, max(activity_code), max(place_code), max(day), max(slot),
       (array_agg(mark ORDER BY charge_id DESC))[1], -sum(quantity), unit_cents,
       (array_agg(price_id ORDER BY charge_id DESC))[1]
FROM charge WHERE family_id = :family_id AND child_id = :child_id AND session_id = ANY(:session_ids)
GROUP BY family_id, child_id, session_id, unit_cents HAVING sum(quantity) <> 0
"""

_LINES = """
INSERT INTO invoice_line (invoice_id, child_id, child_name, activity_code, activity_name, unit, child_care, month,
                          mark, quantity, unit_cents, amount_cents, reason, price_id, days)
SELECT g.invoice_id, g.child_id, c.first_name || ' ' || c.last_name, g.activity_code, a.activity_name, a.unit,
       a.child_care, g.month, g.mark, g.quantity, g.unit_cents, g.quantity * g.unit_cents,
       p.reason || coalesce(', ' || remark.words, ''), g.price_id, g.days
FROM (
    SELECT invoice_id, child_id, activity_code, date_trunc('month', day)::date AS month, mark, unit_cents, price_id,
           sum(quantity) AS quantity, array_agg(day ORDER BY day) AS days
    FROM charge WHERE invoice_id = :credit_note
    GROUP BY invoice_id, child_id, activity_code, date_trunc('month', day)::date, mark, unit_cents, price_id,
             sign(quantity)
) g
JOIN price p USING (price_id)
JOIN child c USING (child_id)
JOIN activity a ON a.activity_code = g.activity_code
LEFT JOIN unnest(CAST(:marks AS text[]), CAST(:remarks AS text[])) AS remark (mark, words) ON remark.mark = g.mark
ORDER BY g.month, g.mark, g.price_id
"""


def lock_books(session: Session, fund: str, family_id: UUID) -> None:
    """Keeps runs, payments and other credits of the family away until the transaction ends: fund, then its papers.

    A run that is being drafted or published is waited for; a run that comes later sees all that was written.
    """
    session.execute(select(Fund.code).where(Fund.code == fund).with_for_update())
    session.scalars(
        select(Invoice.invoice_id)
        .where(Invoice.family_id == family_id, Invoice.fund == fund)
        .order_by(Invoice.invoice_id)
        .with_for_update()
    ).all()


def issue(session: Session, corrected: Invoice, days: ChildDays, now: datetime) -> Invoice | None:
    """Gives back what stands billed of these days: number, lines, charges, ledger, fact. None when nothing stands.

    `corrected`: the paper that billed them; the credit note goes to its addressee. The caller holds `lock_books`. What
    the family then has to its credit pays its oldest debts.
    """
    cents = standing_cents(session, days)
    if cents <= 0:
        return None
    today = paris_day(now)
    sequence = numbers.take(session, corrected.fund, today.year, "invoice")
    credit_note = Invoice(
        invoice_id=uuid4(),
        run_id=None,
        fund=corrected.fund,
        year=today.year,
        sequence=sequence,
        number=numbers.invoice_number(corrected.fund, today.year, sequence),
        kind=InvoiceKind.CREDIT_NOTE,
        family_id=corrected.family_id,
        family_number=corrected.family_number,
        family_label=corrected.family_label,
        addressee=corrected.addressee,
        month=corrected.month,
        total_cents=-cents,
        published_on=today,
        due_on=today,
        pay_online_until=today,
        published_at=now,
    )
    session.add(credit_note)
    session.flush()
    identifier = credit_note.invoice_id
    which = {"family_id": days.family_id, "child_id": days.child_id, "session_ids": list(days.session_ids)}
    session.execute(text(_CHARGES), which | {"credit_note": identifier})
    words = {"marks": [str(mark) for mark in REMARKS], "remarks": list(REMARKS.values())}
    session.execute(text(_LINES), words | {"credit_note": identifier})
    _post(session, credit_note, now)
    ledger.offset_credits(session, [credit_note.family_id], now)
    left = ledger.left_of(session, [identifier]).get(identifier, 0)
    fact = InvoicePublished.model_validate(credit_note, from_attributes=True)
    reckoned = {"left_cents": left, "fund_name": fund_scopes.name_if_several(session, credit_note.fund)}
    tell(session, fact.model_copy(update=reckoned), subject=identifier, version=1, at=now)
    return credit_note


def _post(session: Session, credit_note: Invoice, now: datetime) -> None:
    """Revenue given up against what the family owes: from the lines printed, so that paper and ledger agree."""
    rows = session.execute(
        select(InvoiceLine.activity_code, func.sum(InvoiceLine.amount_cents))
        .where(InvoiceLine.invoice_id == credit_note.invoice_id)
        .group_by(InvoiceLine.activity_code)
        .having(func.sum(InvoiceLine.amount_cents) != 0)
    )
    entries: list[ledger.Entry] = [
        (ledger.RECEIVABLE, credit_note.family_id, credit_note.invoice_id, credit_note.total_cents),
        *((f"revenue:{activity}", None, credit_note.invoice_id, -int(cents)) for activity, cents in rows),
    ]
    ledger.post(session, "invoice", str(credit_note.invoice_id), entries, now)
