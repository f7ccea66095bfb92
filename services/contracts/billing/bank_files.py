"""Billing: the files in which a bank says which direct debits it sends back (pain.002, camt.054, camt.053)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.messages import Command, Question, View

MOST_RETURNS = 5000
"""Returns that one file may hold; a whole town has some 1 700 debits a month, of which a few in a hundred come back."""


class BankFileKind(StrEnum):
    """What a bank sends: its answer to our file before the day, its notice or statement after it."""

    STATUS_REPORT = "pain.002"
    NOTIFICATION = "camt.054"
    STATEMENT = "camt.053"


class BankReturn(View):
    """One line of such a file, as it was read: nothing of it is known to be true, or ours, yet.

    `whole`: a file or a batch of ours that the bank refused in one word, without naming debits.
    """

    end_to_end: str = Field(default="", max_length=35, description="What our file called the debit")
    instruction: str = Field(default="", max_length=35)
    mandate: str = Field(default="", max_length=35)
    whole: str = Field(default="", max_length=35)
    code: str = Field(
        default="", max_length=4, description="ISO 20022 reason; empty when the bank gives none"
    )
    cents: int | None = Field(default=None, ge=0, description="Empty when the bank gives none")
    currency: str = Field(default="", max_length=3)
    returned_on: date


class Verdict(StrEnum):
    """What a line of a bank's file means for our books."""

    RECOGNISED = "recognised"  # a debit of ours: to be recorded, or just recorded
    ALREADY = "already"  # recorded before, by hand or from another file
    UNKNOWN = "unknown"  # no debit of ours
    NOT_SENT = "not_sent"  # ours, and never given to the bank, or given up
    AMOUNT = "amount"  # ours, of another amount
    REASON = "reason"  # ours, without a reason that we know
    DAY = "day"  # ours, on a day before its file or still to come
    WHOLE = "whole"  # a whole file or batch refused


class BankFileLine(View):
    """A line with what it means. `family_label`: empty where no debit of ours was recognised."""

    position: int
    end_to_end: str
    mandate: str
    whole: str
    code: str
    cents: int | None
    currency: str
    returned_on: date
    verdict: Verdict
    payment_id: UUID | None = None
    collection_id: UUID | None = None
    collection_number: str = ""
    family_label: str = ""
    debit_cents: int | None = None


class BankFileSummary(View):
    """A file that was read. `recorded_at`: empty until an agent has had it recorded."""

    file_id: UUID
    kind: BankFileKind
    name: str
    message_id: str
    read_at: AwareDatetime
    read_by_name: str
    recorded_at: AwareDatetime | None = None
    recorded_by_name: str = ""
    lines: int
    recognised: int = Field(default=0, description="Recorded from this file; 0 before")


class BankFileView(View):
    """A file, line by line; before it is recorded as the books stand, afterwards as it was recorded."""

    summary: BankFileSummary
    counts: dict[Verdict, int]
    lines: list[BankFileLine]


class BankFileList(View):
    """The last files, newest first."""

    files: list[BankFileSummary]


class ListBankFiles(Question[BankFileList]):
    """The last fifty files. Role billing."""


class ReadBankFile(Command[BankFileView]):
    """Keeps what a bank's file says; nothing is recorded yet. The same file again gives the first. Role billing."""

    kind: BankFileKind
    name: str = Field(max_length=200)
    message_id: str = Field(max_length=35)
    digest: str = Field(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file")
    returns: list[BankReturn] = Field(max_length=MOST_RETURNS)


class OpenBankFile(Question[BankFileView]):
    """A file. Role billing. Raises NotFound."""

    file_id: UUID


class RecordBankFile(Command[BankFileView]):
    """Records the rejects that were recognised, each as `RejectDebit` does, once; the others become differences.

    What was recorded meanwhile, by hand or from another file, is left as it is. A file that was recorded already comes
    back as it was. Role billing, a person. Raises NotFound.
    """

    file_id: UUID
