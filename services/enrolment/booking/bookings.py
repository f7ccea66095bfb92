"""Books and cancels: one save, one transaction, one proof for each day that changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, insert, select, text
from sqlalchemy.orm import Session

from chassis.outbox import tell_all
from contracts.caller import Caller
from contracts.enrolment.bookings import BookingAnswer, ChangeBookings, ChangedDay, Refusal, RefusedDay
from contracts.enrolment.offer import ActivityTerms
from contracts.errors import Invalid, NotAllowed
from contracts.events.enrolment import BookingCancelled, BookingMade, EnrolmentState
from contracts.events.event import Event
from enrolment.booking.booking_rules import (
    Known,
    Window,
    adding_window,
    cancelling_window,
    why_not_book,
    why_not_cancel,
)
from enrolment.catalogue.offer import terms_of
from enrolment.household.families import Acting, act_for, full_name
from enrolment.models import Activity, Booking, DaySession, Enrolment, Place, Proof
from enrolment.schedule import calendar

OUT_OF_TIME = "hors délai, par décision de la mairie"

# One statement, and the last but the proofs: a session's row is held as short as may be. `locked` takes the rows
# in (day, id) order, so that two saves never wait for each other crosswise; `moved` counts again on the newest
# version of the row, so that the last place goes to one of two; only what moved is booked or cancelled.
_MOVE_PLACES = text(
    """
    WITH wanted AS (
        SELECT * FROM unnest(:session_ids, :deltas, :booking_ids) AS w (session_id, delta, booking_id)
    ), locked AS MATERIALIZED (
        SELECT s.session_id, w.delta, w.booking_id
          FROM session s JOIN wanted w USING (session_id)
         ORDER BY s.day, s.session_id
           FOR NO KEY UPDATE OF s
    ), moved AS (
        UPDATE session s SET taken = s.taken + l.delta
          FROM locked l
         WHERE s.session_id = l.session_id AND s.taken + l.delta BETWEEN 0 AND s.capacity
     RETURNING s.session_id, l.delta, l.booking_id
    ), made AS (
        INSERT INTO booking (booking_id, session_id, child_id, family_id, made_at, made_by)
        SELECT booking_id, session_id, :child_id, :family_id, :now, :account_id FROM moved WHERE delta = 1
    ), cancelled AS (
        UPDATE booking b SET cancelled_at = :now FROM moved m WHERE m.delta = -1 AND b.booking_id = m.booking_id
    )
    SELECT session_id FROM moved
    """
).bindparams(
    bindparam("session_ids", type_=ARRAY(Uuid)),
    bindparam("deltas", type_=ARRAY(Integer)),
    bindparam("booking_ids", type_=ARRAY(Uuid)),
    bindparam("child_id", type_=Uuid),
    bindparam("family_id", type_=Uuid),
    bindparam("account_id", type_=Uuid),
)


@dataclass(frozen=True)
class _Change:
    """A change that the rules allow: +1 books, -1 cancels."""

    known: Known
    terms: ActivityTerms
    place_name: str
    delta: int
    booking_id: UUID
    sentence: str
    closes_at: datetime | None


@dataclass(frozen=True)
class _Found:
    known: Known
    terms: ActivityTerms
    place_name: str


def change(session: Session, ask: ChangeBookings, caller: Caller, now: datetime) -> BookingAnswer:
    """Applies what can be, refuses the rest day by day. Six statements, however many days.

    Locks: the child's row first (its other parent waits), then the sessions' rows in order of day and id.
    Raises NotFound, NotAllowed (`late` by a parent), Invalid (a day both to book and to cancel).
    """
    additions, removals = set(ask.additions), set(ask.removals)
    if additions & removals:
        raise Invalid(problems={"additions": "contradiction"})
    acting = act_for(session, caller, ask.child_id, ask.family_id, lock=True)
    if ask.late and not acting.is_staff:
        raise NotAllowed
    found = _sessions(session, additions | removals, ask.child_id)
    enrolled = _enrolments(session, ask.child_id)
    changes: list[_Change] = []
    refused: list[RefusedDay] = []
    for session_id in [*dict.fromkeys(ask.additions), *dict.fromkeys(ask.removals)]:
        outcome = _judge(
            found.get(session_id), session_id, session_id in additions, acting, enrolled, ask.late, now
        )
        if isinstance(outcome, _Change):
            changes.append(outcome)
        else:
            refused.append(outcome)
    moved = _move_places(session, changes, acting, now)
    done = [each for each in changes if each.known.session_id in moved]
    refused += [_refusal(each, Refusal.FULL) for each in changes if each.known.session_id not in moved]
    _prove(session, done, acting, ask.command_id, now)
    _tell(session, done, acting, now)
    return BookingAnswer(
        child_id=ask.child_id,
        child_name=acting.child.first_name,
        at=now,
        changed=sorted(
            (_changed(each) for each in done), key=lambda each: (each.day, each.activity_name, each.slot)
        ),
        refused=sorted(refused, key=lambda each: (each.day or date.max, each.activity_name, each.slot)),
    )


def _sessions(session: Session, session_ids: Iterable[UUID], child_id: UUID) -> dict[UUID, _Found]:
    """What is known of the sessions, and of the child's bookings on them: one statement, no lock."""
    rows = session.execute(
        select(DaySession, Activity, Place.name, Booking.booking_id, Booking.family_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .outerjoin(
            Booking,
            (Booking.session_id == DaySession.session_id)
            & (Booking.child_id == child_id)
            & Booking.cancelled_at.is_(None),
        )
        .where(DaySession.session_id.in_(list(session_ids)))
    )
    terms: dict[str, ActivityTerms] = {}
    found: dict[UUID, _Found] = {}
    for day_session, activity, place_name, booking_id, family_id in rows:
        if activity.code not in terms:
            terms[activity.code] = terms_of(activity)
        known = Known(
            session_id=day_session.session_id,
            activity_code=activity.code,
            place_code=day_session.place_code,
            day=day_session.day,
            slot=day_session.slot,
            has_room=day_session.taken < day_session.capacity,
            booking_id=booking_id,
            booked_for=family_id,
        )
        found[known.session_id] = _Found(known, terms[activity.code], place_name)
    return found


def _enrolments(session: Session, child_id: UUID) -> set[tuple[str, str, str]]:
    """(activity, place, school year) of the child's accepted enrolments."""
    rows = session.execute(
        select(Enrolment.activity_code, Enrolment.place_code, Enrolment.school_year).where(
            Enrolment.child_id == child_id, Enrolment.state == EnrolmentState.ACCEPTED
        )
    )
    return set(rows)


def _judge(
    found: _Found | None,
    session_id: UUID,
    wanted: bool,
    acting: Acting,
    enrolled: set[tuple[str, str, str]],
    late: bool,
    now: datetime,
) -> _Change | RefusedDay:
    if found is None:
        return RefusedDay(session_id=session_id, wanted=wanted, why=Refusal.UNKNOWN)
    known, terms = found.known, found.terms
    window_of = adding_window if wanted else cancelling_window
    window: Window = window_of(terms, known.day, calendar.public_holiday)
    in_time = late or window.is_open(now)
    if wanted:
        year = calendar.school_year_of(known.day).label
        is_enrolled = (known.activity_code, known.place_code, year) in enrolled
        why = why_not_book(known, acting.family_id, is_enrolled=is_enrolled, in_time=in_time)
    else:
        why = why_not_cancel(known, acting.family_id, in_time=in_time)
    is_late = not window.is_open(now)
    change = _Change(
        known=known,
        terms=terms,
        place_name=found.place_name,
        delta=1 if wanted else -1,
        booking_id=known.booking_id or uuid4(),
        sentence=OUT_OF_TIME if late and is_late else window.sentence,
        closes_at=None if late and is_late else window.closes_at,
    )
    return change if why is None else _refusal(change, why)


def _refusal(change: _Change, why: Refusal) -> RefusedDay:
    return RefusedDay(
        session_id=change.known.session_id,
        wanted=change.delta > 0,
        why=why,
        activity_code=change.terms.code,
        activity_name=change.terms.name,
        day=change.known.day,
        slot=change.known.slot,
        rule_sentence=change.sentence,
        closes_at=change.closes_at,
    )


def _changed(change: _Change) -> ChangedDay:
    return ChangedDay(
        session_id=change.known.session_id,
        activity_code=change.terms.code,
        activity_name=change.terms.name,
        day=change.known.day,
        slot=change.known.slot,
        made=change.delta > 0,
        rule_sentence=change.sentence,
        closes_at=change.closes_at,
    )


def _move_places(session: Session, changes: list[_Change], acting: Acting, now: datetime) -> set[UUID]:
    """Takes and gives back the places. Answers the sessions that moved: the others were full."""
    if not changes:
        return set()
    moved = session.scalars(
        _MOVE_PLACES,
        {
            "session_ids": [each.known.session_id for each in changes],
            "deltas": [each.delta for each in changes],
            "booking_ids": [each.booking_id for each in changes],
            "child_id": acting.child.child_id,
            "family_id": acting.family_id,
            "account_id": acting.account_id,
            "now": now,
        },
    )
    return {UUID(str(session_id)) for session_id in moved}


def _prove(session: Session, done: list[_Change], acting: Acting, command_id: UUID, now: datetime) -> None:
    rows = [
        {
            "proof_id": uuid4(),
            "command_id": command_id,
            "at": now,
            "account_id": acting.account_id,
            "by_name": acting.name,
            "family_id": acting.family_id,
            "child_id": acting.child.child_id,
            "child_name": full_name(acting.child),
            "booking_id": each.booking_id,
            "session_id": each.known.session_id,
            "activity_name": each.terms.name,
            "place_name": each.place_name,
            "day": each.known.day,
            "slot": each.known.slot,
            "made": each.delta > 0,
            "rule_sentence": each.sentence,
            "closes_at": each.closes_at,
        }
        for each in done
    ]
    if rows:
        session.execute(insert(Proof.metadata.tables[Proof.__tablename__]), rows)


def _tell(session: Session, done: list[_Change], acting: Acting, now: datetime) -> None:
    facts: list[tuple[Event, UUID | str, int]] = []
    for each in done:
        kind = BookingMade if each.delta > 0 else BookingCancelled
        fact = kind(
            booking_id=each.booking_id,
            session_id=each.known.session_id,
            child_id=acting.child.child_id,
            family_id=acting.family_id,
            activity_code=each.terms.code,
            place_code=each.known.place_code,
            day=each.known.day,
            slot=each.known.slot,
            changed_by=acting.account_id,
        )
        facts.append((fact, each.booking_id, 1 if each.delta > 0 else 2))
    tell_all(session, facts, at=now)
