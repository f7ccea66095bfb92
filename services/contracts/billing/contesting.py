"""Billing: a family contests a line of an invoice; the office corrects it or explains it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.billing.invoices import InvoiceLine, InvoiceSummary, PaymentLine
from contracts.billing.objection_terms import LineObjectionState, ObjectionReason, WaiverKind
from contracts.messages import Command, Question, View

MOST_DAYS = 100
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class ContestableDay(View):
    """A day of a line. `why`: what keeps it from being contested (`open`, `answered`, `credited`), or nothing."""

    session_id: UUID
    day: date
    slot: str = ""
    cents: int
    why: str = ""


class ContestableLineView(View):
    """A line, and what of it may be contested. `contest_until`: the last day; `is_open`: it has not passed."""

    invoice_id: UUID
    invoice_number: str
    line_id: int
    child_name: str
    activity_name: str
    month: date
    reason: str
    unit: str
    unit_cents: int
    days: list[ContestableDay]
    contest_until: date
    is_open: bool
    answer_before: date = Field(
        description="If contested today: without an answer by then it counts as refused"
    )


class ShowContestableLine(Question[ContestableLineView]):
    """One line of an invoice. Guardians of the billed family; NotFound for anybody else, and for a correction."""

    line_id: int


class ObjectedDay(View):
    """A contested day, as it was billed. `waived`: it is not due any more."""

    session_id: UUID
    day: date
    slot: str = ""
    cents: int
    waived: bool = False


class LineObjectionView(View):
    """An objection and its answer. `given_cents`: what the answer gave, or what the next invoice will give.

    `answer_before`: without an answer by then it counts as refused; `overdue`: that day has passed.
    `credit_note_id`: the credit note made at once; none, the next invoice has it.
    """

    objection_id: UUID
    invoice_id: UUID
    invoice_number: str
    line_id: int
    family_id: UUID
    family_label: str
    child_id: UUID
    child_name: str
    activity_name: str
    month: date
    days: list[ObjectedDay]
    cents: int
    reason: ObjectionReason
    words: str = ""
    made_at: AwareDatetime
    made_by: str
    state: LineObjectionState
    answer_before: date
    overdue: bool = False
    papers: int = Field(default=0, description="Documents attached from a vault")
    answer: str = ""
    answered_at: AwareDatetime | None = None
    answered_by: str = ""
    waiver: WaiverKind | None = None
    given_cents: int = 0
    credit_note_id: UUID | None = None
    credit_note_number: str = ""
    version: int


class ContestInvoiceLine(Command[UUID]):
    """Contests days of a line: the objection's id. Guardians of the billed family.

    What is contested stays due; nobody is dunned for it before the answer.

    Raises NotFound, CannotContestLine (`why`: `too_late`, `open`, `answered`, `credited`), Invalid (`days`:
    `day_not_of_line`; `words`: `words_missing`).
    """

    line_id: int
    session_ids: list[UUID] = Field(min_length=1, max_length=MOST_DAYS)
    reason: ObjectionReason
    words: Words = ""


class MyLineObjections(Question[list[LineObjectionView]]):
    """« Mes contestations »: those of the caller's families, newest first. Citizens."""


class ShowLineObjection(Question[LineObjectionView]):
    """One objection. Guardians of the billed family; NotFound for anybody else."""

    objection_id: UUID


class WithdrawLineObjection(Command[LineObjectionView]):
    """The family takes it back. Guardians of the billed family. Raises NotFound, LineObjectionChanged."""

    objection_id: UUID


class LineObjectionQueueView(View):
    """Objections as the office lists them. `warn_before`: an answer due before that day presses."""

    total: int
    objections: list[LineObjectionView]
    warn_before: date


class LineObjectionQueue(Question[LineObjectionQueueView]):
    """The open ones oldest first, the others newest first. Role billing. No words of a family are in it."""

    is_open: bool = True
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=50, ge=1, le=200)


class DayCharge(View):
    """What a paper said of a contested day: billed (+1) or taken back (−1), at a price."""

    invoice_id: UUID
    number: str
    published_on: date
    day: date
    slot: str = ""
    quantity: int
    unit_cents: int
    reason: str


class KnownQuotient(View):
    """A quotient of the family that billing knows. `used`: the one of the contested month's price."""

    month: date
    euros: int
    used: bool


class LineObjectionFileView(View):
    """All of billing's that there is to judge by.

    `billed_cents`: what stands billed of the contested days; `due_cents`: what they cost by what is known today. When
    the second is lower, what they were billed by was corrected, and the next run gives the difference.
    """

    objection: LineObjectionView
    invoice: InvoiceSummary
    line: InvoiceLine
    payments: list[PaymentLine]
    charges: list[DayCharge]
    quotients: list[KnownQuotient]
    billed_cents: int
    due_cents: int


class OpenLineObjection(Question[LineObjectionFileView]):
    """One objection with all of billing's to judge by. Role billing."""

    objection_id: UUID


class AnswerLineObjection(Command[LineObjectionView]):
    """Answers, in words that the family reads. Role billing, a person.

    `waived`: `session_ids` (at least one of those contested) are not due any more, as `waiver` says; with `at_once` a
    credit note is made now, otherwise the next run gives it. `repriced`: what they were billed by was corrected
    before. `explained`: the line stands; words are needed, as where only some of the days are waived.
    Raises NotFound, LineObjectionChanged, NothingBilled, NothingCorrected, Invalid (`state`, `session_ids`, `answer`).
    """

    objection_id: UUID
    version: int = Field(description="The version that the agent saw")
    state: LineObjectionState
    session_ids: list[UUID] = Field(default_factory=list, max_length=MOST_DAYS)
    waiver: WaiverKind | None = None
    at_once: bool = False
    answer: Words = ""
