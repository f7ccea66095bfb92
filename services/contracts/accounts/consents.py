"""Accounts: consents. What a guardian is asked for each child, in which words, and what was answered."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.errors import DomainError
from contracts.messages import Command, Message, Question, View

ConsentCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
ConsentLabel = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
ConsentWords = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]


class ConsentTextChanged(DomainError):
    """The text was published anew after the page was shown: it must be read again. `label`: which."""

    code = "consent_text_changed"


class ConsentKindExists(DomainError):
    """A consent of that name is already asked. `label`."""

    code = "consent_kind_exists"


class ConsentState(StrEnum):
    """What the answers of a child's guardians come to; only `granted` allows anything."""

    UNANSWERED = "unanswered"
    WAITING = "waiting"  # some guardian whose agreement is needed has not answered
    OUTDATED = "outdated"  # the agreement was to an older text
    GRANTED = "granted"
    REFUSED = "refused"
    CONFLICT = "conflict"  # one guardian agrees, another refuses: nothing is allowed


class ConsentTextView(View):
    """A consent as it is asked now. `effect`: what a « no », or taking a « yes » back, entails."""

    code: str
    label: str
    version: int
    text: str
    effect: str
    needs_all_guardians: bool
    answer_required: bool = Field(description="The file cannot be certified without an answer, whichever")
    published_at: AwareDatetime


class OwnConsentView(View):
    """One consent for one child, as one of its guardians sees it.

    `agrees` is None before a first answer; `outdated` when it was given to an older text.
    """

    child_id: UUID
    code: str
    agrees: bool | None = None
    version: int | None = None
    answered_at: AwareDatetime | None = None
    outdated: bool = False
    state: ConsentState


class ConsentChildView(View):
    """A child that is asked for."""

    child_id: UUID
    first_name: str
    last_name: str


class MyConsentsView(View):
    """All that a guardian is asked: each text once, each child's answers."""

    texts: list[ConsentTextView]
    children: list[ConsentChildView]
    answers: list[OwnConsentView]


class MyConsents(Question[MyConsentsView]):
    """What the caller is asked for each of their children. Citizens; empty before a key was redeemed."""


class ConsentAnswer(Message):
    """A yes or a no to one text, for one child."""

    child_id: UUID
    code: ConsentCode
    version: int = Field(description="Of the text that was on the page")
    agrees: bool


class AnswerConsents(Command[MyConsentsView]):
    """Writes the caller's answers; one that is already so is left as it was. A later answer takes an earlier one back.

    Guardians of each child; NotFound for a child of nobody's or of others. Raises ConsentTextChanged.
    """

    answers: list[ConsentAnswer] = Field(max_length=400)


class ConsentLine(View):
    """What agents see of a child: the state, and who said what."""

    child_id: UUID
    code: str
    label: str
    state: ConsentState
    said: list[str] = Field(description="« Mme Léa Martin : oui, le 3 septembre 2026 »")


class ConsentKindView(View):
    """A consent on the administration's page, with all that was ever published, newest first."""

    code: str
    label: str
    needs_all_guardians: bool
    answer_required: bool
    closed_at: AwareDatetime | None = None
    texts: list["PublishedTextView"]


class PublishedTextView(View):
    """A published version: never edited."""

    version: int
    text: str
    effect: str
    published_at: AwareDatetime
    published_by: str
    answers: int = Field(description="Given to this version")


class ListConsentKinds(Question[list[ConsentKindView]]):
    """Every consent and its texts. Role administration."""


class OpenConsentKind(Command[str]):
    """Asks for something new from now on; gives its code. Role administration. Raises ConsentKindExists."""

    label: ConsentLabel
    needs_all_guardians: bool
    answer_required: bool = True
    text: ConsentWords
    effect: ConsentWords


class PublishConsentText(Command[int]):
    """A new version, which everybody is asked again; gives its number. Role administration.

    `version`: the one the agent saw; Conflict when another was published meanwhile. Raises NotFound.
    """

    code: ConsentCode
    version: int
    text: ConsentWords
    effect: ConsentWords


class CloseConsentKind(Command[None]):
    """Asked no more; what was answered is kept. Role administration. Raises NotFound."""

    code: ConsentCode
