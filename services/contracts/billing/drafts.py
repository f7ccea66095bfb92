"""Billing: the next version of a tariff, prepared and tried out by an agent before it is published."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.billing.tariffs import TariffRule, TariffView
from contracts.billing.values import Code
from contracts.messages import Command, Question, View


class PriceSample(View):
    """One unit at one quotient, for a family of the town and its first child. `quotient` None: unknown."""

    quotient: int | None
    before_cents: int | None = Field(description="None: nothing is in force")
    after_cents: int


class TariffDraftView(View):
    """A draft beside what is in force. `version` grows at each change."""

    draft_id: UUID
    activity_code: str
    activity_name: str
    unit: str
    place_code: str
    place_name: str = Field(description="Empty: everywhere")
    rule: TariffRule
    version: int
    changed_at: AwareDatetime
    changed_by: str
    in_force: TariffView | None
    samples: list[PriceSample] = Field(description="At each quotient where one of the two changes its course")


class StartTariffDraft(Command[TariffDraftView]):
    """The draft of an activity, here or everywhere: the one there is, or a new one with the rule in force.

    Role billing. Raises Invalid, by field, when the activity or the place is unknown.
    """

    activity_code: Code
    place_code: str = Field(default="", max_length=40, description="Empty: everywhere")


class OpenTariffDraft(Question[TariffDraftView]):
    """A draft. Role billing. Raises TariffDraftNotFound."""

    draft_id: UUID


class SaveTariffDraft(Command[TariffDraftView]):
    """The draft's rule, replaced. Role billing.

    Raises TariffDraftNotFound; TariffDraftChanged when somebody saved it since `version` was shown.
    """

    draft_id: UUID
    version: int
    rule: TariffRule


class DropTariffDraft(Command[bool]):
    """The draft is thrown away; False when it was gone already. Role billing."""

    draft_id: UUID


class PublishTariffDraft(Command[TariffView]):
    """The draft becomes a version from `valid_from` on, and is no draft any more. Role billing.

    Raises TariffDraftNotFound; TariffDraftChanged; TariffFromThePast.
    """

    draft_id: UUID
    version: int
    valid_from: date


class FamilyFound(View):
    """A family that could be meant."""

    number: str
    label: str


class SimulatedLine(View):
    """Units of one child at one price before and one after. `planned`: booked, not yet on a roll-call."""

    child_name: str
    activity_name: str
    unit: str
    quantity: int
    planned: bool
    before_cents: int | None = Field(description="Of one unit; None: no tariff")
    before_reason: str
    after_cents: int | None
    after_reason: str
    changed: bool = Field(description="The draft prices it")


class TariffSimulation(View):
    """A family's month, before and after. Without a family: `found` says who could be meant."""

    activity_name: str
    place_name: str
    found: list[FamilyFound] = Field(description="At most ten; empty when nobody has that name or number")
    family: FamilyFound | None
    month: date
    lines: list[SimulatedLine]
    before_cents: int
    after_cents: int


class SimulateTariff(Question[TariffSimulation]):
    """What a family's month would cost with the draft in force all through it: roll-calls, then what is booked.

    Role billing; the reading of the family's month is told of, like that of a bill. Raises TariffDraftNotFound.
    """

    draft_id: UUID
    family: str = Field(
        default="", max_length=60, description="File number, or part of the name; empty: nobody yet"
    )
    month: date


class TownEffect(View):
    """A month of all families with the draft in force all through it, aids apart; against what is in force.

    `more_cents`, `less_cents`: what those who pay more, or less, pay more or less in all. `most_…`: of one family.
    """

    activity_name: str
    place_name: str
    month: date
    families_more: int
    families_less: int
    families_same: int
    more_cents: int
    less_cents: int
    most_more_cents: int
    most_less_cents: int
    before_cents: int
    after_cents: int


class ReckonTownEffect(Question[TownEffect]):
    """What a draft changes for the town in a month: roll-calls, then what is booked. Nobody is named.

    Role billing. Raises TariffDraftNotFound.
    """

    draft_id: UUID
    month: date
