"""Who waits for a place on a full session, and who is offered one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant


class WaitingPlace(Base):
    """A child in the line of a session; of a whole week's sessions where the activity is booked by week.

    An offer holds its places: they are counted in `session.taken` until it is taken, refused or over.
    """

    __tablename__ = "waiting_place"
    __table_args__ = (
        Index(
            "uq_waiting_place_live",
            "child_id",
            "anchor_id",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'offered')"),
        ),
        Index(
            "ix_waiting_place_line",
            "session_ids",
            postgresql_using="gin",
            postgresql_where=text("state IN ('waiting', 'offered')"),
        ),
        Index("ix_waiting_place_ends", "offer_ends_at", postgresql_where=text("state = 'offered'")),
    )

    waiting_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), unique=True, comment="Order of asking"
    )
    anchor_id: Mapped[UUID] = mapped_column(
        comment="The session, or the first one of the week: it names the line"
    )
    session_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), comment="All the sessions that go together")
    child_id: Mapped[UUID] = mapped_column(index=True)
    family_id: Mapped[UUID] = mapped_column(comment="The family that asked, and is told")
    account_id: Mapped[UUID | None]
    group_code: Mapped[str | None] = mapped_column(String(40))
    comes_first: Mapped[bool] = mapped_column(comment="Resident, where residents come first")
    asked_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(String(20))
    offer_ends_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(
        Instant, comment="When it was taken, refused, left or over"
    )
