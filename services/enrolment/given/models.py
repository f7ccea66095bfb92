"""Documents given to the town, remembered so that none is asked for again while it is valid."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant


class GivenDocument(Base):
    """A document that may serve again. What it says stays sealed with documents."""

    __tablename__ = "given_document"
    __table_args__ = (
        Index("ix_given_document_family_id_document_type", "family_id", "document_type"),
        Index("ix_given_document_account_id", "account_id"),
        Index("ix_given_document_document_id", "document_id"),
        Index("ix_given_document_serves_until", "serves_until"),
    )

    share_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID]
    document_type: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[UUID] = mapped_column(comment="Who gave it")
    family_id: Mapped[UUID | None] = mapped_column(
        comment="The household it was given for, whose guardian gave it; none: for whoever gave it"
    )
    child_id: Mapped[UUID | None] = mapped_column(comment="Whose matter it was given with; none: no child's")
    given_with: Mapped[str] = mapped_column(
        String(20), comment="What it was given with first: a subject kind"
    )
    serves: Mapped[str] = mapped_column(String(20), comment="contracts.serving.Reach: of whom it speaks")
    given_at: Mapped[datetime] = mapped_column(Instant)
    valid_until: Mapped[date | None] = mapped_column(Date, comment="None: its kind knows no end")
    serves_until: Mapped[date] = mapped_column(
        Date, comment="Last day it counts: valid, and readable by the town"
    )
