"""What one may ask of enrolment: the offer, enrolments, bookings and their proof, attendance.

Days are dates of the town, instants are aware datetimes; `month` is always a month's first day; weekdays count from
1 (Monday) to 7. Sentences (`adding_sentence` …) are French and come from the rule that is enforced. A refused day
carries a code (`Refusal`) and what fills its sentence; the French is the gateway's.
"""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, field_validator

from contracts.errors import Conflict, Invalid
from contracts.events import EnrolmentState, Mark
from contracts.messages import Command, Message, Question, View

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Weekday = Annotated[int, Field(ge=1, le=7)]

# ---------------------------------------------------------------- deadlines, as data


class _Rule(Message):
    """What the three rules share: an hour of Paris, and days on which nothing may end.

    The skipped days are left out of the count by `DaysBefore`; for the two others they move the deadline back to
    the last day that is not skipped.
    """

    at: time = Field(description="Local time of the deadline, to the minute")
    skip_weekdays: frozenset[Weekday] = frozenset()
    skip_holidays: bool = Field(default=False, description="Public holidays of metropolitan France")

    @field_validator("at")
    @classmethod
    def _to_the_minute(cls, at: time) -> time:
        if at.tzinfo or at.second or at.microsecond:
            raise ValueError("a local time, to the minute")
        return at

    @field_validator("skip_weekdays")
    @classmethod
    def _leaves_a_day(cls, days: frozenset[int]) -> frozenset[int]:
        if len(days) == 7:
            raise ValueError("at least one weekday counts")
        return days


class DaysBefore(_Rule):
    """N days before, at H: « jusqu’à 2 jours avant, 9 h ». 0 is the day itself."""

    kind: Literal["days_before"] = "days_before"
    days: int = Field(ge=0, le=60)


class WeekdayBefore(_Rule):
    """Weekday W of the week before (or `weeks` before), at H: « jusqu’au jeudi de la semaine précédente, 12 h »."""

    kind: Literal["weekday_before"] = "weekday_before"
    weekday: Weekday
    weeks: int = Field(default=1, ge=1, le=8)


class PreviousMonthDay(_Rule):
    """Day N of the month before, at H: « jusqu’au 20 du mois précédent, 18 h ». Never past that month's end."""

    kind: Literal["previous_month_day"] = "previous_month_day"
    day: int = Field(ge=1, le=31)


DeadlineRule = Annotated[DaysBefore | WeekdayBefore | PreviousMonthDay, Field(discriminator="kind")]

# ---------------------------------------------------------------- the offer


class PlaceKind(StrEnum):
    """What a place is."""

    SCHOOL = "school"
    LEISURE = "leisure"


class ActivityKind(StrEnum):
    """The five activities of the leaflet; a town may run several of a kind."""

    SCHOOL = "school"
    CANTEEN = "canteen"
    WEDNESDAY = "wednesday"
    EVENING = "evening"
    HOLIDAYS = "holidays"


class Season(StrEnum):
    """On which days of the school calendar an activity runs."""

    TERM = "term"
    HOLIDAYS = "holidays"
    NONE = "none"  # an enrolment without days, such as that in a school


class Where(StrEnum):
    """In which places a child may be enrolled."""

    OWN_SCHOOL = "own_school"
    ANY_OFFERED = "any_offered"


class ActivityTerms(Message):
    """All that defines an activity. Rules absent: bookings are free until the session's day begins."""

    code: Code
    name: str = Field(min_length=2, max_length=80)
    kind: ActivityKind
    unit: str = Field(description="What one booking is called: « repas », « demi-journée »", max_length=40)
    description: str = Field(default="", max_length=400)
    child_care: bool = Field(
        default=False, description="Counts for the child-care tax credit (food does not)"
    )
    at_once: bool = Field(description="Accepted at once, or on an agent's decision")
    documents: tuple[Code, ...] = Field(
        default=(), description="Document types asked for; all of them are needed"
    )
    where: Where = Where.OWN_SCHOOL
    season: Season = Season.TERM
    weekdays: frozenset[Weekday] = frozenset()
    slots: tuple[str, ...] = Field(
        default=("",), min_length=1, description="Parts of a day: (« matin », « après-midi »)"
    )
    adding: DeadlineRule | None = None
    cancelling: DeadlineRule | None = None
    capacity: int = Field(
        default=0, ge=0, description="Places of a session where the place does not say otherwise"
    )


class ActivityView(View):
    """An activity as a page shows it."""

    terms: ActivityTerms
    adding_sentence: str
    cancelling_sentence: str


class PlaceView(View):
    """A school or a leisure centre."""

    code: str
    name: str
    kind: PlaceKind
    city: str


