"""Decision letters: which are to be put into a vault, and when each is tried again.

A try is written down before it begins, so that whatever ends it, the process that made it included, only moves the next
one. How long it may take at most is `FIRST_WAIT`: then another may try as well, and documents keeps the first.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.enrolment.letters import LetterNotDue, LettersDueView
from contracts.enrolment.requests import LetterPlace
from contracts.events.requests import RequestState
from enrolment.requests.models import Request

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
DECIDED = frozenset({RequestState.ACCEPTED, RequestState.REFUSED})


def wait_after(tries: int) -> timedelta:
    """From the beginning of a try (1, 2 …) to the next: twice as long each time, six hours at most."""
    doubled: int = 2 ** min(tries - 1, 20)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def expect(request: Request, now: datetime) -> None:
    """The request, locked, was decided, or became an account's: its letter is to be put if there is a vault to be."""
    if request.state in DECIDED and request.account_id is not None and request.letter_put_at is None:
        request.letter_try_at, request.letter_tries = now, 0


def place(request: Request) -> LetterPlace:
    """Where the letter is."""
    if request.letter_put_at is not None:
        return LetterPlace.VAULT
    if request.letter_try_at is None:
        return LetterPlace.PAGE
    return LetterPlace.NO_VAULT if request.letter_without_vault else LetterPlace.COMING


def due(session: Session, limit: int, now: datetime) -> LettersDueView:
    """Those to be tried now, and how many wait. Two statements."""
    waits = ~Request.letter_without_vault
    waiting, oldest, without_vault = session.execute(
        select(
            func.count().filter(waits),
            func.min(Request.closed_at).filter(waits),
            func.count().filter(Request.letter_without_vault),
        ).where(Request.letter_try_at.is_not(None))
    ).one()
    ids = session.scalars(
        select(Request.request_id)
        .where(Request.letter_try_at <= now)
        .order_by(Request.letter_try_at)
        .limit(limit)
    )
    return LettersDueView(
        request_ids=list(ids),
        waiting=waiting,
        oldest_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
        without_vault=without_vault,
    )


def take(session: Session, request_id: UUID, now: datetime) -> Request:
    """Begins a try. Raises LetterNotDue."""
    request = _locked(session, request_id)
    if request is None or request.letter_try_at is None or request.letter_try_at > now:
        raise LetterNotDue
    request.letter_tries += 1
    request.letter_try_at = now + wait_after(request.letter_tries)
    return request


def note(session: Session, request_id: UUID, is_put: bool, now: datetime) -> bool:
    """Ends a try. False where the letter is noted already, or was given up with its account."""
    request = _locked(session, request_id)
    if request is None or request.letter_try_at is None:
        return False
    request.letter_without_vault = not is_put
    if is_put:
        request.letter_put_at, request.letter_try_at = now, None
    return True


def give_up(request: Request) -> None:
    """The request, locked, is erased: nothing is put any more."""
    request.letter_try_at = None


def _locked(session: Session, request_id: UUID) -> Request | None:
    return session.get(Request, request_id, with_for_update=True, populate_existing=True)
