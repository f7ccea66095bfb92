"""Whether a day may be booked or cancelled: a function of what is known of it, and of nothing else."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.enrolment.bookings import CellState, Refusal
from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.terms import Window
from enrolment.booking import deadlines
from enrolment.catalogue import windows
from enrolment.catalogue.eligibility import age_on, group_of
from enrolment.catalogue.windows import Shut


@dataclass(frozen=True)
class Known:
    """A session as a child has it. `home`: the family it is with that day; None where no custody calendar says.

    `edition`: of the activity that it was read with.
    """

    session_id: UUID
    activity_code: str
    place_code: str
    day: date
    slot: str
    has_room: bool
    closed_because: str = ""
    booking_id: UUID | None = None
    booked_for: UUID | None = None
    group_code: str | None = None
    home: UUID | None = None
    waiting_id: UUID | None = None
    offer_ends_at: datetime | None = None
    edition: int = 0

    def is_offered(self, now: datetime) -> bool:
        """A place is held for the child, and there is time to take it."""
        return self.offer_ends_at is not None and now < self.offer_ends_at


@dataclass(frozen=True)
class Deadline:
    """Until when a change may be made, and the sentence of the rule that says so."""

    closes_at: datetime
    sentence: str

    def is_open(self, now: datetime) -> bool:
        """Whether `now` is in time: the closing instant itself is too late."""
        return now < self.closes_at


IsHoliday = Callable[[date], object]


def adding_closes_at(terms: ActivityTerms, day: date, is_holiday: IsHoliday) -> datetime:
    """From when a session of `day` can no longer be booked: by its rule, or with its window if that ends before."""
    closing = deadlines.closing_instant(terms.adding, day, is_holiday)
    over = windows.window_of(terms.openings, day).closes_at
    return closing if over is None or closing <= over else over


def adding_deadline(terms: ActivityTerms, day: date, is_holiday: IsHoliday) -> Deadline:
    """The same, with the words of what decides it."""
    closing = adding_closes_at(terms, day, is_holiday)
    if closing < deadlines.closing_instant(terms.adding, day, is_holiday):
        return Deadline(closing, windows.sentence(Window(closes_at=closing)))
    return Deadline(closing, deadlines.sentence(terms.adding))


def cancelling_deadline(terms: ActivityTerms, day: date, is_holiday: IsHoliday) -> Deadline:
    """Until when a session of `day` can be cancelled."""
    closing = deadlines.closing_instant(terms.cancelling, day, is_holiday)
    return Deadline(closing, deadlines.sentence(terms.cancelling))


@dataclass(frozen=True)
class Chance:
    """What the activity says of a child on a day. `opens_at`: when its bookings open for this family, if they will."""

    fits_age: bool
    group_code: str | None
    shut: Shut | None
    opens_at: datetime | None


def chance_of(
    terms: ActivityTerms, birth_date: date, day: date, now: datetime, *, is_resident: bool
) -> Chance:
    """The age, the group and the opening window, for a family of the town or not."""
    rule, age = terms.eligibility, age_on(birth_date, day)
    fits_age = (rule.youngest is None or age >= rule.youngest) and (rule.oldest is None or age <= rule.oldest)
    group = group_of(terms.groups, birth_date, day)
    window = windows.window_of(terms.openings, day)
    return Chance(
        fits_age=fits_age and (group is not None or not terms.groups),
        group_code=group.code if group else None,
        shut=windows.why_shut(window, now, is_resident=is_resident),
        opens_at=windows.opens_for(window, is_resident=is_resident),
    )


def why_not_book(
    known: Known,
    own: Collection[UUID],
    *,
    is_enrolled: bool,
    fits_age: bool,
    shut: Shut | None,
    in_time: bool,
) -> Refusal | None:
    """Why the child cannot be booked; None when it can, places permitting. `own`: the families acted for."""
    if known.booking_id is not None:
        return Refusal.ALREADY_BOOKED if _is_theirs(known, own) else Refusal.ELSEWHERE
    if known.closed_because:
        return Refusal.CLOSED
    if not is_enrolled:
        return Refusal.NOT_ENROLLED
    if not fits_age:
        return Refusal.NOT_OF_AGE
    if shut is Shut.NOT_YET:
        return Refusal.NOT_OPEN
    return None if in_time and shut is None else Refusal.TOO_LATE


def why_not_cancel(known: Known, own: Collection[UUID], *, in_time: bool) -> Refusal | None:
    """Why the booking cannot be given back; None when it can."""
    if known.booking_id is None:
        return Refusal.NOT_BOOKED
    if not _is_theirs(known, own):
        return Refusal.ELSEWHERE
    return None if in_time else Refusal.TOO_LATE


def cell_state(
    known: Known, own: Collection[UUID], chance: Chance, now: datetime, *, can_add: bool, can_cancel: bool
) -> CellState:
    """What a parent of the families `own` sees of a session."""
    if known.booking_id is not None:
        if not _is_theirs(known, own):
            return CellState.ELSEWHERE
        return CellState.BOOKED if can_cancel else CellState.BOOKED_LOCKED
    if known.closed_because:
        return CellState.CLOSED
    if not chance.fits_age:
        return CellState.NOT_OF_AGE
    if chance.shut is Shut.NOT_YET:
        return CellState.NOT_OPEN
    if not can_add or chance.shut is Shut.OVER:
        return CellState.LOCKED
    if known.waiting_id is not None:
        return CellState.OFFERED if known.is_offered(now) else CellState.WAITING
    return CellState.OPEN if known.has_room else CellState.FULL


def _is_theirs(known: Known, own: Collection[UUID]) -> bool:
    """With a calendar, either parent does the usual acts (Code civil 372-2); without, each their own."""
    return known.booked_for in own or known.home is not None
