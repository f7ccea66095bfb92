"""Work done once a night, whichever replica gets to it first; a night that was missed is made up for at the next look.

The mark is written in the transaction of the work's result: a process that dies half way leaves the night undone.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.accounting.models import Night
from chassis.clock import PARIS

_STARTS_AT = timedelta(hours=3)


def night_of(now: datetime) -> date:
    """The town's day whose night work is due: from three in the morning on, its own."""
    return (now.astimezone(PARIS) - _STARTS_AT).date()


def is_due(session: Session, task: str, night: date) -> bool:
    """True until somebody has done that task for that night."""
    return session.get(Night, (task, night)) is None


def last_done(session: Session, task: str) -> datetime | None:
    """When that task was last done, in real time."""
    return session.scalar(select(func.max(Night.real_done_at)).where(Night.task == task))


def note(session: Session, task: str, night: date, found: int) -> None:
    """It is done, and found so many things to look at. The first to finish counts."""
    row = insert(Night).values(task=task, night=night, found=found)
    session.execute(row.on_conflict_do_nothing())


def ages(session: Session) -> dict[str, float]:
    """Seconds since each task was last done, in real time."""
    rows = session.execute(
        select(Night.task, func.extract("epoch", func.now() - func.max(Night.real_done_at))).group_by(
            Night.task
        )
    )
    return {task: float(seconds) for task, seconds in rows}
