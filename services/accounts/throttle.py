"""Guessing gets slower and slower, for one account and for one network address.

An attempt is counted before it is judged, so that many at once gain nothing; a success takes the count back. The
subjects of unknown accounts are counted alike: being throttled tells nothing.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.models import Attempt
from contracts.errors import TooManyAttempts

FORGOTTEN_AFTER = timedelta(hours=24)
_LONGEST = timedelta(hours=1)


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

    The rows are locked in the order of their names: two attempts at once are counted one after the other.
    """
    by_name = {subject.name: subject for subject in subjects}
    rows = [{"subject": name, "failures": 0, "last_at": now} for name in sorted(by_name)]
    session.execute(insert(Attempt).values(rows).on_conflict_do_nothing())
    found = session.scalars(
        select(Attempt).where(Attempt.subject.in_(by_name)).order_by(Attempt.subject).with_for_update()
    ).all()
    waits = [row.blocked_until - now for row in found if row.blocked_until and row.blocked_until > now]
    if waits:
        raise TooManyAttempts(retry_after=int(max(waits).total_seconds()) + 1)
    for row in found:
        row.failures = 1 if now - row.last_at > FORGOTTEN_AFTER else row.failures + 1
        row.last_at = now
        wait = wait_after(row.failures, by_name[row.subject].limit)
        row.blocked_until = now + wait if wait else None


def succeed(session: Session, account: Subject, address: Subject) -> None:
    """The attempt was right: the account starts afresh, the address has one attempt less on its count."""
    session.execute(delete(Attempt).where(Attempt.subject == account.name))
    session.execute(
        update(Attempt)
        .where(Attempt.subject == address.name, Attempt.failures > 0)
        .values(failures=Attempt.failures - 1, blocked_until=None)
    )


def forget(session: Session, subject: Subject) -> None:
    """The attempt was right: the count starts afresh."""
    session.execute(delete(Attempt).where(Attempt.subject == subject.name))


def forget_old(session: Session, now: datetime) -> None:
    """Removes what no longer counts."""
    session.execute(delete(Attempt).where(Attempt.last_at < now - FORGOTTEN_AFTER))
