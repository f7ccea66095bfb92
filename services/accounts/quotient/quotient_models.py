"""The tables of quotients asked for, and of documents given to a family's file."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class QuotientFetch(Base):
    """A family let the town ask the CAF or the MSA. One at a time is underway."""

    __tablename__ = "quotient_fetch"
    __table_args__ = (
        Index("ix_quotient_fetch_family_id_asked_at", "family_id", "asked_at"),
        Index("uq_quotient_fetch_waiting", "family_id", unique=True, postgresql_where="state = 'waiting'"),
    )

    fetch_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.account_id"))
    asked_by: Mapped[str] = mapped_column(String(700), comment="Name of the guardian who agreed")
    agreement: Mapped[str] = mapped_column(String(20), comment="Version of the text agreed to")
    person: Mapped[dict[str, Any]] = mapped_column(
        JSONB, comment="Civil status asked about; emptied once answered"
    )
    state: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(String(60), comment="Last failure, as a code")
    settled_at: Mapped[datetime | None]
    month: Mapped[date | None] = mapped_column(Date, comment="Of the quotient found")
    euros: Mapped[int | None] = mapped_column(Integer)


class GivenDocument(Base):
    """A document of a parent's vault that was given to the family's file. Kept from `document.shared`."""

    __tablename__ = "given_document"
    __table_args__ = (Index("ix_given_document_family_id_given_at", "family_id", "given_at"),)

    share_id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(ForeignKey("family.family_id"))
    account_id: Mapped[UUID]
    document_type: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime]
    read_at: Mapped[datetime | None] = mapped_column(comment="First opened by an agent")
    read_by: Mapped[str] = mapped_column(String(700), server_default="")
