"""A child's month: every day, every activity, and for each the state, the reason and the closing instant."""

import calendar as months
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.bookings import CellState, CellView, DayView, MonthActivityView, MonthPage, MonthView
from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.terms import Grain
from contracts.events.enrolment import EnrolmentState
from enrolment.booking import deadlines, line
from enrolment.booking.booking_rules import (
    Chance,
    Known,
    adding_deadline,
    cancelling_deadline,
    cell_state,
    chance_of,
)
from enrolment.booking.known import full_groups, known_for
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling.enrolment_views import children_of, view_child
from enrolment.household.families import act_for
from enrolment.models import Activity, DaySession, Enrolment, Place
from enrolment.schedule import calendar

NOTHING_THAT_DAY = "Pas d’activité ce jour"


def month(session: Session, ask: MonthPage, caller: Caller, now: datetime) -> MonthView:
    """The child's month, in five statements however many activities; two more for groups and waiting lists."""
    acting = act_for(session, caller, ask.child_id, ask.family_id)
    first = ask.month.replace(day=1)
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    enrolled = _enrolled(session, ask.child_id, first, last)
    bounds = _bounds(session, list(enrolled))
    cells: dict[date, list[CellView]] = defaultdict(list)
    terms = {activity_code: known for (_, activity_code), (known, _) in enrolled.items()}
    reader = Reader(acting.child.birth_date, acting.family_ids, acting.is_resident, now)
    found = known_sessions(session, list(enrolled), ask.child_id, first, last)
    for day, cell in view_cells(session, found, terms, reader):
        cells[day].append(cell)
    activities = activities_of(enrolled)
    order = {activity.activity_code: n for n, activity in enumerate(activities)}
    days = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        shown = sorted(cells[day], key=lambda cell: (order[cell.activity_code], cell.slot))
        because = "" if shown else calendar.closed_because(day) or NOTHING_THAT_DAY
        days.append(DayView(day=day, closed_because=because, cells=shown))
    return MonthView(
        child=view_child(acting.child, acting.school_name),
        children=children_of(session, acting.account_id) if acting.account_id else [],
        month=first,
        activities=activities,
        days=days,
        first_month=bounds[0].replace(day=1) if bounds[0] else None,
        last_month=bounds[1].replace(day=1) if bounds[1] else None,
    )


Enrolled = dict[tuple[str, str], tuple[ActivityTerms, str]]
"""(place, activity) → its terms and the place's name."""


def known_sessions(
    session: Session, offered: list[tuple[str, str]], child_id: UUID, first: date, last: date
) -> list[Known]:
    """The sessions of these (place, activity) in a period, as the child has them: one statement."""
    if not offered:
        return []
    rows = session.execute(
        known_for(child_id)
        .where(
            tuple_(DaySession.place_code, DaySession.activity_code).in_(offered),
            DaySession.day.between(first, last),
        )
        .order_by(DaySession.day, DaySession.slot, DaySession.session_id)
    )
    return [Known(*row) for row in rows]


@dataclass(frozen=True)
class Reader:
    """A child as its days are judged, and who looks. `is_resident`: where the acting family lives."""

    birth_date: date
    own: frozenset[UUID]
    is_resident: bool
    now: datetime


def view_cells(
    session: Session, found: Sequence[Known], terms_by_code: Mapping[str, ActivityTerms], reader: Reader
) -> list[tuple[date, CellView]]:
    """The sessions as the reader has them. Two more statements, where there are groups and where the child waits."""
    with_groups = {code for code, terms in terms_by_code.items() if terms.groups}
    grouped = [each.session_id for each in found if each.activity_code in with_groups]
    full = full_groups(session, grouped) if grouped else set()
    ranks = line.rank(session, {each.waiting_id for each in found if each.waiting_id is not None})
    weeks = _weeks(found, terms_by_code)
    cells = []
    for each in found:
        terms = terms_by_code[each.activity_code]
        chance = chance_of(terms, reader.birth_date, each.day, reader.now, is_resident=reader.is_resident)
        is_full = (each.session_id, chance.group_code) in full
        known = replace(each, has_room=False) if is_full else each
        cell = _view_cell(known, terms, chance, reader)
        place = ranks.get(known.waiting_id) if known.waiting_id else None
        more = {"place_in_line": place, "week_of": weeks.get(known.session_id)}
        cells.append((known.day, cell.model_copy(update=more) if any(more.values()) else cell))
    return cells


