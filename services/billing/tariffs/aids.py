"""An aid: so much off each unit, until its cap in euros or in days is reached. In the order of the days.

A day counts once for a child, whatever its moments; the last unit takes what is left of a cap in euros.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from uuid import UUID

ChildDay = tuple[UUID, date]


@dataclass(frozen=True)
class Aid:
    """`percent` of the price and then `cents` are taken off a unit. A cap that is None does not bind."""

    percent: int = 0
    cents: int = 0
    cap_cents: int | None = None
    cap_days: int | None = None

    def off(self, price: int) -> int:
        """What it takes off a price, caps apart: never more than the price. A fraction of a cent is not given."""
        return min(price, floor(Fraction(price * self.percent, 100)) + self.cents)


@dataclass(frozen=True)
class Unit:
    """One thing consumed, and its price before the aid."""

    child_id: UUID
    day: date
    price: int


@dataclass
class Used:
    """What was already taken of an aid, on bills that stay as they are."""

    cents: int = 0
    days: frozenset[ChildDay] = frozenset()


def spread(aid: Aid, used: Used, units: Iterable[Unit]) -> list[int]:
    """Cents taken off each unit, in their order, which is that of the days. The caps bind `used` and these together."""
    cents, days = used.cents, set(used.days)
    taken = []
    for unit in units:
        off = aid.off(unit.price)
        if aid.cap_cents is not None:
            off = max(0, min(off, aid.cap_cents - cents))
        child_day = (unit.child_id, unit.day)
        if aid.cap_days is not None and child_day not in days and len(days) >= aid.cap_days:
            off = 0
        if off:
            cents += off
            days.add(child_day)
        taken.append(off)
    return taken
