"""Enrolment: the parent's home."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.enrolments import ChildView, EnrolmentView
from contracts.enrolment.requests import RequestLine
from contracts.enrolment.waiting import WaitingView
from contracts.messages import Question, View


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


class AwaitedCertificateView(View):
    """A reported absence whose certificate is still to be given."""

    absence_id: UUID
    child_name: str
    day: date = Field(description="The first day reported")
    until: date


class OverviewView(View):
    """What enrolment has to say on the parent's home."""

    children: list[ChildView]
    enrolments: list[EnrolmentView] = Field(
        description="Those that wait for the parent: a document is missing, a place is offered"
    )
    upcoming: list[UpcomingView]
    deadlines: list[NearDeadlineView]
    certificates: list[AwaitedCertificateView] = Field(default_factory=list)
    offers: list[WaitingView] = Field(
        default_factory=list, description="Places held for the children, to take in time"
    )
    requests: list[RequestLine] = Field(default_factory=list, description="The last démarches filed")


class Overview(Question[OverviewView]):
    """The caller's children, what waits for the caller, booked days and deadlines of the coming week."""