def _view_cell(known: Known, terms: ActivityTerms, chance: Chance, reader: Reader) -> CellView:
    adding = adding_deadline(terms, known.day, calendar.public_holiday)
    cancelling = cancelling_deadline(terms, known.day, calendar.public_holiday)
    state = cell_state(
        known,
        reader.own,
        chance,
        reader.now,
        can_add=adding.is_open(reader.now),
        can_cancel=cancelling.is_open(reader.now),
    )
    concerns_cancelling = state in (CellState.BOOKED, CellState.BOOKED_LOCKED)
    return CellView(
        session_id=known.session_id,
        activity_code=known.activity_code,
        slot=known.slot,
        state=state,
        closes_at=cancelling.closes_at if concerns_cancelling else adding.closes_at,
        closed_because=known.closed_because,
        opens_at=chance.opens_at if state is CellState.NOT_OPEN else None,
        other_home=(known.booked_for or known.home or next(iter(reader.own), None)) not in reader.own,
        can_wait=state is CellState.FULL and terms.waiting is not None,
        offer_ends_at=known.offer_ends_at if state is CellState.OFFERED else None,
    )


def _weeks(found: Sequence[Known], terms_by_code: Mapping[str, ActivityTerms]) -> dict[UUID, UUID]:
    """session → the first open one of its week, for activities that are booked by week."""
    firsts: dict[tuple[object, ...], UUID] = {}
    weeks: dict[UUID, UUID] = {}
    for known in found:
        if terms_by_code[known.activity_code].booked_by is Grain.WEEK and not known.closed_because:
            week = (known.activity_code, known.place_code, known.slot, *known.day.isocalendar()[:2])
            weeks[known.session_id] = firsts.setdefault(week, known.session_id)
    return weeks


def _enrolled(session: Session, child_id: UUID, first: date, last: date) -> Enrolled:
    years = {calendar.school_year_of(first).label, calendar.school_year_of(last).label}
    rows = session.execute(
        select(Enrolment.place_code, Activity, Place.name)
        .join(Activity, Activity.code == Enrolment.activity_code)
        .join(Place, Place.code == Enrolment.place_code)
        .where(
            Enrolment.child_id == child_id,
            Enrolment.state == EnrolmentState.ACCEPTED,
            Enrolment.school_year.in_(years),
        )
    )
    return {(place_code, activity.code): (terms_of(activity), name) for place_code, activity, name in rows}


def _bounds(session: Session, offered: list[tuple[str, str]]) -> tuple[date | None, date | None]:
    if not offered:
        return None, None
    first, last = session.execute(
        select(func.min(DaySession.day), func.max(DaySession.day)).where(
            tuple_(DaySession.place_code, DaySession.activity_code).in_(offered)
        )
    ).one()
    return first, last


_ORDER = ["canteen", "evening", "wednesday", "holidays", "school"]


def activities_of(enrolled: Enrolled) -> list[MonthActivityView]:
    """Those that have days, in the order of the page, with what holds for their days."""
    found = sorted(enrolled.values(), key=lambda each: (_ORDER.index(each[0].kind), each[0].name))
    return [
        MonthActivityView(
            activity_code=terms.code,
            name=terms.name,
            unit=terms.unit,
            place_name=place_name,
            slots=list(terms.slots),
            adding_sentence=deadlines.sentence(terms.adding),
            cancelling_sentence=deadlines.sentence(terms.cancelling),
        )
        for terms, place_name in found
        if terms.season != "none"
    ]
