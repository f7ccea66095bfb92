"""What enrolment tells of enrolments."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.events.event import Event
from contracts.events.given import GivenBefore
from contracts.messages import View


class EnrolmentState(StrEnum):
    """Where an enrolment stands."""

    REQUESTED = "requested"
    WAITING = "waiting"  # nothing against it but that there is no place
    OFFERED = "offered"  # a freed place is held for it
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # the offer was not taken in its time


class EnrolmentFact(View):
    """What every enrolment fact says."""

    enrolment_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    account_id: UUID | None = Field(default=None, description="Who asked; None when an agent did")
    activity_code: str
    activity_name: str
    place_code: str
    school_year: str = Field(description="2026-2027")


class EnrolmentRequested(EnrolmentFact, Event):
    """A parent asked; the receipt (CRPA L112-11) is due."""

    name = "enrolment.requested"
    told_by = "enrolment"

    awaits_decision: bool
    given_before: list[GivenBefore] = Field(
        default_factory=list, description="What the parent chose not to give again"
    )


class EnrolmentAccepted(EnrolmentFact, Event):
    """The child may be booked."""

    name = "enrolment.accepted"
    told_by = "enrolment"


class EnrolmentRefused(EnrolmentFact, Event):
    """An agent refused, with a reason the parent reads."""

    name = "enrolment.refused"
    told_by = "enrolment"

    reason: str


class EnrolmentWithdrawn(EnrolmentFact, Event):
    """The family gave it up; no day to come was booked."""

    name = "enrolment.withdrawn"
    told_by = "enrolment"


class EnrolmentWaiting(EnrolmentFact, Event):
    """There is no place: the child waits in the line of the activity."""

    name = "enrolment.waiting"
    told_by = "enrolment"


class EnrolmentDocumentAsked(EnrolmentFact, Event):
    """A document that was to serve again cannot (`document.withheld`): the enrolment waits for another one."""

    name = "enrolment.document_asked"
    told_by = "enrolment"

    document_type: str


class EnrolmentOffered(EnrolmentFact, Event):
    """A freed place is held for the child until then."""

    name = "enrolment.offered"
    told_by = "enrolment"

    offer_ends_at: AwareDatetime


class EnrolmentLapsed(EnrolmentFact, Event):
    """The offer was not taken in its time: the place went to the next."""

    name = "enrolment.lapsed"
    told_by = "enrolment"
