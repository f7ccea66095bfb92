"""Enrolment: attendance."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.enrolments import ChildView
from contracts.events.enrolment import AbsenceState, Mark
from contracts.messages import Command, Message, Question, View


class ExpectedView(View):
    """A child on a sheet. `mark` None: not checked yet."""

    child_id: UUID
    first_name: str
    last_name: str
    class_name: str = ""
    booked: bool
    mark: Mark | None = None
    absence: AbsenceState | None = Field(
        default=None, description="Where the absence that a parent reported stands; why is not the school's"
    )


class RollCallView(View):
    """The sheet of a session. `version` 0: never saved; it goes back with the save."""

    session_id: UUID | None = Field(description="None: the activity does not run there that day")
    place_code: str
    place_name: str
    activity_code: str
    activity_name: str
    day: date
    slot: str = ""
    slots: list[str]
    closed_because: str = ""
    version: int = 0
    settled_at: AwareDatetime | None = None
    settled_by: str = ""
    lines: list[ExpectedView] = Field(default_factory=list)
    found: list[ExpectedView] = Field(
        default_factory=list, description="Children named like `find`, not on the sheet"
    )


class RollCall(Question[RollCallView]):
    """The sheet of a place, an activity and a day. `attendance` agents. NotFound: no such place or activity.

    `also`: children to put on the sheet though they are not booked; `find`: part of the name of another to look for.
    """

    place_code: str
    activity_code: str
    day: date
    slot: str = ""
    also: list[UUID] = Field(default_factory=list, max_length=100)
    find: str = Field(default="", max_length=100)


class MissingSheetView(View):
    """A past session with bookings that nobody has checked."""

    session_id: UUID
    place_code: str
    place_name: str
    activity_code: str
    activity_name: str
    day: date
    slot: str = ""
    expected: int


class AttendanceDeskView(View):
    """Where an agent starts: what runs that day, and what is left to do."""

    day: date
    today: list[MissingSheetView] = Field(description="The sessions of the day with bookings, done or not")
    done: list[UUID] = Field(description="Those of `today` already settled")
    missing: list[MissingSheetView]
    missing_total: int


class AttendanceDesk(Question[AttendanceDeskView]):
    """The day's sessions, and the sheets not done before it, oldest first. `attendance` agents."""

    day: date
    place_code: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class FoundChildView(ChildView):
    """A child as agents find it, with its families: a booking made for it names one of them."""

    family_ids: list[UUID]


class FindChildren(Question[list[FoundChildView]]):
    """Children of a place (a school's own; of any school elsewhere) whose name contains `text`; at most `limit`.

    `attendance` agents.
    """

    place_code: str
    text: str = ""
    limit: int = Field(default=20, ge=1, le=1000)


class MarkedChild(Message):
    """A child and what was seen."""

    child_id: UUID
    mark: Mark


class SettleAttendance(Command[RollCallView]):
    """Saves a whole sheet: every child booked, and those who came without. A later save is a correction.

    `attendance` agents; not before the day. Raises SheetChanged when another version was saved meanwhile, Invalid
    (`lines`: `incomplete`, `unknown_child`, `mark_does_not_fit`, `twice`), TooEarly, SessionClosed.
    """

    session_id: UUID
    version: int = Field(ge=0, description="The version shown; 0 when never saved")
    lines: list[MarkedChild] = Field(max_length=1000)
