"""The week of all of a family's children, read and changed at once."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.bookings import BookingAnswer, CellView, ChangeBookings
from contracts.enrolment.weeks import ChangeWeek, WeekChildView, WeekDayView, WeekPage, WeekView
from contracts.errors import Invalid
from contracts.events.enrolments import EnrolmentState
from enrolment.booking import bookings, places
from enrolment.booking.booking_rules import Known
from enrolment.booking.cells import Reader, look_up, view_cells
from enrolment.booking.known import known_of_enrolled
from enrolment.booking.months import NOTHING_THAT_DAY, Enrolled, activities_of
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling.enrolment_views import children_of
from enrolment.household.families import act_for
from enrolment.models import (
    Activity,
    Child,
    DaySession,
    Enrolment,
    Family,
    FamilyChild,
    FamilyGuardian,
    Place,
)
from enrolment.schedule import calendar


def week(session: Session, ask: WeekPage, caller: Caller, now: datetime) -> WeekView:
    """The week, in five statements however many children and activities; two more for groups and waiting lists."""
    account_id = caller.citizen()
    monday, sunday = calendar.week_of(ask.day)
    years = {year.label for year in calendar.school_years_of(monday, sunday)}
    children = children_of(session, account_id)
    ids = [child.child_id for child in children]
    readers = _readers(session, account_id, now)
    enrolled = _enrolled(session, ids, years)
    found: dict[UUID, list[Known]] = defaultdict(list)
    for *values, child_id in session.execute(known_of_enrolled(ids, monday, sunday)):
        found[child_id].append(Known(*values))
    terms = {code: known for offered in enrolled.values() for (_, code), (known, _) in offered.items()}
    crowd = look_up(session, [known for those in found.values() for known in those], terms)
    views = []
    for child in children:
        offered = enrolled[child.child_id]
        known_days = found[child.child_id]
        cells = view_cells(known_days, terms, readers[child.child_id], crowd)
        activities = activities_of(offered)
        order = {activity.activity_code: n for n, activity in enumerate(activities)}
        by_day: dict[date, list[CellView]] = defaultdict(list)
        running = [pair for pair in zip(known_days, cells, strict=True) if pair[1].activity_code in order]
        for known, cell in sorted(running, key=lambda each: (order[each[1].activity_code], each[1].slot)):
            by_day[known.day].append(cell)
        views.append(WeekChildView(child=child, activities=activities, days=_days(monday, by_day)))
    first, last = session.execute(
        select(func.min(DaySession.day), func.max(DaySession.day)).where(
            DaySession.activity_code.in_({code for each in enrolled.values() for _, code in each})
        )
    ).one()
    return WeekView(monday=monday, children=views, first=first, last=last)


def change_week(session: Session, ask: ChangeWeek, caller: Caller, now: datetime) -> list[BookingAnswer]:
    """Saves each child's changes; an answer each, in the order asked.

    Locks: every child's row in order of id, then every session's row in order of day and id, then child by child.
    """
    caller.citizen()
    for each in ask.children:
        if set(each.additions) & set(each.removals):
            raise Invalid(problems={"additions": "contradiction"})
    acting = {
        child_id: act_for(session, caller, child_id, lock=True)
        for child_id in sorted(each.child_id for each in ask.children)
    }
    places.lock(
        session, {session_id for each in ask.children for session_id in (*each.additions, *each.removals)}
    )
    answers = []
    for each in ask.children:
        one = ChangeBookings(
            command_id=ask.command_id,
            child_id=each.child_id,
            additions=each.additions,
            removals=each.removals,
            waits=each.waits,
        )
        answers.append(bookings.save(session, one, acting[each.child_id], now))
    return answers


def _readers(session: Session, account_id: UUID, now: datetime) -> dict[UUID, Reader]:
    """What each child of an account is judged by: the families through which the account acts for it."""
    rows = session.execute(
        select(Child.child_id, Child.birth_date, FamilyChild.family_id, Family.resident)
        .join(FamilyChild, FamilyChild.child_id == Child.child_id)
        .join(FamilyGuardian, FamilyGuardian.family_id == FamilyChild.family_id)
        .outerjoin(Family, Family.family_id == FamilyChild.family_id)
        .where(FamilyGuardian.account_id == account_id)
        .order_by(FamilyChild.family_id)
    )
    readers: dict[UUID, Reader] = {}
    for child_id, birth_date, family_id, resident in rows:
        one = readers.get(child_id)
        own = frozenset({family_id}) if one is None else one.own | {family_id}
        # As `act_for` does: the first of the families is the one acted for.
        readers[child_id] = Reader(birth_date, own, bool(resident) if one is None else one.is_resident, now)
    return readers


def _enrolled(session: Session, child_ids: list[UUID], years: set[str]) -> dict[UUID, Enrolled]:
    rows = session.execute(
        select(Enrolment.child_id, Enrolment.place_code, Activity, Place.name)
        .join(Activity, Activity.code == Enrolment.activity_code)
        .join(Place, Place.code == Enrolment.place_code)
        .where(
            Enrolment.child_id.in_(child_ids),
            Enrolment.state == EnrolmentState.ACCEPTED,
            Enrolment.school_year.in_(years),
        )
    )
    found: dict[UUID, Enrolled] = defaultdict(dict)
    for child_id, place_code, activity, name in rows:
        found[child_id][place_code, activity.code] = (terms_of(activity), name)
    return found


def _days(monday: date, cells: dict[date, list[CellView]]) -> list[WeekDayView]:
    days = []
    for n in range(7):
        day = monday + timedelta(days=n)
        because = "" if cells[day] else calendar.closed_because(day) or NOTHING_THAT_DAY
        days.append(WeekDayView(day=day, closed_because=because, cells=cells[day]))
    return days
