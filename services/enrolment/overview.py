"""What the parent's home says of enrolment: the children, what is asked of them, what is booked, what closes soon."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Date, Text, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from chassis.one_trip import OneTrip
from contracts.caller import Caller
from contracts.enrolment.enrolments import ChildView
from contracts.enrolment.home import AwaitedCertificateView, OverviewView, UpcomingView
from contracts.enrolment.requests import RequestLine
from contracts.events.enrolments import EnrolmentState
from enrolment.absences import absence_views
from enrolment.booking import waiting_views
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.enrolling import enrolment_views
from enrolment.household.families import OWN_CHILDREN, OWN_FAMILIES
from enrolment.models import Activity, Booking, Child, DaySession, Enrolment, Place
from enrolment.near_deadlines import OF_YEAR, SOON, Attended, near_deadlines
from enrolment.requests import views as request_views
from enrolment.schedule import calendar

LATEST = 3


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
        deadlines=near_deadlines(session, home.attended, account_id, year, now),
        certificates=home.certificates,
        offers=waiting_views.offers_of(session, account_id, now) if home.offered else [],
        requests=home.requests,
    )


@dataclass(frozen=True)
class _Home:
    children: list[ChildView]
    asked: list[dict[str, UUID]]
    """Enrolments that may wait for the parent."""
    attended: list[Attended]
    upcoming: list[UpcomingView]
    certificates: list[AwaitedCertificateView]
    offered: list[dict[str, UUID]]
    requests: list[RequestLine]


_SLOTS = select(func.jsonb_array_elements_text(Activity.terms["slots"])).correlate(Activity).scalar_subquery()
_HOME = OneTrip(
    _Home,
    children=enrolment_views.CHILDREN,
    asked=select(Enrolment.enrolment_id).where(
        OF_YEAR, or_(*(Enrolment.state == each for each in enrolment_views.ASKING))
    ),
    attended=select(Activity.code, cast(Activity.terms, Text).label("terms")).where(
        Activity.code.in_(
            select(Enrolment.activity_code).where(OF_YEAR, Enrolment.state == EnrolmentState.ACCEPTED)
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
