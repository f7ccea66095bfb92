"""Enrolment: enrolments."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.offer import ActivityView, PlaceView
from contracts.enrolment.values import Code
from contracts.events.enrolments import EnrolmentState
from contracts.messages import Command, Question, View


class AttachmentView(View):
    """A document given with an enrolment. It is opened on the documents' own page, never from here."""

    document_type: str
    received_at: AwareDatetime = Field(description="When it was given to the town")
    valid_until: date | None = None
    given_before: bool = Field(default=False, description="With something else: it serves again")
    given_with: str = Field(default="", description="With what, then: `enrolment`, `request`, `family` …")
    is_coming: bool = Field(default=False, description="Documents has not passed it on yet")


class GivenView(View):
    """A document that the household has given to the town before, and that is still valid."""

    document_type: str
    given_at: AwareDatetime
    valid_until: date | None = None
    given_with: str = Field(default="", description="With what: `enrolment`, `request`, `family` …")


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
    given: list[GivenView] = Field(
        default_factory=list,
        description="Of the missing ones, those given with something else since: `contracts.enrolment.given`. Of one "
        "enrolment that is shown to a guardian",
    )
    place_in_line: int | None = Field(default=None, description="WAITING: 1 is the next one served")
    order_sentence: str = Field(
        default="", description="REQUESTED, WAITING: who comes first in the line; empty: there is none"
    )
    offer_ends_at: AwareDatetime | None = Field(default=None, description="OFFERED: until when")
    accepted_because: str = Field(
        default="", description="To agents: why before others who had waited longer"
    )
    version: int = 1


class ChoiceView(View):
    """An activity that a child could be enrolled in, and where; or why not."""

    activity: ActivityView
    places: list[PlaceView]
    why_not: str = Field(default="", description="Why not now, in French; empty: it can")
    given: list[GivenView] = Field(
        default_factory=list, description="Of the documents it asks for, those that need not be given again"
    )
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

    An agent's is accepted at once, whatever the age and the window, but not without a place. Where there is none, the
    child waits in the line of the activity. Raises AlreadyEnrolled, PlaceDoesNotFit, NotEligible, EnrolmentClosed,
    NoPlaceLeft, NotFound.
    """

    child_id: UUID
    activity_code: Code
    place_code: Code
    family_id: UUID | None = Field(
        default=None, description="Which of the guardian's families; agents must say"
    )
    reuse: list[str] = Field(
        default_factory=list,
        max_length=20,
        description="Kinds of documents that serve again as they were given before; what cannot is asked for",
    )


class DecideEnrolment(Command[EnrolmentView]):
    """Accepts, makes wait or refuses (with a reason the parent reads). `requests` agents.

    What was accepted can be refused later, once no day to come is booked; its place goes to the next in line. Accepted
    before others who have waited longer: with a reason, which agents read.
    Raises WrongState, Conflict, NoPlaceLeft, StillBooked, Invalid.
    """

    enrolment_id: UUID
    accept: bool
    waits: bool = Field(default=False, description="Neither accepted nor refused: put on the waiting list")
    reason: str = Field(default="", max_length=500)
    version: int = Field(description="The version that the agent saw")


class TakeOffer(Command[EnrolmentView]):
    """Takes the place that is held for the child. Guardians of the child, `requests` agents.

    Raises OfferOver when it has run out, WrongState when there is none.
    """

    enrolment_id: UUID


class WithdrawEnrolment(Command[EnrolmentView]):
    """The parent gives the enrolment up, leaves the line or refuses the offer: the place goes to the next.

    Raises WrongState, StillBooked when days to come are booked.
    """

    enrolment_id: UUID


class MyEnrolments(Question[list[EnrolmentView]]):
    """Every enrolment of the caller's children this school year, newest first, whichever parent asked."""


class FamilyEnrolmentsView(View):
    """The children of an account, and what they are enrolled in."""

    children: list[ChildView]
    enrolments: list[EnrolmentView]


class FamilyEnrolments(Question[FamilyEnrolmentsView]):
    """The caller's children, and their enrolments as `MyEnrolments` answers them."""


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
