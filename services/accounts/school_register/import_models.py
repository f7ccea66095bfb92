"""The tables of an import: the plan, row by row what was read and what became of it, and what schools said before."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class SchoolImport(Base):
    """One export of one school."""

    __tablename__ = "school_import"

    import_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    place_code: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), index=True, comment="preview, applied, abandoned")
    started_at: Mapped[datetime]
    started_by: Mapped[str] = mapped_column(String(700), comment="Name of the agent")
    closed_at: Mapped[datetime | None]
    files: Mapped[list[str]] = mapped_column(comment="Keys in the bucket; deleted when the import is closed")
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="RowCounts and ChangeCounts")
    doubts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="DoubtView, with the choices taken")
    homes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="HomeView of each household")
    changes: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default="[]", comment="ImportChange, with the choices taken"
    )


class ImportRow(Base):
    """A row of one of the two files."""

    __tablename__ = "import_row"
    __table_args__ = (Index("ix_import_row_outcome", "import_id", "outcome"),)

    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("school_import.import_id", ondelete="CASCADE"), primary_key=True
    )
    file: Mapped[str] = mapped_column(String(10), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(1000))
    detail: Mapped[str] = mapped_column(String(4000))
    reason: Mapped[str] = mapped_column(String(40))
    remarks: Mapped[list[str]]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="The row as it was read")


class ChildSaid(Base):
    """How the schools' files write a child whose name the family may have corrected since."""

    __tablename__ = "child_said"
    __table_args__ = (UniqueConstraint("name_key", "birth_date"),)

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id", ondelete="CASCADE"), primary_key=True)
    name_key: Mapped[str] = mapped_column(String(700))
    birth_date: Mapped[date] = mapped_column(Date)


class GuardianSaid(Base):
    """What a school's last file said of a guardian: what differs from it since is the family's own correction."""

    __tablename__ = "guardian_said"

    guardian_id: Mapped[UUID] = mapped_column(
        ForeignKey("guardian.guardian_id", ondelete="CASCADE"), primary_key=True
    )
    place_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_key: Mapped[str] = mapped_column(String(700), index=True)
    address_key: Mapped[str] = mapped_column(String(700))
    email: Mapped[str] = mapped_column(String(320))
    phone: Mapped[str] = mapped_column(String(40))
    settled: Mapped[list[str]] = mapped_column(
        server_default="{}", comment="Differences an agent decided to leave as the family has it"
    )
