"""Billing: how a fund (« régie ») takes its money, as the town has decided."""

from pydantic import Field

from contracts.messages import Command, Question, View


class FundView(View):
    """A fund. `part_from_cents`: the least that may be paid online of what is owed; none: invoices are paid whole."""

    code: str
    name: str
    part_from_cents: int | None = None


class FundList(View):
    """All of them."""

    funds: list[FundView]


class Funds(Question[FundList]):
    """The town's funds. Role billing."""


class SetFundTerms(Command[FundView]):
    """Opens or closes paying in parts online. Role billing. Raises NotFound."""

    code: str = Field(max_length=10)
    part_from_cents: int | None = Field(default=None, ge=100, le=100_000_00)
