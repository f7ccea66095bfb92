"""Table of the night's work."""

from datetime import date, datetime

from sqlalchemy import String, func
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import Base


class Night(Base):
    """A task done for a night: the check of the books, the reconciliation with a provider."""

    __tablename__ = "night"

    task: Mapped[str] = mapped_column(String(20), primary_key=True)
    night: Mapped[date] = mapped_column(primary_key=True, comment="The town's day it belongs to")
    found: Mapped[int] = mapped_column(comment="Things for a person to look at, old ones included")
    real_done_at: Mapped[datetime] = mapped_column(server_default=func.now())
