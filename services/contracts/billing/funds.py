"""Billing: the funds (« régies »), how each takes its money and what it bills, as the town has decided."""

from datetime import date

from pydantic import Field

from contracts.messages import Command, Question, View


class FundView(View):
    """A fund. `part_from_cents`: the least that may be paid online of what is owed; none: invoices are paid whole.

    What a family owes it under `least_claim_cents` is carried over. `paid_through`: `stripe`, `payfip`; empty: nobody
    online.
    """

    code: str
    name: str
    part_from_cents: int | None = None
    least_claim_cents: int = 1500
    paid_through: str = ""


class FundList(View):
    """All of them."""

    funds: list[FundView]


class Funds(Question[FundList]):
    """The town's funds. Role billing."""


class SetFundTerms(Command[FundView]):
    """Opens or closes paying in parts online, and says from which sum it asks for its money. Role billing.

    Over 15 € a claim must be collected (CGCT D1611-1): the least sum is no higher. Raises NotFound.
    """

    code: str = Field(max_length=10)
    part_from_cents: int | None = Field(default=None, ge=100, le=100_000_00)
    least_claim_cents: int = Field(default=1500, ge=1, le=1500)


class OpenFund(Command[FundView]):
    """A new fund, that bills nothing yet: its code stands in every number it gives. Role billing. Raises FundExists."""

    code: str = Field(pattern="^[A-Z]{2,5}$")
    name: str = Field(min_length=3, max_length=200)


class FundScope(View):
    """What a fund bills. No activity: all that nothing else names; no place: everywhere.

    `over`: replaced since; `coming`: of a month to come.
    """

    activity_code: str
    activity_name: str
    place_code: str
    place_name: str
    since: date
    fund: str
    fund_name: str
    over: bool
    coming: bool
    set_by_name: str


class FundScopes(View):
    """What bills where, the widest first. `free_from`: the first month that no run has published yet."""

    funds: list[FundView]
    scopes: list[FundScope]
    activities: dict[str, str]
    places: dict[str, str]
    free_from: date


class ReadFundScopes(Question[FundScopes]):
    """Which fund bills which activity and place. Role billing."""


class SetFundScope(Command[FundScopes]):
    """Has an activity (or a place, or all the rest) billed into a fund, from a month of consumption on. Role billing.

    Months that a run has published stay as they are: FundMonthBilled. Raises NotFound, RunOpen (a run of that month or
    a later one is being prepared).
    """

    activity_code: str = Field(default="", max_length=40)
    place_code: str = Field(default="", max_length=40)
    fund: str = Field(min_length=1, max_length=10)
    since: date
