"""Enrolment: drafts: the answers to a démarche's form while they are given, of an account or of a browser without one.

A draft names the version of the form that it fills (`contracts.enrolment.procedures`); sent, it becomes the request of
the same id (`contracts.enrolment.requests`).
"""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints

from contracts.enrolment.procedure_forms import Answers, Name, ProcedureForm
from contracts.enrolment.values import Code
from contracts.errors import Conflict, Invalid
from contracts.messages import Command, Question, View

Secret = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""Proves that a draft without account is this browser's: 32 random bytes, kept by the service as a hash."""


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


class DraftView(View):
    """A draft, and what its form asks for these answers.

    `form` ends with the contact page. `pages`: those that are shown, each with its shown fields, by name. `todo`: the
    first that is not answered, None when all are. `newer`: the form has changed meanwhile (see RenewDraft).
    """

    draft_id: UUID
    code: str
    number: int
    form: ProcedureForm
    answers: Answers
    pages: dict[str, list[str]]
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
    """A draft of the caller: of the account, or of whoever has its `secret`. NotFound for anybody else."""

    draft_id: UUID
    secret: Secret | None = None


class SaveAnswers(Command[DraftView]):
    """Replaces the answers of one page. Answers to what is not shown are not kept.

    Raises Invalid, `problems`: {field: code}, codes of `enrolment.procedures.checking`; nothing is kept then.
    `partial`: the page goes on later; what is good is kept, nothing is refused and the page stays `todo`.
    """

    draft_id: UUID
    secret: Secret | None = None
    page: Name
    answers: Answers
    partial: bool = False


class RenewDraft(Command[DraftView]):
    """Takes the draft to the form's current version: what still has a place is kept, what is new becomes `todo`."""

    draft_id: UUID
    secret: Secret | None = None


class DropDraft(Command[bool]):
    """Erases a draft of the caller. False when there was none."""

    draft_id: UUID
    secret: Secret | None = None


class FormChanged(Conflict):
    """The form has another version than the one that was filled: RenewDraft first."""

    code = "form_changed"


class ProcedureRetired(Conflict):
    """The procedure is not offered any more: a draft of it can be read, and not sent."""

    code = "procedure_retired"


class DraftIncomplete(Invalid):
    """The draft cannot be sent yet. `page`: the first that is not answered."""

    code = "draft_incomplete"
