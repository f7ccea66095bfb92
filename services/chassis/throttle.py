"""Guessing gets slower and slower, for one account and for one network address.

An attempt is counted before it is judged, so that many at once gain nothing; a success takes the count back. The
subjects of unknown accounts are counted alike: being throttled tells nothing.

A service that uses it has a table `attempt` (subject, failures, last_at, blocked_until) among its own.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, column, delete, func, select, table, text
from sqlalchemy.orm import Session

from contracts.errors import TooManyAttempts

_ATTEMPT = table(
    "attempt", column("subject"), column("last_at"), column("blocked_until", DateTime(timezone=True))
)
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


COUNTING = """
tried AS (
  SELECT * FROM unnest(CAST(:subjects AS text[]), CAST(:free AS int[]), CAST(:first AS float8[]))
    AS tried (subject, free, first)
),
counted AS (
  INSERT INTO attempt AS kept (subject, failures, last_at, blocked_until)
  SELECT subject, 1, :now, CASE WHEN free < 1 THEN :now + first * interval '1 second' END FROM tried
  WHERE NOT EXISTS (SELECT FROM attempt JOIN tried USING (subject) WHERE blocked_until > :now)
  ORDER BY subject
  ON CONFLICT (subject) DO UPDATE SET (failures, last_at, blocked_until) = (
    SELECT failures, :now, CASE WHEN failures > free
      THEN :now + least(:longest, first * 2.0 ^ least(failures - free - 1, 20)) * interval '1 second' END
    FROM tried, LATERAL (
      SELECT CASE WHEN kept.last_at < :forgotten THEN 1 ELSE kept.failures + 1 END
    ) AS counted (failures)
    WHERE tried.subject = kept.subject
  )
  WHERE kept.blocked_until IS NULL OR kept.blocked_until <= :now
  RETURNING subject
)
"""
"""Parts of a statement: `counted` has the subjects on which an attempt was counted, all of them or, when one has to
wait, not all. `wait_after` is said again here, for a number that only the database knows."""
_COUNT = text(f"WITH {COUNTING} SELECT subject FROM counted")

EASING = """
afresh AS (DELETE FROM attempt WHERE subject = :account),
eased AS (
  UPDATE attempt SET failures = failures - 1, blocked_until = NULL WHERE subject = :address AND failures > 0
)
"""
"""Parts of a statement: the attempt was right."""
_SUCCEED = text(f"WITH {EASING} SELECT")


def given_for(subjects: list[Subject], now: datetime) -> dict[str, object]:
    """What `COUNTING` needs."""
    return {
        "subjects": [subject.name for subject in subjects],
        "free": [subject.limit.free for subject in subjects],
        "first": [subject.limit.first_wait.total_seconds() for subject in subjects],
        "now": now,
        "longest": _LONGEST.total_seconds(),
        "forgotten": now - FORGOTTEN_AFTER,
    }


def count(session: Session, subjects: list[Subject], now: datetime) -> None:
    """Counts one attempt on each subject. Raises TooManyAttempts when one of them has to wait.

    One statement, which locks the rows in the order of their names: two attempts at once are counted one after the
    other, and a wait that the first has brought about holds for the second.
    """
    counted = set(session.scalars(_COUNT, given_for(subjects, now)))
    if len(counted) < len(subjects):
        raise refusal(session, subjects, now)


def refusal(session: Session, subjects: list[Subject], now: datetime) -> TooManyAttempts:
    """How long to wait until each of them may be tried."""
    names = [subject.name for subject in subjects]
    until = session.scalar(select(func.max(_ATTEMPT.c.blocked_until)).where(_ATTEMPT.c.subject.in_(names)))
    wait = until - now if until is not None else timedelta()
    return TooManyAttempts(retry_after=int(wait.total_seconds()) + 1)


def succeed(session: Session, account: Subject, address: Subject) -> None:
    """The attempt was right: the account starts afresh, the address has one attempt less on its count."""
    session.execute(_SUCCEED, {"account": account.name, "address": address.name})


def forget(session: Session, subject: Subject) -> None:
    """The attempt was right: the count starts afresh."""
    session.execute(delete(_ATTEMPT).where(_ATTEMPT.c.subject == subject.name))


def forget_old(session: Session, now: datetime) -> None:
    """Removes what no longer counts."""
    session.execute(delete(_ATTEMPT).where(_ATTEMPT.c.last_at < now - FORGOTTEN_AFTER))
