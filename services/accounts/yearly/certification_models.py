"""The tables of the yearly certification: what was signed, and who was reminded."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class Certification(Base):
    """A family's data, certified by one guardian for a school year: once, and never rewritten."""

    __tablename__ = "certification"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"), primary_key=True)
    school_year: Mapped[str] = mapped_column(String(9), primary_key=True, comment="2026-2027")
    signed_at: Mapped[datetime]
    signed_by: Mapped[UUID] = mapped_column(comment="Account")
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("guardian.guardian_id"))
    signer_name: Mapped[str] = mapped_column(String(700))
    statement: Mapped[str] = mapped_column(Text, comment="The sentence that was signed")
    snapshot: Mapped[bytes] = mapped_column(
        LargeBinary, comment="Every value that was on the page: JSON, sealed, since health is among them"
    )
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the snapshot before it was sealed")


class CertificationReminder(Base):
    """A family was reminded, at one of the year's dates: the row is what keeps it from happening twice."""

    __tablename__ = "certification_reminder"

    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"), primary_key=True)
    school_year: Mapped[str] = mapped_column(String(9), primary_key=True)
    step: Mapped[date] = mapped_column(Date, primary_key=True, comment="The date it was due from")
    sent_at: Mapped[datetime]
