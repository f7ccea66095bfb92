"""Billing: tariffs, as data."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from contracts.billing.values import Cents, Code
from contracts.messages import Command, Message, Question, View

MOST_SIBLINGS = 10
"""Ranks above it are priced like it."""


class Surcharge(Message):
    """What something costs more: a percentage of the price, then a fixed amount."""

    percent: int = Field(default=0, ge=0, le=500)
    cents: Cents = 0


class SiblingStep(Message):
    """From this many children on, so many percent less."""

    children: int = Field(ge=2, le=MOST_SIBLINGS)
    percent: int = Field(ge=1, le=100)


class Siblings(Message):
    """Less for brothers and sisters billed to one family for the activity in the month.

    `rank`: the eldest pays in full, the second child the step of 2 … `count`: with two children, both pay the step
    of 2.
    """

    by: Literal["rank", "count"] = "rank"
    steps: tuple[SiblingStep, ...] = Field(min_length=1, max_length=5)

    @model_validator(mode="after")
    def _in_order(self) -> "Siblings":
        for name in ("children", "percent"):
            values = [getattr(step, name) for step in self.steps]
            if values != sorted(set(values)):
                raise ValueError("siblings_out_of_order")
        return self


class Moment(Message):
    """How long a moment of the day lasts."""

    slot: str = Field(min_length=1, max_length=40)
    minutes: int = Field(gt=0, le=1440)


class Duration(Message):
    """The rule's price is that of each period begun; the length is the one planned for the moment."""

    period_minutes: int = Field(ge=5, le=1440)
    minutes: int = Field(gt=0, le=1440, description="Of every moment that is not named")
    moments: tuple[Moment, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _once_each(self) -> "Duration":
        if len({moment.slot for moment in self.moments}) < len(self.moments):
            raise ValueError("moment_twice")
        return self


class Reduction(Message):
    """A kind of reduction: who has it is granted family by family, or child by child."""

    code: Code
    name: str = Field(min_length=2, max_length=60, description="As printed on the invoice")
    percent: int = Field(default=0, ge=0, le=100)
    cents: Cents = 0


class _Rule(Message):
    """What every rule may add to its base price, in the order in which it is reckoned."""

    duration: Duration | None = None
    non_resident_cents: Cents | None = Field(
        default=None, description="Families living elsewhere pay this instead, whatever their quotient"
    )
    non_resident_percent: int = Field(
        default=0, ge=0, le=500, description="Added for families living elsewhere"
    )
    siblings: Siblings | None = None
    reductions: tuple[Reduction, ...] = Field(default=(), max_length=10)
    surcharge: Surcharge = Field(default=Surcharge(), description="For presence without a booking")
    absence_surcharge: Surcharge = Field(default=Surcharge(), description="For an absence without a reason")

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        if len({reduction.code for reduction in self.reductions}) < len(self.reductions):
            raise ValueError("reduction_twice")
        if self.non_resident_cents is not None and self.non_resident_percent:
            raise ValueError("two_prices_elsewhere")
        return self


class FixedRule(_Rule):
    """The same price for all."""

    kind: Literal["fixed"] = "fixed"
    cents: Cents


class Band(Message):
    """A range of quotients: up to `up_to` euros, included; None is the top."""

    name: str = Field(min_length=1, max_length=20)
    up_to: int | None = Field(default=None, ge=0)
    cents: Cents


class BandsRule(_Rule):
    """A price by band of quotient familial. An unknown quotient pays the top band."""

    kind: Literal["bands"] = "bands"
    bands: tuple[Band, ...] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _in_order(self) -> "BandsRule":
        bounds = [band.up_to for band in self.bands[:-1]]
        if self.bands[-1].up_to is not None or None in bounds:
            raise ValueError("band_without_bound")
        known = [bound for bound in bounds if bound is not None]
        if known != sorted(set(known)):
            raise ValueError("bands_out_of_order")
        return self


class EffortRule(_Rule):
    """A share of the quotient, between two prices: « taux d’effort »."""

    kind: Literal["effort"] = "effort"
    rate_per_100000: int = Field(gt=0, le=100_000, description="525 is 0,525 % of the quotient")
    least_cents: Cents
    most_cents: Cents

    @model_validator(mode="after")
    def _in_order(self) -> "EffortRule":
        if self.least_cents > self.most_cents:
            raise ValueError("least_above_most")
        return self


TariffRule = Annotated[FixedRule | BandsRule | EffortRule, Field(discriminator="kind")]


class Standing(StrEnum):
    """What a published version is today."""

    TO_COME = "to_come"
    IN_FORCE = "in_force"
    PAST = "past"


class TariffView(View):
    """A published version. `standing`: a version replaced at its own date is past too."""

    tariff_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    place_name: str = Field(default="", description="Empty: everywhere")
    valid_from: date
    version: int
    rule: TariffRule
    published_at: AwareDatetime
    standing: Standing = Standing.PAST


class PublishTariff(Command[TariffView]):
    """A dated version of a price. A later one of the same date replaces it; what was invoiced is corrected by a run.

    Role billing, or the installation. Publishing the same rule at the same date again changes nothing.
    """

    activity_code: Code
    place_code: str = Field(default="", max_length=40, description="Empty: everywhere")
    valid_from: date
    rule: TariffRule


class DraftSummary(View):
    """A draft that is being prepared."""

    draft_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    place_name: str
    changed_at: AwareDatetime
    changed_by: str


class Named(View):
    """An activity or a place."""

    code: str
    name: str


class TariffList(View):
    """Versions in force, to come and past; drafts; what a new draft may be of."""

    tariffs: list[TariffView]
    drafts: list[DraftSummary] = Field(default_factory=list)
    activities: list[Named] = Field(default_factory=list)
    places: list[Named] = Field(default_factory=list)


class Tariffs(Question[TariffList]):
    """Every published version, newest first, and the drafts. Role billing."""


class PriceView(View):
    """A unit price and its reason: « tranche C (QF 620, octobre 2026) »."""

    family_id: UUID
    activity_code: str
    activity_name: str
    unit: str
    cents: int
    reason: str
    quotient_known: bool


class PriceList(View):
    """By activity name."""

    prices: list[PriceView]


class MyPrices(Question[PriceList]):
    """What each activity costs the caller's families today, and why."""
