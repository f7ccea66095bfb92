"""One process that books, or inserts bare rows, on one session as fast as it can; prints how many were done.

python -m tests.load.hot_session DATABASE_URL SECONDS book|bare PLACE PLACES
"""

import sys
import time
from datetime import UTC, datetime
from itertools import cycle
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.database import engine_for, sessions_for
from contracts.caller import Caller, Kind
from contracts.enrolment.bookings import ChangeBookings
from enrolment.booking import bookings
from tests.load.opening_town import HOT_SESSION, account, child

_BARE = text(
    "INSERT INTO bare_booking (booking_id, session_id, child_id, family_id, made_at, made_by)"
    " VALUES (:booking_id, :session_id, :child_id, :family_id, :made_at, :made_by)"
)


def main(url: str, seconds: float, kind: str, place: int, places: int) -> int:
    """Whole bookings (proof, fact and memory of the command in the same commit), or one bare row and its commit."""
    sessions = sessions_for(engine_for(url, 1))
    stop = time.monotonic() + seconds
    act = bare if kind == "bare" else book
    done = 0
    # Each child is booked, then given back: they never run out, and the next turn finds them as they were.
    for number in cycle(range(FIRST + place, FAMILIES, places)):
        if time.monotonic() > stop:
            return done
        for adding in (True, False):
            with sessions.begin() as session:
                act(session, number, adding)
            done += 1
    return done


def bare(session: Session, _number: int, _adding: bool) -> None:
    """One row."""
    values = {name: uuid4() for name in ("booking_id", "child_id", "family_id", "made_by")}
    session.execute(_BARE, {**values, "session_id": HOT_SESSION, "made_at": datetime.now(UTC)})


def book(session: Session, number: int, adding: bool) -> None:
    """One change as a parent saves it."""
    caller = Caller(kind=Kind.CITIZEN, account_id=account(number), name="Camille Martin")
    days = {"additions" if adding else "removals": [HOT_SESSION]}
    ask = ChangeBookings(command_id=uuid4(), child_id=child(number), **days)  # type: ignore[arg-type]
    answer = bookings.change(session, ask, caller, datetime.now(UTC))
    if not answer.changed:
        raise RuntimeError(f"not done: {answer.refused}")


FIRST, FAMILIES = 100, 2000
"""The first hundred families belong to whoever books through the gateway."""

if __name__ == "__main__":
    _, url, seconds, kind, place, places = sys.argv
    print(main(url, float(seconds), kind, int(place), int(places)))
