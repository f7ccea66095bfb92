"""What was booked, and what the roll-calls say happened. Only the second is ever billed."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.models import THIS_TRANSACTION, Attendance, Booking, SettledSession
from chassis.inbox import newer
from contracts.events.attendance import AttendanceSettled
from contracts.events.bookings import BookingFact


def keep_booking(session: Session, fact: BookingFact, version: int, *, standing: bool) -> None:
    """A booking made or cancelled. An older fact of the same booking is dropped."""
    if not newer(session, "booking", fact.booking_id, version):
        return
    kept = {"session_id", "child_id", "family_id", "activity_code", "place_code", "day", "slot"}
    values = fact.model_dump(include=kept) | {"standing": standing}
    upsert = insert(Booking).values(booking_id=fact.booking_id, **values)
    session.execute(upsert.on_conflict_do_update(index_elements=[Booking.booking_id], set_=values))


def settle_session(session: Session, fact: AttendanceSettled, version: int) -> None:
    """The roll-call of a session, whole: a later version supersedes every line of the earlier."""
    if not newer(session, "attendance", fact.session_id, version):
        return
    values = fact.model_dump(include={"activity_code", "place_code", "day", "slot"})
    upsert = insert(SettledSession).values(session_id=fact.session_id, **values)
    session.execute(
        upsert.on_conflict_do_update(
            index_elements=[SettledSession.session_id], set_=values | {"changed_in": THIS_TRANSACTION}
        )
    )
    session.execute(delete(Attendance).where(Attendance.session_id == fact.session_id))
    if fact.lines:
        kept = {"child_id", "family_id", "mark", "booking_id", "held"}
        rows = [line.model_dump(include=kept) | {"session_id": fact.session_id} for line in fact.lines]
        session.execute(insert(Attendance), rows)
