"""Which tap holds, and what it says of a child: pure rules.

Tablets lose their connection and send later, again, or in another order; their clocks are wrong. So that the same taps
always make the same sheet:

- a tap is one tap by its id, however often it comes;
- of one tablet's taps of a child, the last pressed holds (its own numbering says which: no clock is asked);
- between two tablets, the last pressed holds: by the town's clock, which each tap is brought to when it is received
  (a tablet says what time it has as it sends); never later than its reception, never before its own day;
- at the same instant, the higher id: nobody's preference, but the same everywhere.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from chassis.clock import PARIS
from contracts.enrolment.taps import Seen
from contracts.events.attendance import AbsenceState, Mark

THERE = frozenset({Mark.PRESENT, Mark.PRESENT_WITHOUT_BOOKING})


@dataclass(frozen=True)
class Pressed:
    """A tap as it was received. `at`: by the town's clock. `received`: its place in the order of reception."""

    tap_id: UUID
    child_id: UUID
    seen: Seen
    at: datetime
    device_id: UUID
    number: int
    received: int = 0
    by: str = ""
    device: str = ""
    waits: bool = False


def holding(taps: Iterable[Pressed]) -> dict[UUID, Pressed]:
    """child → the tap that holds, « undone » ones included."""
    last: dict[tuple[UUID, UUID], Pressed] = {}
    for tap in taps:
        key = (tap.child_id, tap.device_id)
        if key not in last or (tap.number, tap.tap_id) > (last[key].number, last[key].tap_id):
            last[key] = tap
    held: dict[UUID, Pressed] = {}
    for tap in last.values():
        other = held.get(tap.child_id)
        if other is None or (tap.at, tap.tap_id) > (other.at, other.tap_id):
            held[tap.child_id] = tap
    return held


def instant(at: datetime, sent_at: datetime, now: datetime, day: date) -> datetime:
    """When a tap of that day's roll-call was pressed, by the town's clock. All three instants bear their zone."""
    pressed = at + (now - sent_at)
    return max(min(pressed, now), datetime.combine(day, time.min, tzinfo=PARIS))


def mark_of(seen: Seen, *, booked: bool, absence: AbsenceState | None) -> Mark | None:
    """The mark a sheet starts from; None: nothing to say, or not on the sheet."""
    if seen is Seen.HERE:
        return Mark.PRESENT if booked else Mark.PRESENT_WITHOUT_BOOKING
    if seen is Seen.AWAY and booked:
        return Mark.ABSENT_JUSTIFIED if absence is AbsenceState.JUSTIFIED else Mark.ABSENT_UNJUSTIFIED
    return None


def seen_as(mark: Mark) -> Seen:
    """What a mark of a closed sheet is to a tablet."""
    return Seen.HERE if mark in THERE else Seen.AWAY


def says_otherwise(seen: Seen, mark: Mark | None) -> bool:
    """A tap contradicts a sheet. `mark` None: the child is not on it.

    « Undone » claims nothing of a child who is expected; it takes off one who is there without a booking.
    """
    if mark is None:
        return seen is Seen.HERE
    if seen is Seen.UNDONE:
        return mark is Mark.PRESENT_WITHOUT_BOOKING
    return seen is not seen_as(mark)


def news(
    taps: Collection[Pressed], known: Callable[[Pressed], bool], marks: Mapping[UUID, Mark]
) -> dict[UUID, Pressed]:
    """child → the tap that holds now, where another one held among the `known` taps and these marks say otherwise."""
    before = holding(tap for tap in taps if known(tap))
    return {
        child_id: tap
        for child_id, tap in holding(taps).items()
        if before.get(child_id) != tap and says_otherwise(tap.seen, marks.get(child_id))
    }


def late(taps: Collection[Pressed], marks: Mapping[UUID, Mark]) -> dict[UUID, Pressed]:
    """child → the tap that came after the sheet with these marks was closed, and contradicts it."""
    return news(taps, lambda tap: not tap.waits, marks)


def unseen(taps: Collection[Pressed], shown: int, marks: Mapping[UUID, Mark]) -> dict[UUID, Pressed]:
    """child → the tap received after the `shown` first ones that contradicts these marks."""
    return news(taps, lambda tap: tap.received <= shown, marks)
