"""What enrolment tells of those who wait for a full day."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from contracts.events.event import Event
from contracts.messages import View


class WaitingState(StrEnum):
    """Where somebody in the line of a session stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"  # by the family, before or after an offer
    LAPSED = "lapsed"
    CLOSED = "closed"  # the session does not run
    OVER = "over"  # no place came while it could be booked


class WaitingFact(View):
    """A child in the line of a full session; of all of a week's where the activity is booked by week."""

    waiting_id: UUID
    session_ids: list[UUID]
    child_id: UUID
    child_name: str
    family_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    days: list[date]
    slot: str = ""


class PlaceOffered(WaitingFact, Event):
    """A freed place is held for the child until then; booking the session takes it."""

    name = "place.offered"
    told_by = "enrolment"

    offer_ends_at: AwareDatetime


class WaitingEnded(WaitingFact, Event):
    """The child is not in the line any more: the place was taken, or given up, or the offer ran out."""

    name = "waiting.ended"
    told_by = "enrolment"

    state: WaitingState
