"""Tables of what the accountant is given."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import Base, states
from contracts.billing.treasury import ClaimForm, ClaimKind


class FundChart(Base):
    """The accounts of a fund that differ from the usual ones: by account of the ledger, its number."""

    __tablename__ = "fund_chart"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    numbers: Mapped[dict[str, str]] = mapped_column(
        JSONB, comment="Ledger account (`card`, `revenue:cantine` …) → number of the chart of accounts"
    )
    changed_by_name: Mapped[str] = mapped_column(String(250))


class FundTreasury(Base):
    """Who tells the Treasury of a fund's claims, and how."""

    __tablename__ = "fund_treasury"

    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"), primary_key=True)
    terms: Mapped[dict[str, Any]] = mapped_column(comment="TreasuryTerms of the contracts")
    changed_by_name: Mapped[str] = mapped_column(String(250))


class ClaimExport(Base):
    """A file for the accountant. Written once, but for who said that it was sent."""

    __tablename__ = "claim_export"
    __table_args__ = (
        UniqueConstraint("fund", "year", "series", "sequence"),
        UniqueConstraint("file_name"),
        CheckConstraint("pieces > 0", name="has_pieces"),
        CheckConstraint("total_cents > 0", name="total_positive"),
    )

    export_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    fund: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    kind: Mapped[ClaimKind] = mapped_column(states(ClaimKind))
    form: Mapped[ClaimForm] = mapped_column(states(ClaimForm))
    year: Mapped[int]
    series: Mapped[str] = mapped_column(String(10), comment="Of the numbering")
    sequence: Mapped[int] = mapped_column(comment="Without a gap per fund, year and series")
    number: Mapped[int] = mapped_column(
        comment="As the file has it: the sequence from the fund's first number"
    )
    file_name: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(60))
    pieces: Mapped[int]
    total_cents: Mapped[int] = mapped_column(BigInteger, comment="Without a sign")
    made_on: Mapped[date]
    made_at: Mapped[datetime]
    made_by_name: Mapped[str] = mapped_column(String(250))
    sent_at: Mapped[datetime | None]
    sent_by_name: Mapped[str] = mapped_column(String(250), default="")


class ClaimPiece(Base):
    """A claim (positive) or what lowers one (negative). The sum of an invoice's is what the Treasury was told."""

    __tablename__ = "claim_piece"
    __table_args__ = (
        CheckConstraint("cents <> 0", name="tells_something"),
        CheckConstraint("(cents < 0) = (origin_id IS NOT NULL)", name="lowering_has_origin"),
    )

    piece_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    export_id: Mapped[UUID] = mapped_column(ForeignKey("claim_export.export_id"), index=True)
    number: Mapped[int]
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.invoice_id"), index=True)
    cents: Mapped[int]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="[{number, account, cents}]")
    origin_id: Mapped[UUID | None] = mapped_column(ForeignKey("claim_piece.piece_id"), index=True)


class ClaimFile(Base):
    """The bytes of a file, in parts."""

    __tablename__ = "claim_file"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("claim_export.export_id"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]
