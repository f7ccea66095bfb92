"""What the parent's home says of enrolment: the children, what is asked of them, what is booked, what closes soon."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Date, String, Uuid, any_, bindparam, column, func, select
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from contracts.caller import Caller
from contracts.enrolment.home import NearDeadlineView, OverviewView, UpcomingView
from contracts.enrolment.offer import ActivityTerms
from contracts.events.enrolment import EnrolmentState
from enrolment.absences import absence_views
from enrolment.booking import waiting_views
from enrolment.booking.booking_rules import adding_closes_at
from enrolment.catalogue import windows
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling import enrolment_views
from enrolment.enrolling.enrolment_views import EnrolledRow
from enrolment.household import families
from enrolment.models import Activity, Booking, DaySession, Enrolment, Place
from enrolment.requests import views as request_views
from enrolment.schedule import calendar

SOON = timedelta(days=7)
LATEST = 3
# A rule of the month before closes, on its day, every day of the next month: at most two months ahead. The end of a
# window closes days that lie further.
HORIZON = timedelta(days=62)


def overview(session: Session, caller: Caller, now: datetime) -> OverviewView:
    """Everything the home needs, in nine statements, however many the children."""
    today = calendar.local_day(now)
    account_id = caller.citizen()
    own = families.families_of(session, account_id)
    children = enrolment_views.children_of(session, account_id)
    names = {child.child_id: child.first_name for child in children}
    enrolled = enrolment_views.rows_of(session, own, today)
    return OverviewView(
        children=children,
        enrolments=enrolment_views.views(session, enrolled, own),
        upcoming=_upcoming(session, own, names, today),
        deadlines=_near_deadlines(session, enrolled, names, now),
        certificates=absence_views.certificates_awaited(session, account_id, today),
        offers=waiting_views.offers_of(session, account_id, now),
        requests=request_views.latest(session, account_id, LATEST),
    )


def _upcoming(
    session: Session, own: Collection[UUID], names: Mapping[UUID, str], today: date
) -> list[UpcomingView]:
    wanted = {"child_ids": list(names), "own": list(own), "first": today, "last": today + SOON}
    rows = session.execute(_UPCOMING, wanted)
    ordered = sorted(rows, key=lambda row: (row[4], names[row[0]], row[2].index(row[5])))
    return [
        UpcomingView(
            child_id=child_id,
            child_name=names[child_id],
            activity_name=activity_name,
            place_name=place_name,
            day=day,
            slot=slot,
        )
        for child_id, activity_name, _, place_name, day, slot in ordered
    ]


_UPCOMING = (
    select(
        Booking.child_id, Activity.name, Activity.terms["slots"], Place.name, DaySession.day, DaySession.slot
    )
    .join(DaySession, DaySession.session_id == Booking.session_id)
    .join(Activity, Activity.code == DaySession.activity_code)
    .join(Place, Place.code == DaySession.place_code)
    .where(
        Booking.child_id == any_(bindparam("child_ids", type_=ARRAY(Uuid))),
        Booking.family_id == any_(bindparam("own", type_=ARRAY(Uuid))),
        Booking.cancelled_at.is_(None),
        DaySession.day.between(bindparam("first", type_=Date), bindparam("last", type_=Date)),
    )
    .order_by(DaySession.day, Activity.name)
    .execution_options(**PREPARED)
)


_Days = list[tuple[date, bool, bool]]
"""(day, booked, has room)."""


def _near_deadlines(
    session: Session, enrolled: Sequence[EnrolledRow], names: Mapping[UUID, str], now: datetime
) -> list[NearDeadlineView]:
    """Per child and activity, the next instant of the week at which days close of which none is booked.

    A family that has booked something of these days has decided; it is not reminded. One statement: the sessions of
    those few days that close within the week.
    """
    accepted = {row[0].enrolment_id: row[2] for row in enrolled if row[0].state == EnrolmentState.ACCEPTED}
    terms = {activity.code: terms_of(activity) for activity in set(accepted.values())}
    closing = {
        (code, day): closes_at
        for code, known in terms.items()
        for day, closes_at in _closing_soon(known, now)
    }
    if not closing:
        return []
    codes, days = zip(*closing, strict=True)
    wanted = {"enrolment_ids": list(accepted), "codes": list(codes), "days": list(days)}
    rows = session.execute(_CLOSING, wanted)
    groups: dict[tuple[UUID, str], dict[datetime, _Days]] = defaultdict(lambda: defaultdict(list))
    for child_id, code, day, is_booked, has_room in rows:
        groups[child_id, code][closing[code, day]].append((day, is_booked, has_room))
    found = [
        view
        for (child_id, code), by_instant in groups.items()
        if (view := _nearest(child_id, names[child_id], terms[code], by_instant))
    ]
    return sorted(found, key=lambda each: (each.closes_at, each.child_name, each.activity_name))


_DAY = (
    func.unnest(bindparam("codes", type_=ARRAY(String)), bindparam("days", type_=ARRAY(Date)))
    .table_valued(column("code", String), column("day", Date), name="closing")
    .render_derived()
)
_CLOSING = (
    select(
        Enrolment.child_id,
        DaySession.activity_code,
        DaySession.day,
        Booking.booking_id.is_not(None),
        DaySession.taken < DaySession.capacity,
    )
    .select_from(Enrolment)
    .join(_DAY, _DAY.c.code == Enrolment.activity_code)
    .join(
        DaySession,
        (DaySession.activity_code == Enrolment.activity_code)
        & (DaySession.place_code == Enrolment.place_code)
        & (DaySession.day == _DAY.c.day)
        & (DaySession.closed_because == ""),
    )
    .outerjoin(
        Booking,
        (Booking.session_id == DaySession.session_id)
        & (Booking.child_id == Enrolment.child_id)
        & Booking.cancelled_at.is_(None),
    )
    .where(Enrolment.enrolment_id == any_(bindparam("enrolment_ids", type_=ARRAY(Uuid))))
    .order_by(Enrolment.child_id, DaySession.activity_code, DaySession.day, DaySession.slot)
    .execution_options(**PREPARED)
)


def _closing_soon(terms: ActivityTerms, now: datetime) -> Iterator[tuple[date, datetime]]:
    """The days to come that close for booking within the week, and when; none that cannot be booked yet."""
    today = calendar.local_day(now)
    ending = (each.last for each in terms.openings if _is_soon(each.window.closes_at, now))
    for n in range((max([today + HORIZON, *ending]) - today).days + 1):
        day = today + timedelta(days=n)
        if day.isoweekday() not in terms.weekdays:
            continue
        closes_at = adding_closes_at(terms, day, calendar.public_holiday)
        if not terms.openings and closes_at > now + SOON:
            return  # by its rule alone, a later day never closes before an earlier one
        window = windows.window_of(terms.openings, day)
        if _is_soon(closes_at, now) and windows.why_shut(window, now, is_resident=True) is None:
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
