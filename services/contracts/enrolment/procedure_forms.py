"""Enrolment: the form of a démarche as data, pages of fields that an agent composes (`ProcedureForm`), and its answers.

Answers are a dictionary by field name, each of the shape that its kind says (`FieldKind`). What a form means for given
answers – which fields are shown, what is wrong, what is kept – is decided by `enrolment.procedures`, never by a page.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.events.requests import ProcedureKind, Silence
from contracts.messages import Message

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""Of a page, a field or a choice: what answers are kept under. Never shown."""

Answer = str | int | list[str] | dict[str, str]

Answers = dict[str, Answer]

CONTACT_PAGE = "contact"

CONTACT_EMAIL = "contact_email"
"""The page and field that every form ends with: an e-mail address is always asked."""

MOST_PAGES = 20

MOST_FIELDS = 40

MOST_OPTIONS = 40


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
    reuses: bool = Field(
        default=True,
        description="A document of its type that was given before answers it; not where it must be of today, or "
        "somebody else's",
    )
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
