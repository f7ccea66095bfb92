"""What a service could not apply and keeps aside for somebody to decide: parked facts and parked orders.

Every service answers these alike, each of its own: `ListParked.of("billing")(page=2)` is asked of billing.
"""

from datetime import datetime
from enum import StrEnum
from functools import cache
from types import new_class
from typing import ClassVar, Self, cast
from uuid import UUID

from pydantic import Field

from contracts.messages import Command, Message, Question, View

LISTENERS = ("accounts", "enrolment", "billing", "documents")
"""The services that hear facts, and so may park them."""
PAGE = 20
AT_ONCE = 5_000
"""The most that one act puts back."""


class OfEach(Message):
    """A message that every service answers: `of` makes it one service's."""

    of_service: ClassVar[str] = ""

    @classmethod
    def service(cls) -> str:
        """The service that this class was made for; none of the class itself."""
        return cls.of_service

    @classmethod
    def of(cls, service: str) -> type[Self]:
        """The same message, asked of `service`."""
        return cast("type[Self]", _of(cls, service))


@cache
def _of(message: type[OfEach], service: str) -> type[OfEach]:
    described = {"__module__": message.__module__, "__doc__": message.__doc__, "of_service": service}
    return cast(
        "type[OfEach]", new_class(message.__name__, (message,), None, lambda body: body.update(described))
    )


class ParkedState(StrEnum):
    """What has become of it."""

    PARKED = "parked"
    REPLAYED = "replayed"  # put back into the queue; whether it holds this time is not known yet
    APPLIED = "applied"
    SET_ASIDE = "set_aside"


class ParkedFailure(StrEnum):
    """Why it was parked, where it was not its handler that raised (then it is the exception's class)."""

    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"  # readable, and of a name that nobody here knows
    NO_SENDER = "no_sender"  # an order that the broker vouches for nobody of
    DIED = "died"  # the process died over it, again and again


class ParkedAct(StrEnum):
    """What was done with it, by whom."""

    PARKED = "parked"
    OPENED = "opened"  # what it says was read
    REPLAYED = "replayed"
    APPLIED = "applied"
    SET_ASIDE = "set_aside"


class ParkedLine(View):
    """One message, as a list shows it."""

    parked_id: UUID
    queue: str = Field(description="`billing.events`, `enrolment.orders`: where it is put back")
    type: str = Field(description="CloudEvents type it says it has; empty where it cannot be read")
    state: ParkedState
    failure: str = Field(description="A `ParkedFailure`, or the class of the exception")
    words: str = Field(description="Of the exception; empty once its content is erased")
    tries: int = Field(description="Before it was parked the last time")
    times: int = Field(description="How often it was parked")
    first_failed_at: datetime
    last_failed_at: datetime
    replayable: bool = Field(description="Parked, and text that can be put back")


class ParkedCount(View):
    """How many of one type wait for a decision."""

    type: str
    count: int


class ParkedPage(View):
    """Newest first; `counts` are of what is parked, whatever is listed."""

    lines: list[ParkedLine] = Field(default_factory=list)
    total: int = 0
    counts: list[ParkedCount] = Field(default_factory=list)


class ActLine(View):
    """One thing done. `by` is empty where nobody's hand was in it."""

    act: ParkedAct
    at: datetime
    by: str = ""
    words: str = ""


class ParkedView(View):
    """One message, whole. `newer_version`: one of its subject that was applied meanwhile, if any."""

    line: ParkedLine
    event_id: UUID | None = None
    subject: str = ""
    source: str = Field(default="", description="Who told it; of an order, whom the broker vouches for")
    handler: str = Field(default="", description="The method that raised")
    occurred_at: datetime | None = None
    version: int | None = None
    newer_version: int | None = None
    correlation_id: str = ""
    body: str | None = Field(default=None, description="As it came, where it was asked for and is not erased")
    is_erased: bool = False
    erased_on: datetime | None = Field(default=None, description="When its content is, or was, erased")
    acts: list[ActLine] = Field(default_factory=list)


class ListParked(OfEach, Question[ParkedPage]):
    """What is in `state`, twenty a page; of one `type` if one is given (empty: those that cannot be read).

    For ADMINISTRATION.
    """

    state: ParkedState = ParkedState.PARKED
    type: str | None = None
    page: int = Field(default=1, ge=1, le=100_000)


class OpenParked(OfEach, Question[ParkedView]):
    """One, with what was done with it. It may speak of a family: `content` is asked for apart, and who did is noted.

    For ADMINISTRATION. Raises NotFound.
    """

    parked_id: UUID
    content: bool = False


class ReplayParked(OfEach, Command[int]):
    """Puts one back into its queue, or all of a type (the oldest five thousand); answers how many were.

    Of a type, what the process died over is left out: it would die again. What is parked no more is left alone and
    not counted. For ADMINISTRATION. Raises NotFound where one was named that is not there.
    """

    parked_id: UUID | None = None
    type: str | None = Field(default=None, max_length=200)


class SetParkedAside(OfEach, Command[bool]):
    """It is never to be applied, and why. Answers false where it is parked no more.

    For ADMINISTRATION. Raises NotFound.
    """

    parked_id: UUID
    reason: str = Field(min_length=1, max_length=500)
