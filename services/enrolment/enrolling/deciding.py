"""An agent decides of an enrolment: accepted, made to wait, refused; before its turn or after it was accepted."""

from datetime import datetime

from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Role
from contracts.enrolment.enrolments import DecideEnrolment
from contracts.enrolment.offer import ActivityTerms
from contracts.errors import Conflict, Invalid
from contracts.events.enrolments import EnrolmentRefused, EnrolmentState
from enrolment.booking import waiting
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling import lines, steps
from enrolment.enrolling.facts import describe
from enrolment.enrolling.states import Act, after
from enrolment.household.families import SomeChild
from enrolment.models import Enrolment


def decide(session: Session, ask: DecideEnrolment, caller: Caller, now: datetime) -> None:
    """An agent decides of the version that was on the screen. Accepted without a place, it waits for one."""
    agent = caller.staff(Role.REQUESTS)
    enrolment, child, activity = steps.locked(session, ask.enrolment_id)
    act = Act.QUEUE if ask.waits else Act.ACCEPT if ask.accept else Act.REFUSE
    after(EnrolmentState(enrolment.state), act)
    if enrolment.version != ask.version:
        raise Conflict(version=enrolment.version)
    enrolment.decided_by, enrolment.decided_by_name = agent, caller.name
    terms, reason = terms_of(activity), ask.reason.strip()
    match act:
        case Act.QUEUE:
            _queue_by_hand(session, enrolment, child, terms, now)
        case Act.ACCEPT:
            if enrolment.state == EnrolmentState.WAITING:
                _check_order(session, enrolment, reason)
                enrolment.accepted_because = reason
            steps.accept(session, enrolment, child, terms, now)
        case _:
            _refuse(session, enrolment, child, terms, reason, now)


def _queue_by_hand(
    session: Session, enrolment: Enrolment, child: SomeChild, terms: ActivityTerms, now: datetime
) -> None:
    """Where places are counted and one is free, it is offered at once: none stays free while somebody waits."""
    if terms.waiting is None:
        raise Invalid(problems={"decision": "no_waiting_list"})
    steps.queue(session, enrolment, child, terms, now)
    steps.serve_next(session, enrolment, now)


def _check_order(session: Session, enrolment: Enrolment, reason: str) -> None:
    """Who is not the first in line is accepted for a reason that is kept."""
    if lines.rank(session, [enrolment])[enrolment.enrolment_id] > 1 and not reason:
        raise Invalid(problems={"reason": "out_of_order"})


def _refuse(
    session: Session, enrolment: Enrolment, child: SomeChild, terms: ActivityTerms, reason: str, now: datetime
) -> None:
    if not reason:
        raise Invalid(problems={"reason": "missing"})
    if enrolment.state == EnrolmentState.ACCEPTED:
        steps.check_nothing_booked(session, enrolment, now)
    enrolment.reason = reason
    steps.move(enrolment, EnrolmentState.REFUSED, now)
    fact = describe(enrolment, child, terms.name).model_dump() | {"reason": reason}
    tell(session, EnrolmentRefused(**fact), subject=enrolment.enrolment_id, version=enrolment.version, at=now)
    waiting.drop(session, enrolment.child_id, enrolment.activity_code, now)
    steps.serve_next(session, enrolment, now)
