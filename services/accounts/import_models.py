"""The tables of an import: the plan and, row by row, what was read and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, Integer, String
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
