"""Billing's own tables, and its copies of what the others told.

Amounts are integer cents; days are the town's; ids are the owners' own.

Instants called `…_at` come from the town's clock, which the demonstration moves; those called `real_…` from the
database's, because the payment provider lives in real time.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database import metadata_for
from contracts.billing.allowances import AllowanceKind

THIS_TRANSACTION = text("pg_current_xact_id()::text::bigint")


def states(kind: type[StrEnum]) -> Enum:
    """A column that holds the word of a state and gives the state."""
    return Enum(kind, native_enum=False, length=20, values_callable=lambda members: [str(m) for m in members])


class Base(DeclarativeBase):
    """Billing's tables."""

    metadata = metadata_for("billing")
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB}


# ---------------------------------------------------------------- copies of what the others told


class Family(Base):
    """A household, as accounts last told it."""

    __tablename__ = "family"

    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), comment="File number printed on invoices")
    label: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200))
    postcode: Mapped[str] = mapped_column(String(20))
    city: Mapped[str] = mapped_column(String(100))
    resident: Mapped[bool]
    asked_again_on: Mapped[date | None] = mapped_column(
        comment="When accounts was last asked to tell it again, for what billing lacks"
    )


class Guardian(Base):
    """An adult of a family: who may read and pay its invoices."""

    __tablename__ = "guardian"

    family_id: Mapped[UUID] = mapped_column(
        ForeignKey("family.family_id", ondelete="CASCADE"), primary_key=True
    )
    guardian_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(250), comment="As it is written on an envelope")
    email: Mapped[str] = mapped_column(
        String(320), default="", server_default="", comment="PayFiP asks for it; empty: not known"
    )
    position: Mapped[int] = mapped_column(server_default="0", comment="In the file: the first is the debtor")
    title: Mapped[str] = mapped_column(String(20), server_default="")
    first_name: Mapped[str] = mapped_column(String(300), server_default="")
    last_name: Mapped[str] = mapped_column(
        String(300), server_default="", comment="Empty until accounts tells the family again"
    )


class FamilyQuotient(Base):
    """A quotient familial of a family and a month; no row is unknown."""

    __tablename__ = "family_quotient"

    family_id: Mapped[UUID] = mapped_column(
        ForeignKey("family.family_id", ondelete="CASCADE"), primary_key=True
    )
    month: Mapped[date] = mapped_column(primary_key=True)
    euros: Mapped[int]


class Child(Base):
    """A child, for its name on the line."""

    __tablename__ = "child"

    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(120))
    last_name: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date]
    family_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), server_default="{}", comment="The families it belongs to, as accounts last told"
    )


class Place(Base):
    """A school or a centre, for its name."""

    __tablename__ = "place"

    place_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    place_name: Mapped[str] = mapped_column(String(200))


class Activity(Base):
    """An activity, for its name and its unit."""

    __tablename__ = "activity"

    activity_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    activity_name: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(60))
    child_care: Mapped[bool]
    retired: Mapped[bool] = mapped_column(server_default="false", comment="Takes nobody new: not estimated")


class Booking(Base):
    """A booking that stands or was cancelled: what ought to be found on a roll-call."""

    __tablename__ = "booking"
    __table_args__ = (Index("ix_booking_day", "day", postgresql_where=text("standing")),)

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    child_id: Mapped[UUID]
    family_id: Mapped[UUID]
    activity_code: Mapped[str] = mapped_column(String(40))
    place_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(40))
    standing: Mapped[bool]


class SettledSession(Base):
    """A session whose roll-call was closed."""

    __tablename__ = "settled_session"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    activity_code: Mapped[str] = mapped_column(String(40))
    place_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(index=True)
    slot: Mapped[str] = mapped_column(String(40))
    changed_in: Mapped[int] = mapped_column(
        BigInteger,
        server_default=THIS_TRANSACTION,
        comment="Transaction that wrote it: later than a draft, or not",
    )


class Attendance(Base):
    """A child on a closed roll-call, and the family it is billed to."""

    __tablename__ = "attendance"
    __table_args__ = (Index("ix_attendance_held", "session_id", postgresql_where=text("held IS NOT NULL")),)

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("settled_session.session_id", ondelete="CASCADE"), primary_key=True
    )
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(40))
    booking_id: Mapped[UUID | None]
    held: Mapped[str | None] = mapped_column(
        String(20), comment="Why the line may not be billed yet; empty: nothing holds it"
    )


# ---------------------------------------------------------------- tariffs and prices


