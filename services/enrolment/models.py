"""The tables of enrolment. The comments are the documentation of the columns."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.database import metadata_for

Instant = TIMESTAMP(timezone=True)


class Base(DeclarativeBase):
    metadata = metadata_for("enrolment")


# ---------------------------------------------------------------- the offer


class Place(Base):
    """A school or a leisure centre."""

    __tablename__ = "place"

    code: Mapped[str] = mapped_column(String(40), primary_key=True, comment="UAI of a school")
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    city: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer, default=1)


class Activity(Base):
    """An activity, defined by data alone."""

    __tablename__ = "activity"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    terms: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment="ActivityTerms: rules, documents, weekdays, slots"
    )
    version: Mapped[int] = mapped_column(Integer, default=1)


class Offering(Base):
    """A place offers an activity."""

    __tablename__ = "offering"

    place_code: Mapped[str] = mapped_column(ForeignKey("place.code"), primary_key=True)
    activity_code: Mapped[str] = mapped_column(ForeignKey("activity.code"), primary_key=True)
    capacity: Mapped[int] = mapped_column(Integer, comment="Places of a session opened from now on")
    group_capacity: Mapped[dict[str, int]] = mapped_column(
        JSONB, default=dict, comment="Group code → places here; the activity's own where there is none"
    )


class DaySession(Base):
    """One activity, one place, one part of one day: what has a capacity."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("place_code", "activity_code", "day", "slot"),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="taken_fits"),
        Index("ix_session_day", "day"),
        # Rows change often and only in `taken`: room on the page keeps these updates out of the indexes (HOT).
        {"postgresql_with": {"fillfactor": "70"}},
    )

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    activity_code: Mapped[str] = mapped_column(ForeignKey("activity.code"))
    place_code: Mapped[str] = mapped_column(ForeignKey("place.code"))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(
        String(40), default="", comment="Part of the day; empty when there is one"
    )
    capacity: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer, default=0, comment="Bookings and offers that hold a place")
    closed_because: Mapped[str] = mapped_column(
        String(200), default="", comment="Why it does not run, as parents read it; empty: it runs"
    )
    edition: Mapped[int] = mapped_column(
        Integer,
        default=0,
        server_default="0",
        comment="Grows when an agent changes its activity: who has judged by another edition judges anew",
    )


class SessionGroup(Base):
    """The places of a session that are kept for children of an age. It moves under the lock of its session's row."""

    __tablename__ = "session_group"
    __table_args__ = (CheckConstraint("taken >= 0 AND taken <= capacity", name="taken_fits"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.session_id"), primary_key=True)
    group_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    capacity: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer, default=0)


class ToldSchoolYear(Base):
    """A school year as it was last told: told again when the calendar says something else."""

    __tablename__ = "told_school_year"

    label: Mapped[str] = mapped_column(String(9), primary_key=True, comment="2026-2027")
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="SchoolYearUpdated, whole")
    version: Mapped[int] = mapped_column(Integer, default=1)


# ---------------------------------------------------------------- copies of what accounts tells


class Child(Base):
    """A child, as accounts last told of it."""

    __tablename__ = "child"

    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    birth_date: Mapped[date]
    place_code: Mapped[str | None] = mapped_column(String(40), index=True, comment="School; none when gone")
    class_name: Mapped[str] = mapped_column(String(100), default="")
    level: Mapped[str] = mapped_column(String(40), default="")


class Family(Base):
    """A family, as accounts last told of it."""

    __tablename__ = "family"

    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(200), comment="How agents call it")
    resident: Mapped[bool] = mapped_column(comment="Lives in the town")


class FamilyChild(Base):
    """A child belongs to a family: from `family.updated`, which says so whole."""

    __tablename__ = "family_child"

    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)


class FamilyGuardian(Base):
    """An account may act for a family: from `family.updated`."""

    __tablename__ = "family_guardian"

    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    name: Mapped[str] = mapped_column(String(200))


class CustodySpan(Base):
    """Days on end that a child of two families is with one of them: from `custody.updated`, which says so whole."""

    __tablename__ = "custody_span"

    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    first: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[date]
    family_id: Mapped[UUID]


# ---------------------------------------------------------------- enrolments


