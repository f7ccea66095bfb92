"""Billing: what the town's accountant is given. All of it: role billing."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from contracts.messages import Command, Message, Question, View

FundCode = Annotated[str, StringConstraints(min_length=1, max_length=10)]
LONGEST_DAYS = 366
AccountNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,12}$")]


class JournalMark(View):
    """Where reading stopped: the instant and the number of the last transaction."""

    at: AwareDatetime
    number: int


class JournalEntry(View):
    """A line of the journal: a debit or a credit. Lines of the same `number` balance."""

    on: date
    number: int
    account: str
    account_name: str
    debit_cents: int
    credit_cents: int
    text: str
    piece: str
    family_number: str


class JournalSlice(View):
    """Some transactions, whole, oldest first. `after`: where to read on; none: that was all."""

    entries: list[JournalEntry]
    after: JournalMark | None


def _in_order(since: date, until: date) -> None:
    if not 0 <= (until - since).days <= LONGEST_DAYS:
        raise ValueError("a period ends after it begins, within a year")


class JournalPart(Question[JournalSlice]):
    """The next part of a fund's journal between two days, both included. Role billing. Raises NotFound."""

    fund: FundCode
    since: date
    until: date
    after: JournalMark | None = None

    @model_validator(mode="after")
    def _is_a_period(self) -> "JournalPart":
        _in_order(self.since, self.until)
        return self


class AccountTotal(View):
    """What a period moves on an account of the chart."""

    number: str
    name: str
    debit_cents: int
    credit_cents: int


class JournalView(View):
    """A period's journal in sums. `over`: nothing can be added to it any more. `funds`: all, name by code."""

    funds: dict[str, str]
    fund: str
    since: date
    until: date
    over: bool
    entries: int
    accounts: list[AccountTotal]


class OpenJournal(Question[JournalView]):
    """What a fund's journal adds up to between two days, both included. Role billing. Raises NotFound.

    Without a fund, the town's first.
    """

    fund: str = Field(default="", max_length=10)
    since: date
    until: date

    @model_validator(mode="after")
    def _is_a_period(self) -> "OpenJournal":
        _in_order(self.since, self.until)
        return self


class ChartLine(View):
    """An account of the ledger and its number in the chart of accounts."""

    account: str
    name: str
    number: str


class Chart(View):
    """The accounts under which a fund's journal is kept."""

    fund: str
    fund_name: str
    lines: list[ChartLine]


class OpenChart(Question[Chart]):
    """A fund's accounts. Role billing. Raises NotFound."""

    fund: FundCode


class SetChart(Command[Chart]):
    """Gives accounts of a fund another number. What is unknown or usual is not kept. Role billing. Raises NotFound."""

    fund: FundCode
    numbers: dict[str, AccountNumber] = Field(max_length=200)


class ClaimForm(StrEnum):
    """How a fund's claims are told to the Treasury: one rôle (ORMC), or a « titre » each."""

    ROLE = "role"
    TITLES = "titles"


class ClaimsTold(StrEnum):
    """Which claims the Treasury is told of: all that are issued, or those that dunning has handed on to it."""

    ISSUED = "issued"
    HANDED = "handed"


class ClaimKind(StrEnum):
    """What a file holds."""

    CLAIMS = "claims"
    REDUCTIONS = "reductions"


class ClaimLeftOut(StrEnum):
    """Why what is owed, or was told too much of, is in no file yet."""

    BELOW_LEAST = "below_least"
    UNDERWAY = "underway"
    CONTESTED = "contested"
    NO_CIVIL_STATUS = "no_civil_status"
    NO_ADDRESS = "no_address"
    CLOSED = "closed"


class TreasuryTerms(Message):
    """Who tells the Treasury, and how. The codes are those that the accountant gave the town."""

    form: ClaimForm
    takes: ClaimsTold = ClaimsTold.ISSUED
    post: str = Field(pattern=r"^[0-9][0-9AB][0-9]{4,5}$", description="The accountant's post (« codique »)")
    siret: str = Field(pattern=r"^[0-9]{14}$")
    collectivity: str = Field(pattern=r"^[0-9A-Z]{3}$")
    budget: str = Field(pattern=r"^[0-9A-Z][0-9]$")
    budget_name: str = Field(min_length=1, max_length=38)
    product: str = Field(pattern=r"^[0-9A-Z]{1,4}$", description="The local code of the product")
    till: str = Field(default="", max_length=10, description="The fund's number at the accountant's, if any")
    first_slip: int = Field(
        default=1, ge=1, le=9_000_000, description="The first bordereau's number each year"
    )
    first_piece: int = Field(default=1, ge=1, le=90_000_000, description="The first title's number each year")


class ClaimRow(View):
    """What is to be told about an invoice. `cents`: to be claimed, or to be taken off."""

    invoice_id: UUID
    invoice_number: str
    month: date
    family_label: str
    cents: int


class ClaimList(View):
    """The first of them, and how many there are."""

    count: int
    cents: int
    rows: list[ClaimRow]


class LeftOutClaims(View):
    """What is left out for one reason."""

    reason: ClaimLeftOut
    found: ClaimList


class ClaimExportView(View):
    """A file that was made: its content never changes. `sent_at`: an agent said that the accountant has it."""

    export_id: UUID
    kind: ClaimKind
    form: ClaimForm
    year: int
    number: int
    file_name: str
    pieces: int
    cents: int
    made_at: AwareDatetime
    made_by_name: str
    sent_at: AwareDatetime | None
    sent_by_name: str


class ClaimsView(View):
    """A fund's claims: to be told, to be lowered, left out; the files made, newest first. No terms, no file."""

    funds: dict[str, str]
    fund: str
    terms: TreasuryTerms | None
    most: int = Field(description="Pieces in a file at most: the others are for the next")
    claims: ClaimList
    reductions: ClaimList
    left_out: list[LeftOutClaims]
    exports: list[ClaimExportView]


class OpenClaims(Question[ClaimsView]):
    """A fund's claims; without a fund, the town's first. Role billing. Raises NotFound."""

    fund: str = Field(default="", max_length=10)


class SetTreasuryTerms(Command[ClaimsView]):
    """Who tells the Treasury of a fund's claims, and how, from the next file on. Role billing. Raises NotFound."""

    fund: FundCode
    terms: TreasuryTerms


class MakeClaimExport(Command[ClaimExportView]):
    """Puts what is to be told in a file, once and for ever.

    Role billing. Raises NotFound, TreasuryTermsMissing, NothingToTell.
    """

    fund: FundCode
    kind: ClaimKind


class MarkClaimExport(Command[ClaimExportView]):
    """Says that the accountant has the file. Role billing. Raises NotFound."""

    export_id: UUID


class ClaimFilePart(View):
    """Some bytes of a file; `parts`: how many there are."""

    file_name: str
    media_type: str
    content: bytes
    parts: int


class ReadClaimFile(Question[ClaimFilePart]):
    """The bytes of a file, part by part from 0. Role billing. Raises NotFound."""

    export_id: UUID
    part: int = Field(default=0, ge=0)
