"""Enrolment: a family's booked days as a calendar that a phone subscribes to."""

from datetime import date, time
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.messages import Command, Question, View


class FeedView(View):
    """A guardian's feed for one of their families. The address itself is shown once, when it is made."""

    family_id: UUID
    family_label: str
    children: list[str] = Field(description="First names")
    made_at: AwareDatetime | None = Field(default=None, description="None: there is none")


class MyFeeds(Question[list[FeedView]]):
    """One per family of the caller, made or not."""


class NewFeed(View):
    """The secret that ends the address."""

    token: str = Field(repr=False)


class MakeFeed(Command[NewFeed]):
    """Makes the feed, or gives it a new address: the old one is nobody's from then on. NotFound: not their family."""

    family_id: UUID


class RevokeFeed(Command[None]):
    """Nobody reads it any more. None there: nothing to do."""

    family_id: UUID


class FeedEvent(View):
    """A booked day. `begins`, `ends`: hours in Paris, where the activity says them; else it is the whole day."""

    booking_id: UUID
    first_name: str
    activity_name: str
    place_name: str
    city: str = ""
    day: date
    slot: str = ""
    begins: time | None = None
    ends: time | None = None
    cancel_until: AwareDatetime
    made_at: AwareDatetime


class FeedContent(View):
    """What the calendar shows: from the first day of last month on."""

    family_label: str
    events: list[FeedEvent]


class ReadFeed(Question[FeedContent]):
    """By the secret of the address alone; whoever has it reads. NotFound: there is no such feed (any more)."""

    token: str = Field(max_length=100, repr=False)
