"""The tables of custody: school years, agreements, what the two homes said of one asked for, what was told."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class SchoolYear(Base):
    """Copy of enrolment's school years, from `school_year.updated`."""

    __tablename__ = "school_year"

    label: Mapped[str] = mapped_column(String(9), primary_key=True, comment="2026-2027")
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    holidays: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="SchoolHolidays, in order")


class CustodyAgreement(Base):
    """What holds for a child of two families from a day on. Never changed but for the day it ends."""

    __tablename__ = "custody_agreement"
    __table_args__ = (
        CheckConstraint("first_family_id < second_family_id", name="sides"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from - 1", name="validity"),
        Index("uq_custody_agreement_open", "child_id", unique=True, postgresql_where="valid_to IS NULL"),
    )

    agreement_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), index=True)
    first_family_id: Mapped[UUID] = mapped_column(
        ForeignKey("family.family_id"), comment="The side « first »"
    )
    second_family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"))
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="CustodyTerms")
    basis: Mapped[str] = mapped_column(String(20), comment="judgment, agreement")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(
        Date, comment="Last day; before the first when it never held; empty while it holds"
    )
    change_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("change_request.change_id"),
        comment="Who stated and who decided it; empty when the town wrote it",
    )
    written_at: Mapped[datetime]


class CustodyOpinion(Base):
    """What a home answered to the calendar that the other one stated; read by that home and by agents."""

    __tablename__ = "custody_opinion"

    change_id: Mapped[UUID] = mapped_column(ForeignKey("change_request.change_id"), primary_key=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"), primary_key=True)
    account_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(700))
    opinion: Mapped[str] = mapped_column(String(10), comment="agrees, objects")
    text: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime]


class CustodyTold(Base):
    """The calendar of a child as it was last told: told again when it is another."""

    __tablename__ = "custody_told"

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="CustodyUpdated, whole")
    version: Mapped[int] = mapped_column(Integer)
