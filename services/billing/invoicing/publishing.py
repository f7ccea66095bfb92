"""Turning a checked run into invoices, all or nothing, in one transaction and in sets.

Numbers, invoices, lines, charges, ledger entries and the facts to tell commit together. Killed at any point, the
run is still checked, nothing is published, no number is used: publishing again is resuming.
"""

from datetime import datetime

from sqlalchemy import func, literal, select, text
from sqlalchemy.orm import Session

from billing.accounting import ledger, numbers
from billing.facts.effects import REMARKS
from billing.invoicing import fund_scopes
from billing.invoicing.dates import InvoiceDates
from billing.invoicing.models import (
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Run,
    RunFamily,
)
from chassis.outbox import tell_all
from contracts.billing.invoices import InvoiceKind
from contracts.events.billing import InvoicePublished

_INVOICES = """
INSERT INTO invoice (invoice_id, run_id, fund, year, sequence, number, kind, family_id, family_number, family_label,
                     addressee, month, total_cents, published_on, due_on, pay_online_until, published_at)
SELECT gen_random_uuid(), :run_id, :fund, :year, sequence,
       CAST(:fund AS text) || '-' || CAST(:year AS text) || '-' || lpad(sequence::text, 6, '0'),
       outcome, family_id, number, label, addressee,
       :month, cents, :published_on, :due_on, :pay_online_until, :published_at
FROM (
    SELECT r.outcome, r.cents, f.family_id, f.number, f.label,
           :first - 1 + row_number() OVER (ORDER BY f.label, f.number, f.family_id) AS sequence,
           array_remove(coalesce(g.names, ARRAY[f.label]) || ARRAY[f.street, trim(f.postcode || ' ' || f.city)]::text[],
                        '') AS addressee
    FROM run_family r
    JOIN family f USING (family_id)
    LEFT JOIN (
        SELECT family_id, array_agg(name::text ORDER BY name) AS names FROM guardian GROUP BY family_id
    ) g USING (family_id)
    WHERE r.run_id = :run_id AND r.outcome IN ('invoice', 'credit_note')
) numbered
"""

# Grouped first, named afterwards: a child has some ten days of a thing, and its names are looked up once. A price is of
# one activity and one month.
_LINES = """
INSERT INTO invoice_line (invoice_id, child_id, child_name, activity_code, activity_name, unit, child_care, month,
                          mark, quantity, unit_cents, amount_cents, reason, price_id, days)
WITH grouped AS (
    SELECT family_id, child_id, price_id, unit_cents, mark, max(activity_code) AS activity_code,
           sum(quantity) AS quantity, array_agg(day ORDER BY day) AS days
    FROM draft_charge WHERE run_id = :run_id
    GROUP BY child_id, price_id, family_id, unit_cents, quantity > 0, mark
)
SELECT i.invoice_id, g.child_id, c.first_name || ' ' || c.last_name, g.activity_code, a.activity_name, a.unit,
       a.child_care, p.month, g.mark, g.quantity, g.unit_cents, g.quantity * g.unit_cents,
       p.reason || coalesce(', ' || remark.words, ''), g.price_id, g.days
FROM grouped g
JOIN invoice i ON i.run_id = :run_id AND i.family_id = g.family_id
JOIN price p USING (price_id)
JOIN child c USING (child_id)
JOIN activity a ON a.activity_code = g.activity_code
LEFT JOIN unnest(CAST(:marks AS text[]), CAST(:remarks AS text[])) AS remark (mark, words) ON remark.mark = g.mark
ORDER BY i.invoice_id, c.first_name, a.activity_name, p.month, g.quantity > 0, g.mark, g.price_id
"""

_CHARGES = """
INSERT INTO charge (invoice_id, family_id, child_id, session_id, activity_code, place_code, day, slot, mark,
                    quantity, unit_cents, price_id)
SELECT i.invoice_id, d.family_id, d.child_id, d.session_id, d.activity_code, d.place_code, d.day, d.slot, d.mark,
       d.quantity, d.unit_cents, d.price_id
FROM draft_charge d JOIN invoice i USING (run_id, family_id)
WHERE d.run_id = :run_id
"""

