"""What happened to a request: its history, and the facts that tell others of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.enrolment.requests import Side, StepKind
from contracts.events.event import Event
from enrolment.requests.models import Department, Request, RequestStep


def note(
    session: Session,
    request_id: UUID,
    kind: StepKind,
    side: Side,
    by_name: str,
    now: datetime,
    words: str = "",
    documents: Sequence[UUID] = (),
    *,
    by_code: bool = False,
) -> None:
    """A line of the history. `by_code`: its documents are sealed to the tracking code."""
    step = RequestStep(
        request_id=request_id,
        at=now,
        kind=kind,
        side=side,
        by_name=by_name[:200],
        words=words,
        documents=list(documents),
        by_code=by_code,
    )
    session.add(step)
    session.flush()  # in the order of happening


def announce(session: Session, request: Request, fact: type[Event], now: datetime, **more: Any) -> None:
    """Tells a fact of a request; its version is the request's, which grows with each."""
    request.version += 1
    session.flush()
    department = session.get_one(Department, request.department_code)
    tell(
        session,
        fact(**about(request, department), **more),
        subject=request.request_id,
        version=request.version,
        at=now,
    )


def about(request: Request, department: Department) -> dict[str, Any]:
    """What every fact of a request says."""
    return {
        "request_id": request.request_id,
        "number": request.number,
        "procedure_code": request.procedure_code,
        "title": request.title,
        "department_code": department.code,
        "department_name": department.name,
        "account_id": request.account_id,
        "email": request.email,
    }


def of(session: Session, request_id: UUID) -> list[RequestStep]:
    """The history, oldest first."""
    statement = select(RequestStep).where(RequestStep.request_id == request_id).order_by(RequestStep.step_id)
    return list(session.scalars(statement))
