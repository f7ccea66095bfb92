"""Tables of the month's run, of invoices (written once, guarded by triggers) and of the ledger."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import Base, states
from contracts.billing.runs import RunState

# ---------------------------------------------------------------- runs


class Fund(Base):
    """A « régie »: what numbers and collects invoices."""

    __tablename__ = "fund"

    code: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    part_from_cents: Mapped[int | None] = mapped_column(
        comment="The least that may be paid online of what is owed; empty: invoices are paid whole"
    )
    least_claim_cents: Mapped[int] = mapped_column(
        server_default="1500", comment="What a family owes under it is carried over to the next invoice"
    )


class FundScope(Base):
    """Which fund bills a day, by activity and place: see `fund_scopes.FUND_OF`. A month that was billed stands."""

    __tablename__ = "fund_scope"
    __table_args__ = (CheckConstraint("extract(day FROM since) = 1", name="month_begins"),)

    activity_code: Mapped[str] = mapped_column(
        String(40), primary_key=True, comment="Empty: all that no other row names"
    )
    place_code: Mapped[str] = mapped_column(String(40), primary_key=True, comment="Empty: everywhere")
    since: Mapped[date] = mapped_column(primary_key=True, comment="The first month of consumption")
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    set_at: Mapped[datetime]
    set_by_name: Mapped[str] = mapped_column(String(250))


class Numbering(Base):
    """The last number given, by fund, year and series: taken under its row lock, in the transaction that uses it."""

    __tablename__ = "numbering"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    series: Mapped[str] = mapped_column(String(10), primary_key=True, comment="`invoice` or `receipt`")
    last: Mapped[int]


class Run(Base):
    """A month's run."""

    __tablename__ = "run"
    __table_args__ = (
        Index("uq_run_open", "fund", unique=True, postgresql_where=text("state IN ('draft', 'checked')")),
        CheckConstraint("extract(day FROM month) = 1", name="month_begins"),
    )

    run_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    month: Mapped[date]
    state: Mapped[RunState] = mapped_column(states(RunState))
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[UUID | None]
    snapshot: Mapped[str] = mapped_column(
        Text, comment="pg_current_snapshot() of the draft: what it could see"
    )
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[UUID | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None]
    due_on: Mapped[date]
    pay_online_until: Mapped[date]
    total_cents: Mapped[int] = mapped_column(default=0)
    carried_cents: Mapped[int] = mapped_column(default=0)
    invoices: Mapped[int] = mapped_column(default=0)
    credit_notes: Mapped[int] = mapped_column(default=0)
    carried: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)


class DraftCharge(Base):
    """One unit that a run would invoice (+1) or take back (−1): dropped once the run is published or discarded.

    Written, summed and copied whole, and of one run at a time: the table has no index, and keys only for the mapper.
    """

    __tablename__ = "draft_charge"

    run_id: Mapped[UUID] = mapped_column()
    family_id: Mapped[UUID] = mapped_column()
    child_id: Mapped[UUID] = mapped_column()
    session_id: Mapped[UUID] = mapped_column()
    activity_code: Mapped[str] = mapped_column(String(40))
    place_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(40))
    mark: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    unit_cents: Mapped[int] = mapped_column()
    price_id: Mapped[int] = mapped_column(BigInteger)

    __mapper_args__ = {"primary_key": [run_id, family_id, child_id, session_id, unit_cents]}  # noqa: RUF012


class RunFamily(Base):
    """What a run makes of a family: an invoice, a credit note, or an amount carried over."""

    __tablename__ = "run_family"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True)
    family_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    cents: Mapped[int]
    children: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(20), comment="`invoice`, `credit_note` or `carried`")
    quotient_unknown: Mapped[bool]


class LeftOutDay(Base):
    """A child's day that a run did not bill, and why."""

    __tablename__ = "left_out_day"

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.run_id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(40))
    session_id: Mapped[UUID]
    child_id: Mapped[UUID]
    family_id: Mapped[UUID]
    activity_code: Mapped[str] = mapped_column(String(40))
    place_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(40))


