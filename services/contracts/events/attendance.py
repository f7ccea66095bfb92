"""What enrolment tells of roll-calls."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.events.event import Event
from contracts.messages import View


class Mark(StrEnum):
    """The named check kinds of a roll-call; each carries a billing effect (see billing)."""

    PRESENT = "present"
    ABSENT_IN_TIME = "absent_in_time"
    ABSENT_JUSTIFIED = "absent_justified"
    ABSENT_UNJUSTIFIED = "absent_unjustified"
    PRESENT_WITHOUT_BOOKING = "present_without_booking"


class Held(StrEnum):
    """Why a line may not be billed yet."""

    ABSENCE = "absence"  # reported; the town has not decided whether it is justified
    OBJECTION = "objection"  # the parent contests the line; the town has not answered


class AbsenceState(StrEnum):
    """Where a reported absence stands, for one day."""

    REPORTED = "reported"
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"
    WITHDRAWN = "withdrawn"


class AttendanceLine(View):
    """One child of a sheet. `family_id`: the one that booked, by the custody calendar; it is billed."""

    child_id: UUID
    family_id: UUID
    mark: Mark
    booking_id: UUID | None = None
    absence: AbsenceState | None = Field(
        default=None, description="Where the absence reported for this booking stands; null: none was"
    )
    held: Held | None = Field(
        default=None, description="Not to be billed until a later version of the session says otherwise"
    )


class AttendanceSettled(Event):
    """The whole roll-call of a session. A correction is a later version of the session and supersedes it."""

    name = "attendance.settled"
    told_by = "enrolment"

    session_id: UUID
    activity_code: str
    place_code: str
    day: date
    slot: str = ""
    lines: list[AttendanceLine]


class CountedFamily(View):
    """How many lines of a sheet a family has."""

    family_id: UUID
    lines: int


class CountedSheet(View):
    """The version of a session's sheet that holds, and its lines by family. An empty sheet has none."""

    session_id: UUID
    activity_code: str
    day: date
    slot: str = ""
    version: int
    families: list[CountedFamily]


class AttendanceCounted(Event):
    """The sheets of a month at one place, counted because a run asked (`run.drafted`).

    `part` of `parts`: one fact a place, all told at once; a month without a sheet is one part without a place.
    """

    name = "attendance.counted"
    told_by = "enrolment"

    run_id: UUID
    month: date
    place_code: str
    part: int
    parts: int
    sheets: list[CountedSheet]
