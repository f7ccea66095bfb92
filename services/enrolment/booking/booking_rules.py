"""Whether a day may be booked or cancelled: a function of what is known of it, and of nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.enrolment.bookings import CellState, Refusal
from contracts.enrolment.offer import ActivityTerms
from enrolment.booking import deadlines


@dataclass(frozen=True)
class Known:
    """A session as a child and its acting family have it."""

    session_id: UUID
    activity_code: str
    place_code: str
    day: date
    slot: str
    has_room: bool
    booking_id: UUID | None = None
    booked_for: UUID | None = None


@dataclass(frozen=True)
class Window:
    """Until when a change may be made, and the sentence of the rule that says so."""

    closes_at: datetime
    sentence: str

    def is_open(self, now: datetime) -> bool:
        """Whether `now` is in time: the closing instant itself is too late."""
        return now < self.closes_at


def adding_window(terms: ActivityTerms, day: date, is_holiday: Callable[[date], object]) -> Window:
    """Until when a session of `day` can be booked."""
    closing = deadlines.closing_instant(terms.adding, day, is_holiday)
    return Window(closing, deadlines.sentence(terms.adding))


def cancelling_window(terms: ActivityTerms, day: date, is_holiday: Callable[[date], object]) -> Window:
    """Until when a session of `day` can be cancelled."""
    closing = deadlines.closing_instant(terms.cancelling, day, is_holiday)
    return Window(closing, deadlines.sentence(terms.cancelling))


def why_not_book(known: Known, family_id: UUID, *, is_enrolled: bool, in_time: bool) -> Refusal | None:
    """Why the child cannot be booked; None when it can, places permitting."""
    if known.booking_id is not None:
        return Refusal.ALREADY_BOOKED if known.booked_for == family_id else Refusal.ELSEWHERE
    if not is_enrolled:
        return Refusal.NOT_ENROLLED
    return None if in_time else Refusal.TOO_LATE


def why_not_cancel(known: Known, family_id: UUID, *, in_time: bool) -> Refusal | None:
    """Why the booking cannot be given back; None when it can."""
    if known.booking_id is None:
        return Refusal.NOT_BOOKED
    if known.booked_for != family_id:
        return Refusal.ELSEWHERE
    return None if in_time else Refusal.TOO_LATE


def cell_state(known: Known, family_ids: frozenset[UUID], *, can_add: bool, can_cancel: bool) -> CellState:
    """What a parent of `family_ids` sees of a session."""
    if known.booking_id is not None:
        if known.booked_for not in family_ids:
            return CellState.ELSEWHERE
        return CellState.BOOKED if can_cancel else CellState.BOOKED_LOCKED
    if not can_add:
        return CellState.LOCKED
    return CellState.OPEN if known.has_room else CellState.FULL
