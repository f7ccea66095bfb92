"""Billing: dunning in steps, looked at by an agent before anything is sent. It never closes anything to a child."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.messages import Command, Message, Question, View

REMINDER, FIRMER, LAST, TREASURY = 1, 2, 3, 4
STEPS = (REMINDER, FIRMER, LAST, TREASURY)
MOST_FAMILIES = 500


class StepTerms(Message):
    """A step. `days`: after the due date for the first one, after the letter before for the others."""

    days: int = Field(ge=1, le=365)
    subject: str = Field(min_length=3, max_length=120)
    text: str = Field(min_length=10, max_length=4000, description="Paragraphs, an empty line between them")


class DunningTerms(Message):
    """The four steps of a fund: reminder, firmer reminder, last one, transmission to the Treasury."""

    steps: tuple[StepTerms, StepTerms, StepTerms, StepTerms]


class NotDunned(StrEnum):
    """Why a family that owes is written nothing."""

    REPRIEVE = "reprieve"
    CONTESTED = "contested"
    UNDERWAY = "underway"
    BELOW_LEAST = "below_least"


class LateInvoice(View):
    """An invoice that is late. `cents`: what is left of it, without what is contested."""

    invoice_id: UUID
    number: str
    month: date
    due_on: date
    cents: int
    last_step: int = Field(description="0: nothing was sent yet")
    last_on: date | None


class DueFamily(View):
    """A family to be written to at a step. `by_post`: nobody of it has an account."""

    family_id: UUID
    label: str
    number: str
    cents: int
    by_post: bool
    invoices: list[LateInvoice]


class SpareFamily(View):
    """A family that is late and is not written to now."""

    family_id: UUID
    label: str
    cents: int
    reason: NotDunned
    until: date | None = None
    words: str = Field(default="", description="Of the agent who granted a reprieve")


class SendingView(View):
    """Letters sent together."""

    sending_id: UUID
    step: int
    sent_at: AwareDatetime
    sent_by_name: str
    letters: int
    by_post: int
    cents: int


class DunningView(View):
    """A fund's late families by step, those that are spared and why, and what was sent, newest first."""

    funds: dict[str, str]
    fund: str
    step: int
    counts: dict[int, int] = Field(description="Families due, by step")
    due: list[DueFamily] = Field(description="Of the step asked for, at most MOST_FAMILIES")
    spared: list[SpareFamily]
    terms: DunningTerms
    sendings: list[SendingView]


class OpenDunning(Question[DunningView]):
    """Who is to be written to at a step; without a fund, the town's first. Role billing. Raises NotFound."""

    fund: str = Field(default="", max_length=10)
    step: int = Field(default=REMINDER, ge=REMINDER, le=TREASURY)


class SetDunningTerms(Command[DunningTerms]):
    """The dates and the wording of a fund's letters, from now on. Role billing. Raises NotFound."""

    fund: str = Field(min_length=1, max_length=10)
    terms: DunningTerms


class SentReminders(View):
    """What was sent. `dropped`: families that had paid, or were spared, before it was sent."""

    sending_id: UUID | None
    letters: int
    by_post: int
    cents: int
    dropped: list[str]


class SendReminders(Command[SentReminders]):
    """Writes to these families at a step, each once, of what they owe at that very moment.

    Role billing. Raises NotFound.
    """

    fund: str = Field(min_length=1, max_length=10)
    step: int = Field(ge=REMINDER, le=TREASURY)
    family_ids: tuple[UUID, ...] = Field(min_length=1, max_length=MOST_FAMILIES)


class ReminderView(View):
    """A letter, as it was sent. `promise`: that nothing is closed to the children, in every letter."""

    reminder_id: UUID
    family_id: UUID
    family_number: str
    fund_name: str
    addressee: list[str]
    step: int
    subject: str
    paragraphs: list[str]
    promise: str
    invoices: list[LateInvoice]
    cents: int
    sent_on: date


class OpenReminder(Question[ReminderView]):
    """A letter. Guardians of the family, or role billing. Raises NotFound."""

    reminder_id: UUID


class LettersToPost(View):
    """The letters of a sending whose families have no account."""

    letters: list[ReminderView]


class OpenLettersToPost(Question[LettersToPost]):
    """What is to be printed and posted of a sending. Role billing. Raises NotFound."""

    sending_id: UUID


class ReminderMark(View):
    """A letter about an invoice, in short."""

    reminder_id: UUID
    step: int
    sent_on: date


class ReprieveView(View):
    """« Sursis »: a family that is not written to until a day, included."""

    reprieve_id: UUID
    until: date
    reason: str
    granted_at: AwareDatetime
    granted_by_name: str


class FamilyDunning(View):
    """What a family owes too late, what it was written, and its reprieve."""

    family_id: UUID
    label: str
    number: str
    late: list[LateInvoice]
    reminders: list[ReminderMark]
    reprieve: ReprieveView | None


class OpenFamilyDunning(Question[FamilyDunning]):
    """A family's dunning. Role billing; the opening is told. Raises NotFound."""

    family_id: UUID


class GrantReprieve(Command[FamilyDunning]):
    """Writes nothing to a family until a day; another one replaces it. Role billing. Raises NotFound, Invalid."""

    family_id: UUID
    until: date
    reason: str = Field(min_length=3, max_length=300)


class EndReprieve(Command[FamilyDunning]):
    """Ends a family's reprieve now. Role billing. Raises NotFound."""

    family_id: UUID
