"""The table of the changes of family files: asked for, applied, decided."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class ChangeRequest(Base):
    """One field of one subject, from an old to a new value: who asked, when, and what became of it."""

    __tablename__ = "change_request"
    __table_args__ = (
        Index(
            "uq_change_request_awaiting",
            "family_id",
            "subject_kind",
            "subject_id",
            "field",
            unique=True,
            postgresql_where="state = 'awaiting'",
        ),
        Index("ix_change_request_queue", "reviewer", "state", "asked_at"),
        Index("ix_change_request_family_id_asked_at", "family_id", "asked_at"),
        Index("ix_change_request_subject", "subject_kind", "subject_id", "field"),
    )

    change_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    family_id: Mapped[UUID] = mapped_column(
        ForeignKey("family.family_id"), comment="The home whose file it is, or that asked"
    )
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    label: Mapped[str] = mapped_column(String(700), comment="Whom it was about, as called then")
    child_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("child.child_id"), index=True, comment="The child it concerns, where it is one"
    )
    shared: Mapped[bool] = mapped_column(comment="Concerns every home of the child")
    field: Mapped[str] = mapped_column(String(40), comment="* is the subject itself, made or removed")
    old: Mapped[Any] = mapped_column(
        JSONB(none_as_null=True), nullable=True, comment="Empty when it was made"
    )
    new: Mapped[Any] = mapped_column(
        JSONB(none_as_null=True), nullable=True, comment="Empty when it was removed"
    )
    state: Mapped[str] = mapped_column(String(20))
    reviewer: Mapped[str] = mapped_column(String(20), comment="Role of the agents who look at it")
    asked_by: Mapped[UUID | None] = mapped_column(comment="Account; empty is the installation")
    asked_name: Mapped[str] = mapped_column(String(700))
    by_town: Mapped[bool] = mapped_column(comment="Asked by an agent, not by a guardian")
    asked_at: Mapped[datetime]
    ended_by: Mapped[UUID | None] = mapped_column(comment="Account that decided or withdrew it")
    ended_name: Mapped[str] = mapped_column(String(700))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), comment="Of a refusal, for the family to read")
