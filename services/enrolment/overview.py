"""What the parent's home says of enrolment: the children, what is asked of them, what is booked, what closes soon."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.enrolments import ChildView
from contracts.enrolment.home import NearDeadlineView, OverviewView, UpcomingView
from contracts.enrolment.offer import ActivityTerms
from contracts.events.enrolment import EnrolmentState
from enrolment.absences import absence_views
from enrolment.booking import waiting_views
from enrolment.booking.booking_rules import adding_closes_at
from enrolment.catalogue import windows
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling.enrolment_views import children_of, of_account
from enrolment.models import Activity, Booking, DaySession, Enrolment, FamilyGuardian, Place
from enrolment.schedule import calendar

SOON = timedelta(days=7)
# A rule of the month before closes, on its day, every day of the next month: at most two months ahead. The end of a
# window closes days that lie further.
HORIZON = timedelta(days=62)


def overview(session: Session, caller: Caller, now: datetime) -> OverviewView:
    """Everything the home needs, in a bounded number of statements."""
    today = calendar.local_day(now)
    account_id = caller.citizen()
    children = children_of(session, account_id)
    return OverviewView(
        children=children,
        enrolments=of_account(session, caller, today),
        upcoming=_upcoming(session, account_id, children, today),
        deadlines=_near_deadlines(session, children, now),
        certificates=absence_views.certificates_awaited(session, account_id, today),
        offers=waiting_views.offers_of(session, account_id, now),
    )


def _upcoming(
    session: Session, account_id: UUID, children: list[ChildView], today: date
) -> list[UpcomingView]:
    names = {child.child_id: child.first_name for child in children}
    rows = session.execute(
        select(Booking.child_id, Activity, Place.name, DaySession.day, DaySession.slot)
        .join(DaySession, DaySession.session_id == Booking.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .where(
            Booking.child_id.in_(list(names)),
            Booking.family_id.in_(
                select(FamilyGuardian.family_id).where(FamilyGuardian.account_id == account_id)
            ),
            Booking.cancelled_at.is_(None),
            DaySession.day.between(today, today + SOON),
        )
        .order_by(DaySession.day, Activity.name)
    )
    ordered = sorted(rows, key=lambda row: (row[3], names[row[0]], row[1].terms["slots"].index(row[4])))
    return [
        UpcomingView(
            child_id=child_id,
            child_name=names[child_id],
            activity_name=activity.name,
            place_name=place,
            day=day,
            slot=slot,
        )
        for child_id, activity, place, day, slot in ordered
    ]


_Days = list[tuple[date, bool, bool]]
"""(day, booked, has room)."""


def _near_deadlines(session: Session, children: list[ChildView], now: datetime) -> list[NearDeadlineView]:
    """Per child and activity, the next instant of the week at which days close of which none is booked.

    A family that has booked something of these days has decided; it is not reminded. Two statements: what the children
    are enrolled in, then the sessions of those few days that close within the week.
    """
    names = {child.child_id: child.first_name for child in children}
    today = calendar.local_day(now)
    enrolled = (
        Enrolment.child_id.in_(list(names)),
        Enrolment.state == EnrolmentState.ACCEPTED,
        Enrolment.school_year == calendar.school_year_of(today).label,
    )
    activities = session.scalars(
        select(Activity).where(Activity.code.in_(select(Enrolment.activity_code).where(*enrolled)))
    )
    terms = {activity.code: terms_of(activity) for activity in activities}
    closing = {
        (code, day): closes_at
        for code, known in terms.items()
        for day, closes_at in _closing_soon(known, now)
    }
    if not closing:
        return []
    rows = session.execute(
        select(
            Enrolment.child_id,
            DaySession.activity_code,
            DaySession.day,
            Booking.booking_id.is_not(None),
            DaySession.taken < DaySession.capacity,
        )
        .join(
            DaySession,
            (DaySession.activity_code == Enrolment.activity_code)
            & (DaySession.place_code == Enrolment.place_code)
            & (DaySession.closed_because == ""),
        )
        .outerjoin(
            Booking,
            (Booking.session_id == DaySession.session_id)
            & (Booking.child_id == Enrolment.child_id)
            & Booking.cancelled_at.is_(None),
        )
        .where(*enrolled, tuple_(DaySession.activity_code, DaySession.day).in_(list(closing)))
        .order_by(Enrolment.child_id, DaySession.activity_code, DaySession.day, DaySession.slot)
    )
    groups: dict[tuple[UUID, str], dict[datetime, _Days]] = defaultdict(lambda: defaultdict(list))
    for child_id, code, day, is_booked, has_room in rows:
        groups[child_id, code][closing[code, day]].append((day, is_booked, has_room))
    found = [
        view
        for (child_id, code), by_instant in groups.items()
        if (view := _nearest(child_id, names[child_id], terms[code], by_instant))
    ]
    return sorted(found, key=lambda each: (each.closes_at, each.child_name, each.activity_name))


def _closing_soon(terms: ActivityTerms, now: datetime) -> Iterator[tuple[date, datetime]]:
    """The days to come that close for booking within the week, and when; none that cannot be booked yet."""
    today = calendar.local_day(now)
    ending = (each.last for each in terms.openings if _is_soon(each.window.closes_at, now))
    for n in range((max([today + HORIZON, *ending]) - today).days + 1):
        day = today + timedelta(days=n)
        window = windows.window_of(terms.openings, day)
        is_shut = windows.why_shut(window, now, is_resident=True) is not None
        if day.isoweekday() in terms.weekdays and not is_shut:
            closes_at = adding_closes_at(terms, day, calendar.public_holiday)
            if _is_soon(closes_at, now):
                yield day, closes_at


def _is_soon(closes_at: datetime | None, now: datetime) -> bool:
    return closes_at is not None and now < closes_at <= now + SOON


def _nearest(
    child_id: UUID, child_name: str, terms: ActivityTerms, by_instant: dict[datetime, _Days]
) -> NearDeadlineView | None:
    near = sorted(by_instant)
    days = [day for instant in near for day in by_instant[instant]]
    bookable = {day for day, is_booked, has_room in days if has_room and not is_booked}
    booked = sum(is_booked for _, is_booked, _ in days)
    if booked or not bookable:
        return None
    return NearDeadlineView(
        child_id=child_id,
        child_name=child_name,
        activity_code=terms.code,
        activity_name=terms.name,
        closes_at=near[0],
        first=min(bookable),
        last=max(bookable),
        booked=booked,
        bookable=len(bookable),
    )
