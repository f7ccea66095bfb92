"""What travels with a message that failed, and what is read of one that was given up on. No broker, no clock.

A message waits or is parked with headers that say why. One that its process died over has none of the last try: the
broker moved it (`x-death`). One that was parked by an earlier release has a reason only.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from chassis.topology import DELIVERY_LIMIT
from contracts.envelope import Envelope
from contracts.errors import DomainError
from contracts.parked import ParkedFailure

TRIES = "x-espace-tries"
SENDER = "x-espace-sender"
_FAILURE = "x-espace-failure"
_WORDS = "x-espace-reason"
_HANDLER = "x-espace-handler"
_FIRST, _LAST = "x-espace-first", "x-espace-last"
_PARKING = "x-espace-parking"
MOST_WORDS = 500
MOST_TRIES = 1_000
Headers = Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """Why a message was not applied: a `ParkedFailure` or the exception's class, its words, and whose it was."""

    kind: str
    words: str = ""
    handler: str = ""

    @classmethod
    def of(cls, problem: BaseException, handler: str = "") -> "Failure":
        """Of what a handler raised. Words that repeat the values given (a column's, a field's) are left out."""
        if isinstance(problem, ValidationError):
            words = "; ".join(
                f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
                for error in problem.errors(include_input=False, include_url=False, include_context=False)
            )
        elif isinstance(problem, DBAPIError):
            words = str(problem.orig).partition("\n")[0]
        elif isinstance(problem, DomainError):
            words = str(problem)
        else:
            words = " ".join(map(str, problem.args))
        return cls(type(problem).__name__, words[:MOST_WORDS], handler)

    @classmethod
    def unreadable(cls, problem: ValidationError) -> "Failure":
        """Of a message that is not what it says, or says nothing."""
        return cls(ParkedFailure.UNREADABLE, cls.of(problem).words)


def headers_after(before: Headers, failure: Failure, tries: int, at: datetime, *, parks: bool) -> Headers:
    """What a message takes with it to where it waits or is parked."""
    headers = {
        TRIES: tries,
        _FAILURE: failure.kind,
        _WORDS: failure.words,
        _HANDLER: failure.handler,
        _FIRST: before.get(_FIRST) or at.isoformat(),
        _LAST: at.isoformat(),
    }
    return {**headers, _PARKING: str(uuid4())} if parks else headers


def tries_in(headers: Headers) -> int:
    """How often the message was tried before. Headers of an order are a stranger's: what is no such number is none."""
    found = headers.get(TRIES)
    return found if isinstance(found, int) and 0 <= found <= MOST_TRIES else 0


@dataclass(frozen=True)
class ParkedMessage:
    """What is kept of it. `mark` knows the message again, `parking` this one time that it was parked."""

    queue: str
    mark: str
    parking: str
    event_id: UUID | None
    type: str
    subject: str
    source: str
    sender: str | None
    version: int | None
    occurred_at: datetime | None
    correlation_id: str
    body: str
    is_text: bool
    failure: str
    words: str
    handler: str
    tries: int
    first_failed_at: datetime
    last_failed_at: datetime


def read(queue: str, body: bytes, headers: Headers, sender: str | None, now: datetime) -> ParkedMessage:
    """What the parked queue of `queue` gave: never raises, whatever the message is.

    `sender`: of an order, whom the broker vouches for; None for facts.
    """
    try:
        envelope = Envelope.model_validate_json(body)
    except ValidationError:
        envelope = None
    try:
        text = body.decode()
        is_text = "\0" not in text
    except UnicodeDecodeError:
        text, is_text = body.decode(errors="backslashreplace"), False
    failure, parking = _why(headers, body)
    last = _instant(headers.get(_LAST)) or now
    return ParkedMessage(
        queue=queue,
        mark=str(envelope.id) if envelope else hashlib.sha256(body).hexdigest(),
        parking=parking[:200],
        event_id=envelope.id if envelope else None,
        type=_plain(envelope.type, 200) if envelope else "",
        subject=_plain(envelope.subject, 200) if envelope else "",
        source=_plain(envelope.source, 200) if envelope else "",
        sender=sender,
        version=envelope.aggregateversion if envelope and _fits(envelope.aggregateversion) else None,
        occurred_at=envelope.time if envelope else None,
        correlation_id=_plain(envelope.correlationid, 100) if envelope else "",
        body=text.replace("\0", "\\x00"),
        is_text=is_text,
        failure=_plain(failure.kind, 200),
        words=_plain(failure.words, MOST_WORDS),
        handler=_plain(failure.handler, 100),
        tries=tries_in(headers) + (DELIVERY_LIMIT if failure.kind == ParkedFailure.DIED else 0),
        first_failed_at=_instant(headers.get(_FIRST)) or last,
        last_failed_at=last,
    )


def _why(headers: Headers, body: bytes) -> tuple[Failure, str]:
    """The failure, and what tells this parking from another one of the same message."""
    if _PARKING in headers:
        kept = Failure(*(str(headers.get(name, "")) for name in (_FAILURE, _WORDS, _HANDLER)))
        return kept, str(headers[_PARKING])
    deaths = headers.get("x-death")
    last = deaths[0] if isinstance(deaths, list) and deaths else None
    if isinstance(last, dict) and last.get("reason") == "delivery_limit":
        when = f"{last.get('time')}, {last.get('count')}"
        return Failure(ParkedFailure.DIED), f"died {when}"
    # Parked by a release that wrote « unreadable: … », « no user_id: … » or what Python shows of the exception.
    reason = str(headers.get(_WORDS, ""))
    digest = hashlib.sha256(body).hexdigest()
    for start, kind in (("unreadable", ParkedFailure.UNREADABLE), ("no user_id", ParkedFailure.NO_SENDER)):
        if reason.startswith(start):
            return Failure(kind, reason), digest
    return Failure(reason.partition("(")[0] or ParkedFailure.UNKNOWN, reason), digest


def _instant(written: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(written))
    except ValueError:
        return None


def _plain(words: str, most: int) -> str:
    """Words that the database takes."""
    return words.replace("\0", "")[:most]


def _fits(version: int) -> bool:
    return -(2**31) <= version < 2**31
