"""Enrolment: requests, once filed: where each stands, what is said both ways, what the town answers.

A request is made of a draft (`contracts.enrolment.drafts`) and keeps its id, under which documents are attached:
subject `request`. Whoever filed it follows it with their account, or with its number and tracking code.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.documents.sealed import PublicKey
from contracts.enrolment.departments import DepartmentView
from contracts.enrolment.drafts import Secret
from contracts.enrolment.enrolments import GivenView
from contracts.enrolment.procedure_forms import MOST_FIELDS, Answers, FormPage, Name
from contracts.errors import Conflict
from contracts.events.requests import ProcedureKind, RequestState, Silence
from contracts.messages import Command, Question, View

LONGEST_WORDS = 4000
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_WORDS)]
SentDocuments = Annotated[tuple[UUID, ...], Field(max_length=5)]
TrackingCode = Annotated[str, StringConstraints(max_length=40)]
"""As it is typed: with dashes or without, in any case. Empty: the caller's account is the proof."""


class Act(StrEnum):
    """What happens to a request."""

    TAKE = "take"
    ASK = "ask"
    ANSWER = "answer"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    COMPLETE = "complete"  # what was lacking came, and nobody had begun


class StepKind(StrEnum):
    """What a line of a request's history says."""

    SUBMITTED = "submitted"
    TAKEN = "taken"
    ASKED = "asked"  # words: what the town needs
    ANSWERED = "answered"  # words of the requester, to that
    WROTE = "wrote"  # words, of either side
    ATTACHED = "attached"  # words: the document's type
    LACKING = "lacking"  # a document given before could not be passed on; words: its type
    OPENED = "opened"  # an agent opened a document; words: its type
    ASSIGNED = "assigned"  # words: to whom. Agents only
    FORWARDED = "forwarded"  # words: to which department
    NOTED = "noted"  # words: an internal note. Agents only
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CLAIMED = "claimed"


INTERNAL = frozenset({StepKind.NOTED, StepKind.ASSIGNED})
"""Never shown to the requester."""


class LetterPlace(StrEnum):
    """Where the decision letter is, beside the request's page."""

    PAGE = "page"  # nowhere else: not decided, or without an account
    COMING = "coming"  # on its way into the vault
    NO_VAULT = "no_vault"  # the account has none yet; it is looked for again
    VAULT = "vault"


class Side(StrEnum):
    """Who did it."""

    REQUESTER = "requester"
    TOWN = "town"
    SYSTEM = "system"


# ---------------------------------------------------------------- filing


class SubmittedView(View):
    """The receipt in short. `code` is shown once: it is kept as a hash."""

    request_id: UUID
    number: str
    code: str


class SubmitRequest(Command[SubmittedView]):
    """Files the caller's draft. Sent twice, it is one request; the second answer has a code that replaces the first.

    `number`: the version of the form that was read. `reuse`: the questions that were read as « déjà fourni »: what was
    given before is given to the department in charge by sending, and nothing that was not read. Raises NotFound (no
    such draft of the caller), FormChanged, GivenChanged, DraftIncomplete, Invalid (`problems`: {field: code}),
    DocumentNotThere.
    """

    draft_id: UUID
    secret: Secret | None = None
    number: int
    reuse: list[Name] = Field(default_factory=list, max_length=MOST_FIELDS)


# ---------------------------------------------------------------- following


class StepView(View):
    """A line of the history."""

    at: AwareDatetime
    kind: StepKind
    side: Side
    by_name: str
    words: str
    documents: list[UUID] = Field(default_factory=list, description="That the town sent with it")
    by_code: bool = Field(default=False, description="Sealed to the tracking code, not into the vault")


class AttachedView(View):
    """A document given with the request; what it is called stays sealed."""

    document_id: UUID
    document_type: str
    received_at: AwareDatetime
    given: GivenView | None = Field(default=None, description="With something else, before: it serves again")
    is_coming: bool = Field(default=False, description="Documents has not passed it on yet")


class RequestLine(View):
    """A request in a list."""

    request_id: UUID
    number: str
    title: str
    state: RequestState
    submitted_at: AwareDatetime
    due_on: date
    department_name: str
    version: int


class RequestView(View):
    """A request, whole, as whoever filed it sees it. Erased, only its line is left (`erased`).

    `pages`: the form's that were shown, with their shown fields; `answers` by the fields' names.
    """

    line: RequestLine
    procedure_code: str
    kind: ProcedureKind
    silence: Silence
    silence_on: date = Field(description="When no answer becomes what `silence` says")
    email: str
    has_account: bool
    paused: bool = Field(description="Information is awaited: the delay stands still")
    pages: list[FormPage]
    answers: Answers
    documents: list[AttachedView]
    lacking: list[str] = Field(
        default_factory=list,
        description="Kinds of documents that were to serve again and cannot: the request waits for others",
    )
    steps: list[StepView] = Field(description="Oldest first")
    letter: str = Field(default="", description="The decision, in words")
    decided_by: str = ""
    closed_at: AwareDatetime | None = None
    letter_place: LetterPlace = LetterPlace.PAGE
    letter_put_at: AwareDatetime | None = Field(default=None, description="Since when it is in the vault")
    may_write: bool
    may_withdraw: bool
    kept_until: date | None = Field(default=None, description="When what is personal in it is erased")
    erased: bool = False


class ShowRequest(Question[RequestView]):
    """A request of the caller's account; NotFound for anybody else's. Citizens."""

    request_id: UUID


