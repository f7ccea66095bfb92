"""Bookings that changed: gathered by family, written as one summary once nothing has moved for a quarter of an hour.

Each family has one row of `booking_digest` while it has something to hear. That row is the lock: a change takes it
before it adds its line, the summary before it reads and removes the lines. So no line is lost or told twice, whoever
is killed in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.household.activities import names_of_activities
from accounts.mailing import mail
from accounts.mailing.mail import Site
from accounts.mailing.news_models import BookingDigest, BookingNews
from accounts.mailing.notices import TOWN, guardians_of, names_of, names_of_children
from accounts.wording import count
from contracts.events.bookings import BookingCancelled, BookingMade

QUIET = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=1)
"""A family that keeps changing is written to all the same."""


@dataclass
class Block:
    """What one person did in one save for one child in one activity. `by` None is the town."""

    child: str
    activity: str
    slot: str
    made: bool
    at: datetime
    by: UUID | None
    who: str
    days: list[date] = field(default_factory=list)


def gather(session: Session, fact: BookingMade | BookingCancelled, at: datetime, now: datetime) -> None:
    """Adds a line to what the family will be told. What a closure ended or another calendar moved has its own mail."""
    if fact.handed_over or (isinstance(fact, BookingCancelled) and fact.cancelled_because):
        return
    digest = insert(BookingDigest).values(family_id=fact.family_id, first_at=now, last_at=now)
    session.execute(
        digest.on_conflict_do_update(
            index_elements=[BookingDigest.family_id], set_={"last_at": digest.excluded.last_at}
        )
    )
    session.execute(
        insert(BookingNews).values(
            family_id=fact.family_id,
            child_id=fact.child_id,
            activity_code=fact.activity_code,
            day=fact.day,
            slot=fact.slot,
            made=isinstance(fact, BookingMade),
            at=at,
            changed_by=fact.changed_by,
        )
    )


def write_one(session: Session, site: Site, now: datetime) -> bool:
    """Writes the summary of one family that has been quiet, to all its guardians; False when there is none."""
    digest = session.scalar(
        select(BookingDigest)
        .where(or_(BookingDigest.last_at <= now - QUIET, BookingDigest.first_at <= now - LONGEST_WAIT))
        .order_by(BookingDigest.last_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if digest is None:
        return False
    lines = session.scalars(
        select(BookingNews)
        .where(BookingNews.family_id == digest.family_id)
        .order_by(BookingNews.at, BookingNews.news_id)
    ).all()
    changes = net(lines)
    if changes:
        blocks = _blocks(session, changes)
        accounts = guardians_of(session, digest.family_id)
        mail.write_all(
            session, site, "bookings_changed", accounts, now, blocks=blocks, summary=_summary(changes)
        )
    session.execute(delete(BookingDigest).where(BookingDigest.family_id == digest.family_id))
    return True


def net(lines: Iterable[Any]) -> list[Any]:
    """The last change of each day, in order, where it differs from what stood before the first: a day booked and
    cancelled within the same quarter of an hour is no news."""
    by_day: dict[tuple[UUID, str, date, str], list[Any]] = {}
    for line in lines:
        by_day.setdefault((line.child_id, line.activity_code, line.day, line.slot), []).append(line)
    return [found[-1] for found in by_day.values() if found[0].made == found[-1].made]


def _blocks(session: Session, changes: list[BookingNews]) -> list[Block]:
    children = names_of_children(session, {line.child_id for line in changes})
    activities = names_of_activities(session, {line.activity_code for line in changes})
    people = names_of(session, {line.changed_by for line in changes})

    def key(line: BookingNews) -> tuple[Any, ...]:
        child = children.get(line.child_id, "")
        return child, activities[line.activity_code], line.slot, not line.made, line.at, str(line.changed_by)

    return [
        Block(
            child=child,
            activity=activity,
            slot=slot,
            made=not cancelled,
            at=at,
            by=(first := next(iter(found := list(lines)))).changed_by,
            who=people.get(first.changed_by, TOWN),
            days=sorted(line.day for line in found),
        )
        for (child, activity, slot, cancelled, at, _), lines in groupby(sorted(changes, key=key), key)
    ]


def _summary(changes: list[BookingNews]) -> str:
    made = sum(line.made for line in changes)
    cancelled = len(changes) - made
    parts = [count(made, "jour réservé", "jours réservés")] if made else []
    if cancelled:
        parts.append(count(cancelled, "jour annulé", "jours annulés"))
    return ", ".join(parts)