class SheetCount(Base):
    """What enrolment counted at a place for a run: dropped once the run is published or discarded."""

    __tablename__ = "sheet_count"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parts: Mapped[int] = mapped_column(comment="How many there are for the run")
    place_code: Mapped[str] = mapped_column(String(40))
    sheets: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, comment="CountedSheet, as told in attendance.counted"
    )


# ---------------------------------------------------------------- invoices: written once, guarded by triggers


class Invoice(Base):
    """A claim or a credit note, as published. Never edited: the database refuses."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("fund", "year", "sequence"),
        UniqueConstraint("run_id", "family_id"),
        UniqueConstraint("number"),
        CheckConstraint("(kind = 'invoice') = (total_cents > 0)", name="kind_by_sign"),
    )

    invoice_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    run_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("run.run_id"), comment="Empty: a credit note made outside a run"
    )
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    year: Mapped[int]
    sequence: Mapped[int] = mapped_column(comment="Without a gap per fund and year")
    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    family_id: Mapped[UUID] = mapped_column(index=True)
    family_number: Mapped[str] = mapped_column(String(40))
    family_label: Mapped[str] = mapped_column(String(200))
    addressee: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="The lines of the address, as printed")
    month: Mapped[date]
    total_cents: Mapped[int]
    published_on: Mapped[date]
    due_on: Mapped[date]
    pay_online_until: Mapped[date]
    published_at: Mapped[datetime]


class InvoiceLine(Base):
    """What is printed: a quantity of one thing at one price for one reason.

    Its invoice and its price exist: a trigger looks at all the rows of a statement at once.
    """

    __tablename__ = "invoice_line"
    __table_args__ = (CheckConstraint("amount_cents = quantity * unit_cents", name="amount_is_product"),)

    line_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(index=True)
    child_id: Mapped[UUID]
    child_name: Mapped[str] = mapped_column(String(250))
    activity_code: Mapped[str] = mapped_column(String(40))
    activity_name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(60))
    child_care: Mapped[bool]
    month: Mapped[date] = mapped_column(
        comment="Of consumption: earlier than the invoice's when carried or corrected"
    )
    mark: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    unit_cents: Mapped[int]
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    price_id: Mapped[int] = mapped_column(BigInteger)
    days: Mapped[list[date]] = mapped_column(ARRAY(Date))


class Charge(Base):
    """One unit invoiced (+1) or taken back (−1): what a later run subtracts from what is due.

    Its invoice and its price exist: a trigger looks at all the rows of a statement at once.
    """

    __tablename__ = "charge"
    __table_args__ = (Index("ix_charge_key", "family_id", "session_id", "child_id"),)

    charge_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(index=True)
    family_id: Mapped[UUID]
    child_id: Mapped[UUID]
    session_id: Mapped[UUID]
    activity_code: Mapped[str] = mapped_column(String(40))
    place_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(index=True)
    slot: Mapped[str] = mapped_column(String(40))
    mark: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    unit_cents: Mapped[int]
    price_id: Mapped[int] = mapped_column(BigInteger)


# ---------------------------------------------------------------- the ledger: append only, balanced


class LedgerTransaction(Base):
    """What happened once, and moves money between accounts."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (UniqueConstraint("kind", "reference"),)

    transaction_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(30), comment="`invoice`, `payment`, `offset`")
    reference: Mapped[str] = mapped_column(String(80), comment="Invoice, payment …: posted once per kind")
    occurred_at: Mapped[datetime] = mapped_column(index=True)


class LedgerEntry(Base):
    """A debit (positive) or a credit (negative). All entries of a transaction are inserted by one statement.

    They balance and their transaction exists: a trigger looks at all the rows of a statement at once.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="moves_something"),
        CheckConstraint("(account = 'receivable') = (family_id IS NOT NULL)", name="receivable_has_family"),
        CheckConstraint("account <> 'receivable' OR invoice_id IS NOT NULL", name="receivable_has_invoice"),
    )

    entry_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transaction_id: Mapped[UUID] = mapped_column(index=True)
    account: Mapped[str] = mapped_column(String(80), comment="`receivable`, `revenue:<activity>`, `card`")
    family_id: Mapped[UUID | None] = mapped_column(index=True)
    invoice_id: Mapped[UUID | None] = mapped_column(index=True)
    amount_cents: Mapped[int]
