"""What billing keeps of bookings: what it asks of the fact, whatever the fact says besides."""

from datetime import date
from uuid import uuid4

from billing.facts import consumption
from contracts.events.bookings import BookingCancelled, BookingMade
from tests.services.billing.conftest import Town


def test_a_booking_that_a_closure_ended_stands_no_more(town: Town) -> None:
    """The fact says why: a field that billing does not keep."""
    known = {
        "booking_id": uuid4(),
        "session_id": uuid4(),
        "child_id": uuid4(),
        "family_id": uuid4(),
        "activity_code": "cantine",
        "place_code": "0261001A",
        "day": date(2026, 10, 6),
    }
    with town.sessions.begin() as session:
        consumption.keep_booking(session, BookingMade(**known), 1, standing=True)
    with town.sessions.begin() as session:
        cancelled = BookingCancelled(**known, cancelled_because="Grève")
        consumption.keep_booking(session, cancelled, 2, standing=False)
    assert town.count("SELECT count(*) FROM booking") == 1
    assert town.count("SELECT count(*) FROM booking WHERE standing") == 0
