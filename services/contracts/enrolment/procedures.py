"""Enrolment: démarches: those that are offered, and those that agents compose.

The form of each is data (`contracts.enrolment.procedure_forms`). A published version never changes; a draft of answers,
and later the request, name the version they were filled with.
"""

from pydantic import AwareDatetime, Field

from contracts.enrolment.drafts import DraftCard, Secret
from contracts.enrolment.procedure_forms import Answers, Audience, ProcedureForm
from contracts.enrolment.values import Code
from contracts.errors import Conflict, Invalid
from contracts.messages import Command, Question, View

# ---------------------------------------------------------------- for everybody


class ProcedureCard(View):
    """A procedure in the list of all."""

    code: str
    title: str
    summary: str
    category: str
    audience: Audience
    answer_days: int


class ProceduresView(View):
    """The procedures that can be used, by category and title; the caller's own drafts, newest first.

    `left`: begun in the caller's browser before they signed in; theirs once they say so (AdoptDraft).
    """

    procedures: list[ProcedureCard]
    drafts: list[DraftCard]
    left: list[DraftCard] = Field(default_factory=list)


class ListProcedures(Question[ProceduresView]):
    """Anybody. `secret`: the browser's, by which it finds what was begun in it without an account."""

    secret: Secret | None = None


class ProcedureView(View):
    """A procedure, before it is begun. `form` ends with the contact page."""

    code: str
    number: int
    form: ProcedureForm
    drafts: list[DraftCard]


class ShowProcedure(Question[ProcedureView]):
    """Anybody. NotFound when it was never published, or is retired. `secret`: without an account, the browser's."""

    code: Code
    secret: Secret | None = None


# ---------------------------------------------------------------- for agents


class Fault(View):
    """Why a form cannot be published. `code`: of `enrolment.procedures.soundness`; `page`, `field`: names, or empty."""

    code: str
    page: str = ""
    field: str = ""


class VersionCard(View):
    """A published version. `published_by` is empty for what the software ships."""

    number: int
    published_at: AwareDatetime
    published_by: str


class ProcedureDesk(View):
    """A procedure as an agent composes it.

    `form`: the draft when there is one (`is_draft`), else the current version. `revision` guards against two agents.
    """

    code: str
    form: ProcedureForm
    is_draft: bool
    revision: int
    faults: list[Fault]
    versions: list[VersionCard] = Field(description="Newest first; the first is current")
    retired: bool


class ProcedureLine(View):
    """A procedure in the agents' list. `number`: the current version, None when never published."""

    code: str
    title: str
    category: str
    department: str
    number: int | None
    is_draft: bool
    retired: bool


class ListProcedureForms(Question[list[ProcedureLine]]):
    """Every procedure, by category and title. Agents of `administration`."""


class OpenProcedureForm(Question[ProcedureDesk]):
    """One procedure to compose. Agents of `administration`."""

    code: Code


class TrialView(View):
    """What the form shows and finds wrong for these answers. `pages` as in DraftView; `problems`: of a page."""

    form: ProcedureForm
    answers: Answers
    pages: dict[str, list[str]]
    problems: dict[str, str]


class TryProcedure(Question[TrialView]):
    """Fills the form as an agent sees it, draft or not, keeping nothing: `answers` as they were given so far.

    `page`: the page that was just answered, for its problems. NotFound. Agents of `administration`.
    """

    code: Code
    answers: Answers = Field(default_factory=dict)
    page: str = ""


class MakeProcedure(Command[ProcedureDesk]):
    """A new procedure, as a draft. Raises ProcedureExists. Agents of `administration`."""

    code: Code
    form: ProcedureForm


class SaveProcedureForm(Command[ProcedureDesk]):
    """Replaces the draft; faults are said, not refused. Raises ProcedureChanged. Agents of `administration`."""

    code: Code
    revision: int
    form: ProcedureForm


class PublishProcedure(Command[ProcedureDesk]):
    """Makes the draft the current version. Raises ProcedureChanged, FormUnsound. Agents of `administration`."""

    code: Code
    revision: int


class DropProcedureDraft(Command[bool]):
    """Forgets the draft; a procedure that was never published goes with it (False). Raises ProcedureChanged.

    Agents of `administration`.
    """

    code: Code
    revision: int


class RetireProcedure(Command[ProcedureDesk]):
    """Takes a procedure off the list, or puts it back; requests that were sent go on. Agents of `administration`."""

    code: Code
    retired: bool


# ---------------------------------------------------------------- refusals


class ProcedureExists(Conflict):
    """There is a procedure of that code."""

    code = "procedure_exists"


class ProcedureChanged(Conflict):
    """Another agent has changed the form meanwhile."""

    code = "procedure_changed"


class FormUnsound(Invalid):
    """The form cannot be published: it has faults, or no draft."""

    code = "form_unsound"
