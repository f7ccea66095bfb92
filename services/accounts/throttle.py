"""Guessing gets slower and slower, for one account and for one network address.

An attempt is counted before it is judged, so that many at once gain nothing; a success takes the count back. The
subjects of unknown accounts are counted alike: being throttled tells nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, DateTime, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.models import Attempt
from contracts.errors import TooManyAttempts

FORGOTTEN_AFTER = timedelta(hours=24)
_LONGEST = timedelta(hours=1)
_STEPS = 14  # doublings of the shortest first wait until the longest is reached, and to spare


@dataclass(frozen=True)
class Limit:
    """What is free, and the first wait; each further failure doubles it, up to an hour."""

    free: int
    first_wait: timedelta


ACCOUNT = Limit(5, timedelta(seconds=15))
ADDRESS = Limit(30, timedelta(seconds=15))  # a school or a library shares one address
MAILS = Limit(3, timedelta(minutes=5))
FETCHES = Limit(5, timedelta(minutes=10))
EXPORTS = Limit(5, timedelta(minutes=10))


@dataclass(frozen=True)
class Subject:
    """What attempts are counted on."""

    name: str
    limit: Limit


def on_account(purpose: str, account: str, limit: Limit = ACCOUNT) -> Subject:
    """An account, known or not, by a hash of what it is called."""
    return Subject(f"{purpose}:account:{hashlib.sha256(account.encode()).hexdigest()[:40]}", limit)


def on_address(purpose: str, address: str, limit: Limit = ADDRESS) -> Subject:
    """A network address; an IPv6 household by its /64."""
    network = ":".join(address.split(":")[:4]) if ":" in address and "." not in address else address
    return Subject(f"{purpose}:address:{network[:45]}", limit)


def wait_after(failures: int, limit: Limit) -> timedelta:
    """How long after this many failures in a row."""
    if failures <= limit.free:
        return timedelta()
    return min(_LONGEST, limit.first_wait * (1 << min(failures - limit.free - 1, 20)))


def count(session: Session, subjects: list[Subject], now: datetime) -> None:
    """Counts one attempt on each subject. Raises TooManyAttempts when one of them has to wait.

    One statement, which locks the rows in the order of their names: two attempts at once are counted one after the
    other, and a wait that the first has brought about holds for the second.
    """
    by_name = {subject.name: subject for subject in subjects}
    first = [
        {"subject": name, "failures": 1, "last_at": now, "blocked_until": _until(1, by_name[name].limit, now)}
        for name in sorted(by_name)
    ]
    failures = case((now - Attempt.last_at > FORGOTTEN_AFTER, 1), else_=Attempt.failures + 1)
    waits = {name: _waits(failures, subject.limit, now) for name, subject in by_name.items()}
    counted = insert(Attempt).values(first)
    counted = counted.on_conflict_do_update(
        index_elements=[Attempt.subject],
        set_={
            "failures": failures,
            "last_at": now,
            "blocked_until": case(*((Attempt.subject == name, wait) for name, wait in waits.items())),
        },
        where=or_(Attempt.blocked_until.is_(None), Attempt.blocked_until <= now),
    )
    done = set(session.scalars(counted.returning(Attempt.subject)))
    if len(done) == len(by_name):
        return
    longest = session.scalar(
        select(func.max(Attempt.blocked_until)).where(Attempt.subject.in_(by_name.keys() - done))
    )
    wait = longest - now if longest is not None else timedelta()
    raise TooManyAttempts(retry_after=int(wait.total_seconds()) + 1)


def _until(failures: int, limit: Limit, now: datetime) -> datetime | None:
    wait = wait_after(failures, limit)
    return now + wait if wait else None


def _waits(failures: ColumnElement[int], limit: Limit, now: datetime) -> ColumnElement[datetime | None]:
    """`wait_after` for a number that only the database knows: from the first wait to the longest, a dozen steps."""
    steps = [
        (failures == number, literal(_until(number, limit, now), DateTime(timezone=True)))
        for number in range(limit.free + 1, limit.free + _STEPS)
    ]
    return case((failures <= limit.free, None), *steps, else_=now + _LONGEST)


def succeed(session: Session, account: Subject, address: Subject) -> None:
    """The attempt was right: the account starts afresh, the address has one attempt less on its count."""
    afresh = delete(Attempt).where(Attempt.subject == account.name).cte("afresh")
    session.execute(
        update(Attempt)
        .where(Attempt.subject == address.name, Attempt.failures > 0)
        .values(failures=Attempt.failures - 1, blocked_until=None)
        .add_cte(afresh)
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, subject: Subject) -> None:
    """The attempt was right: the count starts afresh."""
    session.execute(delete(Attempt).where(Attempt.subject == subject.name))


def forget_old(session: Session, now: datetime) -> None:
    """Removes what no longer counts."""
    session.execute(delete(Attempt).where(Attempt.last_at < now - FORGOTTEN_AFTER))