class Tariff(Base):
    """A published version. The one in force on a day: of the place if it has one, newest date, newest version."""

    __tablename__ = "tariff"
    __table_args__ = (UniqueConstraint("activity_code", "place_code", "valid_from", "version"),)

    tariff_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    activity_code: Mapped[str] = mapped_column(String(40))
    place_code: Mapped[str] = mapped_column(String(40), comment="Empty: everywhere")
    valid_from: Mapped[date]
    version: Mapped[int]
    rule: Mapped[dict[str, Any]] = mapped_column(comment="A TariffRule of the contracts")
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
    changed_in: Mapped[int] = mapped_column(BigInteger, server_default=THIS_TRANSACTION)


class TariffDraft(Base):
    """The next version of an activity's tariff, here or everywhere, before it is published: one at a time."""

    __tablename__ = "tariff_draft"
    __table_args__ = (UniqueConstraint("activity_code", "place_code"),)

    draft_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    activity_code: Mapped[str] = mapped_column(String(40))
    place_code: Mapped[str] = mapped_column(String(40), comment="Empty: everywhere")
    rule: Mapped[dict[str, Any]] = mapped_column(comment="A TariffRule of the contracts")
    version: Mapped[int] = mapped_column(comment="Grows at each change")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(250), comment="An agent's name, as others read it")


class Allowance(Base):
    """What the town grants a family, or one child of it: a reduction that tariffs know, or an aid with its cap."""

    __tablename__ = "allowance"
    __table_args__ = (
        CheckConstraint("kind <> 'aid' OR until IS NOT NULL", name="aid_ends"),
        CheckConstraint("until IS NULL OR until >= since - 1", name="in_order"),
    )

    allowance_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    family_id: Mapped[UUID] = mapped_column(index=True)
    child_id: Mapped[UUID | None] = mapped_column(comment="Empty: every child of the family")
    activity_code: Mapped[str] = mapped_column(String(40), comment="Empty: every activity")
    kind: Mapped[AllowanceKind] = mapped_column(states(AllowanceKind))
    reduction: Mapped[str] = mapped_column(String(40), comment="Of the tariffs; empty for an aid")
    name: Mapped[str] = mapped_column(String(60), comment="As printed on the invoice")
    percent: Mapped[int]
    cents: Mapped[int]
    cap_cents: Mapped[int | None]
    cap_days: Mapped[int | None]
    since: Mapped[date]
    until: Mapped[date | None] = mapped_column(
        comment="Included; the day before `since`: it was taken back whole"
    )
    granted_at: Mapped[datetime]
    granted_by: Mapped[UUID | None]
    granted_by_name: Mapped[str] = mapped_column(String(250), server_default="")
    granted_until: Mapped[date | None] = mapped_column(comment="`until` as it was before it was ended")
    decision: Mapped[str] = mapped_column(
        Text, server_default="", comment="Number or reason; the family reads it"
    )
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_by_name: Mapped[str] = mapped_column(String(250), server_default="")
    end_reason: Mapped[str] = mapped_column(Text, server_default="", comment="The family reads it")
    changed_in: Mapped[int] = mapped_column(
        BigInteger, server_default=THIS_TRANSACTION, comment="A draft that could not see it is out of date"
    )


class AidDay(Base):
    """What was taken off a child's unit, as last reckoned: what an aid has left is its cap less the sum of these."""

    __tablename__ = "aid_day"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    allowance_id: Mapped[UUID] = mapped_column(ForeignKey("allowance.allowance_id"), index=True)
    day: Mapped[date]
    cents: Mapped[int]


class Price(Base):
    """A price that was worked out: the rule (by its version) and the inputs that made it, kept for the accountant.

    Its tariff exists: a trigger looks at all the rows of a statement at once.
    """

    __tablename__ = "price"
    __table_args__ = (
        UniqueConstraint(
            "tariff_id", "effect", "resident", "quotient_euros", "quotient_month", "month", "siblings", "slot",
            "reduction", "allowance_id", "aid_cents",
            name="uq_price_inputs",
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    price_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tariff_id: Mapped[UUID]
    effect: Mapped[str] = mapped_column(String(20))
    resident: Mapped[bool]
    quotient_euros: Mapped[int | None] = mapped_column(comment="Empty: unknown, which is not zero")
    quotient_month: Mapped[date | None]
    month: Mapped[date] = mapped_column(comment="Of consumption")
    siblings: Mapped[int] = mapped_column(
        server_default="1", comment="The child's rank, or the number of children, as the rule counts"
    )
    slot: Mapped[str] = mapped_column(
        String(40), server_default="", comment="The moment, where the rule goes by duration"
    )
    reduction: Mapped[str] = mapped_column(
        String(40), server_default="", comment="The kind granted, or empty"
    )
    allowance_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("allowance.allowance_id"), comment="The aid taken off"
    )
    aid_cents: Mapped[int] = mapped_column(server_default="0")
    cents: Mapped[int]
    reason: Mapped[str] = mapped_column(Text, comment="French, as printed")
    quotient_known: Mapped[bool]
