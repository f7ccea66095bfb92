"""A child's month: every day, every activity, and for each the state, the reason and the closing instant."""

import calendar as months
from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.bookings import CellState, CellView, DayView, MonthActivityView, MonthPage, MonthView
from contracts.enrolment.offer import ActivityTerms
from contracts.events.enrolment import EnrolmentState
from enrolment.booking import deadlines
from enrolment.booking.booking_rules import Known, adding_window, cancelling_window, cell_state
from enrolment.catalogue.offer import terms_of
from enrolment.enrolling.enrolment_views import children_of, view_child
from enrolment.household.families import act_for
from enrolment.models import Activity, Booking, DaySession, Enrolment, Place
from enrolment.schedule import calendar

NOTHING_THAT_DAY = "Pas d’activité ce jour"


def month(session: Session, ask: MonthPage, caller: Caller, now: datetime) -> MonthView:
    """The child's month, in five statements however many activities."""
    acting = act_for(session, caller, ask.child_id, ask.family_id)
    first = ask.month.replace(day=1)
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    enrolled = _enrolled(session, ask.child_id, first, last)
    bounds = _bounds(session, list(enrolled))
    cells: dict[date, list[CellView]] = defaultdict(list)
    terms = {activity_code: known for (_, activity_code), (known, _) in enrolled.items()}
    for known in known_sessions(session, list(enrolled), ask.child_id, first, last):
        cells[known.day].append(view_cell(known, terms[known.activity_code], acting.family_ids, now))
    activities = _activities(enrolled)
    order = {activity.activity_code: n for n, activity in enumerate(activities)}
    days = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        found = sorted(cells[day], key=lambda cell: (order[cell.activity_code], cell.slot))
        because = "" if found else calendar.closed_because(day) or NOTHING_THAT_DAY
        days.append(DayView(day=day, closed_because=because, cells=found))
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
    """The sessions of these (place, activity) in a period, with the child's bookings on them: one statement."""
    if not offered:
        return []
    rows = session.execute(
        select(
            DaySession.session_id,
            DaySession.activity_code,
            DaySession.place_code,
            DaySession.day,
            DaySession.slot,
            DaySession.taken < DaySession.capacity,
            Booking.booking_id,
            Booking.family_id,
        )
        .outerjoin(
            Booking,
            (Booking.session_id == DaySession.session_id)
            & (Booking.child_id == child_id)
            & Booking.cancelled_at.is_(None),
        )
        .where(
            tuple_(DaySession.place_code, DaySession.activity_code).in_(offered),
            DaySession.day.between(first, last),
        )
        .order_by(DaySession.day, DaySession.slot, DaySession.session_id)
    )
    return [Known(*row) for row in rows]


def view_cell(known: Known, terms: ActivityTerms, own: frozenset[UUID], now: datetime) -> CellView:
    """A session as a parent of the families `own` has it."""
    adding = adding_window(terms, known.day, calendar.public_holiday)
    cancelling = cancelling_window(terms, known.day, calendar.public_holiday)
    state = cell_state(known, own, can_add=adding.is_open(now), can_cancel=cancelling.is_open(now))
    concerns_cancelling = state in (CellState.BOOKED, CellState.BOOKED_LOCKED)
    return CellView(
        session_id=known.session_id,
        activity_code=known.activity_code,
        slot=known.slot,
        state=state,
        closes_at=cancelling.closes_at if concerns_cancelling else adding.closes_at,
    )


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


def _activities(enrolled: Enrolled) -> list[MonthActivityView]:
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
