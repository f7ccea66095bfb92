"""Enrolment: démarches as data: the form of each, its versions, and the drafts of those who fill one.

A form is pages of fields; all of it is data that an agent composes (`ProcedureForm`). Answers are a dictionary by
field name, each of the shape that its kind says (`FieldKind`). What a form means for given answers – which fields are
shown, what is wrong, what is kept – is decided by `enrolment.procedures`, never by a page.

A published version never changes; a draft of answers, and later the request, name the version they were filled with.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.enrolment.values import Code
from contracts.errors import Conflict, Invalid
from contracts.events.requests import ProcedureKind, Silence
from contracts.messages import Command, Message, Question, View

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of a page, a field or a choice: what answers are kept under. Never shown."""

Answer = str | int | list[str] | dict[str, str]
Answers = dict[str, Answer]
Secret = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""Proves that a draft without account is this browser's: 32 random bytes, kept by the service as a hash."""

CONTACT_PAGE = "contact"
CONTACT_EMAIL = "contact_email"
"""The page and field that every form ends with: an e-mail address is always asked."""

MOST_PAGES = 20
MOST_FIELDS = 40
MOST_OPTIONS = 40

# ---------------------------------------------------------------- the form


class FieldKind(StrEnum):
    """What is asked, and the shape of the answer."""

    TEXT = "text"  # str, one line; `least`, `most`: signs
    LONG_TEXT = "long_text"  # str; `least`, `most`: signs
    EMAIL = "email"  # str
    PHONE = "phone"  # str
    NUMBER = "number"  # int; `least`, `most`: bounds
    DATE = "date"  # str, ISO; `least`, `most`: days from today, negative before it
    CHOICE = "choice"  # str, the name of an option
    CHOICES = "choices"  # list of names; `least`, `most`: how many
    YES_NO = "yes_no"  # "yes" or "no"
    ADDRESS = "address"  # dict: street, more (may be empty), postcode, city
    CHILD = "child"  # dict: first_name, last_name, birth_date (ISO); child_id when of the account's family
    DOCUMENT = "document"  # list of document ids; `most`: how many files, one when not said
    INFORMATION = "information"  # nothing: `help` is a paragraph


class Prefill(StrEnum):
    """What of the account or the family's file the field opens with. Changed, the answer changes; the file does not."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"


class Audience(StrEnum):
    """Who may use a procedure."""

    ANYBODY = "anybody"
    SIGNED_IN = "signed_in"


class Option(Message):
    """One of the choices of a field."""

    name: Name
    label: str = Field(min_length=1, max_length=150)
    hint: str = Field(default="", max_length=200)


class Test(Message):
    """Whether an earlier field, itself shown, was answered: with one of `one_of`, or at all when that is empty."""

    __test__ = False  # pytest takes any class of that name for one of its own

    field: Name
    one_of: tuple[str, ...] = Field(default=(), max_length=MOST_OPTIONS)


class Condition(Message):
    """When a page or a field is shown."""

    all_of: bool = Field(default=True, description="Every test must hold; else one is enough")
    tests: tuple[Test, ...] = Field(min_length=1, max_length=10)


class FormField(Message):
    """A question of the form, or a paragraph of it."""

    name: Name
    kind: FieldKind
    label: str = Field(min_length=1, max_length=200)
    help: str = Field(default="", max_length=1500)
    required: bool = True
    least: int | None = Field(default=None, description="See FieldKind")
    most: int | None = Field(default=None, description="See FieldKind")
    options: tuple[Option, ...] = Field(default=(), max_length=MOST_OPTIONS)
    document_type: str = Field(default="", max_length=40, description="Code of documents; empty: of any type")
    prefill: Prefill | None = None
    shown_when: Condition | None = None


class FormPage(Message):
    """Some questions asked together."""

    name: Name
    title: str = Field(min_length=2, max_length=120)
    text: str = Field(default="", max_length=1500)
    shown_when: Condition | None = None
    fields: tuple[FormField, ...] = Field(default=(), max_length=MOST_FIELDS)


class ProcedureForm(Message):
    """A version of a procedure, whole: what is said of it, and its form. A draft of one may be ill formed."""

    title: str = Field(min_length=2, max_length=120)
    summary: str = Field(min_length=2, max_length=200, description="One sentence, in the list")
    text: str = Field(default="", max_length=6000, description="Paragraphs, parted by an empty line")
    category: str = Field(min_length=2, max_length=60)
    audience: Audience = Audience.ANYBODY
    kind: ProcedureKind = ProcedureKind.DECISION
    silence: Silence = Silence.ACCEPTANCE
    department: str = Field(
        min_length=2, max_length=80, description="The municipal service in charge, by its name"
    )
    answer_days: int = Field(default=30, ge=1, le=365, description="Within how many days the service answers")
    retention_months: int = Field(
        default=12, ge=1, le=120, description="After the decision, personal data is erased"
    )
    sources: tuple[str, ...] = Field(default=(), max_length=10, description="Legal texts, as they are cited")
    pages: tuple[FormPage, ...] = Field(default=(), max_length=MOST_PAGES)

    def fields(self) -> Iterator[FormField]:
        """Every field, in the order it is asked."""
        for page in self.pages:
            yield from page.fields

    def field(self, name: str) -> FormField | None:
        """The first field of that name."""
        return next((field for field in self.fields() if field.name == name), None)

    def page(self, name: str) -> FormPage | None:
        """The first page of that name."""
        return next((page for page in self.pages if page.name == name), None)


# ---------------------------------------------------------------- for everybody


class ProcedureCard(View):
    """A procedure in the list of all."""

    code: str
    title: str
    summary: str
    category: str
    audience: Audience
    answer_days: int


class DraftCard(View):
    """Answers that wait to be sent. `erased_at`: when they are, unless they are changed before."""

    draft_id: UUID
    code: str
    title: str
    updated_at: AwareDatetime
    erased_at: AwareDatetime


class ProceduresView(View):
    """The procedures that can be used, by category and title; the caller's own drafts, newest first."""

    procedures: list[ProcedureCard]
    drafts: list[DraftCard]


class ListProcedures(Question[ProceduresView]):
    """Anybody. Without an account there are no drafts in the answer."""


class ProcedureView(View):
    """A procedure, before it is begun. `form` ends with the contact page."""

    code: str
    number: int
    form: ProcedureForm
    drafts: list[DraftCard]


class ShowProcedure(Question[ProcedureView]):
    """Anybody. NotFound when it was never published, or is retired."""

    code: Code


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


class FormChanged(Conflict):
    """The form has another version than the one that was filled: RenewDraft first."""

    code = "form_changed"


class ProcedureRetired(Conflict):
    """The procedure is not offered any more: a draft of it can be read, and not sent."""

    code = "procedure_retired"


class DraftIncomplete(Invalid):
    """The draft cannot be sent yet. `page`: the first that is not answered."""

    code = "draft_incomplete"


class ProcedureExists(Conflict):
    """There is a procedure of that code."""

    code = "procedure_exists"


class ProcedureChanged(Conflict):
    """Another agent has changed the form meanwhile."""

    code = "procedure_changed"


class FormUnsound(Invalid):
    """The form cannot be published: it has faults, or no draft."""

    code = "form_unsound"
