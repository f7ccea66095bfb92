"""Closes sessions and opens them again. Thousands of bookings are cancelled in a handful of statements.

The sessions' rows are locked first, in order of (day, id), as every save does: nobody books on a session that is being
closed, and a parent who cancels at the same time cancels once.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from chassis.outbox import tell, tell_all
from contracts.caller import Caller, Kind, Role
from contracts.enrolment.closures import (
    CalendarView,
    ClosurePreview,
    ClosureView,
    DeclareClosure,
    LiftClosure,
    NothingToClose,
    Scope,
    ShowCalendar,
)
from contracts.errors import NotFound
from contracts.events.closures import ClosedDay, ClosureDeclared, ClosureLifted, DaysClosed, DaysReopened
from contracts.events.event import Event
from enrolment.booking import line, places, records, waiting
from enrolment.booking.known import WAITS
from enrolment.booking.places import BookedDay
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.household.families import TOWN
from enrolment.models import Activity, Booking, DaySession, Place, Proof, Sheet
from enrolment.schedule import calendar, school_years
from enrolment.schedule.closure_models import Closure


def preview(session: Session, scope: Scope) -> ClosurePreview:
    """What it would do, as things stand. Three statements."""
    ids, checked = _concerned(session, scope)
    booked = select(func.count(), func.count(Booking.family_id.distinct())).where(
        Booking.session_id.in_(ids), Booking.cancelled_at.is_(None)
    )
    bookings, families = session.execute(booked).one()
    waits = select(func.count()).where(
        WaitingPlace.session_ids.overlap(list(ids)), WaitingPlace.state.in_(WAITS)
    )
    return ClosurePreview(
        sessions=len(ids),
        bookings=bookings,
        families=families,
        waiting=session.scalar(waits) or 0 if ids else 0,
        checked=checked,
    )


def declare(session: Session, ask: DeclareClosure, caller: Caller, now: datetime) -> ClosureView:
    """Closes, cancels, proves and tells, in one transaction. Days without a session yet are closed too."""
    caller.staff(Role.ADMINISTRATION)
    scope, reason = ask.scope, ask.reason.strip()
    take_turn(session)
    ids, _ = _concerned(session, scope)
    if not ids and scope.last < calendar.local_day(now):
        raise NothingToClose
    line.lock(session, ids)
    still_open, _ = _concerned(session, scope)  # a roll-call may have been saved until they were ours
    ids = [each for each in still_open if each in set(ids)]
    waiting.close(session, ids, now)
    cancelled = places.close(session, ids, reason, now)
    name = caller.name if caller.kind is Kind.AGENT else TOWN
    closure = Closure(
        closure_id=uuid4(),
        **scope.model_dump(),
        reason=reason,
        declared_at=now,
        declared_by=caller.account_id,
        declared_by_name=name,
        command_id=ask.command_id,
        sessions=len(ids),
        bookings=len(cancelled),
        lifted_at=None,
        lifted_by_name="",
    )
    session.add(closure)
    session.flush()
    sentence = f"fermeture décidée par la mairie : {reason}"
    records.write_by_town(session, cancelled, sentence, ask.command_id, now, because=reason)
    told = ClosureDeclared(closure_id=closure.closure_id, reason=reason, **scope.model_dump())
    tell(session, told, subject=closure.closure_id, at=now)
    _tell_families(session, closure, cancelled, now)
    return _views(session, [closure])[0]


def lift(session: Session, ask: LiftClosure, caller: Caller, now: datetime) -> ClosureView:
    """Opens again what no other closure closes. What was cancelled stays so; those families are told."""
    caller.staff(Role.ADMINISTRATION)
    take_turn(session)
    closure = session.get(Closure, ask.closure_id, with_for_update=True)
    if closure is None:
        raise NotFound
    if closure.lifted_at is None:
        closure.lifted_at = now
        closure.lifted_by_name = caller.name if caller.kind is Kind.AGENT else TOWN
        session.flush()
        scope = _scope_of(closure)
        ids = session.scalars(select(DaySession.session_id).where(*_matches(scope))).all()
        places.lock(session, ids)
        apply(session, ids)
        told = ClosureLifted(closure_id=closure.closure_id, reason=closure.reason, **scope.model_dump())
        tell(session, told, subject=closure.closure_id, version=2, at=now)
        _tell_reopened(session, closure, now)
    return _views(session, [closure])[0]


def take_turn(session: Session) -> None:
    """Before any row: one closure is declared or lifted, or a period opened, at a time.

    Rows alone do not do it: a session that is being opened, and a closure that is being declared, are not yet seen by
    the other transaction, and the session would run on a closed day.
    """
    session.execute(_TURN)


_TURN = text("SELECT pg_advisory_xact_lock(hashtext('enrolment.closures'))")


def apply(session: Session, session_ids: Collection[UUID]) -> None:
    """Says of each of these sessions, which are new or locked, whether a closure closes it. One statement."""
    if session_ids:
        session.execute(_APPLY, {"session_ids": list(session_ids)})


_APPLY = text(
    """
    UPDATE session s
       SET closed_because = COALESCE(
               (SELECT c.reason FROM closure c
                 WHERE c.lifted_at IS NULL AND s.day BETWEEN c.first AND c.last
                   AND s.place_code = COALESCE(c.place_code, s.place_code)
                   AND s.activity_code = COALESCE(c.activity_code, s.activity_code)
                   AND s.slot = COALESCE(c.slot, s.slot)
                 ORDER BY c.declared_at LIMIT 1), '')
     WHERE s.session_id = ANY(CAST(:session_ids AS uuid[]))
       AND NOT EXISTS (SELECT FROM sheet h WHERE h.session_id = s.session_id)
    """
)


def show_calendar(session: Session, ask: ShowCalendar, caller: Caller, now: datetime) -> CalendarView:
    """The school year of a label, what closes it, and which years are known."""
    caller.staff(Role.ADMINISTRATION)
    today = calendar.local_day(now)
    known = {fact.label: fact for fact in school_years.known(today)}
    year = known.get(ask.label or calendar.school_year_of(today).label)
    if year is None:
        raise NotFound
    closures = session.scalars(
        select(Closure)
        .where(Closure.first <= year.last, Closure.last >= year.first)
        .order_by(Closure.first.desc(), Closure.declared_at.desc())
    ).all()
    return CalendarView(
        label=year.label,
        first=year.first,
        last=year.last,
        holidays=year.holidays,
        public_holidays=year.public_holidays,
        closures=_views(session, closures),
        years=list(known),
    )


def _matches(scope: Scope) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [DaySession.day.between(scope.first, scope.last)]
    if scope.place_code is not None:
        wanted.append(DaySession.place_code == scope.place_code)
    if scope.activity_code is not None:
        wanted.append(DaySession.activity_code == scope.activity_code)
    if scope.slot is not None:
        wanted.append(DaySession.slot == scope.slot)
    return wanted


def _concerned(session: Session, scope: Scope) -> tuple[list[UUID], int]:
    """(the sessions to close, how many are left alone because their roll-call is done)."""
    is_done = select(Sheet.session_id).where(Sheet.session_id == DaySession.session_id).exists()
    rows = session.execute(
        select(DaySession.session_id, is_done).where(*_matches(scope), DaySession.closed_because == "")
    ).all()
    return [session_id for session_id, done in rows if not done], sum(done for _, done in rows)


def _tell_families(session: Session, closure: Closure, cancelled: Iterable[BookedDay], now: datetime) -> None:
    """One fact per family, whatever it loses: it is written to once."""
    days: dict[UUID, list[ClosedDay]] = defaultdict(list)
    for each in cancelled:
        days[each.family_id].append(
            ClosedDay(child_id=each.child_id, activity_name=each.activity_name, day=each.day, slot=each.slot)
        )
    facts: list[tuple[Event, UUID | str, int]] = [
        (
            DaysClosed(closure_id=closure.closure_id, family_id=family_id, reason=closure.reason, days=lost),
            family_id,
            1,
        )
        for family_id, lost in sorted(days.items())
    ]
    tell_all(session, facts, at=now)


def _tell_reopened(session: Session, closure: Closure, now: datetime) -> None:
    """The families that lost a day to come, from the proofs that the closure left."""
    lost: dict[UUID, list[ClosedDay]] = defaultdict(list)
    proofs = session.scalars(
        select(Proof)
        .join(DaySession, DaySession.session_id == Proof.session_id)
        .where(
            Proof.command_id == closure.command_id,
            Proof.day >= calendar.local_day(now),
            DaySession.closed_because == "",
        )
        .order_by(Proof.day, Proof.proof_number)
    )
    for proof in proofs:
        lost[proof.family_id].append(
            ClosedDay(
                child_id=proof.child_id, activity_name=proof.activity_name, day=proof.day, slot=proof.slot
            )
        )
    facts: list[tuple[Event, UUID | str, int]] = [
        (
            DaysReopened(
                closure_id=closure.closure_id, family_id=family_id, reason=closure.reason, days=days
            ),
            family_id,
            1,
        )
        for family_id, days in sorted(lost.items())
    ]
    tell_all(session, facts, at=now)


def _views(session: Session, closures: Collection[Closure]) -> list[ClosureView]:
    if not closures:
        return []
    places_named = dict(session.execute(select(Place.code, Place.name)).all())
    activities = dict(session.execute(select(Activity.code, Activity.name)).all())
    return [
        ClosureView(
            closure_id=each.closure_id,
            scope=_scope_of(each),
            place_name=places_named.get(each.place_code or "", ""),
            activity_name=activities.get(each.activity_code or "", ""),
            reason=each.reason,
            declared_at=each.declared_at,
            declared_by=each.declared_by_name,
            sessions=each.sessions,
            bookings=each.bookings,
            lifted_at=each.lifted_at,
            lifted_by=each.lifted_by_name,
        )
        for each in closures
    ]


def _scope_of(closure: Closure) -> Scope:
    return Scope(
        first=closure.first,
        last=closure.last,
        place_code=closure.place_code,
        activity_code=closure.activity_code,
        slot=closure.slot,
    )
