"""What is known of sessions for one child: its bookings, its place in the line, the home it is with. One statement."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, and_, case, or_, select, text
from sqlalchemy.orm import Session

from contracts.events.enrolments import EnrolmentState
from enrolment.booking.booking_rules import Known
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.models import Booking, CustodySpan, DaySession, Enrolment, SessionGroup
from enrolment.schedule import calendar

WAITS = ("waiting", "offered")
# Of tables, not of classes: reading rows costs half of what reading objects does.
_SESSION, _BOOKING, _CUSTODY, _ENROLMENT, _WAITING = (
    each.__table__ for each in (DaySession, Booking, CustodySpan, Enrolment, WaitingPlace)
)
_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _SESSION.c.session_id,
    _SESSION.c.activity_code,
    _SESSION.c.place_code,
    _SESSION.c.day,
    _SESSION.c.slot,
    (_SESSION.c.taken < _SESSION.c.capacity).label("has_room"),
    _SESSION.c.closed_because,
    _BOOKING.c.booking_id,
    _BOOKING.c.family_id.label("booked_for"),
    _BOOKING.c.group_code,
    _CUSTODY.c.family_id.label("home"),
    _WAITING.c.waiting_id,
    case((text("waiting_place.state = 'offered'"), _WAITING.c.offer_ends_at)).label("offer_ends_at"),
    _SESSION.c.edition,
)


def known_for(child_id: UUID | BindParameter[UUID]) -> Select[Any]:
    """Rows that `Known(*row)` takes, of every session: the caller narrows it."""
    return _known(child_id, enrolled=False)


def known_of_enrolled(child_ids: Collection[UUID], first: date, last: date) -> Select[Any]:
    """The same for several children, of the sessions of a period that each is enrolled in that school year.

    In order of day and part; the child's id comes last.
    """
    in_their_year = (
        and_(_ENROLMENT.c.school_year == year.label, _SESSION.c.day.between(year.first, year.last))
        for year in calendar.school_years_of(first, last)
    )
    return (
        _known(_ENROLMENT.c.child_id, enrolled=True)
        .where(
            _ENROLMENT.c.child_id.in_(child_ids),
            _ENROLMENT.c.state == EnrolmentState.ACCEPTED,
            _SESSION.c.day.between(first, last),
            or_(*in_their_year),
        )
        .order_by(_SESSION.c.day, _SESSION.c.slot, _SESSION.c.session_id)
    )


def _known(child_id: BindParameter[UUID] | ColumnElement[UUID] | UUID, *, enrolled: bool) -> Select[Any]:
    sessions = select(*_COLUMNS).select_from(_SESSION)
    if enrolled:
        there = and_(
            _ENROLMENT.c.activity_code == _SESSION.c.activity_code,
            _ENROLMENT.c.place_code == _SESSION.c.place_code,
        )
        sessions = sessions.add_columns(_ENROLMENT.c.child_id).join(_ENROLMENT, there)
    return (
        sessions.outerjoin(
            _BOOKING,
            and_(
                _BOOKING.c.session_id == _SESSION.c.session_id,
                _BOOKING.c.child_id == child_id,
                _BOOKING.c.cancelled_at.is_(None),
            ),
        )
        .outerjoin(
            _CUSTODY,
            and_(
                _CUSTODY.c.child_id == child_id,
                _CUSTODY.c.first <= _SESSION.c.day,
                _CUSTODY.c.last >= _SESSION.c.day,
            ),
        )
        .outerjoin(
            _WAITING,
            and_(
                _WAITING.c.child_id == child_id,
                text("waiting_place.state IN ('waiting', 'offered')"),
                _SESSION.c.session_id == _WAITING.c.session_ids.any_(),
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
