"""Tables of objections against lines of invoices, and of the days that an answer waived."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import THIS_TRANSACTION, Base, states
from contracts.billing.objection_terms import LineObjectionState, ObjectionReason, WaiverKind


class LineObjection(Base):
    """Days of one printed line that a family contests, and the answer. Kept with the invoice."""

    __tablename__ = "line_objection"
    __table_args__ = (
        CheckConstraint("(state = 'waived') = (waiver IS NOT NULL)", name="waiver_is_said"),
        Index("ix_line_objection_open", "made_at", postgresql_where=text("state = 'open'")),
    )

    objection_id: Mapped[UUID] = mapped_column(primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.invoice_id"), index=True)
    line_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("invoice_line.line_id"), index=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    child_id: Mapped[UUID]
    reason: Mapped[ObjectionReason] = mapped_column(states(ObjectionReason))
    words: Mapped[str] = mapped_column(Text, comment="The family's own; may say something of health")
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(comment="Empty: the account was closed since")
    made_by_name: Mapped[str] = mapped_column(String(250))
    answer_before: Mapped[date] = mapped_column(comment="Without an answer by then it counts as refused")
    state: Mapped[LineObjectionState] = mapped_column(states(LineObjectionState))
    answer: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answered_by_name: Mapped[str] = mapped_column(String(250))
    waiver: Mapped[WaiverKind | None] = mapped_column(states(WaiverKind))
    given_cents: Mapped[int] = mapped_column(comment="What the family gets back by the answer")
    credit_note_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("invoice.invoice_id"), comment="Made with the answer; empty: none, or the next run's"
    )
    version: Mapped[int]


class ObjectedDay(Base):
    """A contested day, as it was billed. One objection at a time is open against a day: the index says so."""

    __tablename__ = "objected_day"
    __table_args__ = (
        Index(
            "uq_objected_day_open",
            "family_id",
            "session_id",
            "child_id",
            unique=True,
            postgresql_where=text("is_open"),
        ),
    )

    objection_id: Mapped[UUID] = mapped_column(
        ForeignKey("line_objection.objection_id", ondelete="CASCADE"), primary_key=True
    )
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID]
    child_id: Mapped[UUID]
    day: Mapped[date]
    slot: Mapped[str] = mapped_column(String(40))
    cents: Mapped[int]
    is_open: Mapped[bool]


class WaivedDay(Base):
    """What an answer took off a family's bill for good: a run reckons it as not due, and gives back what was billed."""

    __tablename__ = "waived_day"

    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    objection_id: Mapped[UUID] = mapped_column(ForeignKey("line_objection.objection_id"), index=True)
    kind: Mapped[WaiverKind] = mapped_column(states(WaiverKind))
    waived_at: Mapped[datetime]
    waived_by: Mapped[UUID]
    waived_by_name: Mapped[str] = mapped_column(String(250))
    changed_in: Mapped[int] = mapped_column(
        BigInteger, server_default=THIS_TRANSACTION, comment="A draft that could not see it is out of date"
    )


class ObjectionPaper(Base):
    """A document of a vault that a guardian attached to an objection."""

    __tablename__ = "objection_paper"

    share_id: Mapped[UUID] = mapped_column(primary_key=True)
    objection_id: Mapped[UUID] = mapped_column(
        ForeignKey("line_objection.objection_id", ondelete="CASCADE"), index=True
    )
    document_type: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime]
