"""Enrolments: asked by a parent, accepted at once or by an agent, given up."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts import serving
from contracts.caller import Caller, Kind
from contracts.enrolment.enrolments import RequestEnrolment, TakeOffer, WithdrawEnrolment
from contracts.enrolment.offer import ActivityTerms, PlaceKind, Where
from contracts.enrolment.refusals import (
    AlreadyEnrolled,
    EnrolmentClosed,
    NoPlaceLeft,
    NotEligible,
    PlaceDoesNotFit,
)
from contracts.enrolment.waiting import OfferOver
from contracts.errors import NotFound
from contracts.events.documents import DocumentShared, DocumentWithheld
from contracts.events.enrolments import (
    EnrolmentAccepted,
    EnrolmentDocumentAsked,
    EnrolmentLapsed,
    EnrolmentRequested,
    EnrolmentState,
    EnrolmentWithdrawn,
)
from contracts.events.given import GivenBefore
from enrolment.booking import waiting
from enrolment.catalogue import eligibility, windows
from enrolment.catalogue.eligibility import Applicant
from enrolment.catalogue.offer import school_names
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling import attached, lines, steps
from enrolment.enrolling.facts import describe
from enrolment.enrolling.states import LIVE, Act, after
from enrolment.given import passing
from enrolment.household import families
from enrolment.household.families import Acting
from enrolment.models import Activity, Enrolment, Offering, Place
from enrolment.schedule import calendar


def request(session: Session, ask: RequestEnrolment, caller: Caller, now: datetime) -> UUID:
    """A child asks for an activity of the running school year. Answers the enrolment's id.

    Accepted at once where the activity says so and no document is missing, or when an agent asks; put in the line where
    there is no place. An agent is not held to age, school year's window and residence: that is what agents are for.
    """
    acting = families.act_for(session, caller, ask.child_id, ask.family_id, lock=True)
    terms, place = _offered(session, ask.activity_code, ask.place_code)
    if not fits(terms, PlaceKind(place.kind), place.code, acting.child.place_code):
        raise PlaceDoesNotFit(problems={"place_code": "does_not_fit"})
    if not acting.is_staff:
        check_may_ask(session, terms, acting, now)
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
    fact = describe(enrolment, acting.child, terms.name).model_dump() | {
        "awaits_decision": awaits_decision,
        "given_before": _reused(session, ask, enrolment, acting, terms, now),
    }
    tell(session, EnrolmentRequested(**fact), subject=enrolment.enrolment_id, version=1, at=now)
    if at_once:
        lines.lock(session, place.code, terms.code)
        steps.accept(session, enrolment, acting.child, terms, now)
    return enrolment.enrolment_id


def give_again(
    session: Session, enrolment_id: UUID, document_type: str, caller: Caller, now: datetime
) -> bool:
    """What was given with something else serves for this enrolment too. False: nothing does, or one is there.

    Raises NotFound for who is no guardian.
    """
    enrolment, child, activity = steps.locked(session, enrolment_id)
    acting = families.act_for(session, caller, child.child_id)
    today = calendar.local_day(now)
    asks = enrolment.state == EnrolmentState.REQUESTED and document_type in terms_of(activity).documents
    if acting.is_staff or not asks or document_type in attached.here(session, enrolment, today, coming=True):
        return False
    given = attached.find(session, enrolment, acting.account_id, [document_type], today)
    asked = attached.reuse(session, enrolment, given.values(), now)
    passing.ask(session, serving.ENROLMENT, enrolment_id, asked, now)
    return bool(asked)


def _reused(
    session: Session,
    ask: RequestEnrolment,
    enrolment: Enrolment,
    acting: Acting,
    terms: ActivityTerms,
    now: datetime,
) -> list[GivenBefore]:
    """What the parent, and no agent for them, lets serve again. What serves no more by now is asked for."""
    wanted = set(ask.reuse) & set(terms.documents)
    if acting.is_staff or not wanted:
        return []
    found = attached.find(session, enrolment, acting.account_id, wanted, calendar.local_day(now))
    return attached.reuse(session, enrolment, found.values(), now)


def check_may_ask(session: Session, terms: ActivityTerms, acting: Acting, now: datetime) -> None:
    """Raises NotEligible, EnrolmentClosed."""
    if why := why_not(session, terms, acting, now):
        raise (EnrolmentClosed if why.is_time else NotEligible)(why=why.sentence)


@dataclass(frozen=True)
class WhyNot:
    """Why a child may not be enrolled, in French; `is_time`: not now, but at another time."""

    sentence: str
    is_time: bool


def why_not(session: Session, terms: ActivityTerms, acting: Acting, now: datetime) -> WhyNot | None:
    """Why a parent may not ask for this activity for this child, this school year; None when they may."""
    child = acting.child
    applicant = Applicant(child.birth_date, child.level, child.place_code, acting.is_resident)
    year = calendar.school_year_of(calendar.local_day(now))
    if eligibility.why_not(terms.eligibility, applicant, year.first, year.last) is not None:
        return WhyNot(eligibility.sentence(terms.eligibility, school_names(session, terms)), is_time=False)
    if windows.why_shut(terms.enrolling, now, is_resident=acting.is_resident) is not None:
        return WhyNot(windows.sentence(terms.enrolling), is_time=True)
    return None


def take(session: Session, ask: TakeOffer, caller: Caller, now: datetime) -> None:
    """The family takes the place that is held for the child."""
    enrolment, child, activity = steps.locked(session, ask.enrolment_id)
    _act_for(session, enrolment, caller)
    if enrolment.state == EnrolmentState.OFFERED and enrolment.offer_ends_at <= now:  # type: ignore[operator]
        raise OfferOver(state=EnrolmentState.LAPSED)
    steps.move(enrolment, after(EnrolmentState(enrolment.state), Act.TAKE), now)
    fact = EnrolmentAccepted(**describe(enrolment, child, activity.name).model_dump())
    tell(session, fact, subject=enrolment.enrolment_id, version=enrolment.version, at=now)


def lapse(session: Session, enrolment_id: UUID, now: datetime) -> bool:
    """Ends one offer that has run out and serves the next. False when somebody else has ended it."""
    enrolment, child, activity = steps.locked(session, enrolment_id)
    if enrolment.state != EnrolmentState.OFFERED or enrolment.offer_ends_at > now:  # type: ignore[operator]
        return False
    steps.move(enrolment, after(EnrolmentState(enrolment.state), Act.LAPSE), now)
    fact = EnrolmentLapsed(**describe(enrolment, child, activity.name).model_dump())
    tell(session, fact, subject=enrolment.enrolment_id, version=enrolment.version, at=now)
    steps.serve_next(session, enrolment, now)
    return True


def fits(terms: ActivityTerms, kind: PlaceKind, place_code: str, school: str | None) -> bool:
    """Whether a child of `school` may be enrolled in this place."""
    if terms.where is Where.ANY_OFFERED:
        return True
    return kind is PlaceKind.SCHOOL and place_code == school


def withdraw(session: Session, ask: WithdrawEnrolment, caller: Caller, now: datetime) -> None:
    """The family gives the enrolment up, once no day to come is booked any more."""
    enrolment, child, activity = steps.locked(session, ask.enrolment_id)
    _act_for(session, enrolment, caller)
    state = after(EnrolmentState(enrolment.state), Act.WITHDRAW)
    steps.check_nothing_booked(session, enrolment, now)
    steps.move(enrolment, state, now)
    fact = EnrolmentWithdrawn(**describe(enrolment, child, activity.name).model_dump())
    tell(session, fact, subject=enrolment.enrolment_id, version=enrolment.version, at=now)
    waiting.drop(session, enrolment.child_id, enrolment.activity_code, now)
    steps.serve_next(session, enrolment, now)


def attach(session: Session, fact: DocumentShared, now: datetime) -> bool:
    """Notes a document that a guardian of the child shared; the last one needed accepts an at-once activity.

    False when the document is not for an enrolment of that guardian's: it changes nothing here.
    """
    try:
        enrolment, child, activity = steps.locked(session, fact.subject_id)
    except NotFound:
        return False
    may = families.guardians_of(session, enrolment.child_id)
    if fact.account_id not in may:
        return False
    attached.keep(session, enrolment, fact, now)
    attached.remember(session, enrolment, fact, now)
    terms = terms_of(activity)
    complete = not set(terms.documents) - attached.here(session, enrolment, calendar.local_day(now))
    if terms.at_once and complete and enrolment.state == EnrolmentState.REQUESTED:
        with suppress(NoPlaceLeft):  # then an agent decides: the document is noted all the same
            steps.accept(session, enrolment, child, terms, now)
    return True


def withhold(session: Session, fact: DocumentWithheld, now: datetime) -> bool:
    """What was to serve again could not: the family is asked for another one.

    False where nobody waits for it: one is there by now, or the enrolment is decided or given up.
    """
    try:
        enrolment, child, activity = steps.locked(session, fact.subject_id)
    except NotFound:
        return False
    if not attached.withhold(session, fact) or enrolment.state != EnrolmentState.REQUESTED:
        return False
    terms = terms_of(activity)
    lacking = set(terms.documents) - attached.here(session, enrolment, calendar.local_day(now))
    if fact.document_type not in lacking:
        return False
    enrolment.version += 1
    told = EnrolmentDocumentAsked(
        **describe(enrolment, child, terms.name).model_dump(), document_type=fact.document_type
    )
    tell(session, told, subject=enrolment.enrolment_id, version=enrolment.version, at=now)
    return True


def _offered(session: Session, activity_code: str, place_code: str) -> tuple[ActivityTerms, Place]:
    row = session.execute(
        select(Activity, Place)
        .join(Offering, Offering.activity_code == Activity.code)
        .join(Place, Place.code == Offering.place_code)
        .where(Activity.code == activity_code, Place.code == place_code)
    ).first()
    if row is None or (terms := terms_of(row[0])).retired:
        raise PlaceDoesNotFit(problems={"place_code": "not_offered"})
    return terms, row[1]


def _act_for(session: Session, enrolment: Enrolment, caller: Caller) -> None:
    family_id = None if caller.kind is Kind.CITIZEN else enrolment.family_id
    families.act_for(session, caller, enrolment.child_id, family_id)
