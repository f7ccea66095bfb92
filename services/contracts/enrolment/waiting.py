"""Enrolment: waiting lists of full sessions."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.values import Code
from contracts.errors import Conflict
from contracts.events.waiting import WaitingState
from contracts.messages import Command, Question, View


class WaitingView(View):
    """A child in a line, or offered a place. `session_ids` are what is booked to take it; they go together."""

    waiting_id: UUID
    session_id: UUID = Field(description="The first of them: it names the line")
    session_ids: list[UUID] = Field(default_factory=list)
    child_id: UUID
    child_name: str
    activity_code: str
    activity_name: str
    place_name: str
    days: list[date] = Field(description="One; all of a week where the activity is booked by week")
    slot: str = Field(default="", description="« matin »; « matin et repas » where they go together")
    state: WaitingState
    place_in_line: int | None = Field(default=None, description="1 is the next one served; None once offered")
    order_sentence: str = Field(description="Who comes first: « dans l’ordre des demandes »")
    offer_ends_at: AwareDatetime | None = None
    asked_at: AwareDatetime


class MyWaiting(Question[list[WaitingView]]):
    """What the caller's children wait for and are offered, offers first, then by day."""


class LeaveWaiting(Command[None]):
    """Leaves the line, or refuses the offer: the place goes to the next. Guardians of the child, `requests` agents.

    Left already: nothing more to do. Raises NotFound, OfferOver when it was taken or has run out.
    """

    waiting_id: UUID
    family_id: UUID | None = Field(default=None, description="Agents name the child's family")


class EndedView(View):
    """Somebody who waits no more: the place was taken, left, not taken in time, or never came."""

    child_name: str
    state: WaitingState
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None


class LineView(View):
    """The line of a session, in its order. `ended`: who was in it before, the last to leave first."""

    session_id: UUID
    activity_name: str
    place_name: str
    day: date
    slot: str = ""
    capacity: int
    taken: int
    order_sentence: str
    waiting: list[WaitingView]
    ended: list[EndedView] = Field(default_factory=list, description="On the line's own page only")


class LinesView(View):
    """The lines of sessions to come, by day; what they can be narrowed to, code → name."""

    lines: list[LineView]
    activities: dict[str, str]
    places: dict[str, str]


class WaitingLists(Question[LinesView]):
    """The lines of sessions to come, by day. Agents of `requests`."""

    activity_code: Code | None = None
    place_code: Code | None = None


class ShowLine(Question[LineView]):
    """The line of one session, and who was in it. Agents of `requests`. Raises NotFound."""

    session_id: UUID


class OfferOver(Conflict):
    """The offer was taken or has run out. `state`: which."""

    code = "offer_over"
