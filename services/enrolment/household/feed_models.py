"""The secret addresses of calendars."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant


class CalendarFeed(Base):
    """A guardian's feed of a family. Only the hash of its secret is here."""

    __tablename__ = "calendar_feed"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    family_id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True, comment="SHA-256 of 192 random bits")
    made_at: Mapped[datetime] = mapped_column(Instant)
