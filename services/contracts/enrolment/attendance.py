"""Enrolment: attendance."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.enrolments import ChildView
from contracts.enrolment.taps import TapView
from contracts.events.attendance import AbsenceState, Mark
from contracts.messages import Command, Message, Question, View


class ExpectedView(View):
    """A child on a sheet. `mark` None: not checked yet.

    `tap`: what a tablet said, where the sheet starts from it or, once closed, is contradicted by it.
    """

    child_id: UUID
    first_name: str
    last_name: str
    class_name: str = ""
    booked: bool
    mark: Mark | None = None
    absence: AbsenceState | None = Field(
        default=None, description="Where the absence that a parent reported stands; why is not the school's"
    )
    tap: TapView | None = None


class RollCallView(View):
    """The sheet of a session. `version` (0: never closed) and `taps` (0: none) go back with the closing."""

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
    taps: int = Field(default=0, description="Number of the last tap that the sheet shows")
    lines: list[ExpectedView] = Field(default_factory=list)
    roster: list[ExpectedView] = Field(
        default_factory=list, description="Who else may turn up, when `with_roster` is asked"
    )
    found: list[ExpectedView] = Field(
        default_factory=list, description="Children named like `find`, not on the sheet"
    )


class RollCall(Question[RollCallView]):
    """The sheet of a place, an activity and a day. `attendance` agents. NotFound: no such place or activity.

    `also`: children to put on the sheet though they are not booked; `find`: part of the name of another to look for.
    `with_roster`: the other pupils of a school; elsewhere the others who are enrolled there.
    """

    place_code: str
    activity_code: str
    day: date
    slot: str = ""
    also: list[UUID] = Field(default_factory=list, max_length=100)
    find: str = Field(default="", max_length=100)
    with_roster: bool = False


class MissingSheetView(View):
    """A session with bookings, as a line of the desk."""

    session_id: UUID
    place_code: str
    place_name: str
    activity_code: str
    activity_name: str
    day: date
    slot: str = ""
    expected: int


class PlaceSheetsView(View):
    """The past sheets that nobody has closed in a place. `since`: the oldest one's day."""

    place_code: str
    place_name: str
    missing: int
    since: date


class AttendanceDeskView(View):
    """Where an agent starts: what runs that day, and what is left to do."""

    day: date
    today: list[MissingSheetView] = Field(description="The sessions of the day with bookings, done or not")
    done: list[UUID] = Field(description="Those of `today` already settled")
    tapped: dict[UUID, int] = Field(
        default_factory=dict,
        description="Those of `today` that a tablet has begun: how many children it has seen",
    )
    review: list[MissingSheetView] = Field(
        default_factory=list, description="Closed sheets that late taps contradict, of any day"
    )
    places: list[PlaceSheetsView] = Field(default_factory=list, description="Where sheets are missing")
    missing: list[MissingSheetView]
    missing_total: int


class AttendanceDesk(Question[AttendanceDeskView]):
    """The day's sessions, and the sheets not done before it, oldest first. `attendance` agents."""

    day: date
    place_code: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class SheetsWaitingView(View):
    """What an agent's first page says of roll-calls. `missing`: past sheets not closed, the oldest of `since`."""

    missing: int = 0
    since: date | None = None
    review: int = 0


class SheetsWaiting(Question[SheetsWaitingView]):
    """How many sheets wait. `attendance` agents."""


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

    `attendance` agents; not before the day. Raises SheetChanged when another version was saved meanwhile, TapsArrived
    when tablets have sent meanwhile what the lines contradict, Invalid (`lines`: `incomplete`, `unknown_child`,
    `mark_does_not_fit`, `twice`), TooEarly, SessionClosed.
    """

    session_id: UUID
    version: int = Field(ge=0, description="The version shown; 0 when never saved")
    taps: int = Field(default=0, ge=0, description="How many taps the page had shown")
    lines: list[MarkedChild] = Field(max_length=1000)
