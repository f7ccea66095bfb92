"""Enrolment: bookings."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.enrolments import ChildView
from contracts.messages import Command, Question, View

DAYS_AT_ONCE = 1000
"""What one save may change of each kind, for one child."""


class CellState(StrEnum):
    """What a child's day is, for one activity."""

    OPEN = "open"
    BOOKED = "booked"
    FULL = "full"
    LOCKED = "locked"  # not booked, too late to add
    BOOKED_LOCKED = "booked_locked"  # booked, too late to cancel
    ELSEWHERE = "elsewhere"  # booked by the child's other household, and no calendar says whose day it is
    CLOSED = "closed"  # a closure of the town: strike, bridge day
    NOT_OPEN = "not_open"  # bookings of that period open later
    NOT_OF_AGE = "not_of_age"
    WAITING = "waiting"  # full, and in the line
    OFFERED = "offered"  # a freed place is held for this child


class CellView(View):
    """A session as this child has it. `closes_at`: until when it can (or could) be changed; None: no rule."""

    session_id: UUID
    activity_code: str
    slot: str = ""
    state: CellState
    closes_at: AwareDatetime | None = None
    closed_because: str = ""
    opens_at: AwareDatetime | None = Field(default=None, description="Set when the state is NOT_OPEN")
    other_home: bool = Field(
        default=False,
        description="The custody calendar gives the day to the child's other family, which is billed",
    )
    can_wait: bool = Field(default=False, description="FULL, and there is a waiting list to join")
    place_in_line: int | None = Field(default=None, description="WAITING: 1 is the next one served")
    offer_ends_at: AwareDatetime | None = Field(default=None, description="OFFERED: until when")
    week_of: UUID | None = Field(
        default=None, description="Booked by week: the session that stands for the whole week"
    )


class DayView(View):
    """A day of the month. `closed_because` says in French why there is nothing that day."""

    day: date
    closed_because: str = ""
    cells: list[CellView] = Field(default_factory=list)


class MonthActivityView(View):
    """An activity the child is enrolled in, and what holds for its days."""

    activity_code: str
    name: str
    unit: str
    place_name: str
    slots: list[str]
    adding_sentence: str
    cancelling_sentence: str
    notes: list[str] = Field(default_factory=list, description="What is booked together, in whole sentences")


class MonthView(View):
    """A child's month: every day of it, every activity the child is enrolled in."""

    child: ChildView
    children: list[ChildView] = Field(
        default_factory=list, description="All the caller's children, this one too"
    )
    month: date
    activities: list[MonthActivityView]
    days: list[DayView]
    first_month: date | None = Field(
        default=None, description="The months that have sessions; None: there are none"
    )
    last_month: date | None = None


class MonthPage(Question[MonthView]):
    """A child's month. Guardians of the child, `requests` agents naming the family; NotFound for anybody else."""

    child_id: UUID
    month: date
    family_id: UUID | None = None


class Refusal(StrEnum):
    """Why a day was not changed."""

    UNKNOWN = "unknown_session"
    NOT_ENROLLED = "not_enrolled"
    TOO_LATE = "too_late"
    FULL = "full"
    ALREADY_BOOKED = "already_booked"
    NOT_BOOKED = "not_booked"
    ELSEWHERE = "elsewhere"
    CLOSED = "closed"
    NOT_OPEN = "not_open"
    NOT_OF_AGE = "not_of_age"
    NEEDS_ANOTHER = "needs_another"  # « pas de repas sans demi-journée »
    STILL_NEEDED = "still_needed"  # the half-day of a lunch that stays booked


class ChangedDay(View):
    """A change that was made, with the rule it was made under."""

    session_id: UUID
    activity_code: str
    activity_name: str
    day: date
    slot: str = ""
    made: bool = Field(description="True: booked; False: cancelled")
    rule_sentence: str
    closes_at: AwareDatetime | None = None


class RefusedDay(View):
    """A change that was not made, and why.

    `closes_at` is set when it was too late: until when it was open; `opens_at` when it was too early. `needs`: parts
    of the day of which one goes with this one. `place_in_line`: it was full, and the child now waits.
    """

    session_id: UUID
    wanted: bool = Field(description="True: to book; False: to cancel")
    why: Refusal
    activity_code: str = ""
    activity_name: str = ""
    day: date | None = None
    slot: str = ""
    rule_sentence: str = ""
    closes_at: AwareDatetime | None = None
    opens_at: AwareDatetime | None = None
    closed_because: str = ""
    needs: list[str] = Field(default_factory=list)
    place_in_line: int | None = None


class BookingAnswer(View):
    """What a save did. Refused days do not undo the others."""

    child_id: UUID
    child_name: str
    at: AwareDatetime
    changed: list[ChangedDay]
    refused: list[RefusedDay]


class ChangeBookings(Command[BookingAnswer]):
    """Books and cancels days of one child, in one transaction; partial success is an answer, not an error.

    Guardians of the child: the booking is that of the family which the custody calendar gives the day to, their own
    where there is no calendar. `requests` agents act for `family_id`; with `late` neither the deadline nor the opening
    is held against them (the proof says so), capacity always is. A day of an activity that is booked by week stands for
    all of its week. `waits`: those of `additions` where the child joins the line when there is no place.
    """

    child_id: UUID
    additions: list[UUID] = Field(default_factory=list, max_length=DAYS_AT_ONCE)
    removals: list[UUID] = Field(default_factory=list, max_length=DAYS_AT_ONCE)
    waits: list[UUID] = Field(default_factory=list, max_length=DAYS_AT_ONCE)
    family_id: UUID | None = None
    late: bool = False


class ProofView(View):
    """A dated proof of one change: who, when, what, under which deadline."""

    proof_id: UUID
    at: AwareDatetime
    by: str
    child_name: str
    activity_name: str
    place_name: str
    day: date
    slot: str = ""
    made: bool
    rule_sentence: str
    closes_at: AwareDatetime | None = None


class ProofsView(View):
    """A page of proofs, newest first. `older` is what to ask next; None at the end."""

    proofs: list[ProofView]
    older: int | None = None


class BookingProofs(Question[ProofsView]):
    """The changes of the caller's own families' bookings, newest first."""

    child_id: UUID | None = None
    before: int | None = None
    limit: int = Field(default=50, ge=1, le=200)
