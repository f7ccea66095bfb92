"""The week that a family books again and again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant


class UsualWeekKept(Base):
    """A child's usual week, as it was last applied: by either of its homes, each its own."""

    __tablename__ = "usual_week"

    child_id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    days: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="UsualDay: activity, part, weekday")
    kept_at: Mapped[datetime] = mapped_column(Instant)
