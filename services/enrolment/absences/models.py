"""The tables of absences and objections."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant


class Absence(Base):
    """A parent's report: booked days of one child that could no longer be cancelled, and why."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_family_id_reported_at", "family_id", "reported_at"),)

    absence_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), index=True)
    family_id: Mapped[UUID] = mapped_column(comment="The family that booked, and is billed")
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="", comment="In the parent's own words")
    reported_at: Mapped[datetime] = mapped_column(Instant)
    reported_by: Mapped[UUID | None] = mapped_column(index=True, comment="Account; of either home")
    reported_by_name: Mapped[str] = mapped_column(String(200))
    certificate_until: Mapped[date | None] = mapped_column(
        comment="Last day to give a certificate; none is needed when empty"
    )
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[UUID | None] = mapped_column(comment="Agent; none when the time ran out")
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")
    answer: Mapped[str] = mapped_column(Text, default="", comment="Why not justified: the parent reads it")
    version: Mapped[int] = mapped_column(Integer, default=1, comment="Grows with each change")


class AbsenceDay(Base):
    """A booked day of a report."""

    __tablename__ = "absence_day"
    __table_args__ = (
        Index(
            "uq_absence_day_live", "booking_id", unique=True, postgresql_where=text("state <> 'withdrawn'")
        ),
        Index("ix_absence_day_waiting", "absence_id", postgresql_where=text("state = 'reported'")),
    )

    absence_id: Mapped[UUID] = mapped_column(ForeignKey("absence.absence_id"), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("booking.booking_id"), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.session_id"), index=True)
    ground: Mapped[str] = mapped_column(String(20), comment="What the reason is worth, as told when reported")
    state: Mapped[str] = mapped_column(String(20))


class AbsenceAttachment(Base):
    """A certificate given with a report; the document itself stays with documents."""

    __tablename__ = "absence_attachment"

    share_id: Mapped[UUID] = mapped_column(primary_key=True)
    absence_id: Mapped[UUID] = mapped_column(ForeignKey("absence.absence_id"), index=True)
    document_type: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[UUID]
    received_at: Mapped[datetime] = mapped_column(Instant)
    given_at: Mapped[datetime | None] = mapped_column(
        Instant, comment="When it was given with something else: it serves again"
    )
    is_coming: Mapped[bool] = mapped_column(
        default=False, comment="It serves again, and documents has not passed it on yet"
    )


class Objection(Base):
    """What a parent says against one line of a roll-call, and what the town answers."""

    __tablename__ = "objection"
    __table_args__ = (
        Index(
            "uq_objection_open",
            "session_id",
            "child_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_objection_state_made_at", "state", "made_at"),
    )

    objection_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.session_id"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), index=True)
    family_id: Mapped[UUID] = mapped_column(index=True, comment="The family that is billed the line")
    mark: Mapped[str] = mapped_column(String(40), comment="The mark contested")
    claim: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[UUID]
    made_by_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(Text, default="", comment="The parent reads it")
    corrected_to: Mapped[str] = mapped_column(
        String(40), default="", comment="The mark it became; empty when maintained, or taken off the sheet"
    )
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[UUID | None]
    answered_by_name: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(Integer, default=1, comment="Grows with each change")
