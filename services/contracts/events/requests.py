"""What enrolment tells of requests (the démarches that were filed) and of the municipal departments in charge of them.

Answers to free questions may hold anything, somebody's health included: they are in no fact, and neither is a message.
Documents are named by their ids; who takes a request over asks an agent for them, or reads the request's page.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.events.event import Event
from contracts.messages import View


class RequestState(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    INFORMATION_ASKED = "information_asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ProcedureKind(StrEnum):
    """What the town does with a request: each kind has its table of states."""

    DECISION = "decision"  # grants something or refuses it, with ways of appeal
    APPLICATION = "application"  # for a post or a training period: taken or not, nobody has a right to it
    REPORT = "report"  # tells the town something: it is dealt with, there is nothing to refuse


class Silence(StrEnum):
    """What it means that the town has not answered when its delay is over (CRPA L231-1 to L231-5)."""

    NOTHING = "nothing"  # no decision is asked for: a report, an application for a post
    ACCEPTANCE = "acceptance"  # L231-1
    REFUSAL = "refusal"  # L231-4, or a text of its own


class RequestFact(View):
    """What every fact of a request says. `account_id`: None when it was filed without an account."""

    request_id: UUID
    number: str = Field(description="2026-000123: on receipts and letters")
    procedure_code: str
    title: str = Field(description="What the procedure is called")
    department_code: str
    department_name: str = Field(description="The municipal department in charge")
    account_id: UUID | None = None
    email: str = Field(description="Where the requester is written to")


class AnsweredField(View):
    """An answer as it was given: `text` is what people read, `value` the choice's name, the date, the number."""

    field: str
    label: str
    text: str
    value: str = ""


class RequestSubmitted(RequestFact, Event):
    """Somebody filed a request; its receipt (CRPA L112-11) is due. Others may take it over: `request.take_over`.

    `answers`: all but the free texts. `documents`: ids of what was attached.
    """

    name = "request.submitted"
    told_by = "enrolment"

    form_number: int = Field(description="The version of the form that was filled")
    submitted_at: AwareDatetime
    due_on: date = Field(description="Until when the department says that it answers")
    silence: Silence
    silence_on: date = Field(
        description="When no answer becomes what `silence` says: two months (CRPA L231-1)"
    )
    answers: list[AnsweredField]
    documents: list[UUID] = Field(default_factory=list)


class RequestTaken(RequestFact, Event):
    """An agent, or another municipal system, has begun to work on it."""

    name = "request.taken"
    told_by = "enrolment"

    by: str


class RequestForwarded(RequestFact, Event):
    """Another department is in charge from now on: the fact names the new one."""

    name = "request.forwarded"
    told_by = "enrolment"

    from_department: str


class InformationAsked(RequestFact, Event):
    """The department needs something more; its delay stands still until the answer (CRPA L114-5)."""

    name = "request.information_asked"
    told_by = "enrolment"

    documents: list[UUID] = Field(default_factory=list, description="Sent with it, to the requester alone")


class TownWrote(RequestFact, Event):
    """The department wrote to the requester; nothing is asked."""

    name = "request.town_wrote"
    told_by = "enrolment"

    documents: list[UUID] = Field(default_factory=list, description="Sent with it, to the requester alone")


class RequesterWrote(RequestFact, Event):
    """The requester wrote to the department. `resumed`: it was what had been asked for."""

    name = "request.requester_wrote"
    told_by = "enrolment"

    resumed: bool
    due_on: date


class RequestDecided(RequestFact, Event):
    """Accepted or refused. The letter is on the request's page; why is not in the fact."""

    name = "request.decided"
    told_by = "enrolment"

    state: RequestState
    decided_at: AwareDatetime
    by: str


class RequestWithdrawn(RequestFact, Event):
    """The requester gave it up."""

    name = "request.withdrawn"
    told_by = "enrolment"


class RequestDue(RequestFact, Event):
    """The delay ends soon, or is over (`late`), and nothing is decided. Told once of each."""

    name = "request.due"
    told_by = "enrolment"

    due_on: date
    late: bool
    department_email: str = ""


class RequestClaimed(RequestFact, Event):
    """A request filed without an account belongs to one now: its address was the same, confirmed."""

    name = "request.claimed"
    told_by = "enrolment"


class RequestReleased(RequestFact, Event):
    """Its requester closed the account: it goes on like one filed without, by mail and tracking code."""

    name = "request.released"
    told_by = "enrolment"


class DraftReleased(Event):
    """Documents are joined to a draft no more: it was given up, or they were taken back before it was sent."""

    name = "draft.released"
    told_by = "enrolment"

    draft_id: UUID
    document_ids: list[UUID] | None = Field(default=None, description="None: all of them")


class RequestConsulted(Event):
    """An agent opened a request of an account. Told for the record of accesses."""

    name = "request.consulted"
    told_by = "enrolment"

    request_id: UUID
    number: str
    title: str
    account_id: UUID
    agent_id: UUID
    agent_name: str


class RequestErased(Event):
    """What was personal in a request is gone: its retention is over, or its account was closed."""

    name = "request.erased"
    told_by = "enrolment"

    request_id: UUID
    number: str


class DepartmentUpdated(Event):
    """A municipal department in charge of requests, with its agents, after any change of it."""

    name = "department.updated"
    told_by = "enrolment"

    department_code: str
    department_name: str
    agent_ids: list[UUID]
