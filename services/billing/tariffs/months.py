"""A family's month, priced: which rule each unit has, what its situation adds. Pure; the run does the same in sets.

A test holds the two together (`tests/services/billing/test_simulation.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from billing.facts.effects import Effect
from billing.tariffs.aids import Aid, Used, spread
from billing.tariffs.aids import Unit as AidedUnit
from billing.tariffs.prices import Aided, Inputs, Price, Quotient, Rule, price
from contracts.billing.tariffs import MOST_SIBLINGS


@dataclass(frozen=True)
class Version:
    """A rule and where and since when it holds. `place_code` empty: everywhere."""

    activity_code: str
    place_code: str
    valid_from: date
    version: int
    rule: Rule


@dataclass(frozen=True)
class Unit:
    """One thing consumed or booked by a child. `waived`: it costs nothing, and counts its child all the same."""

    session_id: UUID
    child_id: UUID
    activity_code: str
    place_code: str
    day: date
    slot: str
    effect: Effect
    planned: bool = False
    waived: bool = False


@dataclass(frozen=True)
class Granted:
    """A reduction or an aid of the family: exactly one of `reduction` and `aid`."""

    child_id: UUID | None
    activity_code: str
    since: date
    until: date | None
    name: str = ""
    reduction: str = ""
    aid: Aid | None = None
    used: Used = field(default_factory=Used)

    def covers(self, unit: Unit) -> bool:
        """The unit is of its child, its activity and its days."""
        return (
            self.child_id in (None, unit.child_id)
            and self.activity_code in ("", unit.activity_code)
            and self.since <= unit.day
            and (self.until is None or unit.day <= self.until)
        )


@dataclass(frozen=True)
class Household:
    """What a family's prices depend on. `granted`: in the order in which they are taken, the oldest first."""

    resident: bool
    quotient: Quotient | None
    born: dict[UUID, date]
    granted: Sequence[Granted] = ()


Ranks = dict[tuple[str, UUID], tuple[int, int]]
"""(activity, child) → (rank by age, number of children)."""


def in_force(versions: Iterable[Version], activity_code: str, place_code: str, day: date) -> Version | None:
    """Of the place if it has one, then the newest date, then the newest version."""
    holding = [
        each
        for each in versions
        if each.activity_code == activity_code
        and each.place_code in ("", place_code)
        and each.valid_from <= day
    ]
    return max(holding, key=lambda each: (each.place_code, each.valid_from, each.version), default=None)


def price_month(
    month: date, units: Sequence[Unit], household: Household, chosen: Sequence[Version | None]
) -> list[Price | None]:
    """The price of each unit of the month by its version, in the order given; None where there is none, or waived."""
    ranks = _ranks(units, household.born)
    asked = [
        (version.rule, _inputs(month, unit, version.rule, household, ranks))
        if version and not unit.waived
        else None
        for unit, version in zip(units, chosen, strict=True)
    ]
    prices = [price(*each) if each else None for each in asked]
    for place, aided in _aids(units, prices, household.granted).items():
        if found := asked[place]:
            prices[place] = price(found[0], replace(found[1], aided=aided))
    return prices


def _inputs(month: date, unit: Unit, rule: Rule, household: Household, ranks: Ranks) -> Inputs:
    rank, number = ranks.get((unit.activity_code, unit.child_id), (1, 1))
    by_rank = rule.siblings is not None and rule.siblings.by == "rank"
    return Inputs(
        month,
        unit.effect,
        household.resident,
        household.quotient,
        siblings=min(MOST_SIBLINGS, rank if by_rank else number) if rule.siblings else 1,
        slot=unit.slot if rule.duration else "",
        reduction=_reduction(rule, unit, household.granted),
    )


def _ranks(units: Sequence[Unit], born: dict[UUID, date]) -> Ranks:
    """Among the children who have something to pay for."""
    together: defaultdict[str, set[UUID]] = defaultdict(set)
    for unit in units:
        if unit.effect is not Effect.FREE and unit.child_id in born:
            together[unit.activity_code].add(unit.child_id)
    return {
        (activity, child): (rank, len(children))
        for activity, children in together.items()
        for rank, child in enumerate(sorted(children, key=lambda child: (born[child], child)), 1)
    }


def _reduction(rule: Rule, unit: Unit, granted: Sequence[Granted]) -> str:
    """The child's own before the family's, the newest before the older."""
    known = {each.code for each in rule.reductions}
    fitting = [each for each in granted if each.reduction in known and each.covers(unit)]
    best = max(fitting, key=lambda each: (each.child_id is not None, each.since), default=None)
    return best.reduction if best else ""


def _aids(
    units: Sequence[Unit], prices: Sequence[Price | None], granted: Sequence[Granted]
) -> dict[int, Aided]:
    """What is taken off which unit (by its place in the list): one aid each, the first that has something left."""
    taken: dict[int, Aided] = {}
    order = sorted(
        range(len(units)),
        key=lambda n: (units[n].day, units[n].slot, units[n].session_id, units[n].child_id),
    )
    for each in granted:
        if each.aid is None:
            continue
        free = []
        for place in order:
            cost = prices[place]
            if place not in taken and cost is not None and cost.cents and each.covers(units[place]):
                free.append((place, cost.cents))
        offs = spread(
            each.aid,
            each.used,
            [AidedUnit(units[place].child_id, units[place].day, cents) for place, cents in free],
        )
        taken |= {place: Aided(each.name, off) for (place, _), off in zip(free, offs, strict=True) if off}
    return taken