class Enrolment(Base):
    """The right of a child to use an activity for a school year."""

    __tablename__ = "enrolment"
    __table_args__ = (
        Index(
            "uq_enrolment_live",
            "child_id",
            "activity_code",
            "school_year",
            unique=True,
            postgresql_where=text("state IN ('requested', 'waiting', 'offered', 'accepted')"),
        ),
        Index("ix_enrolment_state", "state", "requested_at"),
    )

    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), index=True)
    family_id: Mapped[UUID] = mapped_column(comment="The family that asked")
    activity_code: Mapped[str] = mapped_column(ForeignKey("activity.code"))
    place_code: Mapped[str] = mapped_column(ForeignKey("place.code"))
    school_year: Mapped[str] = mapped_column(String(9))
    state: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime] = mapped_column(Instant)
    requested_by: Mapped[UUID | None] = mapped_column(comment="Account; none when an agent did")
    requested_by_name: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(comment="Agent; none when the rule did")
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="", comment="Why it was refused: the parent reads it")
    waiting_since: Mapped[datetime | None] = mapped_column(
        Instant, comment="Since when in the line; it keeps it"
    )
    offer_ends_at: Mapped[datetime | None] = mapped_column(
        Instant, comment="Until when a freed place is theirs"
    )
    accepted_because: Mapped[str] = mapped_column(
        Text,
        default="",
        server_default="",
        comment="Why before others who had waited longer: agents read it",
    )
    version: Mapped[int] = mapped_column(Integer, default=1, comment="Grows with each change")


class Attachment(Base):
    """A document given with an enrolment; the document itself stays with documents."""

    __tablename__ = "attachment"

    share_id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolment.enrolment_id"), index=True)
    document_id: Mapped[UUID]
    document_type: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[UUID]
    received_at: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[date | None] = mapped_column(Date, comment="None: its kind knows no end")
    given_at: Mapped[datetime | None] = mapped_column(
        Instant, comment="When it was given with something else: it serves again"
    )
    is_coming: Mapped[bool] = mapped_column(
        default=False, comment="It serves again, and documents has not passed it on yet"
    )
    given_with: Mapped[str] = mapped_column(
        String(20), default="", comment="What it was given with first; empty: with this"
    )


# ---------------------------------------------------------------- bookings


class Booking(Base):
    """One child on one session, for the family that will be billed. Cancelled ones stay."""

    __tablename__ = "booking"
    __table_args__ = (
        Index(
            "uq_booking_live",
            "child_id",
            "session_id",
            unique=True,
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        Index("ix_booking_session_live", "session_id", postgresql_where=text("cancelled_at IS NULL")),
    )

    booking_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.session_id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"))
    family_id: Mapped[UUID]
    group_code: Mapped[str | None] = mapped_column(
        String(40), comment="Whose places it takes; none: no groups"
    )
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[UUID | None] = mapped_column(comment="Account; none when the town did")
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)


class Proof(Base):
    """A dated proof of one change, with the words the parent was shown. Never changed, never removed."""

    __tablename__ = "proof"
    __table_args__ = (
        Index("ix_proof_family", "family_id", "proof_number"),
        Index("ix_proof_account", "account_id", "proof_number"),
    )

    proof_number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    proof_id: Mapped[UUID] = mapped_column(unique=True)
    command_id: Mapped[UUID] = mapped_column(comment="The save it was part of")
    at: Mapped[datetime] = mapped_column(Instant)
    account_id: Mapped[UUID | None]
    by_name: Mapped[str] = mapped_column(String(200))
    family_id: Mapped[UUID]
    child_id: Mapped[UUID]
    child_name: Mapped[str] = mapped_column(String(200))
    booking_id: Mapped[UUID]
    session_id: Mapped[UUID]
    activity_name: Mapped[str] = mapped_column(String(80))
    place_name: Mapped[str] = mapped_column(String(80))
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(40), default="")
    made: Mapped[bool] = mapped_column(comment="True: booked; false: cancelled")
    rule_sentence: Mapped[str] = mapped_column(Text, comment="The rule in force, as shown")
    closes_at: Mapped[datetime | None] = mapped_column(Instant, comment="Until when the change was allowed")


# ---------------------------------------------------------------- attendance


class Sheet(Base):
    """A version of a session's roll-call; the highest one holds."""

    __tablename__ = "sheet"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.session_id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    settled_at: Mapped[datetime] = mapped_column(Instant)
    settled_by: Mapped[UUID | None] = mapped_column(comment="Agent; none when the installation did")
    settled_by_name: Mapped[str] = mapped_column(String(200))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, comment="AttendanceLine, whole: what was told in attendance.settled"
    )


class SheetChild(Base):
    """A child was on a sheet of a session, for a family, in one version or another.

    By it a family finds its lines among all the town's sheets, whose own lines no index can be relied on to find.
    """

    __tablename__ = "sheet_child"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.session_id"), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    family_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
