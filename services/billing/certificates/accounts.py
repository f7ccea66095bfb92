"""A family's account with the town, year by year: what was invoiced, what was paid, what was owed after each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import Integer, Uuid, case, cast, extract, func, select
from sqlalchemy.orm import Session

from billing.accounting.ledger import RECEIVABLE
from billing.invoicing import fund_scopes
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund, Invoice, LedgerEntry, LedgerTransaction
from billing.models import Family, Guardian
from billing.paying.models import Payment
from chassis.clock import PARIS
from contracts.billing.papers import Movement, StatementView
from contracts.errors import NotFound

BETWEEN_INVOICES = ("offset",)
"""Kinds that only lay a credit against a debt of the same family: they change nothing of what it owes in all."""

PAYMENT_ID = case(
    (
        LedgerTransaction.reference.regexp_match("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
        cast(LedgerTransaction.reference, Uuid),
    )
)
"""The payment that a transaction of the ledger may refer to, written so that its primary key serves."""

_PARIS_YEAR = cast(extract("year", func.timezone("Europe/Paris", LedgerTransaction.occurred_at)), Integer)


@dataclass(frozen=True)
class Holder:
    """Whose account it is, as a paper says it."""

    family_id: UUID
    label: str
    number: str
    addressee: list[str]
    fund_name: str


@dataclass(frozen=True)
class _Row:
    occurred_at: datetime
    kind: str
    cents: int
    invoice_id: UUID
    number: str
    month: date
    is_credit_note: bool
    paid_by: str | None
    receipt_number: str | None


def holder_of(session: Session, family_id: UUID) -> Holder:
    """The family and its address of today. Raises NotFound."""
    family = session.get(Family, family_id)
    if family is None:
        raise NotFound
    names = session.scalars(
        select(Guardian.name).where(Guardian.family_id == family_id).order_by(Guardian.name)
    ).all()
    lines = [*(names or [family.label]), family.street, f"{family.postcode} {family.city}".strip()]
    billed = select(Invoice.fund).where(Invoice.family_id == family_id)
    funds = session.scalars(select(Fund.name).where(Fund.code.in_(billed)).order_by(Fund.code)).all()
    fund_name = ", ".join(funds or fund_scopes.billing(session).values())
    return Holder(family_id, family.label, family.number, [line for line in lines if line], fund_name)


def years_of(session: Session, families: Collection[UUID]) -> dict[UUID, list[int]]:
    """The years in which something moved on the account of each family, newest first."""
    rows = session.execute(
        select(LedgerEntry.family_id, _PARIS_YEAR)
        .join(LedgerTransaction, LedgerTransaction.transaction_id == LedgerEntry.transaction_id)
        .where(LedgerEntry.account == RECEIVABLE, LedgerEntry.family_id.in_(families))
        .distinct()
    )
    found: dict[UUID, list[int]] = {}
    for family_id, year in rows:
        if family_id is not None:
            found.setdefault(family_id, []).append(year)
    return {family_id: sorted(years, reverse=True) for family_id, years in found.items()}


def statement(session: Session, family_id: UUID, year: int, today: date) -> StatementView:
    """The account over a calendar year, up to today. Raises NotFound for a year to come."""
    if year > today.year:
        raise NotFound
    holder = holder_of(session, family_id)
    begins, ends = (datetime(each, 1, 1, tzinfo=PARIS).astimezone(UTC) for each in (year, year + 1))
    opening = balance = _balance_before(session, family_id, begins)
    movements = []
    for row in _movements(session, family_id, begins, ends):
        balance += row.cents
        movements.append(
            Movement(
                on=paris_day(row.occurred_at),
                kind=row.kind,
                invoice_id=row.invoice_id,
                invoice_number=row.number,
                month=row.month,
                is_credit_note=row.is_credit_note,
                paid_by=row.paid_by or "",
                receipt_number=row.receipt_number or "",
                cents=row.cents,
                balance_cents=balance,
            )
        )
    return StatementView(
        family_id=family_id,
        family_label=holder.label,
        family_number=holder.number,
        fund_name=holder.fund_name,
        addressee=holder.addressee,
        year=year,
        until=min(today, date(year, 12, 31)),
        opening_cents=opening,
        movements=movements,
        by_fund=_by_fund(session, family_id, ends),
        closing_cents=balance,
        years=years_of(session, [family_id]).get(family_id, []),
    )


def _balance_before(session: Session, family_id: UUID, instant: datetime) -> int:
    total = session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0))
        .join(LedgerTransaction, LedgerTransaction.transaction_id == LedgerEntry.transaction_id)
        .where(
            LedgerEntry.account == RECEIVABLE,
            LedgerEntry.family_id == family_id,
            LedgerTransaction.occurred_at < instant,
        )
    )
    return int(total or 0)


def _by_fund(session: Session, family_id: UUID, instant: datetime) -> dict[str, int]:
    """What was owed each fund then, by name; empty where the family has invoices of one only."""
    rows = session.execute(
        select(Fund.name, func.sum(LedgerEntry.amount_cents))
        .join(Invoice, Invoice.fund == Fund.code)
        .join(LedgerEntry, LedgerEntry.invoice_id == Invoice.invoice_id)
        .join(LedgerTransaction, LedgerTransaction.transaction_id == LedgerEntry.transaction_id)
        .where(
            LedgerEntry.account == RECEIVABLE,
            LedgerEntry.family_id == family_id,
            LedgerTransaction.occurred_at < instant,
        )
        .group_by(Fund.code)
        .order_by(Fund.code)
    ).all()
    return {name: int(cents) for name, cents in rows} if len(rows) > 1 else {}


def _movements(session: Session, family_id: UUID, begins: datetime, ends: datetime) -> list[_Row]:
    rows = session.execute(
        select(
            LedgerTransaction.occurred_at,
            LedgerTransaction.kind,
            LedgerEntry.amount_cents,
            Invoice.invoice_id,
            Invoice.number,
            Invoice.month,
            (Invoice.total_cents < 0),
            Payment.paid_by,
            Payment.receipt_number,
        )
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.transaction_id)
        .join(Invoice, Invoice.invoice_id == LedgerEntry.invoice_id)
        .outerjoin(Payment, Payment.payment_id == PAYMENT_ID)
        .where(
            LedgerEntry.account == RECEIVABLE,
            LedgerEntry.family_id == family_id,
            LedgerTransaction.kind.not_in(BETWEEN_INVOICES),
            LedgerTransaction.occurred_at >= begins,
            LedgerTransaction.occurred_at < ends,
        )
        .order_by(LedgerTransaction.occurred_at, LedgerEntry.entry_id)
    )
    return [_Row(*row) for row in rows]
