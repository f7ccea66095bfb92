"""Enrolment: what a roll-call says of a child, as its parents read it, and what they say against it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.bookings import ProofView
from contracts.enrolment.enrolments import ChildView
from contracts.events.attendance import AbsenceState, Held, Mark
from contracts.messages import Command, Question, View


class Claim(StrEnum):
    """What a parent says was so."""

    WAS_ABSENT = "was_absent"
    WAS_PRESENT = "was_present"
    HAD_REPORTED = "had_reported"
    HAD_BOOKED = "had_booked"


class ObjectionState(StrEnum):
    """Open, then answered one way or the other."""

    OPEN = "open"
    CORRECTED = "corrected"
    MAINTAINED = "maintained"


class ObjectionView(View):
    """What was said against a line, and the answer."""

    objection_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    session_id: UUID
    activity_name: str
    place_name: str
    day: date
    slot: str = ""
    mark: Mark = Field(description="The mark contested")
    claim: Claim
    words: str
    made_at: AwareDatetime
    made_by: str
    state: ObjectionState
    corrected_to: Mark | None = Field(
        default=None, description="What it became; None: maintained, or taken off the sheet"
    )
    answer: str = ""
    answered_at: AwareDatetime | None = None
    version: int


class CheckedLineView(View):
    """A booked day, or one a child came without booking, as the roll-call has it. `mark` None: not checked yet."""

    session_id: UUID
    child_id: UUID
    child_name: str
    activity_name: str
    place_name: str
    day: date
    slot: str = ""
    booked: bool
    mark: Mark | None = None
    absence: AbsenceState | None = None
    held: Held | None = None
    settled_at: AwareDatetime | None = None
    claims: list[Claim] = Field(
        default_factory=list, description="What may be said against it; empty: nothing, or no more"
    )
    contest_until: date | None = None
    objection: ObjectionView | None = Field(default=None, description="The newest one of this line")


class CheckedDaysView(View):
    """The last weeks, newest day first. `since`: the first day shown."""

    children: list[ChildView]
    since: date
    lines: list[CheckedLineView]


class CheckedDays(Question[CheckedDaysView]):
    """What the roll-calls say of the caller's children, of the days their own families are billed. Citizens."""

    child_id: UUID | None = None
    weeks: int = Field(default=5, ge=1, le=53)


class ShowCheckedLine(Question[CheckedLineView]):
    """One line. Guardians of the family that is billed; NotFound for anybody else."""

    session_id: UUID
    child_id: UUID


class ContestLine(Command[CheckedLineView]):
    """Says that a line is not right. Guardians of the family that is billed. Until the answer, it is not billed.

    Raises CannotContest (`why`: `open`, `answered`, `too_late`, `claim`), SheetChanged when the mark is another.
    """

    session_id: UUID
    child_id: UUID
    mark: Mark = Field(description="The mark that the parent saw")
    claim: Claim
    words: str = Field(min_length=1, max_length=1000)


class ObjectionQueueView(View):
    """Objections as an agent lists them."""

    total: int
    objections: list[ObjectionView]


class ObjectionQueue(Question[ObjectionQueueView]):
    """Objections: the open ones oldest first, the answered ones newest first. `requests` agents."""

    is_open: bool = True
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=50, ge=1, le=200)


class SheetVersionView(View):
    """What one version of the sheet said of the child. `mark` None: not on it."""

    version: int
    settled_at: AwareDatetime
    settled_by: str
    mark: Mark | None


class ObjectionFileView(View):
    """All there is to judge by: the objection, the sheet, the proofs of booking, the absence reported."""

    objection: ObjectionView
    booked: bool
    mark: Mark | None = Field(description="What the sheet says now; None: the child is not on it")
    absence: AbsenceState | None = None
    absence_id: UUID | None = None
    sheets: list[SheetVersionView]
    proofs: list[ProofView]
    choices: list[Mark] = Field(description="What the line may become; the present mark is not among them")
    may_be_removed: bool = Field(description="The child can be taken off the sheet: nothing is booked")


class ShowObjection(Question[ObjectionFileView]):
    """One objection, with all there is to judge by. `requests` agents."""

    objection_id: UUID


class AnswerObjection(Command[ObjectionView]):
    """Corrects the line or maintains it, in words that the parent reads. `requests` agents.

    `corrected` with `mark` None takes the child off the sheet. Raises ObjectionChanged, Invalid (`answer`: `required`;
    `mark`: `mark_does_not_fit`).
    """

    objection_id: UUID
    version: int = Field(description="The version that the agent saw")
    corrected: bool
    mark: Mark | None = None
    answer: str = Field(default="", max_length=1000)
