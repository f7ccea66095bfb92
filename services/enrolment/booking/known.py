"""What is known of sessions for one child: its bookings, its place in the line, the home it is with. One statement."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, and_, case, select
from sqlalchemy.orm import Session

from enrolment.booking.waiting_models import WaitingPlace
from enrolment.models import Booking, CustodySpan, DaySession, SessionGroup

WAITS = ("waiting", "offered")


def known_for(child_id: UUID) -> Select:  # type: ignore[type-arg]
    """Rows that `Known(*row)` takes, of every session: the caller narrows it."""
    return (
        select(
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
        )
        .outerjoin(
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


def full_groups(session: Session, session_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """(session, group) of those whose places are all taken."""
    rows = session.execute(
        select(SessionGroup.session_id, SessionGroup.group_code).where(
            SessionGroup.session_id.in_(session_ids), SessionGroup.taken >= SessionGroup.capacity
        )
    )
    return set(rows)
