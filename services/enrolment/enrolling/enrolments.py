"""Enrolments: asked by a parent, accepted at once or by an agent, given up."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Kind, Role
from contracts.enrolment.enrolments import DecideEnrolment, RequestEnrolment, WithdrawEnrolment
from contracts.enrolment.offer import ActivityTerms, PlaceKind, Where
from contracts.enrolment.refusals import AlreadyEnrolled, PlaceDoesNotFit, StillBooked
from contracts.errors import Conflict, Invalid, NotFound
from contracts.events.documents import DocumentShared
from contracts.events.enrolment import (
    EnrolmentAccepted,
    EnrolmentFact,
    EnrolmentRefused,
    EnrolmentRequested,
    EnrolmentState,
    EnrolmentWithdrawn,
)
from enrolment.catalogue.offer import terms_of
from enrolment.enrolling.states import LIVE, Act, after
from enrolment.household import families
from enrolment.models import Activity, Attachment, Booking, Child, DaySession, Enrolment, Offering, Place
from enrolment.schedule import calendar


def request(session: Session, ask: RequestEnrolment, caller: Caller, now: datetime) -> UUID:
    """A child asks for an activity of the running school year. Answers the enrolment's id.

    Accepted at once where the activity says so and no document is missing, or when an agent asks.
    """
    acting = families.act_for(session, caller, ask.child_id, ask.family_id, lock=True)
    terms, place = _offered(session, ask.activity_code, ask.place_code)
    if not fits(terms, PlaceKind(place.kind), place.code, acting.child.place_code):
        raise PlaceDoesNotFit(problems={"place_code": "does_not_fit"})
    year = calendar.school_year_of(calendar.local_day(now)).label
    enrolment = Enrolment(
        enrolment_id=uuid4(),
        child_id=ask.child_id,
        family_id=acting.family_id,
        activity_code=terms.code,
        place_code=place.code,
        school_year=year,
        state=EnrolmentState.REQUESTED,
        requested_at=now,
        requested_by=acting.account_id,
        requested_by_name=acting.name,
        decided_by_name="",
        reason="",
        version=1,
    )
    live = select(Enrolment.enrolment_id).where(
        Enrolment.child_id == ask.child_id,
        Enrolment.activity_code == terms.code,
        Enrolment.school_year == year,
        Enrolment.state.in_(LIVE),
    )
    if session.scalar(live) is not None:  # certain: the child's row is ours until the commit
        raise AlreadyEnrolled
    session.add(enrolment)
    session.flush()
    at_once = acting.is_staff or (terms.at_once and not terms.documents)
    awaits_decision = not (acting.is_staff or terms.at_once)
    fact = _fact(enrolment, acting.child, terms.name).model_dump() | {"awaits_decision": awaits_decision}
    tell(session, EnrolmentRequested(**fact), subject=enrolment.enrolment_id, version=1, at=now)
    if at_once:
        _accept(session, enrolment, acting.child, terms.name, now)
    return enrolment.enrolment_id


def fits(terms: ActivityTerms, kind: PlaceKind, place_code: str, school: str | None) -> bool:
    """Whether a child of `school` may be enrolled in this place."""
    if terms.where is Where.ANY_OFFERED:
        return True
    return kind is PlaceKind.SCHOOL and place_code == school


def decide(session: Session, ask: DecideEnrolment, caller: Caller, now: datetime) -> None:
    """An agent accepts or refuses the version that was on the screen."""
    agent = caller.staff(Role.REQUESTS)
    enrolment, child, activity = _locked(session, ask.enrolment_id)
    if not ask.accept and not ask.reason.strip():
        raise Invalid(problems={"reason": "missing"})
    state = after(EnrolmentState(enrolment.state), Act.ACCEPT if ask.accept else Act.REFUSE)
    if enrolment.version != ask.version:
        raise Conflict(version=enrolment.version)
    enrolment.decided_by, enrolment.decided_by_name = agent, caller.name
    enrolment.reason = ask.reason.strip()
    if state is EnrolmentState.ACCEPTED:
        _accept(session, enrolment, child, activity.name, now)
        return
    _move(enrolment, state, now)
    fact = _fact(enrolment, child, activity.name).model_dump() | {"reason": enrolment.reason}
    tell(session, EnrolmentRefused(**fact), subject=enrolment.enrolment_id, version=enrolment.version, at=now)


def withdraw(session: Session, ask: WithdrawEnrolment, caller: Caller, now: datetime) -> None:
    """The family gives the enrolment up, once no day to come is booked any more."""
    enrolment, child, activity = _locked(session, ask.enrolment_id)
    family_id = None if caller.kind is Kind.CITIZEN else enrolment.family_id
    families.act_for(session, caller, enrolment.child_id, family_id)
    state = after(EnrolmentState(enrolment.state), Act.WITHDRAW)
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
    _move(enrolment, state, now)
    fact = EnrolmentWithdrawn(**_fact(enrolment, child, activity.name).model_dump())
    tell(session, fact, subject=enrolment.enrolment_id, version=enrolment.version, at=now)


def attach(session: Session, fact: DocumentShared, now: datetime) -> bool:
    """Notes a document that a guardian of the child shared; the last one needed accepts an at-once activity.

    False when the document is not for an enrolment of that guardian's: it changes nothing here.
    """
    try:
        enrolment, child, activity = _locked(session, fact.subject_id)
    except NotFound:
        return False
    may = families.guardians_of(session, enrolment.child_id)
    if fact.account_id not in may:
        return False
    row = insert(Attachment).values(
        share_id=fact.share_id,
        enrolment_id=enrolment.enrolment_id,
        document_id=fact.document_id,
        document_type=fact.document_type,
        account_id=fact.account_id,
        received_at=now,
    )
    session.execute(row.on_conflict_do_nothing())
    terms = terms_of(activity)
    given = session.scalars(
        select(Attachment.document_type).where(Attachment.enrolment_id == enrolment.enrolment_id)
    )
    complete = not set(terms.documents) - set(given)
    if terms.at_once and complete and enrolment.state == EnrolmentState.REQUESTED:
        _accept(session, enrolment, child, activity.name, now)
    return True


def _offered(session: Session, activity_code: str, place_code: str) -> tuple[ActivityTerms, Place]:
    row = session.execute(
        select(Activity, Place)
        .join(Offering, Offering.activity_code == Activity.code)
        .join(Place, Place.code == Offering.place_code)
        .where(Activity.code == activity_code, Place.code == place_code)
    ).first()
    if row is None:
        raise PlaceDoesNotFit(problems={"place_code": "not_offered"})
    return terms_of(row[0]), row[1]


def _locked(session: Session, enrolment_id: UUID) -> tuple[Enrolment, Child, Activity]:
    """The enrolment, its row kept until the end of the transaction: decisions come one after the other."""
    row = session.execute(
        select(Enrolment, Child, Activity)
        .join(Child, Child.child_id == Enrolment.child_id)
        .join(Activity, Activity.code == Enrolment.activity_code)
        .where(Enrolment.enrolment_id == enrolment_id)
        .with_for_update(of=Enrolment)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


def _move(enrolment: Enrolment, state: EnrolmentState, now: datetime) -> None:
    enrolment.state, enrolment.decided_at = state, now
    enrolment.version += 1


def _accept(session: Session, enrolment: Enrolment, child: Child, activity_name: str, now: datetime) -> None:
    _move(enrolment, after(EnrolmentState(enrolment.state), Act.ACCEPT), now)
    fact = EnrolmentAccepted(**_fact(enrolment, child, activity_name).model_dump())
    tell(session, fact, subject=enrolment.enrolment_id, version=enrolment.version, at=now)


def _fact(enrolment: Enrolment, child: Child, activity_name: str) -> EnrolmentFact:
    return EnrolmentFact(
        enrolment_id=enrolment.enrolment_id,
        child_id=enrolment.child_id,
        child_name=families.full_name(child),
        family_id=enrolment.family_id,
        account_id=enrolment.requested_by,
        activity_code=enrolment.activity_code,
        activity_name=activity_name,
        place_code=enrolment.place_code,
        school_year=enrolment.school_year,
    )
