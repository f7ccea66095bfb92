"""A request taken over by another municipal system, by its orders on the broker.

An order counts for the requests of those departments of which an administrator named its sender. Given again, it
changes nothing.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from contracts.enrolment.requests import Side
from contracts.errors import NotAllowed, NotFound
from contracts.events.requests import RequestState
from contracts.orders.requests import DecideRequestOver, Outcome, TakeRequestOver
from enrolment.requests import departments, handling
from enrolment.requests.models import Request

_DECIDED = {Outcome.ACCEPTED: RequestState.ACCEPTED, Outcome.REFUSED: RequestState.REFUSED}


def take_over(session: Session, order: TakeRequestOver, sender: str, now: datetime) -> bool:
    """False when the system has it already. Raises NotFound, NotAllowed, RequestChanged."""
    request = _of_system(session, order, sender)
    if request.state == RequestState.IN_PROGRESS and request.agent_name == sender:
        return False
    handling.take(session, request, sender, now, Side.SYSTEM)
    request.agent_id, request.agent_name = None, sender
    return True


def decide(session: Session, order: DecideRequestOver, sender: str, now: datetime) -> bool:
    """False when that is decided already. Raises NotFound, NotAllowed, RequestChanged, Invalid."""
    request = _of_system(session, order, sender)
    if request.state == _DECIDED[order.outcome] and request.letter == order.words.strip():
        return False
    is_accepted = order.outcome is Outcome.ACCEPTED
    by = order.decided_by.strip() or sender
    handling.settle(session, request, is_accepted, order.words, by, now, Side.SYSTEM)
    return True


def _of_system(session: Session, order: TakeRequestOver | DecideRequestOver, sender: str) -> Request:
    request = session.get(Request, order.request_id, with_for_update=True, populate_existing=True)
    if request is None or request.erased_at is not None:
        raise NotFound
    if request.department_code not in departments.of_system(session, sender):
        raise NotAllowed(needs=[request.department_code])
    return request
