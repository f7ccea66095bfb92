"""The tables of children's health: what the kitchen cooks by, what is sealed, and who read it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from accounts.models import Base


class ChildDiet(Base):
    """What a child eats and does not: codes only, for the kitchen. No row is the usual plate."""

    __tablename__ = "child_diet"

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), primary_key=True)
    diet: Mapped[str] = mapped_column(String(30), comment="contracts.accounts.health.Diet")
    avoided: Mapped[list[str]] = mapped_column(comment="contracts.accounts.health.Allergen, sorted")
    lunch_box: Mapped[bool] = mapped_column(comment="The family provides the meal")
    version: Mapped[int] = mapped_column(Integer, comment="Grows with each change; told with the fact")
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None] = mapped_column(comment="Account of the parent or of the agent")


class HealthSheet(Base):
    """A part of what is known of a child's health, sealed whole: see `sealed_column`."""

    __tablename__ = "health_sheet"
    __table_args__ = (CheckConstraint("part IN ('care', 'vaccines')", name="part"),)

    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="JSON under the health key")
    version: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None] = mapped_column(comment="Account of the parent or of the agent")


class CareProposal(Base):
    """What a parent would have written of a child's care, until an agent of health has looked at it."""

    __tablename__ = "care_proposal"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'accepted', 'refused', 'withdrawn')", name="state"),
        Index("uq_care_proposal_waiting", "child_id", unique=True, postgresql_where="state = 'waiting'"),
        Index("ix_care_proposal_child_id_asked_at", "child_id", "asked_at"),
    )

    proposal_id: Mapped[UUID] = mapped_column(primary_key=True, comment="The command that made it")
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary, comment="JSON under the health key")
    based_on: Mapped[int] = mapped_column(
        Integer, comment="Version of the care sheet that was shown; 0 is none"
    )
    state: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(comment="Account of the parent")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(700), comment="Name of the agent", server_default="")
    answer: Mapped[bytes | None] = mapped_column(
        LargeBinary, comment="Sealed words of the agent to the parents"
    )


class HealthReading(Base):
    """An agent read something of a child's health. Shown to the parents and to administrators."""

    __tablename__ = "health_reading"
    __table_args__ = (Index("ix_health_reading_child_id_at", "child_id", "at"),)

    reading_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"))
    agent_id: Mapped[UUID] = mapped_column(index=True)
    agent_name: Mapped[str] = mapped_column(String(700))
    kind: Mapped[str] = mapped_column(String(20), comment="contracts.accounts.health.ReadingKind")
    page: Mapped[str] = mapped_column(String(40), comment="From which page: kitchen, health, roll_call")
    at: Mapped[datetime] = mapped_column(index=True)
