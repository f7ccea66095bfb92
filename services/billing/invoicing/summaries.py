"""One line per invoice: what it asks, what is left, in which state it is. Worked out from the ledger each time."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from billing.accounting.ledger import RECEIVABLE
from billing.invoicing.models import Fund, Invoice, LedgerEntry
from billing.paying.models import Payment, PaymentPart
from chassis.database import PREPARED
from contracts.billing.invoices import InvoiceKind, InvoiceState, InvoiceSummary
from contracts.billing.payments import PaymentState

_LEFT: ColumnElement[int] = (
    select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0))
    .where(LedgerEntry.account == RECEIVABLE, LedgerEntry.invoice_id == Invoice.invoice_id)
    .correlate(Invoice)
    .scalar_subquery()
)


def _in_state(state: PaymentState) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            and_(
                PaymentPart.invoice_id == Invoice.invoice_id,
                PaymentPart.payment_id == Payment.payment_id,
                Payment.state == state,
            )
        )
        .correlate(Invoice)
    )


_RECEIPT: ColumnElement[UUID] = (
    select(Payment.payment_id)
    .join(PaymentPart, PaymentPart.payment_id == Payment.payment_id)
    .where(PaymentPart.invoice_id == Invoice.invoice_id, Payment.state == PaymentState.PAID)
    .order_by(Payment.paid_at.desc())
    .limit(1)
    .correlate(Invoice)
    .scalar_subquery()
)


def query() -> Select[*tuple[Any, ...]]:
    """Invoices with `left`, `confirming`, `collecting`, `receipt`, and their fund's; add the WHERE and the order."""
    return select(
        Invoice,
        _LEFT.label("left"),
        _in_state(PaymentState.CONFIRMING).label("confirming"),
        _in_state(PaymentState.COLLECTING).label("collecting"),
        _RECEIPT.label("receipt"),
        Fund.part_from_cents.label("part_from"),
        Fund.name.label("fund_name"),
    ).join(Fund, Fund.code == Invoice.fund)


def still_owed() -> ColumnElement[bool]:
    """A condition: something is left to pay."""
    return _LEFT > 0


def read(session: Session, statement: Select[*tuple[Any, ...]], today: date) -> list[InvoiceSummary]:
    """The summaries of a `query()`."""
    return [summary_of(row, today) for row in session.execute(statement)]


def summary_of(row: Any, today: date) -> InvoiceSummary:
    """A row of `query()` as the pages read it."""
    invoice: Invoice = row.Invoice
    left = max(0, int(row.left))
    state = InvoiceState.PAID
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        state, left = InvoiceState.CREDIT, int(row.left)
    elif left:
        state = InvoiceState.TO_PAY
        if row.confirming:
            state = InvoiceState.IN_PROGRESS
        elif row.collecting:
            state = InvoiceState.COLLECTING
    return InvoiceSummary(
        invoice_id=invoice.invoice_id,
        number=invoice.number,
        kind=InvoiceKind(invoice.kind),
        state=state,
        overpaid_cents=0 if invoice.kind == InvoiceKind.CREDIT_NOTE else max(0, -int(row.left)),
        family_id=invoice.family_id,
        family_label=invoice.family_label,
        month=invoice.month,
        total_cents=invoice.total_cents,
        left_cents=left,
        published_on=invoice.published_on,
        due_on=invoice.due_on,
        pay_online_until=invoice.pay_online_until,
        payable_online=state is InvoiceState.TO_PAY and today <= invoice.pay_online_until,
        overdue=state is InvoiceState.TO_PAY and today > invoice.due_on,
        receipt_payment_id=row.receipt,
        fund=invoice.fund,
        fund_name=row.fund_name,
        part_from_cents=row.part_from,
    )


def of_families(session: Session, families: Sequence[UUID], today: date) -> list[InvoiceSummary]:
    """All invoices of these families, newest first."""
    return _read_of(session, _OF_FAMILIES, families, today)


def owed_by(session: Session, families: Sequence[UUID], today: date) -> list[InvoiceSummary]:
    """Those of them of which something is left to pay."""
    return _read_of(session, _OWED, families, today)


def _read_of(
    session: Session, statement: Select[*tuple[Any, ...]], families: Sequence[UUID], today: date
) -> list[InvoiceSummary]:
    if not families:
        return []
    rows = session.execute(statement, {"family_ids": list(families)})
    return [summary_of(row, today) for row in rows]


_OF_FAMILIES = (
    query()
    .where(Invoice.family_id == any_(bindparam("family_ids", type_=ARRAY(Uuid))))
    .order_by(Invoice.published_on.desc(), Invoice.number.desc())
    .limit(300)
    .execution_options(**PREPARED)
)
_OWED = _OF_FAMILIES.where(still_owed())
