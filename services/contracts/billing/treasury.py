"""Billing: what the town's accountant is given. All of it: role billing."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from contracts.messages import Command, Question, View

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
