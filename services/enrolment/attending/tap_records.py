"""The taps of a family's children, for the parents to take away while they are kept."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.records import Records
from enrolment.attending.tap_models import Tap
from enrolment.household.families import full_name
from enrolment.models import Activity, Booking, Child, DaySession, SheetChild


def records(session: Session, own: Collection[UUID]) -> dict[str, list[Records]]:
    """`taps`: of the days that these families booked or are billed; of a child of two homes, not the other's."""
    booked = select(Booking.booking_id).where(
        Booking.session_id == Tap.session_id, Booking.child_id == Tap.child_id, Booking.family_id.in_(own)
    )
    billed = select(SheetChild.session_id).where(
        SheetChild.session_id == Tap.session_id,
        SheetChild.child_id == Tap.child_id,
        SheetChild.family_id.in_(own),
    )
    rows = session.execute(
        select(Tap, Child, DaySession, Activity.name)
        .join(Child, Child.child_id == Tap.child_id)
        .join(DaySession, DaySession.session_id == Tap.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(booked.exists() | billed.exists())
        .order_by(Tap.at.desc(), Tap.received.desc())
    )
    return {
        "taps": [
            {
                "at": tap.at.isoformat(),
                "child_name": full_name(child),
                "activity_name": activity_name,
                "day": day_session.day.isoformat(),
                "slot": day_session.slot,
                "seen": tap.seen,
                "by": tap.by_name,
            }
            for tap, child, day_session, activity_name in rows
        ]
    }
