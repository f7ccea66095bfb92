"""The tables of what is gathered before it is written: bookings that changed, marks of roll-calls."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class Activity(Base):
    """Copy of the names of enrolment's activities, from `activity.updated`."""

    __tablename__ = "activity"

    activity_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class BookingDigest(Base):
    """A family whose bookings changed and which was not written to yet. Its row is the lock of what it gathers."""

    __tablename__ = "booking_digest"

    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)


class BookingNews(Base):
    """One booking made or cancelled, waiting for its family's summary."""

    __tablename__ = "booking_news"

    news_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    family_id: Mapped[UUID] = mapped_column(
        ForeignKey("booking_digest.family_id", ondelete="CASCADE"), index=True
    )
    child_id: Mapped[UUID]
    activity_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(Date)
    slot: Mapped[str] = mapped_column(String(40))
    made: Mapped[bool]
    at: Mapped[datetime] = mapped_column(comment="When it was done, by the clock of enrolment")
    changed_by: Mapped[UUID | None] = mapped_column(comment="Account; empty is the town")


class AttendanceNews(Base):
    """What a roll-call says of a child that costs its family something, and what the family was told."""

    __tablename__ = "attendance_news"
    __table_args__ = (Index("ix_attendance_news_due", "due_at", postgresql_where="mark <> told"),)

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    activity_code: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(Date)
    slot: Mapped[str] = mapped_column(String(40))
    mark: Mapped[str] = mapped_column(String(40), comment="Empty when there is nothing to say (any more)")
    told: Mapped[str] = mapped_column(String(40), comment="The mark the family was last written about")
    due_at: Mapped[datetime]
