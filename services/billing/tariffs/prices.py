"""A price and its reason, from a rule and its inputs. Integer cents; every rounding is half up, once, at the end.

Order: base price of the rule, periods of its duration, families living elsewhere, brothers and sisters, a granted
reduction, the surcharge's percentage and its cents; then rounded; then an aid, in whole cents. The percentages are
applied to exact fractions, so that many percentages round once.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from billing.facts.effects import Effect
from billing.wording import NBSP, euros, month_short, ordinal
from contracts.billing.tariffs import Band, BandsRule, Duration, EffortRule, FixedRule, Siblings, Surcharge

Rule = FixedRule | BandsRule | EffortRule


@dataclass(frozen=True)
class Quotient:
    """A quotient familial: whole euros, as the CAF computed it for a month."""

    euros: int
    month: date


@dataclass(frozen=True)
class Aided:
    """What an aid takes off one unit: whole cents, already within its cap."""

    name: str
    cents: int


@dataclass(frozen=True)
class Inputs:
    """What a price depends on, besides its rule. `month`: of consumption. `quotient` None: unknown, not zero.

    `siblings`: the child's rank or the number of children, as the rule counts. `slot`: the moment, where the rule
    goes by duration. `reduction`: the code of the one granted; of no effect where the rule does not have it.
    """

    month: date
    effect: Effect
    resident: bool = True
    quotient: Quotient | None = None
    siblings: int = 1
    slot: str = ""
    reduction: str = ""
    aided: Aided | None = None


@dataclass(frozen=True)
class Step:
    """One line of the reckoning: what was applied, and the exact cents after it."""

    words: str
    cents: Fraction


@dataclass(frozen=True)
class Price:
    """What one unit costs, the words that say why, and how it was reckoned."""

    cents: int
    reason: str
    quotient_known: bool = True
    steps: tuple[Step, ...] = ()


def price(rule: Rule, inputs: Inputs) -> Price:
    """The price of one unit. Free marks cost nothing whatever the rule."""
    if inputs.effect is Effect.FREE:
        return Price(0, "non facturé")
    base, known = _base(rule, inputs)
    steps = [base]
    for words, exact in _changes(rule, inputs, base.cents):
        steps.append(Step(words, exact))
    cents = half_up(steps[-1].cents)
    if inputs.aided and inputs.aided.cents:
        taken = min(inputs.aided.cents, cents)
        cents -= taken
        steps.append(Step(f"{inputs.aided.name} −{euros(taken)}", Fraction(cents)))
    return Price(cents, ", ".join(step.words for step in steps), known, tuple(steps))


def half_up(exact: Fraction) -> int:
    """Whole cents; half a cent goes up: 10,5 → 11. Prices are never negative here."""
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


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


def periods_of(duration: Duration, slot: str) -> int:
    """How many periods begin in a moment: 100 minutes by half hours are 4."""
    lengths = {moment.slot: moment.minutes for moment in duration.moments}
    return -(-lengths.get(slot, duration.minutes) // duration.period_minutes)


def degression(siblings: Siblings, number: int) -> int:
    """The percentage taken off for the n-th child (or for n children)."""
    return max((step.percent for step in siblings.steps if step.children <= number), default=0)


def _base(rule: Rule, inputs: Inputs) -> tuple[Step, bool]:
    """The first step, and whether the quotient it wanted was known."""
    if not inputs.resident and rule.non_resident_cents is not None:
        return Step("tarif hors commune", Fraction(rule.non_resident_cents)), True
    match rule:
        case FixedRule():
            return Step("tarif unique", Fraction(rule.cents)), True
        case BandsRule():
            return _banded(rule, inputs)
        case EffortRule():
            return _by_effort(rule, inputs)


def _banded(rule: BandsRule, inputs: Inputs) -> tuple[Step, bool]:
    quotient = inputs.quotient
    band = band_of(rule, quotient.euros if quotient else None)
    if quotient is None:
        words = f"tranche {band.name}, la plus haute{NBSP}: quotient familial inconnu"
        return Step(words, Fraction(band.cents)), False
    return Step(f"tranche {band.name} ({_said(quotient, inputs.month)})", Fraction(band.cents)), True


def _by_effort(rule: EffortRule, inputs: Inputs) -> tuple[Step, bool]:
    quotient = inputs.quotient
    if quotient is None:
        words = f"tarif maximum{NBSP}: quotient familial inconnu"
        return Step(words, Fraction(rule.most_cents)), False
    exact = Fraction(quotient.euros * rule.rate_per_100000, 1000)
    said = f"{_percent(rule.rate_per_100000)}{NBSP}% du quotient ({_said(quotient, inputs.month)})"
    if exact <= rule.least_cents:
        return Step(f"tarif minimum, {said}", Fraction(rule.least_cents)), True
    if exact >= rule.most_cents:
        return Step(f"tarif maximum, {said}", Fraction(rule.most_cents)), True
    return Step(said, exact), True


def _changes(rule: Rule, inputs: Inputs, exact: Fraction) -> list[tuple[str, Fraction]]:
    """Whatever changes the base, in order: the words, and the exact cents after it."""
    found = []
    if rule.duration:
        periods = periods_of(rule.duration, inputs.slot)
        exact *= periods
        found.append((f"{periods} × {_length(rule.duration.period_minutes)}", exact))
    if not inputs.resident and rule.non_resident_percent:
        exact *= Fraction(100 + rule.non_resident_percent, 100)
        found.append((f"hors commune +{rule.non_resident_percent}{NBSP}%", exact))
    if rule.siblings and (percent := degression(rule.siblings, inputs.siblings)):
        exact *= Fraction(100 - percent, 100)
        who = ordinal(inputs.siblings) if rule.siblings.by == "rank" else str(inputs.siblings)
        noun = "enfant" if rule.siblings.by == "rank" else "enfants"
        found.append((f"{who}{NBSP}{noun} −{percent}{NBSP}%", exact))
    for reduction in rule.reductions:
        if reduction.code == inputs.reduction:
            exact = max(Fraction(0), exact * Fraction(100 - reduction.percent, 100) - reduction.cents)
            found.append((f"{reduction.name}{_amounts('−', reduction.percent, reduction.cents)}", exact))
    surcharge = {Effect.SURCHARGED: rule.surcharge, Effect.ABSENT: rule.absence_surcharge}.get(inputs.effect)
    if surcharge and surcharge != Surcharge():
        exact = exact * Fraction(100 + surcharge.percent, 100) + surcharge.cents
        found.append((f"majoration{_amounts('+', surcharge.percent, surcharge.cents)}", exact))
    return found


def _said(quotient: Quotient, month: date) -> str:
    return f"QF{NBSP}{quotient.euros}, {month_short(quotient.month, month)}"


def _percent(rate_per_100000: int) -> str:
    whole, rest = divmod(rate_per_100000, 1000)
    return f"{whole},{rest:03d}".rstrip("0").rstrip(",")


def _amounts(sign: str, percent: int, cents: int) -> str:
    """` −50 % −1,00 €`: only what is not nothing."""
    said = [f"{sign}{percent}{NBSP}%"] * bool(percent) + [f"{sign}{euros(cents)}"] * bool(cents)
    return "".join(f" {part}" for part in said)


def _length(minutes: int) -> str:
    """`30 min`, `1 h`, `1 h 30`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h" + (f"{NBSP}{rest:02d}" if rest else "")
