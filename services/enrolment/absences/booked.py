"""The booked days of a child, and whether one of them may be reported absent: the second is a pure rule."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.enrolment.offer import ActivityTerms
from contracts.events.attendance import AbsenceState, Mark
from enrolment.absences.models import AbsenceDay
from enrolment.attending import settled
from enrolment.booking.booking_rules import cancelling_deadline
from enrolment.catalogue.terms import terms_of
from enrolment.models import Activity, Booking, DaySession, Place
from enrolment.schedule import calendar

LONGEST_REPORT = timedelta(days=31)
"""No activity lets an absence be reported later (`AbsenceTerms.report_days`)."""
AHEAD = timedelta(days=92)
"""Far enough for the earliest deadline there is: a rule of the month before."""


@dataclass(frozen=True)
class BookedDay:
    """A booking as far as its absence is concerned. `mark`: what the roll-call said; None: not settled."""

    booking_id: UUID
    session_id: UUID
    family_id: UUID
    activity_code: str
    place_code: str
    place_name: str
    day: date
    slot: str
    terms: ActivityTerms
    closes_at: datetime
    mark: Mark | None = None
    is_reported: bool = False

    @property
    def report_until(self) -> date:
        """The last day to report it."""
        return self.day + timedelta(days=self.terms.absences.report_days)


def why_not_report(booked: BookedDay, now: datetime) -> str | None:
    """Why the day cannot be reported, as `CannotReport` says it; None when it can."""
    if booked.is_reported:
        return "reported"
    if now < booked.closes_at:
        return "cancel_instead"
    if booked.mark is Mark.PRESENT:
        return "present"
    if booked.mark is not None and booked.mark is not Mark.ABSENT_UNJUSTIFIED:
        return "reported"  # it is known already, and costs nothing
    return "too_late" if calendar.local_day(now) > booked.report_until else None


def booked_days(session: Session, child_id: UUID, now: datetime) -> dict[UUID, BookedDay]:
    """booking → what is known of it, of all the days that could be reported. Two statements."""
    today = calendar.local_day(now)
    first, last = today - LONGEST_REPORT, today + AHEAD
    rows = session.execute(
        select(Booking, DaySession, Activity, Place.name, AbsenceDay.booking_id.is_not(None))
        .join(DaySession, DaySession.session_id == Booking.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .outerjoin(
            AbsenceDay,
            (AbsenceDay.booking_id == Booking.booking_id) & (AbsenceDay.state != AbsenceState.WITHDRAWN),
        )
        .where(
            Booking.child_id == child_id,
            Booking.cancelled_at.is_(None),
            DaySession.day.between(first, last),
        )
        .order_by(DaySession.day, Activity.name, DaySession.slot, DaySession.session_id)
    ).all()
    marks = {
        each.session_id: each.line.mark
        for each in settled.lines_since(session, "child_id", [child_id], first, today)
    }
    terms = {activity.code: terms_of(activity) for _, _, activity, _, _ in rows}
    return {
        booking.booking_id: BookedDay(
            booking_id=booking.booking_id,
            session_id=booking.session_id,
            family_id=booking.family_id,
            activity_code=activity.code,
            place_code=day_session.place_code,
            place_name=place_name,
            day=day_session.day,
            slot=day_session.slot,
            terms=terms[activity.code],
            closes_at=cancelling_deadline(
                terms[activity.code], day_session.day, calendar.public_holiday
            ).closes_at,
            mark=marks.get(booking.session_id),
            is_reported=is_reported,
        )
        for booking, day_session, activity, place_name, is_reported in rows
    }