class OfferingView(View):
    """What a place offers: an activity, its places a session, and what sessions exist."""

    place_code: str
    activity_code: str
    capacity: int
    sessions: int = 0
    first: date | None = None
    last: date | None = None


class OfferView(View):
    """The town's offer, whole."""

    activities: list[ActivityView]
    places: list[PlaceView]
    offerings: list[OfferingView]
    school_year: str = Field(description="The one that runs today: 2026-2027")
    school_year_first: date
    school_year_last: date


class ShowOffer(Question[OfferView]):
    """What the town offers, where. Anybody may ask."""


class DefinePlace(Command[PlaceView]):
    """Makes or changes a place. Agents of `administration`, the installation."""

    code: Code
    name: str = Field(min_length=2, max_length=80)
    kind: PlaceKind = PlaceKind.SCHOOL
    city: str = ""


class DefineActivity(Command[ActivityView]):
    """Makes or changes an activity. The new deadlines hold from now on, for every session. `administration`."""

    terms: ActivityTerms


class OfferActivity(Command[OfferingView]):
    """Says that a place offers an activity, with so many places a session. `administration`.

    Sessions to come take the new number, but never less than what is taken.
    """

    activity_code: Code
    place_code: Code
    capacity: int | None = Field(default=None, ge=0, description="None: the activity's own")


class OpenSessions(Command[int]):
    """Creates the sessions of a period from the school calendar; those that exist stay. Answers how many are new.

    `place_code` None: every place that offers the activity. At most two years. `administration`.
    """

    activity_code: Code
    place_code: Code | None = None
    first: date
    last: date


class Preview(Question[list[str]]):
    """The sentences that parents would read for these rules. Agents of `administration`."""

    rules: list[DeadlineRule] = Field(max_length=10)


# ---------------------------------------------------------------- enrolments


class AttachmentView(View):
    """A document given with an enrolment. It is opened on the documents' own page, never from here."""

    document_type: str
    received_at: AwareDatetime


class EnrolmentView(View):
    """One enrolment, as those who may see it do."""

    enrolment_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    activity_code: str
    activity_name: str
    has_sessions: bool = True
    place_code: str
    place_name: str
    school_year: str
    state: EnrolmentState
    requested_at: AwareDatetime
    requested_by: str = Field(description="Name; « la mairie » when an agent did")
    decided_at: AwareDatetime | None = None
    reason: str = ""
    attachments: list[AttachmentView] = Field(default_factory=list)
    missing_documents: list[str] = Field(default_factory=list)
    version: int = 1


class ChoiceView(View):
    """An activity that a child could be enrolled in, and where; or why not."""

    activity: ActivityView
    places: list[PlaceView]
    enrolment: EnrolmentView | None = Field(default=None, description="Set when this year's exists already")


class ChildView(View):
    """A child of the caller's family."""

    child_id: UUID
    first_name: str
    last_name: str
    place_code: str | None
    place_name: str = ""
    class_name: str = ""


class ChoicesView(View):
    """What a child may be enrolled in for a school year."""

    child: ChildView
    school_year: str
    choices: list[ChoiceView]


class EnrolmentChoices(Question[ChoicesView]):
    """What this child may be enrolled in now. Guardians of the child; NotFound for anybody else."""

    child_id: UUID


class RequestEnrolment(Command[EnrolmentView]):
    """Enrols a child for the running school year. Guardians of the child, or `requests` agents naming the family.

    An agent's is accepted at once. Raises AlreadyEnrolled, PlaceDoesNotFit, NotFound.
    """

    child_id: UUID
    activity_code: Code
    place_code: Code
    family_id: UUID | None = Field(
        default=None, description="Which of the guardian's families; agents must say"
    )


class DecideEnrolment(Command[EnrolmentView]):
    """Accepts or refuses (with a reason the parent reads). `requests` agents. Raises WrongState, Conflict."""

    enrolment_id: UUID
    accept: bool
    reason: str = Field(default="", max_length=500)
    version: int = Field(description="The version that the agent saw")


class WithdrawEnrolment(Command[EnrolmentView]):
    """The parent gives the enrolment up. Raises WrongState, StillBooked when days to come are booked."""

    enrolment_id: UUID


class MyEnrolments(Question[list[EnrolmentView]]):
    """Every enrolment of the caller's children this school year, newest first, whichever parent asked."""


class ShowEnrolment(Question[EnrolmentView]):
    """One enrolment. Guardians of the child, `requests` agents."""

    enrolment_id: UUID


class EnrolmentQueueView(View):
    """Requests as an agent lists them."""

    total: int
    enrolments: list[EnrolmentView]


