"""Who read what of a child's health: written in the transaction of the reading, shown to parents and administrators."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from accounts.care.health_models import HealthReading
from accounts.models import Child
from accounts.names import plain, spell
from contracts.accounts.health import ListReadings, ReadingKind, ReadingsPage, ReadingView
from contracts.caller import Caller, Kind

KEPT = timedelta(days=365)
"""CNIL, délibération 2021-122: traces are kept six months to a year."""
PER_PAGE = 50
_SHOWN_TO_PARENTS = 100


def note(
    session: Session, child_ids: Iterable[UUID], kind: ReadingKind, page: str, caller: Caller, now: datetime
) -> None:
    """One line for each child. A parent reading of their own child, and the installation, leave none."""
    if caller.kind is not Kind.AGENT or caller.account_id is None:
        return
    session.add_all(
        HealthReading(
            child_id=child_id,
            agent_id=caller.account_id,
            agent_name=caller.name,
            kind=kind.value,
            page=page,
            at=now,
        )
        for child_id in child_ids
    )


def of_child(session: Session, child_id: UUID) -> list[ReadingView]:
    """The newest ones."""
    rows = session.scalars(
        select(HealthReading)
        .where(HealthReading.child_id == child_id)
        .order_by(HealthReading.at.desc(), HealthReading.reading_id)
        .limit(_SHOWN_TO_PARENTS)
    )
    return [_view(row) for row in rows]


def search(session: Session, ask: ListReadings) -> ReadingsPage:
    """Of everybody, or of the agents and children that a text names. Two statements."""
    wanted = [
        or_(
            func.lower(HealthReading.agent_name).contains(word, autoescape=True),
            Child.name_key.contains(plain(word), autoescape=True),
        )
        for word in ask.text.lower().split()
    ]
    total = session.scalar(select(func.count()).select_from(HealthReading).join(Child).where(*wanted)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(ask.page, pages)
    rows = session.execute(
        select(HealthReading, Child)
        .join(Child)
        .where(*wanted)
        .order_by(HealthReading.at.desc(), HealthReading.reading_id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return ReadingsPage(
        readings=[
            _view(row, spell(child.first_name, child.usage_name or child.last_name)) for row, child in rows
        ],
        page=page,
        pages=pages,
        total=total,
    )


def forget_old(session: Session, now: datetime) -> None:
    """Removes lines past their time."""
    session.execute(delete(HealthReading).where(HealthReading.at < now - KEPT))


def _view(row: HealthReading, child: str = "") -> ReadingView:
    return ReadingView(
        at=row.at, agent=row.agent_name, kind=ReadingKind(row.kind), page=row.page, child=child
    )
