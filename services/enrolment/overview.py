"""What the parent's home says of enrolment: the children, what is asked of them, what is booked, what closes soon."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Date, String, Text, bindparam, cast, column, func, or_, select
from sqlalchemy.orm import Session

from chassis.one_trip import OneTrip
from contracts.caller import Caller
from contracts.enrolment.enrolments import ChildView
from contracts.enrolment.home import AwaitedCertificateView, NearDeadlineView, OverviewView, UpcomingView
from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.requests import RequestLine
from contracts.events.enrolment import EnrolmentState
from enrolment.absences import absence_views
from enrolment.booking import waiting_views
from enrolment.booking.booking_rules import adding_closes_at
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.catalogue import windows
from enrolment.catalogue.terms import terms_from
from enrolment.enrolling import enrolment_views
from enrolment.household.families import OWN_CHILDREN, OWN_FAMILIES
from enrolment.models import Activity, Booking, Child, DaySession, Enrolment, Place
from enrolment.requests import views as request_views
from enrolment.schedule import calendar

SOON = timedelta(days=7)
LATEST = 3
# A rule of the month before closes, on its day, every day of the next month: at most two months ahead. The end of a
# window closes days that lie further.
HORIZON = timedelta(days=62)


def overview(session: Session, caller: Caller, now: datetime) -> OverviewView:
    """Everything the home needs, in two statements, however many the children; more where an enrolment or a place
    waits for the parent."""
    account_id = caller.citizen()
    today = calendar.local_day(now)
    year = calendar.school_year_of(today).label
    home = _HOME.read(
        session,
        account_id=account_id,
        today=today,
        now=now,
        last=today + SOON,
        year=year,
        most=LATEST,
        skipped=0,
    )
    return OverviewView(
        children=home.children,
        enrolments=enrolment_views.asked_of(session, caller, today) if home.asked else [],
        upcoming=home.upcoming,
        deadlines=_near_deadlines(session, home.attended, account_id, year, now),
        certificates=home.certificates,
        offers=waiting_views.offers_of(session, account_id, now) if home.offered else [],
        requests=home.requests,
    )


@dataclass(frozen=True)
class _Home:
    children: list[ChildView]
    asked: list[dict[str, UUID]]
    """Enrolments that may wait for the parent."""
    attended: list[dict[str, str]]
    """The terms of the activities in which a child is enrolled this year."""
    upcoming: list[UpcomingView]
    certificates: list[AwaitedCertificateView]
    offered: list[dict[str, UUID]]
    requests: list[RequestLine]


_ENROLLED = Enrolment.child_id.in_(OWN_CHILDREN) & (Enrolment.school_year == bindparam("year"))
_SLOTS = select(func.jsonb_array_elements_text(Activity.terms["slots"])).correlate(Activity).scalar_subquery()
_HOME = OneTrip(
    _Home,
    children=enrolment_views.CHILDREN,
    asked=select(Enrolment.enrolment_id).where(
        _ENROLLED, or_(*(Enrolment.state == each for each in enrolment_views.ASKING))
    ),
    attended=select(cast(Activity.terms, Text).label("terms")).where(
        Activity.code.in_(
            select(Enrolment.activity_code).where(_ENROLLED, Enrolment.state == EnrolmentState.ACCEPTED)
        )
    ),
    upcoming=select(
        Booking.child_id,
        Child.first_name.label("child_name"),
        Activity.name.label("activity_name"),
        Place.name.label("place_name"),
        DaySession.day,
        DaySession.slot,
    )
    .join(Child, Child.child_id == Booking.child_id)
    .join(DaySession, DaySession.session_id == Booking.session_id)
    .join(Activity, Activity.code == DaySession.activity_code)
    .join(Place, Place.code == DaySession.place_code)
    .where(
        Booking.child_id.in_(OWN_CHILDREN),
        Booking.family_id.in_(OWN_FAMILIES),
        Booking.cancelled_at.is_(None),
        DaySession.day.between(bindparam("today", type_=Date), bindparam("last", type_=Date)),
    )
    .order_by(
        DaySession.day,
        Child.first_name,
        func.array_position(func.array(_SLOTS), DaySession.slot),
        Activity.name,
    ),
    certificates=absence_views.AWAITED,
    offered=waiting_views.OFFERED.with_only_columns(WaitingPlace.waiting_id),
    requests=request_views.LATEST,
)


def _near_deadlines(
    session: Session, attended: Sequence[Mapping[str, str]], account_id: UUID, year: str, now: datetime
) -> list[NearDeadlineView]:
    """Per child and activity, the next instant of the week at which days close of which none is booked.

    A family that has booked something of these days has decided; it is not reminded. One statement: the sessions of
    those few days that close within the week.
    """
    terms = {known.code: known for each in attended if (known := terms_from(each["terms"]))}
    closing = {
        (code, day): closes_at
        for code, known in terms.items()
        for day, closes_at in _closing_soon(known, now)
    }
    if not closing:
        return []
    codes, days = zip(*closing, strict=True)
    found = _CLOSING.read(session, account_id=account_id, year=year, codes=list(codes), days=list(days))
    groups: dict[tuple[UUID, str], list[_Closing]] = defaultdict(list)
    for each in found.sessions:
        groups[each.child_id, each.activity_code].append(each)
    near = [
        view for (_, code), sessions in groups.items() if (view := _nearest(terms[code], sessions, closing))
    ]
    return sorted(near, key=lambda each: (each.closes_at, each.child_name, each.activity_name))


@dataclass(frozen=True)
class _Closing:
    """A session that closes soon, to a child that may be booked on it."""

    child_id: UUID
    child_name: str
    activity_code: str
    day: date
    is_booked: bool
    has_room: bool


@dataclass(frozen=True)
class _ClosingSessions:
    sessions: list[_Closing]


_DAY = (
    func.unnest(bindparam("codes", type_=ARRAY(String)), bindparam("days", type_=ARRAY(Date)))
    .table_valued(column("code", String), column("day", Date), name="closing")
    .render_derived()
)
_CLOSING = OneTrip(
    _ClosingSessions,
    sessions=select(
        Enrolment.child_id,
        Child.first_name.label("child_name"),
        DaySession.activity_code,
        DaySession.day,
        Booking.booking_id.is_not(None).label("is_booked"),
        (DaySession.taken < DaySession.capacity).label("has_room"),
    )
    .select_from(Enrolment)
    .join(Child, Child.child_id == Enrolment.child_id)
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
    .where(_ENROLLED, Enrolment.state == EnrolmentState.ACCEPTED),
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
    terms: ActivityTerms, sessions: Sequence[_Closing], closing: Mapping[tuple[str, date], datetime]
) -> NearDeadlineView | None:
    """What is said of one child's sessions of one activity; nothing once one is booked, or where none has room."""
    bookable = {each.day for each in sessions if each.has_room}
    if any(each.is_booked for each in sessions) or not bookable:
        return None
    return NearDeadlineView(
        child_id=sessions[0].child_id,
        child_name=sessions[0].child_name,
        activity_code=terms.code,
        activity_name=terms.name,
        closes_at=min(closing[terms.code, each.day] for each in sessions),
        first=min(bookable),
        last=max(bookable),
        booked=0,
        bookable=len(bookable),
    )