class EnrolmentQueue(Question[EnrolmentQueueView]):
    """Enrolments in a state, oldest first. `requests` agents."""

    state: EnrolmentState = EnrolmentState.REQUESTED
    activity_code: str = ""
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=50, ge=1, le=200)


# ---------------------------------------------------------------- bookings


class CellState(StrEnum):
    """What a child's day is, for one activity."""

    OPEN = "open"
    BOOKED = "booked"
    FULL = "full"
    LOCKED = "locked"  # not booked, too late to add
    BOOKED_LOCKED = "booked_locked"  # booked, too late to cancel
    ELSEWHERE = "elsewhere"  # booked by the child's other household


class CellView(View):
    """A session as this child has it. `closes_at`: until when it can (or could) be changed; None: no rule."""

    session_id: UUID
    activity_code: str
    slot: str = ""
    state: CellState
    closes_at: AwareDatetime | None = None


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
    """A change that was not made, and why. `closes_at` is set when it was too late: until when it was open."""

    session_id: UUID
    wanted: bool = Field(description="True: to book; False: to cancel")
    why: Refusal
    activity_code: str = ""
    activity_name: str = ""
    day: date | None = None
    slot: str = ""
    rule_sentence: str = ""
    closes_at: AwareDatetime | None = None


class BookingAnswer(View):
    """What a save did. Refused days do not undo the others."""

    child_id: UUID
    child_name: str
    at: AwareDatetime
    changed: list[ChangedDay]
    refused: list[RefusedDay]


class ChangeBookings(Command[BookingAnswer]):
    """Books and cancels days of one child, in one transaction; partial success is an answer, not an error.

    Guardians of the child: the booking is their family's. `requests` agents act for `family_id`; with `late` the
    deadline is not held against them (the proof says so), capacity always is.
    """

    child_id: UUID
    additions: list[UUID] = Field(default_factory=list, max_length=200)
    removals: list[UUID] = Field(default_factory=list, max_length=200)
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


# ---------------------------------------------------------------- the parent's home


class UpcomingView(View):
    """A booked day to come."""

    child_id: UUID
    child_name: str
    activity_name: str
    place_name: str
    day: date
    slot: str = ""


class NearDeadlineView(View):
    """A deadline that falls within the week: until when days of `first` to `last` can still be booked."""

    child_id: UUID
    child_name: str
    activity_code: str
    activity_name: str
    closes_at: AwareDatetime
    first: date
    last: date
    booked: int = Field(description="Days of these already booked")
    bookable: int = Field(description="Days of these not booked yet, with places left")


class OverviewView(View):
    """What enrolment has to say on the parent's home."""

    children: list[ChildView]
    enrolments: list[EnrolmentView]
    upcoming: list[UpcomingView]
    deadlines: list[NearDeadlineView]


class Overview(Question[OverviewView]):
    """The caller's children, enrolments, booked days of the coming week, deadlines of the coming week."""


# ---------------------------------------------------------------- attendance


class ExpectedView(View):
    """A child on a sheet. `mark` None: not checked yet."""

    child_id: UUID
    first_name: str
    last_name: str
    class_name: str = ""
    booked: bool
    mark: Mark | None = None


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
    """The day's sessions, and the sheets not done before it, oldest first. `attendance` and `billing` agents."""

    day: date
    place_code: str = ""
    limit: int = Field(default=50, ge=1, le=500)


class FoundChildView(ChildView):
    """A child as agents find it, with its families: a booking made for it names one of them."""

    family_ids: list[UUID]


class FindChildren(Question[list[FoundChildView]]):
    """Children of a place (a school's own; of any school elsewhere) whose name contains `text`; at most `limit`.

    `attendance` or `requests` agents.
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
    (`lines`: `incomplete`, `unknown_child`, `mark_does_not_fit`, `twice`), TooEarly.
    """

    session_id: UUID
    version: int = Field(ge=0, description="The version shown; 0 when never saved")
    lines: list[MarkedChild] = Field(max_length=1000)


# ---------------------------------------------------------------- errors


class AlreadyEnrolled(Conflict):
    """This child has, or has asked for, this activity this year."""

    code = "already_enrolled"


class PlaceDoesNotFit(Invalid):
    """The activity is not offered there, or the child does not go to that school."""

    code = "place_does_not_fit"


class WrongState(Conflict):
    """The enrolment is not in a state that allows this. `state`: the one it is in."""

    code = "enrolment_wrong_state"


class StillBooked(Conflict):
    """Days to come are booked: they must be cancelled first. `days`: how many."""

    code = "enrolment_still_booked"


class SheetChanged(Conflict):
    """Somebody else saved the sheet meanwhile. `by`: who."""

    code = "sheet_changed"


class TooEarly(Invalid):
    """A sheet cannot be settled before its day."""

    code = "sheet_too_early"
