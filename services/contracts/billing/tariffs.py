"""Billing: tariffs, as data."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from contracts.billing.values import Cents, Code
from contracts.messages import Command, Message, Question, View


class Surcharge(Message):
    """What presence without a booking costs more: a percentage of the price, then a fixed amount."""

    percent: int = Field(default=0, ge=0, le=500)
    cents: Cents = 0


class _Rule(Message):
    """What every rule may add to its base price."""

    non_resident_percent: int = Field(
        default=0, ge=0, le=500, description="Added for families living elsewhere"
    )
    surcharge: Surcharge = Surcharge()


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
            raise ValueError("the last band, and only it, has no upper bound")
        known = [bound for bound in bounds if bound is not None]
        if known != sorted(set(known)):
            raise ValueError("bands follow one another upwards")
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
            raise ValueError("the least is above the most")
        return self


TariffRule = Annotated[FixedRule | BandsRule | EffortRule, Field(discriminator="kind")]


class TariffView(View):
    """A published version."""

    tariff_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    valid_from: date
    version: int
    rule: TariffRule
    published_at: AwareDatetime


class PublishTariff(Command[TariffView]):
    """A dated version of a price. A later one of the same date replaces it; what was invoiced is corrected by a run.

    Role billing, or the installation. Publishing the same rule at the same date again changes nothing.
    """

    activity_code: Code
    place_code: str = Field(default="", max_length=40, description="Empty: everywhere")
    valid_from: date
    rule: TariffRule


class TariffList(View):
    """Versions in force, to come and past."""

    tariffs: list[TariffView]


class Tariffs(Question[TariffList]):
    """Every published version, newest first. Role billing."""


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
