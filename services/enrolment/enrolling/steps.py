"""What the changes of an enrolment are made of: its locks, its next state, the fact told of it, the line served."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.refusals import NoPlaceLeft, StillBooked
from contracts.errors import NotFound
from contracts.events.enrolments import EnrolmentAccepted, EnrolmentState, EnrolmentWaiting
from enrolment.enrolling import lines
from enrolment.enrolling.facts import describe
from enrolment.enrolling.states import Act, after
from enrolment.household.families import SomeChild
from enrolment.models import Activity, Booking, Child, DaySession, Enrolment
from enrolment.schedule import calendar


def locked(session: Session, enrolment_id: UUID) -> tuple[Enrolment, Child, Activity]:
    """The enrolment, its row kept until the end of the transaction: decisions come one after the other.

    The child is locked before it, as whoever books for it does; then the places of its activity, as whoever serves
    the line does.
    """
    of = session.execute(
        select(Child, Enrolment.place_code, Enrolment.activity_code)
        .join(Enrolment, Enrolment.child_id == Child.child_id)
        .where(Enrolment.enrolment_id == enrolment_id)
        .with_for_update(of=Child, key_share=True)
    ).first()
    if of is not None:
        lines.lock(session, of.place_code, of.activity_code)
    row = session.execute(
        select(Enrolment, Child, Activity)
        .join(Child, Child.child_id == Enrolment.child_id)
        .join(Activity, Activity.code == Enrolment.activity_code)
        .where(Enrolment.enrolment_id == enrolment_id)
        .with_for_update(of=Enrolment)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


def check_nothing_booked(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """Raises StillBooked. The child's row is locked: no booking comes in between."""
    still = session.scalar(
        select(func.count())
        .select_from(Booking)
        .join(DaySession, DaySession.session_id == Booking.session_id)
        .where(
            Booking.child_id == enrolment.child_id,
            Booking.cancelled_at.is_(None),
            DaySession.activity_code == enrolment.activity_code,
            DaySession.day >= calendar.local_day(now),
        )
    )
    if still:
        raise StillBooked(days=still)


def move(enrolment: Enrolment, state: EnrolmentState, now: datetime) -> None:
    """The state is another from now on."""
    enrolment.state, enrolment.decided_at = state, now
    enrolment.version += 1


def accept(
    session: Session, enrolment: Enrolment, child: SomeChild, terms: ActivityTerms, now: datetime
) -> None:
    """Accepts, or puts in the line where there is no place. Raises NoPlaceLeft if it cannot wait, or waits already."""
    if not lines.has_place(session, terms, enrolment.place_code, enrolment.school_year):
        if terms.waiting is None or enrolment.state == EnrolmentState.WAITING:
            raise NoPlaceLeft
        queue(session, enrolment, child, terms, now)
        return
    move(enrolment, after(EnrolmentState(enrolment.state), Act.ACCEPT), now)
    fact = EnrolmentAccepted(**describe(enrolment, child, terms.name).model_dump())
    tell(session, fact, subject=enrolment.enrolment_id, version=enrolment.version, at=now)


def queue(
    session: Session, enrolment: Enrolment, child: SomeChild, terms: ActivityTerms, now: datetime
) -> None:
    """Puts in the line, behind those who had asked before."""
    enrolment.waiting_since = enrolment.requested_at
    move(enrolment, after(EnrolmentState(enrolment.state), Act.QUEUE), now)
    fact = EnrolmentWaiting(**describe(enrolment, child, terms.name).model_dump())
    tell(session, fact, subject=enrolment.enrolment_id, version=enrolment.version, at=now)


def serve_next(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """What is free where it was counted is offered to the first in line."""
    session.flush()
    lines.serve(session, enrolment.activity_code, enrolment.place_code, enrolment.school_year, now)
