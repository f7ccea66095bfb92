"""Invoices with everything their page and their paper show: many at once, in as many statements as for one."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.contesting import marks
from billing.contesting.terms import contest_until
from billing.debits import coming
from billing.dunning import desk
from billing.invoicing import summaries
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Invoice, InvoiceLine, LedgerEntry, LedgerTransaction
from billing.paying.models import Payment, PaymentPart
from billing.tariffs.explanations import Explanation, explain
from billing.tariffs.prices import half_up
from billing.wording import METHODS
from contracts.billing.invoices import InvoiceKind, InvoiceView, PaymentLine, PriceStep
from contracts.billing.invoices import InvoiceLine as LineView
from contracts.billing.payments import PaymentState

_MOVEMENTS = {
    "offset": "Avoir déduit",
    "refund": "Remboursement",
    "refund_failed": "Remboursement non arrivé",
    "bounce": "Chèque rejeté par la banque",
    "dispute": "Paiement repris par la banque",
    "debit_rejected": "Prélèvement rejeté par la banque",
}


def views(
    session: Session, rows: Sequence[Any], today: date, provider_of: Callable[[str], str] | None = None
) -> list[InvoiceView]:
    """Rows of `summaries.query()` with the Invoice, in their order; `provider_of`: who takes a fund's payments."""
    found: list[Invoice] = [row.Invoice for row in rows]
    ids = [invoice.invoice_id for invoice in found]
    lines = _lines(session, ids)
    explained = explain(session, {line.price_id for each in lines.values() for line in each})
    waiting = _confirming(session, ids)
    collected = coming.of_invoices(session, ids)
    movements = _movements(session, found)
    balances = ledger.balances_by_family(session, {invoice.family_id for invoice in found})
    letters = desk.marks(session, ids)
    objections = marks.of_invoices(session, ids)

    def view(row: Any) -> InvoiceView:
        invoice: Invoice = row.Invoice
        own, debit = lines[invoice.invoice_id], collected.get(invoice.invoice_id)
        contestable_until = contest_until(invoice.published_on)
        return InvoiceView(
            summary=summaries.summary_of(row, today),
            fund_name=row.fund_name,
            family_number=invoice.family_number,
            addressee=invoice.addressee,
            lines=[_line(line, explained.get(line.price_id)) for line in own],
            payments=movements[invoice.invoice_id],
            carried_months=sorted(
                {line.month for line in own if line.month < invoice.month and line.quantity > 0}
            ),
            balance_cents=balances.get(invoice.family_id, 0),
            started_payment=waiting.get(invoice.invoice_id),
            collect_on=debit.collect_on if debit else None,
            collect_cents=debit.cents if debit else 0,
            reminders=letters[invoice.invoice_id],
            paid_through=provider_of(invoice.fund) if provider_of else "stripe",
            contest_until=contestable_until if today <= contestable_until else None,
            objections=objections[invoice.invoice_id],
        )

    return [view(row) for row in rows]


def _lines(session: Session, invoices: Collection[UUID]) -> defaultdict[UUID, list[InvoiceLine]]:
    """By invoice, as they are printed: by child, then by activity."""
    rows = session.scalars(
        select(InvoiceLine)
        .where(InvoiceLine.invoice_id.in_(invoices))
        .order_by(
            InvoiceLine.child_name,
            InvoiceLine.child_id,
            InvoiceLine.activity_name,
            InvoiceLine.month,
            InvoiceLine.line_id,
        )
    )
    found: defaultdict[UUID, list[InvoiceLine]] = defaultdict(list)
    for line in rows:
        found[line.invoice_id].append(line)
    return found


def _confirming(session: Session, invoices: Collection[UUID]) -> dict[UUID, UUID]:
    """invoice → the payment whose outcome is awaited."""
    rows = session.execute(
        select(PaymentPart.invoice_id, Payment.payment_id)
        .join(Payment, PaymentPart.payment_id == Payment.payment_id)
        .where(PaymentPart.invoice_id.in_(invoices), Payment.state == PaymentState.CONFIRMING)
    )
    return {row.invoice_id: row.payment_id for row in rows}


def _line(line: InvoiceLine, how: Explanation | None) -> LineView:
    return LineView(
        line_id=line.line_id,
        child_id=line.child_id,
        child_name=line.child_name,
        activity_code=line.activity_code,
        activity_name=line.activity_name,
        month=line.month,
        mark=line.mark,
        quantity=line.quantity,
        unit=line.unit,
        unit_cents=line.unit_cents,
        amount_cents=line.amount_cents,
        reason=line.reason,
        correction=line.quantity < 0,
        days=line.days,
        tariff_since=how.tariff_since if how else None,
        steps=[PriceStep(words=step.words, cents=half_up(step.cents)) for step in how.steps] if how else [],
    )


def _movements(
    session: Session, invoices: Collection[Invoice]
) -> defaultdict[UUID | None, list[PaymentLine]]:
    """What lowered each debt since it was published: payments, and credits set against it."""
    rows = session.execute(
        select(
            LedgerEntry.invoice_id,
            LedgerTransaction.kind,
            LedgerTransaction.reference,
            LedgerTransaction.occurred_at,
            LedgerEntry.amount_cents,
            Payment.method,
            Payment.state,
        )
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.transaction_id)
        .outerjoin(Payment, cast(Payment.payment_id, String) == LedgerTransaction.reference)
        .where(
            LedgerEntry.account == ledger.RECEIVABLE,
            LedgerEntry.invoice_id.in_([invoice.invoice_id for invoice in invoices]),
            LedgerTransaction.kind != "invoice",
        )
        .order_by(LedgerTransaction.occurred_at, LedgerEntry.entry_id)
    )
    credit_notes = {invoice.invoice_id for invoice in invoices if invoice.kind == InvoiceKind.CREDIT_NOTE}
    found: defaultdict[UUID | None, list[PaymentLine]] = defaultdict(list)
    for invoice_id, kind, reference, occurred_at, cents, method, state in rows:
        label = METHODS.get(method, "Paiement") if kind == "payment" else _MOVEMENTS.get(kind, kind)
        if kind == "offset" and invoice_id in credit_notes:
            label = "Déduit d’une facture"
        found[invoice_id].append(
            PaymentLine(
                on=paris_day(occurred_at),
                label=label,
                cents=-cents,
                payment_id=UUID(reference) if kind == "payment" else None,
                void=state is PaymentState.REJECTED,
            )
        )
    return found