_FORGET = """
WITH counted AS (DELETE FROM sheet_count WHERE run_id = :run_id)
DELETE FROM draft_charge WHERE run_id = :run_id
"""


class SumsDiffer(Exception):
    """A fault of ours: the lines of a run do not add up to its invoices. Nothing is published."""


def publish(session: Session, run: Run, dates: InvoiceDates, now: datetime) -> int:
    """Publishes a locked, checked run. Returns the cents invoiced, credit notes taken off."""
    outcomes = RunFamily.outcome.in_([InvoiceKind.INVOICE, InvoiceKind.CREDIT_NOTE])
    families = session.scalars(
        select(RunFamily.family_id).where(RunFamily.run_id == run.run_id, outcomes)
    ).all()
    year = dates.published_on.year
    session.execute(text("SELECT set_config('work_mem', '32MB', true), set_config('jit', 'off', true)"))
    if families:
        values = {
            "run_id": run.run_id,
            "fund": run.fund,
            "year": year,
            "first": numbers.take(session, run.fund, year, "invoice", len(families)),
            "month": run.month,
            "published_on": dates.published_on,
            "due_on": dates.due_on,
            "pay_online_until": dates.pay_online_until,
            "published_at": now,
        }
        session.execute(text(_INVOICES), values)
        words = {"marks": [str(mark) for mark in REMARKS], "remarks": list(REMARKS.values())}
        session.execute(text(_LINES), words | {"run_id": run.run_id})
        session.execute(text(_CHARGES), {"run_id": run.run_id})
        _check_sums(session, run, len(families))
        ledger.post_invoices(session, run.run_id)
        ledger.offset_credits(session, families, now)
        _tell(session, run, now)
    session.execute(text(_FORGET), {"run_id": run.run_id})
    return run.total_cents


def _check_sums(session: Session, run: Run, expected: int) -> None:
    """Safety bounds before anything is final: as many invoices as families, lines that add up to each total."""
    lines = (
        select(InvoiceLine.invoice_id, func.sum(InvoiceLine.amount_cents).label("cents"))
        .join(Invoice, Invoice.invoice_id == InvoiceLine.invoice_id)
        .where(Invoice.run_id == run.run_id)
        .group_by(InvoiceLine.invoice_id)
        .subquery()
    )
    found, wrong, total = session.execute(
        select(
            func.count(),
            func.count().filter(Invoice.total_cents != func.coalesce(lines.c.cents, 0)),
            func.coalesce(func.sum(Invoice.total_cents), 0),
        )
        .select_from(Invoice)
        .outerjoin(lines, lines.c.invoice_id == Invoice.invoice_id)
        .where(Invoice.run_id == run.run_id)
    ).one()
    if found != expected or wrong or total != run.total_cents:
        raise SumsDiffer(f"run {run.run_id}: {found} of {expected} invoices, {wrong} wrong, {total} cents")


def _tell(session: Session, run: Run, now: datetime) -> None:
    """One fact an invoice, in the order of their numbers, with what is left of it once credits were set against it."""
    left = (
        select(LedgerEntry.invoice_id, func.sum(LedgerEntry.amount_cents).label("cents"))
        .join(Invoice, Invoice.invoice_id == LedgerEntry.invoice_id)
        .where(LedgerEntry.account == ledger.RECEIVABLE, Invoice.run_id == run.run_id)
        .group_by(LedgerEntry.invoice_id)
        .subquery()
    )
    reckoned = {"left_cents", "fund_name"}
    told = [getattr(Invoice, name) for name in InvoicePublished.model_fields if name not in reckoned]
    rows = session.execute(
        select(
            *told,
            func.coalesce(left.c.cents, 0).label("left_cents"),
            literal(fund_scopes.name_if_several(session, run.fund)).label("fund_name"),
        )
        .outerjoin(left, left.c.invoice_id == Invoice.invoice_id)
        .where(Invoice.run_id == run.run_id)
        .order_by(Invoice.sequence)
    )
    facts = (InvoicePublished.model_validate(row, from_attributes=True) for row in rows)
    tell_all(session, ((fact, fact.invoice_id, 1) for fact in facts), at=now)
