"""What closes within the week of which a child has booked nothing: said on the parent's home."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ARRAY, Date, DateTime, String, bindparam, column, func, select
from sqlalchemy.orm import Session

from chassis.one_trip import OneTrip
from contracts.enrolment.home import NearDeadlineView
from contracts.enrolment.terms import Window
from contracts.events.enrolments import EnrolmentState
from enrolment.booking.booking_rules import adding_closes_at
from enrolment.catalogue import windows
from enrolment.catalogue.terms import terms_from
from enrolment.household.families import OWN_CHILDREN
from enrolment.models import Activity, Booking, Child, DaySession, Enrolment
from enrolment.schedule import calendar

SOON = timedelta(days=7)
# A rule of the month before closes, on its day, every day of the next month: at most two months ahead. The end of a
# window closes days that lie further.
HORIZON = timedelta(days=62)

OF_YEAR = Enrolment.child_id.in_(OWN_CHILDREN) & (Enrolment.school_year == bindparam("year"))
"""The enrolments of the children of the account bound as `account_id`, of the school year bound as `year`."""


@dataclass(frozen=True)
class Attended:
    """An activity in which a child is enrolled this year, with its terms as JSON text."""

    code: str
    terms: str


def near_deadlines(
    session: Session, attended: Sequence[Attended], account_id: UUID, year: str, now: datetime
) -> list[NearDeadlineView]:
    """Per child and activity, the next instant of the week at which days close of which none is booked.

    A family that has booked something of these days has decided; it is not reminded. One statement: the sessions of
    those few days that close within the week.
    """
    closing = [
        (each.code, day, closes_at) for each in attended for day, closes_at in _closing_soon(each.terms, now)
    ]
    if not closing:
        return []
    codes, days, instants = map(list, zip(*closing, strict=True))
    near = _NEAR.read(
        session, account_id=account_id, year=year, codes=codes, days=days, instants=instants
    ).deadlines
    return sorted(near, key=lambda each: (each.closes_at, each.child_name, each.activity_name))


@dataclass(frozen=True)
class _Near:
    deadlines: list[NearDeadlineView]


_CLOSING = (
    func.unnest(
        bindparam("codes", type_=ARRAY(String)),
        bindparam("days", type_=ARRAY(Date)),
        bindparam("instants", type_=ARRAY(DateTime(timezone=True))),
    )
    .table_valued(column("code", String), column("day", Date), column("closes_at", DateTime), name="closing")
    .render_derived()
)
_BOOKABLE = DaySession.taken < DaySession.capacity
_NEAR = OneTrip(
    _Near,
    deadlines=select(
        Enrolment.child_id,
        func.min(Child.first_name).label("child_name"),
        Enrolment.activity_code,
        func.min(Activity.name).label("activity_name"),
        func.min(_CLOSING.c.closes_at).label("closes_at"),
        func.min(DaySession.day).filter(_BOOKABLE).label("first"),
        func.max(DaySession.day).filter(_BOOKABLE).label("last"),
        func.count(Booking.booking_id).label("booked"),
        func.count(DaySession.day.distinct()).filter(_BOOKABLE).label("bookable"),
    )
    .select_from(Enrolment)
    .join(Child, Child.child_id == Enrolment.child_id)
    .join(Activity, Activity.code == Enrolment.activity_code)
    .join(_CLOSING, _CLOSING.c.code == Enrolment.activity_code)
    .join(
        DaySession,
        (DaySession.activity_code == Enrolment.activity_code)
        & (DaySession.place_code == Enrolment.place_code)
        & (DaySession.day == _CLOSING.c.day)
        & (DaySession.closed_because == ""),
    )
    .outerjoin(
        Booking,
        (Booking.session_id == DaySession.session_id)
        & (Booking.child_id == Enrolment.child_id)
        & Booking.cancelled_at.is_(None),
    )
    .where(OF_YEAR, Enrolment.state == EnrolmentState.ACCEPTED)
    .group_by(Enrolment.child_id, Enrolment.activity_code)
    .having((func.count(Booking.booking_id) == 0) & func.bool_or(_BOOKABLE)),
)


def _closing_soon(terms: str, now: datetime) -> Iterator[tuple[date, datetime]]:
    """The days to come that close for booking within the week, and when; none that cannot be booked yet."""
    for day, closes_at, window in _closings(terms, calendar.local_day(now)):
        if now < closes_at <= now + SOON and windows.why_shut(window, now, is_resident=True) is None:
            yield day, closes_at


@lru_cache(maxsize=500)
def _closings(text: str, today: date) -> tuple[tuple[date, datetime, Window], ...]:
    """The days of an activity that close from today to this day next week, when, and within which window they are
    booked: of its terms as JSON text, reckoned once a day for all who attend it."""
    terms, last = terms_from(text), today + SOON

    def is_near(closes_at: datetime | None) -> bool:
        return closes_at is not None and today <= calendar.local_day(closes_at) <= last

    found = []
    ending = (each.last for each in terms.openings if is_near(each.window.closes_at))
    for n in range((max([today + HORIZON, *ending]) - today).days + 1):
        day = today + timedelta(days=n)
        if day.isoweekday() not in terms.weekdays:
            continue
        closes_at = adding_closes_at(terms, day, calendar.public_holiday)
        if not terms.openings and calendar.local_day(closes_at) > last:
            break  # by its rule alone, a later day never closes before an earlier one
        if is_near(closes_at):
            found.append((day, closes_at, windows.window_of(terms.openings, day)))
    return tuple(found)
