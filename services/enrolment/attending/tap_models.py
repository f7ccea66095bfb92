"""The table of taps."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant


class Tap(Base):
    """A press on a tablet, kept a year beside the sheet that was made of it. Never changed but for `waits`."""

    __tablename__ = "tap"
    __table_args__ = (
        Index("ix_tap_session_id", "session_id"),
        Index("ix_tap_waits", "session_id", postgresql_where=text("waits")),
        Index("ix_tap_received_at", "received_at"),
    )

    tap_id: Mapped[UUID] = mapped_column(primary_key=True, comment="Made by the tablet")
    received: Mapped[int] = mapped_column(
        BigInteger,
        Identity(always=True),
        comment="Order of reception; of one session also that of the commits, under its lock",
    )
    session_id: Mapped[UUID] = mapped_column(ForeignKey("session.session_id"))
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.child_id"))
    seen: Mapped[str] = mapped_column(String(10), comment="contracts.enrolment.taps.Seen")
    at: Mapped[datetime] = mapped_column(Instant, comment="When it was pressed, by the town's clock")
    device_id: Mapped[UUID]
    device: Mapped[str] = mapped_column(String(80), comment="The tablet, as people would call it")
    number: Mapped[int] = mapped_column(BigInteger, comment="Order of the presses on the tablet")
    by_name: Mapped[str] = mapped_column(
        String(200), comment="Who was signed in on the tablet, as the tablet says"
    )
    sent_by: Mapped[UUID | None] = mapped_column(comment="The agent whose session brought it")
    received_at: Mapped[datetime] = mapped_column(Instant)
    waits: Mapped[bool] = mapped_column(
        comment="It came after the sheet was closed, which may say something else, and nobody has looked at it"
    )
