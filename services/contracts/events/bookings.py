"""What enrolment tells of bookings."""

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.events.event import Event
from contracts.messages import View


class BookingFact(View):
    """One child on one session, for one family (the one that is billed)."""

    booking_id: UUID
    session_id: UUID
    child_id: UUID
    family_id: UUID
    activity_code: str
    place_code: str
    day: date
    slot: str = Field(
        default="", description="Part of the day where an activity has several; empty otherwise"
    )
    changed_by: UUID | None = Field(default=None, description="Account; None when the town did")
    handed_over: bool = Field(
        default=False,
        description="The custody calendar gave the day to the child's other home: one booking ends, another begins, "
        "and the child stays expected",
    )


class BookingMade(BookingFact, Event):
    """A place was taken."""

    name = "booking.made"
    told_by = "enrolment"


class BookingCancelled(BookingFact, Event):
    """A place was given back in time, or its session was closed: nothing is due."""

    name = "booking.cancelled"
    told_by = "enrolment"

    cancelled_because: str = Field(
        default="", description="Why the town closed the session, in French; empty when it was given back"
    )


class HandedDay(View):
    """A booking that is another home's from now on."""

    activity_name: str
    day: date
    slot: str = ""


class DaysHandedOver(Event):
    """Booked days of a child that a new custody calendar gives to a family or takes from it: it is written to once."""

    name = "days.handed_over"
    told_by = "enrolment"

    child_id: UUID
    family_id: UUID
    gained: list[HandedDay] = Field(
        default_factory=list, description="In order of day: billed to this family now"
    )
    lost: list[HandedDay] = Field(
        default_factory=list, description="In order of day: billed to the other one"
    )
