"""Enrolment: the taps of a roll-call, as tablets send them, sooner or later, once or again."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.messages import Command, Message, Question, View


class Seen(StrEnum):
    """What a thumb says of a child. Which mark that makes, the sheet knows: booked or not, reported away or not."""

    HERE = "here"
    AWAY = "away"
    UNDONE = "undone"  # nothing is said of the child any more


class Tap(Message):
    """One press. `tap_id` is made by the tablet: sent twice, it is one tap."""

    tap_id: UUID
    child_id: UUID
    seen: Seen
    at: AwareDatetime = Field(description="By the tablet's own clock, right or wrong")
    number: int = Field(ge=0, le=2**53, description="Grows with each press on this tablet")
    by: str = Field(default="", max_length=200, description="Who was signed in on the tablet")


class TapView(View):
    """The tap that holds of a child. `late`: it came after the sheet was closed, and says something else."""

    seen: Seen
    at: AwareDatetime = Field(description="By the town's clock")
    by: str = ""
    device: str = ""
    number: int = Field(default=0, description="In the order of reception")
    late: bool = False


class RollCallState(View):
    """Where a session's roll-call stands, for a tablet. `version` 0: the sheet was never closed.

    `marks`: by the taps that hold; once the sheet is closed, by the sheet. `kept`: the taps just sent that need not be
    sent again. `to_review`: late taps say something else than the closed sheet.
    """

    session_id: UUID
    marks: dict[UUID, Seen]
    taps: int = Field(default=0, description="Number of the last tap received; 0: none")
    version: int = 0
    settled_at: AwareDatetime | None = None
    settled_by: str = ""
    to_review: bool = False
    kept: list[UUID] = Field(default_factory=list)
    received_at: AwareDatetime | None = None


class RecordTaps(Command[RollCallState]):
    """Keeps taps, beside the sheet. `attendance` agents; from the day itself on.

    Any order, any number of times: a tap counts once, by its `tap_id`, and is never refused for coming late; a child
    that nobody knows is passed over. Raises NotFound (no such session), TooEarly.
    """

    session_id: UUID
    device_id: UUID
    device: str = Field(default="", max_length=80, description="Its name, as people would call it")
    sent_at: AwareDatetime = Field(description="By the same clock as the taps' `at`: tells how wrong it is")
    taps: list[Tap] = Field(max_length=500)


class ShowTaps(Question[RollCallState]):
    """What other tablets have done meanwhile. `attendance` agents. Raises NotFound."""

    session_id: UUID
