"""The end of a request: its personal data goes when its retention is over, or with its account.

What is left counts: number, procedure, department, state, dates. The history keeps what was done and when, without
words or names.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.enrolment.requests import StepKind
from contracts.events.requests import RequestErased, RequestReleased, RequestState
from enrolment.requests import letters, reused, states, steps
from enrolment.requests.delays import months_later
from enrolment.requests.models import AccountAddress, Request, RequestDocument, RequestStep
from enrolment.schedule import calendar

PER_TICK = 100
_UNREAD = bytes(32)


def over(session: Session, now: datetime) -> list[UUID]:
    """Requests whose retention is over, the oldest first; at most a hundred."""
    today = calendar.local_day(now)
    rows = session.execute(
        select(Request.request_id, Request.closed_at, Request.retention_months)
        .where(Request.closed_at.is_not(None), Request.erased_at.is_(None))
        .order_by(Request.closed_at)
    )
    ended = (
        request_id
        for request_id, closed_at, months in rows
        if closed_at is not None and months_later(calendar.local_day(closed_at), months) <= today
    )
    return [request_id for request_id, _ in zip(ended, range(PER_TICK), strict=False)]


def erase(session: Session, request_id: UUID, now: datetime) -> bool:
    """Empties a request, under its lock. False when that was done before."""
    request = session.get(Request, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.erased_at is not None:
        return False
    request.account_id, request.email, request.answers, request.letter = None, "", {}, ""
    request.agent_id, request.agent_name, request.decided_by = None, "", ""
    request.code_hash, request.code_key, request.erased_at = _UNREAD, None, now
    letters.give_up(request)
    request.version += 1
    request.lacking = []
    reused.forget(session, request)
    session.execute(
        delete(RequestStep).where(
            RequestStep.request_id == request_id,
            RequestStep.kind.in_([StepKind.NOTED, StepKind.ASSIGNED]),
        )
    )
    session.execute(
        update(RequestStep)
        .where(RequestStep.request_id == request_id)
        .values(by_name="", words="", documents=[])
    )
    session.execute(delete(RequestDocument).where(RequestDocument.request_id == request_id))
    session.flush()
    tell(
        session,
        RequestErased(request_id=request_id, number=request.number),
        subject=request_id,
        version=request.version,
        at=now,
    )
    return True


def close_account(session: Session, account_id: UUID, now: datetime) -> None:
    """What is decided goes at once. What is not goes on, by mail and tracking code, and goes at its own time."""
    session.execute(delete(AccountAddress).where(AccountAddress.account_id == account_id))
    own = session.scalars(
        select(Request).where(Request.account_id == account_id).order_by(Request.request_id).with_for_update()
    )
    for request in own.all():
        if states.is_open(RequestState(request.state)):
            request.account_id = None
            steps.announce(session, request, RequestReleased, now)
            session.execute(
                update(RequestDocument)
                .where(RequestDocument.request_id == request.request_id)
                .values(account_id=None)
            )
        else:
            erase(session, request.request_id, now)
