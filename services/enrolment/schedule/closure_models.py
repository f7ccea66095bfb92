"""The closures that agents declared."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from enrolment.models import Base, Instant


class Closure(Base):
    """Days on which sessions do not run. A lifted one stays, for what it cancelled stays cancelled."""

    __tablename__ = "closure"
    __table_args__ = (Index("ix_closure_days", "first", "last", postgresql_where=text("lifted_at IS NULL")),)

    closure_id: Mapped[UUID] = mapped_column(primary_key=True)
    first: Mapped[date]
    last: Mapped[date]
    place_code: Mapped[str | None] = mapped_column(String(40), comment="None: every place")
    activity_code: Mapped[str | None] = mapped_column(String(40), comment="None: every activity")
    slot: Mapped[str | None] = mapped_column(String(40), comment="None: the whole day")
    reason: Mapped[str] = mapped_column(String(200), comment="As parents read it")
    declared_at: Mapped[datetime] = mapped_column(Instant)
    declared_by: Mapped[UUID | None] = mapped_column(comment="Agent; none when the installation did")
    declared_by_name: Mapped[str] = mapped_column(String(200))
    command_id: Mapped[UUID] = mapped_column(comment="What its proofs carry")
    sessions: Mapped[int] = mapped_column(Integer)
    bookings: Mapped[int] = mapped_column(Integer)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by_name: Mapped[str] = mapped_column(String(200), default="")
