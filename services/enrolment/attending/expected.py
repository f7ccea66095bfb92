"""Whom a session expects, and whose a child is that it did not expect."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.events.enrolments import EnrolmentState
from enrolment.models import Booking, Child, CustodySpan, DaySession, Enrolment, FamilyChild
from enrolment.schedule import calendar

Booked = dict[UUID, tuple[UUID, UUID]]
"""child → (booking, family)."""


def booked_on(session: Session, session_id: UUID) -> Booked:
    """Who has a booking that was not cancelled. One statement."""
    rows = session.execute(
        select(Booking.child_id, Booking.booking_id, Booking.family_id).where(
            Booking.session_id == session_id, Booking.cancelled_at.is_(None)
        )
    )
    return {child_id: (booking_id, family_id) for child_id, booking_id, family_id in rows}


def payers(session: Session, child_ids: set[UUID], day_session: DaySession) -> dict[UUID, UUID]:
    """Whose a child who came without booking is: of the home that has it that day, by the custody calendar; else the
    family that enrolled it here this year, else its first family.

    One statement: a calendar sorts before an enrolment, an enrolment before none.
    """
    rows = session.execute(
        select(FamilyChild.child_id, FamilyChild.family_id)
        .join(Child, Child.child_id == FamilyChild.child_id)
        .outerjoin(
            Enrolment,
            (Enrolment.child_id == FamilyChild.child_id)
            & (Enrolment.family_id == FamilyChild.family_id)
            & (Enrolment.activity_code == day_session.activity_code)
            & (Enrolment.school_year == calendar.school_year_of(day_session.day).label)
            & (Enrolment.state == EnrolmentState.ACCEPTED),
        )
        .outerjoin(
            CustodySpan,
            (CustodySpan.child_id == FamilyChild.child_id)
            & (CustodySpan.family_id == FamilyChild.family_id)
            & (CustodySpan.first <= day_session.day)
            & (CustodySpan.last >= day_session.day),
        )
        .where(FamilyChild.child_id.in_(child_ids))
        .order_by(
            FamilyChild.child_id,
            CustodySpan.child_id.is_(None).desc(),
            Enrolment.enrolment_id.is_(None).desc(),
            FamilyChild.family_id.desc(),
        )
    )
    return dict(rows.all())  # the last of each child wins
