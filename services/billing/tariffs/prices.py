"""A price and its reason, from a rule and its inputs. Integer cents; every rounding is half up, once, at the end.

Order: base price of the rule, then the non-resident percentage, then the surcharge's percentage and its cents. The
percentages are applied to exact fractions, so that two percentages round once and not twice.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from billing.facts.effects import Effect
from billing.wording import NBSP, month_short
from contracts.billing.tariffs import Band, BandsRule, EffortRule, FixedRule


@dataclass(frozen=True)
class Quotient:
    """A quotient familial: whole euros, as the CAF computed it for a month."""

    euros: int
    month: date


@dataclass(frozen=True)
class Inputs:
    """What a price depends on, besides its rule. `month`: of consumption. `quotient` None: unknown, not zero."""

    month: date
    effect: Effect
    resident: bool = True
    quotient: Quotient | None = None


@dataclass(frozen=True)
class Price:
    """What one unit costs, and the words that say why."""

    cents: int
    reason: str
    quotient_known: bool = True


def price(rule: FixedRule | BandsRule | EffortRule, inputs: Inputs) -> Price:
    """The price of one unit. Free marks cost nothing whatever the rule."""
    if inputs.effect is Effect.FREE:
        return Price(0, "non facturé")
    base, reason, known = _base(rule, inputs)
    exact = Fraction(base)
    if not inputs.resident and rule.non_resident_percent:
        exact *= Fraction(100 + rule.non_resident_percent, 100)
        reason += f", hors commune +{rule.non_resident_percent}{NBSP}%"
    if inputs.effect is Effect.SURCHARGED:
        exact = exact * Fraction(100 + rule.surcharge.percent, 100) + rule.surcharge.cents
        reason += ", avec majoration"
    return Price(half_up(exact), reason, known)


def half_up(exact: Fraction) -> int:
    """Whole cents; half a cent goes up: 10,5 → 11. Prices are never negative here."""
    return floor(exact + Fraction(1, 2))


def band_of(rule: BandsRule, quotient: int | None) -> Band:
    """The band of a quotient, its bound included; the top band when it is unknown."""
    if quotient is not None:
        for band in rule.bands:
            if band.up_to is not None and quotient <= band.up_to:
                return band
    return rule.bands[-1]


def quotient_for(quotients: list[Quotient], month: date) -> Quotient | None:
    """The newest quotient that is not of a later month than the consumption."""
    known = [quotient for quotient in quotients if quotient.month <= month]
    return max(known, key=lambda quotient: quotient.month, default=None)


def _base(rule: FixedRule | BandsRule | EffortRule, inputs: Inputs) -> tuple[Fraction, str, bool]:
    quotient = inputs.quotient
    match rule:
        case FixedRule():
            return Fraction(rule.cents), "tarif unique", True
        case BandsRule():
            band = band_of(rule, quotient.euros if quotient else None)
            if quotient is None:
                return (
                    Fraction(band.cents),
                    f"tranche {band.name}, la plus haute{NBSP}: quotient familial inconnu",
                    False,
                )
            return Fraction(band.cents), f"tranche {band.name} ({_said(quotient, inputs.month)})", True
        case EffortRule():
            percent = _percent(rule.rate_per_100000)
            if quotient is None:
                return (
                    Fraction(rule.most_cents),
                    f"tarif maximum{NBSP}: quotient familial inconnu",
                    False,
                )
            exact = Fraction(quotient.euros * rule.rate_per_100000, 1000)
            said = f"{percent}{NBSP}% du quotient ({_said(quotient, inputs.month)})"
            if exact <= rule.least_cents:
                return Fraction(rule.least_cents), f"tarif minimum, {said}", True
            if exact >= rule.most_cents:
                return Fraction(rule.most_cents), f"tarif maximum, {said}", True
            return exact, said, True


def _said(quotient: Quotient, month: date) -> str:
    return f"QF{NBSP}{quotient.euros}, {month_short(quotient.month, month)}"


def _percent(rate_per_100000: int) -> str:
    whole, rest = divmod(rate_per_100000, 1000)
    return f"{whole},{rest:03d}".rstrip("0").rstrip(",")
