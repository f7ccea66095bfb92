"""A child's month: every day, every activity, and for each the state, the reason and the closing instant."""

import calendar as months
from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.bookings import CellView, DayView, MonthActivityView, MonthPage, MonthView
from contracts.enrolment.offer import ActivityTerms
from contracts.events.enrolments import EnrolmentState
from enrolment.booking import deadlines
from enrolment.booking.booking_rules import Known
from enrolment.booking.cells import Reader, look_up, view_cells
from enrolment.booking.known import known_for
from enrolment.catalogue.notes import booking_notes
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
    for known, cell in zip(
        found, view_cells(found, terms, reader, look_up(session, found, terms)), strict=True
    ):
        cells[known.day].append(cell)
    activities = activities_of(enrolled)
    order = {activity.activity_code: n for n, activity in enumerate(activities)}
    days = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        running = [cell for cell in cells[day] if cell.activity_code in order]
        shown = sorted(running, key=lambda cell: (order[cell.activity_code], cell.slot))
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
            notes=booking_notes(terms),
        )
        for terms, place_name in found
        if terms.season != "none"
    ]
