"""Billing: what a month would cost, for anybody who wants to know before enrolling."""

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.billing.tariffs import MOST_SIBLINGS
from contracts.billing.values import Code
from contracts.messages import Message, Question, View


class EstimateItem(Message):
    """So many units a month for each child."""

    activity_code: Code
    place_code: str = Field(default="", max_length=40)
    slot: str = Field(default="", max_length=40)
    units: int = Field(ge=1, le=200)


class PricedOffer(View):
    """Something that has a price today. `slot`: the moment, where its length makes the price; empty: any other."""

    activity_code: str
    activity_name: str
    unit: str
    place_code: str
    place_name: str = Field(description="Empty: everywhere without a price of its own")
    slot: str


class Situation(View):
    """What the prices of one of the caller's families depend on today."""

    family_id: UUID
    family_label: str
    quotient: int | None
    quotient_month: date | None
    resident: bool


class EstimatedLine(View):
    """`children` children who pay the same: `units` each at `unit_cents`."""

    offer: PricedOffer
    children: int
    units: int
    unit_cents: int
    cents: int
    reason: str


class Estimate(View):
    """What there is to choose from, the caller's situations, and what was asked for."""

    offers: list[PricedOffer]
    situations: list[Situation] = Field(description="Of a signed-in parent; empty for everybody else")
    lines: list[EstimatedLine]
    total_cents: int


class EstimateMonth(Question[Estimate]):
    """A month of these units for each of `children` children, at today's tariffs, before reductions and aids granted.

    Anybody; nothing of it is kept. `quotient` None: unknown. Items that have no price are left out.
    """

    quotient: int | None = Field(default=None, ge=0, le=99_999)
    resident: bool = True
    children: int = Field(default=1, ge=1, le=MOST_SIBLINGS)
    items: tuple[EstimateItem, ...] = Field(default=(), max_length=200)
