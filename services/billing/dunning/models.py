"""Tables of dunning: a fund's terms, the letters, the reprieves."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import Base


class FundDunning(Base):
    """When and with what words a fund writes; no row: the usual ones."""

    __tablename__ = "fund_dunning"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    terms: Mapped[dict[str, Any]] = mapped_column(comment="DunningTerms of the contracts")
    changed_by_name: Mapped[str] = mapped_column(String(250))


class Reminder(Base):
    """A letter to a family, as it was sent: written once."""

    __tablename__ = "reminder"
    __table_args__ = (CheckConstraint("step BETWEEN 1 AND 4", name="step_known"),)

    reminder_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sending_id: Mapped[UUID] = mapped_column(index=True, comment="Letters sent together")
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), index=True)
    family_id: Mapped[UUID] = mapped_column(index=True)
    family_number: Mapped[str] = mapped_column(String(40))
    addressee: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="The lines of the address, as printed")
    step: Mapped[int]
    subject: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text, comment="As the fund's terms were")
    cents: Mapped[int]
    by_post: Mapped[bool] = mapped_column(comment="Nobody of the family had an account")
    sent_on: Mapped[date]
    sent_at: Mapped[datetime]
    sent_by_name: Mapped[str] = mapped_column(String(250))


class ReminderLine(Base):
    """An invoice of a letter. An invoice comes to each step once."""

    __tablename__ = "reminder_line"
    __table_args__ = (UniqueConstraint("invoice_id", "step"), CheckConstraint("cents > 0", name="asks"))

    reminder_id: Mapped[UUID] = mapped_column(ForeignKey("reminder.reminder_id"), primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.invoice_id"), primary_key=True)
    step: Mapped[int]
    cents: Mapped[int] = mapped_column(comment="What was asked for of it")


class Reprieve(Base):
    """« Sursis »: a family that is not written to until a day, included. One at a time."""

    __tablename__ = "reprieve"
    __table_args__ = (
        Index("uq_reprieve_family", "family_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    reprieve_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    family_id: Mapped[UUID] = mapped_column(index=True)
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300))
    granted_at: Mapped[datetime]
    granted_by_name: Mapped[str] = mapped_column(String(250))
    ended_at: Mapped[datetime | None]
    ended_by_name: Mapped[str] = mapped_column(String(250), default="", server_default="")
