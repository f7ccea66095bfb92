"""Which step an invoice has come to, and who is written to. Pure: today and the terms are given."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from billing.invoicing.dates import LEAST_CLAIM_CENTS
from contracts.billing.dunning import STEPS, DunningTerms, NotDunned


@dataclass(frozen=True)
class Late:
    """An invoice past its due date, with what is left of it. `last_step` 0: nothing was sent."""

    invoice_id: UUID
    family_id: UUID
    number: str
    month: date
    due_on: date
    cents: int
    last_step: int
    last_on: date | None
    underway: bool


@dataclass(frozen=True)
class Reprieved:
    """A family to be left alone until a day, included."""

    until: date
    words: str


@dataclass(frozen=True)
class Letter:
    """What a family is written at a step."""

    family_id: UUID
    step: int
    invoices: tuple[Late, ...]

    @property
    def cents(self) -> int:
        """In all."""
        return sum(each.cents for each in self.invoices)


@dataclass(frozen=True)
class Spared:
    """A family that is late and is not written to."""

    family_id: UUID
    cents: int
    reason: NotDunned
    reprieve: Reprieved | None = None


def step_of(invoice: Late, terms: DunningTerms, today: date) -> int:
    """The step that has come for an invoice, or 0: days count from its due date, then from letter to letter."""
    step = invoice.last_step + 1
    if step not in STEPS:
        return 0
    since = invoice.last_on or invoice.due_on
    return step if today >= since + timedelta(days=terms.steps[step - 1].days) else 0


def sort(
    late: Sequence[Late],
    terms: DunningTerms,
    reprieves: Mapping[UUID, Reprieved],
    contested: Mapping[UUID, int],
    today: date,
) -> tuple[list[Letter], list[Spared]]:
    """The letters to be sent, a family and step each, and the families that are spared, in the order given.

    Sums under 15 € in all are left to the next invoice; what is contested, or being paid, is not asked for.
    """
    families: dict[UUID, list[Late]] = defaultdict(list)
    for invoice in late:
        families[invoice.family_id].append(invoice)
    letters: list[Letter] = []
    spared: list[Spared] = []
    for family_id, invoices in families.items():
        owed = sum(each.cents for each in invoices)
        asked = [_without(each, contested) for each in invoices if not each.underway]
        asked = [each for each in asked if each.cents > 0]
        due = [each for each in asked if step_of(each, terms, today)]
        if family_id in reprieves:
            spared.append(Spared(family_id, owed, NotDunned.REPRIEVE, reprieves[family_id]))
        elif not asked:
            underway = any(each.underway for each in invoices)
            spared.append(Spared(family_id, owed, NotDunned.UNDERWAY if underway else NotDunned.CONTESTED))
        elif sum(each.cents for each in asked) < LEAST_CLAIM_CENTS:
            spared.append(Spared(family_id, owed, NotDunned.BELOW_LEAST))
        else:
            letters.extend(
                Letter(family_id, step, tuple(each for each in due if step_of(each, terms, today) == step))
                for step in sorted({step_of(each, terms, today) for each in due})
            )
    return letters, spared


def _without(invoice: Late, contested: Mapping[UUID, int]) -> Late:
    """Less what is contested of it."""
    taken = min(invoice.cents, contested.get(invoice.invoice_id, 0))
    return Late(**(vars(invoice) | {"cents": invoice.cents - taken})) if taken else invoice
