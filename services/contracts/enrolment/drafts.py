"""Enrolment: drafts: the answers to a démarche's form while they are given, of an account or of a browser without one.

A draft names the version of the form that it fills (`contracts.enrolment.procedures`); sent, it becomes the request of
the same id (`contracts.enrolment.requests`).
"""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.enrolment.enrolments import GivenView
from contracts.enrolment.procedure_forms import Answers, Name, ProcedureForm
from contracts.enrolment.values import Code
from contracts.errors import Conflict, Invalid, NotFound
from contracts.messages import Command, Question, View

LONGEST_TYPED = 20_000
"""Signs kept of one control: four times what the longest answer may have."""

Secret = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""Proves that a draft without account is this browser's: 32 random bytes, kept by the service as a hash."""


Typed = dict[Name, dict[str, list[Annotated[str, StringConstraints(max_length=LONGEST_TYPED)]]]]
"""What stands in the controls of questions, by question, then by control (« » for its only one, else the part's name):
as it was typed, also where it is no answer yet."""


class DraftCard(View):
    """Answers that wait to be sent. `erased_at`: when they are, unless they are changed before."""

    draft_id: UUID
    code: str
    title: str
    updated_at: AwareDatetime
    erased_at: AwareDatetime


class FormChange(View):
    """What a newer version of the form does to the answers of a draft: labels, as they are read."""

    added: list[str]
    altered: list[str]
    removed: list[str]


class GivenAnswer(View):
    """What the town was given before and answers a question. `taken`: nothing more is asked.

    Else the question needs no document, and the one given before may be given again (`SaveAnswers.reuse`).
    """

    given: GivenView
    taken: bool


class DraftView(View):
    """A draft, and what its form asks for these answers.

    `form` ends with the contact page. `pages`: those that are shown, each with its shown fields, by name. `todo`: the
    first that is not answered, None when all are. `newer`: the form has changed meanwhile (see RenewDraft). `typed`:
    what was typed where no answer holds. `given`: « déjà fourni », of the shown questions without a document.
    """

    draft_id: UUID
    code: str
    number: int
    form: ProcedureForm
    answers: Answers
    pages: dict[str, list[str]]
    typed: Typed = Field(default_factory=dict)
    given: dict[str, GivenAnswer] = Field(default_factory=dict)
    todo: str | None
    newer: FormChange | None = None
    erased_at: AwareDatetime


class StartDraft(Command[DraftCard]):
    """Begins a procedure with its current version. NotFound; NotSignedIn where an account is needed.

    Without an account, `secret` is what will prove that the draft is the caller's; one address begins so many
    (TooManyAttempts).
    """

    code: Code
    secret: Secret | None = None


class OpenDraft(Question[DraftView]):
    """A draft of the caller: of the account, or of whoever has its `secret`. NotFound for anybody else.

    DraftSent, by this and every command below, where the caller's account has sent it.
    """

    draft_id: UUID
    secret: Secret | None = None


class SavedPage(View):
    """The draft after a page was saved. `problems`, of that page: {field: code}, of `enrolment.procedures.checking`."""

    draft: DraftView
    problems: dict[Name, str]


class SaveAnswers(Command[SavedPage]):
    """Replaces the answers of one page. Answers to what is not shown are not kept.

    Nothing is refused and nothing typed is lost: what does not hold is said in `problems` and kept as it was `typed`,
    and the page stays `todo`. `partial`: it does so where all holds, too: whoever fills it goes on later. `released`:
    documents that were joined to the draft and are taken back; no answer names them any more. `reuse`: questions of the
    page that need no document, and to which the one that was given before is given again.
    """

    draft_id: UUID
    secret: Secret | None = None
    page: Name
    answers: Answers
    typed: Typed = Field(default_factory=dict)
    partial: bool = False
    released: list[UUID] = Field(default_factory=list, max_length=20)
    reuse: list[Name] = Field(default_factory=list, max_length=40)


class ListLeftDrafts(Question[list[DraftCard]]):
    """What was begun without an account in the browser that holds this secret, newest first. Citizens."""

    secret: Secret


class AdoptDraft(Command[DraftCard]):
    """Makes a draft that was begun without an account the caller's, with what was joined to it.

    The secret opens it no more. Citizens. NotFound unless `secret` is the draft's, or the draft the caller's already.
    """

    draft_id: UUID
    secret: Secret


class AdmitFile(Command[None]):
    """A file is about to be sent for a draft without account. One address sends so many (TooManyAttempts).

    NotFound for a draft of an account, whose files go through its vault, and for anybody but who has its `secret`.
    """

    draft_id: UUID
    secret: Secret | None = None


class RenewDraft(Command[DraftView]):
    """Takes the draft to the form's current version: what still has a place is kept, what is new becomes `todo`."""

    draft_id: UUID
    secret: Secret | None = None


class DropDraft(Command[bool]):
    """Erases a draft of the caller. False when there was none."""

    draft_id: UUID
    secret: Secret | None = None


class DraftSent(NotFound):
    """The draft is a request by now, of the caller's account and under the same id."""

    code = "draft_sent"


class FormChanged(Conflict):
    """The form has another version than the one that was filled: RenewDraft first."""

    code = "form_changed"


class ProcedureRetired(Conflict):
    """The procedure is not offered any more: a draft of it can be read, and not sent."""

    code = "procedure_retired"


class DraftIncomplete(Invalid):
    """The draft cannot be sent yet. `page`: the first that is not answered."""

    code = "draft_incomplete"
