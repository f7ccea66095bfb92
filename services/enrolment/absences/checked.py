"""What the roll-calls say of a family's children, as the parents read it: expected, present, absent, unexpected."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.objections import (
    CheckedDays,
    CheckedDaysView,
    CheckedLineView,
    ObjectionState,
    ObjectionView,
    ShowCheckedLine,
)
from contracts.errors import NotFound
from contracts.events.attendance import Mark
from enrolment.absences.claims import CLAIMS, why_not_contest
from enrolment.absences.models import Objection
from enrolment.absences.objection_views import views
from enrolment.attending import settled
from enrolment.attending.settled import Settled
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling.enrolment_views import children_of
from enrolment.household.families import families_of, full_name
from enrolment.models import Activity, Booking, Child, DaySession, Place
from enrolment.schedule import calendar

_Key = tuple[UUID, UUID]
"""(session, child)."""


def days(session: Session, ask: CheckedDays, caller: Caller, now: datetime) -> CheckedDaysView:
    """The last weeks, newest first; of a child of two homes, the days that the caller's own is billed. Nine statements,
    however many days there are."""
    account_id = caller.citizen()
    today = calendar.local_day(now)
    since = today - timedelta(weeks=ask.weeks)
    own = families_of(session, account_id)
    lines = _lines(session, own, since, today, today)
    return CheckedDaysView(
        children=children_of(session, account_id),
        since=since,
        lines=[line for line in lines if ask.child_id in (None, line.child_id)],
    )


def show(session: Session, ask: ShowCheckedLine, caller: Caller, now: datetime) -> CheckedLineView:
    """One line of the caller's own family. Raises NotFound."""
    own = families_of(session, caller.citizen())
    day = session.scalar(select(DaySession.day).where(DaySession.session_id == ask.session_id))
    if day is None:
        raise NotFound
    for line in _lines(session, own, day, day, calendar.local_day(now)):
        if (line.session_id, line.child_id) == (ask.session_id, ask.child_id):
            return line
    raise NotFound


def _lines(
    session: Session, own: Collection[UUID], since: date, until: date, today: date
) -> list[CheckedLineView]:
    if not own:
        return []
    kept: dict[_Key, Settled] = {
        (each.session_id, each.line.child_id): each
        for each in settled.lines_since(session, "family_id", own, since, until)
    }
    rows = session.execute(
        select(Booking.session_id, Booking.child_id)
        .join(DaySession, DaySession.session_id == Booking.session_id)
        .where(
            Booking.family_id.in_(own),
            Booking.cancelled_at.is_(None),
            DaySession.day.between(since, until),
        )
    )
    booked: set[_Key] = {(session_id, child_id) for session_id, child_id in rows}
    keys = kept.keys() | booked
    known = _known(session, keys)
    said: dict[_Key, list[ObjectionView]] = defaultdict(list)
    for objection in views(
        session,
        session.scalars(
            select(Objection)
            .where(
                Objection.session_id.in_({session_id for session_id, _ in keys}),
                Objection.family_id.in_(own),
            )
            .order_by(Objection.made_at.desc(), Objection.objection_id)
        ).all(),
    ):
        said[objection.session_id, objection.child_id].append(objection)
    found = [_line(key, kept.get(key), key in booked, known, said[key], today) for key in keys]
    return sorted(
        found,
        key=lambda line: (-line.day.toordinal(), line.child_name, line.activity_name, line.slot),
    )


@dataclass(frozen=True)
class _Known:
    sessions: Mapping[UUID, tuple[DaySession, Activity, str]]
    children: Mapping[UUID, Child]


def _known(session: Session, keys: Collection[_Key]) -> _Known:
    rows = session.execute(
        select(DaySession, Activity, Place.name)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .where(DaySession.session_id.in_({session_id for session_id, _ in keys}))
    )
    children = session.scalars(select(Child).where(Child.child_id.in_({child_id for _, child_id in keys})))
    return _Known(
        {day_session.session_id: (day_session, activity, place) for day_session, activity, place in rows},
        {child.child_id: child for child in children},
    )


def _line(
    key: _Key,
    kept: Settled | None,
    is_booked: bool,
    known: _Known,
    said: list[ObjectionView],
    today: date,
) -> CheckedLineView:
    day_session, activity, place_name = known.sessions[key[0]]
    view = CheckedLineView(
        session_id=key[0],
        child_id=key[1],
        child_name=full_name(known.children[key[1]]) if key[1] in known.children else "",
        activity_name=activity.name,
        place_name=place_name,
        day=day_session.day,
        slot=day_session.slot,
        booked=is_booked,
        objection=said[0] if said else None,
    )
    if kept is None:
        return view
    until = contest_until(activity, kept.settled_at)
    before: list[tuple[ObjectionState, Mark]] = [(each.state, each.mark) for each in said]
    why = why_not_contest(kept.line.mark, kept.line.held, until, today, before)
    return view.model_copy(
        update={
            "mark": kept.line.mark,
            "absence": kept.line.absence,
            "held": kept.line.held,
            "settled_at": kept.settled_at,
            "claims": list(CLAIMS[kept.line.mark]) if why is None else [],
            "contest_until": until if kept.line.mark in CLAIMS else None,
        }
    )


def contest_until(activity: Activity, settled_at: datetime) -> date:
    """The last day to contest a line of a sheet settled then."""
    return calendar.local_day(settled_at) + timedelta(days=terms_of(activity).absences.objection_days)
