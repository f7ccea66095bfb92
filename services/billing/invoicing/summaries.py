"""One line per invoice: what it asks, what is left, in which state it is. Worked out from the ledger each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from billing.accounting.ledger import RECEIVABLE
from billing.invoicing.models import Fund, Invoice, LedgerEntry
from billing.models import Guardian
from billing.paying.models import Payment, PaymentPart
from chassis.database import PREPARED
from chassis.one_trip import OneTrip
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
    """What `summary_of` reads of invoices; add the WHERE and the order."""
    return select(
        Invoice.invoice_id,
        Invoice.number,
        Invoice.kind,
        Invoice.fund,
        Invoice.family_id,
        Invoice.family_label,
        Invoice.month,
        Invoice.total_cents,
        Invoice.published_on,
        Invoice.due_on,
        Invoice.pay_online_until,
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
    left = max(0, int(row.left))
    state = InvoiceState.PAID
    if row.kind == InvoiceKind.CREDIT_NOTE:
        state, left = InvoiceState.CREDIT, int(row.left)
    elif left:
        state = InvoiceState.TO_PAY
        if row.confirming:
            state = InvoiceState.IN_PROGRESS
        elif row.collecting:
            state = InvoiceState.COLLECTING
    return InvoiceSummary(
        invoice_id=row.invoice_id,
        number=row.number,
        kind=InvoiceKind(row.kind),
        state=state,
        overpaid_cents=0 if row.kind == InvoiceKind.CREDIT_NOTE else max(0, -int(row.left)),
        family_id=row.family_id,
        family_label=row.family_label,
        month=row.month,
        total_cents=row.total_cents,
        left_cents=left,
        published_on=row.published_on,
        due_on=row.due_on,
        pay_online_until=row.pay_online_until,
        payable_online=state is InvoiceState.TO_PAY and today <= row.pay_online_until,
        overdue=state is InvoiceState.TO_PAY and today > row.due_on,
        receipt_payment_id=row.receipt,
        fund=row.fund,
        fund_name=row.fund_name,
        part_from_cents=row.part_from,
    )


def of_families(session: Session, families: Sequence[UUID], today: date) -> list[InvoiceSummary]:
    """All invoices of these families, newest first."""
    if not families:
        return []
    rows = session.execute(_OF_FAMILIES, {"family_ids": list(families)})
    return [summary_of(row, today) for row in rows]


def owed_by(session: Session, account_id: UUID, today: date) -> list[InvoiceSummary]:
    """The invoices of an account's families of which something is left to pay, newest first. One statement."""
    found = _OWED.read(session, account_id=account_id)
    return [summary_of(row, today) for row in found.invoices]


@dataclass(frozen=True)
class _Invoice:
    """A row of `query()`."""

    invoice_id: UUID
    number: str
    kind: InvoiceKind
    family_id: UUID
    family_label: str
    month: date
    total_cents: int
    published_on: date
    due_on: date
    pay_online_until: date
    left: int
    confirming: bool
    collecting: bool
    receipt: UUID | None
    fund: str
    fund_name: str
    part_from: int | None


@dataclass(frozen=True)
class _Owed:
    invoices: list[_Invoice]


_NEWEST_FIRST = query().order_by(Invoice.published_on.desc(), Invoice.number.desc()).limit(300)
_OF_FAMILIES = _NEWEST_FIRST.where(
    Invoice.family_id == any_(bindparam("family_ids", type_=ARRAY(Uuid)))
).execution_options(**PREPARED)
_OWED = OneTrip(
    _Owed,
    invoices=_NEWEST_FIRST.where(
        still_owed(),
        Invoice.family_id.in_(
            select(Guardian.family_id).where(Guardian.account_id == bindparam("account_id"))
        ),
    ),
)