class FollowRequest(Question[RequestView]):
    """The same by number and tracking code, without an account. Anybody; attempts are limited (TooManyAttempts).

    NotFound alike for a wrong number and a wrong code.
    """

    number: Annotated[str, StringConstraints(max_length=40)]
    code: TrackingCode


class ClaimableView(View):
    """A request filed without an account, with the address that the caller has confirmed."""

    request_id: UUID
    number: str
    title: str
    submitted_at: AwareDatetime


class MyRequestsView(View):
    """The caller's requests, newest first, and those they may claim."""

    total: int
    requests: list[RequestLine]
    claimable: list[ClaimableView]


class MyRequests(Question[MyRequestsView]):
    """Citizens."""

    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=20, ge=1, le=100)


class ClaimRequest(Command[RequestLine]):
    """Takes a request that was filed without an account into the caller's. NotFound unless its address is theirs.

    Citizens.
    """

    request_id: UUID


class WriteToTown(Command[RequestView]):
    """Writes to the department; answers it when it had asked for something. Raises RequestClosed.

    The account that filed it, or anybody with its tracking code (NotFound, TooManyAttempts).
    """

    request_id: UUID
    code: TrackingCode = ""
    words: Words


class WithdrawRequest(Command[RequestView]):
    """Gives the request up, before it is decided. Raises RequestChanged. Who may: as WriteToTown."""

    request_id: UUID
    code: TrackingCode = ""
    version: int


# ---------------------------------------------------------------- agents


class QueueLine(View):
    """A request in the agents' list. `requester`: as they call themselves, else their address; empty once erased."""

    line: RequestLine
    requester: str = ""
    agent_id: UUID | None
    agent_name: str
    department_code: str
    late: bool
    soon: bool


class RequestQueueView(View):
    """Requests of the caller's departments. `departments`: those; empty: the caller belongs to none yet."""

    total: int
    requests: list[QueueLine]
    departments: list[DepartmentView]


class RequestQueue(Question[RequestQueueView]):
    """Requests of the caller's departments: open ones by their delay's end, closed ones newest first.

    Agents of `requests`, each for the departments they belong to. `words`: of its number, the requester's address or
    any answer.
    """

    is_open: bool = True
    words: str = Field(default="", max_length=100)
    department_code: str = ""
    state: RequestState | None = None
    mine: bool = False
    late: bool = False
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=50, ge=1, le=200)


class RequestFile(View):
    """A request as the department in charge sees it: its history whole, and what can be done."""

    request: RequestView
    agent_id: UUID | None
    agent_name: str
    department_code: str
    late: bool
    soon: bool = Field(default=False, description="Its delay ends soon")
    code_key: PublicKey | None = Field(
        default=None,
        description="Without an account: what is sent is sealed to it, and the tracking code opens it",
    )
    acts: list[Act]
    colleagues: dict[UUID, str] = Field(description="Agents of the department")
    departments: dict[str, str] = Field(description="Others it may be forwarded to: {code: name}")


class OpenRequest(Question[RequestFile]):
    """One request. Agents of `requests` who belong to its department; NotFound for all others."""

    request_id: UUID


class HandleRequest(Command[RequestFile]):
    """Takes it (`take`) or asks the requester for something (`ask`, with words). Raises RequestChanged, Invalid.

    `documents`, `by_code`: sent with what is asked, as in WriteToRequester.
    """

    request_id: UUID
    version: int
    act: Act
    words: str = Field(default="", max_length=LONGEST_WORDS)
    documents: SentDocuments = ()
    by_code: bool = False


class WriteToRequester(Command[RequestFile]):
    """Writes to the requester, or, with `internal`, a note that only agents read.

    `documents`: laid down before (`contracts.documents.letters.PutLetter`), sealed to the requester's vault or, with
    `by_code`, to the tracking code; they arrive because this is told, and a message that is refused leaves none.
    Raises RequestClosed; RequestChanged where what they are sealed to is not the requester's any more; Invalid
    (`documents`) where there is neither, and for a note.
    """

    request_id: UUID
    words: Words
    internal: bool = False
    documents: SentDocuments = ()
    by_code: bool = False


class AssignRequest(Command[RequestFile]):
    """Makes it an agent's of the department, or nobody's. Raises RequestChanged, Invalid (`agent`)."""

    request_id: UUID
    version: int
    agent_id: UUID | None


class ForwardRequest(Command[RequestLine]):
    """Puts another department in charge; the caller may not see it any more. Raises RequestChanged, NotFound."""

    request_id: UUID
    version: int
    department_code: str
    words: str = Field(default="", max_length=LONGEST_WORDS, description="A note for them")


class DecideRequest(Command[RequestFile]):
    """Accepts or refuses, in words that the requester reads in a letter; a refusal needs its reasons (CRPA L211-5).

    Raises RequestChanged, Invalid (`letter`: `letter_missing`).
    """

    request_id: UUID
    version: int
    accepted: bool
    words: str = Field(default="", max_length=LONGEST_WORDS)


# ---------------------------------------------------------------- refusals


class DocumentNotThere(Conflict):
    """A document of the answers is not attached: not there yet, or not the caller's; the two are not told apart."""

    code = "request_document_not_there"


class GivenChanged(Conflict):
    """What was « déjà fourni » for this request is not what was read any more."""

    code = "given_changed"


class RequestChanged(Conflict):
    """The request is not what was shown any more. `state`: the one it is in."""

    code = "request_changed"


class RequestClosed(Conflict):
    """It is decided or withdrawn: nothing more is written to it."""

    code = "request_closed"
