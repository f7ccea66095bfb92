"""What is known of sessions for one child: its bookings, its place in the line, the home it is with. One statement."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, and_, case, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from contracts.events.enrolment import EnrolmentState
from enrolment.booking.booking_rules import Known
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.models import Booking, CustodySpan, DaySession, Enrolment, SessionGroup
from enrolment.schedule import calendar

WAITS = ("waiting", "offered")
_COLUMNS = (
    DaySession.session_id,
    DaySession.activity_code,
    DaySession.place_code,
    DaySession.day,
    DaySession.slot,
    DaySession.taken < DaySession.capacity,
    DaySession.closed_because,
    Booking.booking_id,
    Booking.family_id,
    Booking.group_code,
    CustodySpan.family_id,
    WaitingPlace.waiting_id,
    case((WaitingPlace.state == "offered", WaitingPlace.offer_ends_at)),
    DaySession.edition,
)


def known_for(child_id: UUID | BindParameter[UUID]) -> Select:  # type: ignore[type-arg]
    """Rows that `Known(*row)` takes, of every session: the caller narrows it."""
    return _known(child_id, enrolled=False)


def known_of_enrolled(child_ids: Collection[UUID], first: date, last: date) -> Select:  # type: ignore[type-arg]
    """The same for several children, of the sessions of a period that each is enrolled in that school year.

    In order of day and part; the child's id comes last.
    """
    in_their_year = (
        and_(Enrolment.school_year == year.label, DaySession.day.between(year.first, year.last))
        for year in calendar.school_years_of(first, last)
    )
    return (
        _known(Enrolment.child_id, enrolled=True)
        .where(
            Enrolment.child_id.in_(child_ids),
            Enrolment.state == EnrolmentState.ACCEPTED,
            DaySession.day.between(first, last),
            or_(*in_their_year),
        )
        .order_by(DaySession.day, DaySession.slot, DaySession.session_id)
    )


def _known(child_id: UUID | BindParameter[UUID] | InstrumentedAttribute[UUID], *, enrolled: bool) -> Select:  # type: ignore[type-arg]
    sessions = (
        select(*_COLUMNS, Enrolment.child_id)
        .select_from(DaySession)
        .join(
            Enrolment,
            and_(
                Enrolment.activity_code == DaySession.activity_code,
                Enrolment.place_code == DaySession.place_code,
            ),
        )
        if enrolled
        else select(*_COLUMNS).select_from(DaySession)
    )
    return (
        sessions.outerjoin(
            Booking,
            and_(
                Booking.session_id == DaySession.session_id,
                Booking.child_id == child_id,
                Booking.cancelled_at.is_(None),
            ),
        )
        .outerjoin(
            CustodySpan,
            and_(
                CustodySpan.child_id == child_id,
                CustodySpan.first <= DaySession.day,
                CustodySpan.last >= DaySession.day,
            ),
        )
        .outerjoin(
            WaitingPlace,
            and_(
                WaitingPlace.child_id == child_id,
                WaitingPlace.state.in_(WAITS),
                DaySession.session_id == WaitingPlace.session_ids.any_(),
            ),
        )
    )


def read(rows: Iterable[Any]) -> list[Known]:
    """The rows of `known_for`."""
    return [Known(*row) for row in rows]


def full_groups(session: Session, session_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """(session, group) of those whose places are all taken."""
    rows = session.execute(
        select(SessionGroup.session_id, SessionGroup.group_code).where(
            SessionGroup.session_id.in_(session_ids), SessionGroup.taken >= SessionGroup.capacity
        )
    )
    return set(rows)
