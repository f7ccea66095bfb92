"""The line of a full session: who joins it, who is offered a freed place, and for how long.

A line changes only under the locks of its sessions, and whoever frees a place serves the line before they are let go:
a place is never free while somebody waits for it. An offer holds its places (`places.hold`), so that nobody else can
take them meanwhile; booking the session takes it.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Kind
from contracts.enrolment.bookings import Refusal, RefusedDay
from contracts.enrolment.terms import WaitingOrder
from contracts.enrolment.waiting import LeaveWaiting, OfferOver
from contracts.errors import NotFound
from contracts.events.waiting import PlaceOffered, WaitingEnded, WaitingState
from enrolment.booking import line, places
from enrolment.booking.booking_rules import adding_deadline
from enrolment.booking.known import WAITS
from enrolment.booking.line import Line
from enrolment.booking.records import Change
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.catalogue.terms import terms_of
from enrolment.household.families import Acting, act_for, full_name
from enrolment.models import Activity, Child, DaySession
from enrolment.schedule import calendar
from enrolment.wording import listed

AT_ONCE = 100
"""Offers that run out in one turn of the timer."""


def join(
    session: Session,
    full: Sequence[Change],
    refused: Sequence[RefusedDay],
    wanted: Collection[UUID],
    units: dict[UUID, int],
    acting: Acting,
    now: datetime,
) -> list[RefusedDay]:
    """Puts the child in the line of those full sessions that it wants to wait for. The sessions are locked.

    Answers `refused`, with the place in the line of each.
    """
    together: dict[int, list[Change]] = defaultdict(list)
    for change in sorted(full, key=lambda each: (each.known.day, each.session_id)):
        if change.made and change.terms.waiting is not None:
            together[units[change.session_id]].append(change)
    asked = [unit for unit in together.values() if any(each.session_id in wanted for each in unit)]
    waits = _rows(session, {each.known.waiting_id for unit in asked for each in unit} - {None})
    rows: list[WaitingPlace] = []
    for unit in asked:
        known = {each.known.waiting_id for each in unit}
        row = next((each for each in waits if each.waiting_id in known), None)
        if row is None:
            row = _stand_in_line(unit, acting, now)
            session.add(row)
            rows.append(row)
        elif row.state == WaitingState.WAITING:  # it wants the lunch too from now on, and keeps its place
            more = [each.session_id for each in unit if each.known.waiting_id is None]
            row.session_ids = [*row.session_ids, *more]
    session.flush()
    places_in_line = line.rank(session, [row.waiting_id for row in rows])
    of_session = {
        session_id: places_in_line[row.waiting_id] for row in rows for session_id in row.session_ids
    }
    return [
        each.model_copy(update={"place_in_line": of_session[each.session_id]})
        if each.session_id in of_session and each.why is Refusal.FULL
        else each
        for each in refused
    ]


def _stand_in_line(unit: Sequence[Change], acting: Acting, now: datetime) -> WaitingPlace:
    """The last of the line of these sessions, which go together."""
    first = unit[0]
    order = first.terms.waiting.order if first.terms.waiting else None
    return WaitingPlace(
        waiting_id=uuid4(),
        anchor_id=first.session_id,
        session_ids=[each.session_id for each in unit],
        child_id=acting.child.child_id,
        family_id=first.family_id,
        account_id=acting.account_id,
        group_code=first.group_code,
        comes_first=order is WaitingOrder.RESIDENTS_FIRST and acting.is_resident,
        asked_at=now,
        state=WaitingState.WAITING,
    )


def second_chance(session: Session, full: Sequence[Change], child_id: UUID, now: datetime) -> list[Change]:
    """Of what found no place, what to try again: a place was held for the child since it was looked at, or offers of
    these sessions have run out, which end here and not only when the timer comes. The sessions are locked.

    One statement where nothing of the sort has happened.
    """
    asked = [each for each in full if each.made and each.terms.waiting is not None]
    if not asked:
        return []
    offered = (
        WaitingPlace.session_ids.overlap([each.session_id for each in asked]),
        WaitingPlace.state == WaitingState.OFFERED,
    )
    wanted = select(WaitingPlace).execution_options(populate_existing=True)
    found = session.scalars(
        wanted.where(*offered, or_(WaitingPlace.offer_ends_at <= now, WaitingPlace.child_id == child_id))
    ).all()
    if not found:
        return []
    over = [row for row in found if _is_over(row, now)]
    for row in over:
        _give_up(session, row, WaitingState.LAPSED, now)
    own = {
        session_id: row
        for row in session.scalars(wanted.where(*offered, WaitingPlace.child_id == child_id))
        for session_id in row.session_ids
    }
    ended = {row.waiting_id for row in over}
    return [_as_known_now(each, own.get(each.session_id), ended) for each in asked]


def _as_known_now(change: Change, own: WaitingPlace | None, ended: Collection[UUID]) -> Change:
    known = change.known
    if own is not None:
        known = replace(known, waiting_id=own.waiting_id, offer_ends_at=own.offer_ends_at)
    elif known.waiting_id in ended:
        known = replace(known, waiting_id=None, offer_ends_at=None)
    return replace(change, known=known)


def settle(session: Session, done: Sequence[Change], freed: Collection[UUID], now: datetime) -> None:
    """After a save: whoever has a booking waits no more; what was freed is offered. The sessions are locked.

    `freed`: the sessions that were full and have a place again.
    """
    made = [each for each in done if each.made and each.known.waiting_id is not None]
    taken = {each.session_id for each in made if each.known.is_offered(now)}
    freed = list(freed)
    for row in _rows(session, {each.known.waiting_id for each in made}):
        if (
            row.state == WaitingState.OFFERED
        ):  # what it held and was not booked: the lunch without its half-day
            left = [each for each in row.session_ids if each not in taken]
            places.release(session, left, row.group_code)
            freed += left
        _end(session, row, WaitingState.TAKEN, now)
    if freed:
        serve(session, freed, now)


def serve(session: Session, session_ids: Collection[UUID], now: datetime) -> None:
    """Offers what is free on these locked sessions to the first in line whose age it is for; then to the next.

    One statement when nobody waits. An offer ends with its hours, and never after the session's own deadline: past
    that nobody can book, and the line is over (`end_line`).
    """
    for rows in line.waiting_for(session, session_ids):
        those = line.load(session, {*session_ids, *(each for row in rows for each in row.session_ids)})
        for row in rows:
            if those.has_room(row):
                _offer(session, row, those, now)
        session.flush()
        if those.is_full(session_ids):
            return


def leave(session: Session, ask: LeaveWaiting, caller: Caller, now: datetime) -> None:
    """The family waits no more, or refuses the place: it goes to the next. Raises NotFound, OfferOver."""
    row = session.get(WaitingPlace, ask.waiting_id)
    if row is None:
        raise NotFound
    family_id = None if caller.kind is Kind.CITIZEN else ask.family_id
    act_for(session, caller, row.child_id, family_id, lock=True)
    line.lock(session, row.session_ids)
    session.refresh(row, with_for_update=True)
    if row.state == WaitingState.LEFT:
        return
    if row.state not in WAITS or _is_over(row, now):
        raise OfferOver(state=row.state)
    _give_up(session, row, WaitingState.LEFT, now)


def drop(session: Session, child_id: UUID, activity_code: str, now: datetime) -> None:
    """A child that is not enrolled any more waits for nothing of the activity."""
    rows = session.scalars(
        select(WaitingPlace)
        .join(DaySession, DaySession.session_id == WaitingPlace.anchor_id)
        .where(
            WaitingPlace.child_id == child_id,
            WaitingPlace.state.in_(WAITS),
            DaySession.activity_code == activity_code,
        )
    ).all()
    line.lock(session, {each for row in rows for each in row.session_ids})
    for row in rows:
        session.refresh(row, with_for_update=True)
        if row.state in WAITS:
            _give_up(session, row, WaitingState.LEFT, now)


def due(session: Session, now: datetime) -> list[UUID]:
    """Offers that have run out, oldest first."""
    found = session.scalars(
        select(WaitingPlace.waiting_id)
        .where(WaitingPlace.state == WaitingState.OFFERED, WaitingPlace.offer_ends_at <= now)
        .order_by(WaitingPlace.offer_ends_at)
        .limit(AT_ONCE)
    )
    return list(found)


def lapse(session: Session, waiting_id: UUID, now: datetime) -> bool:
    """Ends one offer that has run out and serves the next. False when somebody else has ended it."""
    row = session.get_one(WaitingPlace, waiting_id)
    line.lock(session, row.session_ids)
    session.refresh(row, with_for_update=True)
    if row.state != WaitingState.OFFERED or not _is_over(row, now):
        return False
    _give_up(session, row, WaitingState.LAPSED, now)
    return True


def over(session: Session, now: datetime) -> list[UUID]:
    """The sessions that somebody waits for and nobody can book any more."""
    rows = session.execute(
        select(DaySession.session_id, DaySession.day, Activity)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(
            DaySession.session_id.in_(
                select(WaitingPlace.anchor_id).where(WaitingPlace.state == WaitingState.WAITING)
            )
        )
        .order_by(DaySession.day, DaySession.session_id)
    )
    return [
        session_id
        for session_id, day, activity in rows
        if not adding_deadline(terms_of(activity), day, calendar.public_holiday).is_open(now)
    ]


def end_line(session: Session, session_id: UUID, now: datetime) -> int:
    """No place came: those who still wait for the session are told so. Answers how many they were."""
    line.lock(session, [session_id])
    rows = session.scalars(
        select(WaitingPlace)
        .where(WaitingPlace.anchor_id == session_id, WaitingPlace.state == WaitingState.WAITING)
        .order_by(WaitingPlace.number)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _end(session, row, WaitingState.OVER, now)
    return len(rows)


def close(session: Session, session_ids: Collection[UUID], now: datetime) -> None:
    """The sessions, which are locked, do not run: nobody waits for them, and what offers held is free."""
    if not session_ids:
        return
    rows = session.scalars(
        select(WaitingPlace).where(
            WaitingPlace.session_ids.overlap(list(session_ids)), WaitingPlace.state.in_(WAITS)
        )
    ).all()
    freed: set[UUID] = set()
    for row in rows:
        if row.state == WaitingState.OFFERED:
            places.release(session, row.session_ids, row.group_code)
            freed.update(row.session_ids)
        _end(session, row, WaitingState.CLOSED, now)
    if others := freed - set(session_ids):  # the other days of a week
        serve(session, others, now)


def _is_over(row: WaitingPlace, now: datetime) -> bool:
    return row.offer_ends_at is not None and row.offer_ends_at <= now


def _rows(session: Session, waiting_ids: Collection[UUID | None]) -> list[WaitingPlace]:
    if not waiting_ids:
        return []
    wanted = select(WaitingPlace).where(
        WaitingPlace.waiting_id.in_(waiting_ids), WaitingPlace.state.in_(WAITS)
    )
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def _give_up(session: Session, row: WaitingPlace, state: WaitingState, now: datetime) -> None:
    was_offered = row.state == WaitingState.OFFERED
    if was_offered:
        places.release(session, row.session_ids, row.group_code)
    _end(session, row, state, now)
    if was_offered:
        serve(session, row.session_ids, now)


def _offer(session: Session, row: WaitingPlace, those: Line, now: datetime) -> None:
    """Holds the place for the child and says so; nothing when nobody can book it any more."""
    terms = those.terms_for(row)
    closes_at = adding_deadline(terms, those.sessions[row.anchor_id].day, calendar.public_holiday).closes_at
    if terms.waiting is None or closes_at <= now:
        return
    places.hold(session, row.session_ids, row.group_code)
    those.take(row)
    row.state = WaitingState.OFFERED
    row.offer_ends_at = min(now + timedelta(hours=terms.waiting.hours), closes_at)
    fact = PlaceOffered(**_fact(session, row, those), offer_ends_at=row.offer_ends_at)
    tell(session, fact, subject=row.waiting_id, version=2, at=now)


def _end(session: Session, row: WaitingPlace, state: WaitingState, now: datetime) -> None:
    row.state, row.ended_at = state, now
    session.flush()
    fact = WaitingEnded(**_fact(session, row, line.load(session, row.session_ids)), state=state)
    tell(session, fact, subject=row.waiting_id, version=3, at=now)


def _fact(session: Session, row: WaitingPlace, those: Line) -> dict[str, object]:
    first = those.sessions[row.anchor_id]
    child = session.get_one(Child, row.child_id)
    return {
        "waiting_id": row.waiting_id,
        "session_ids": row.session_ids,
        "child_id": row.child_id,
        "child_name": full_name(child),
        "family_id": row.family_id,
        "activity_code": first.activity_code,
        "activity_name": those.terms_for(row).name,
        "place_code": first.place_code,
        "days": sorted({those.sessions[each].day for each in row.session_ids}),
        "slot": listed(sorted({those.sessions[each].slot for each in row.session_ids})),
    }
