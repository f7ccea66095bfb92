"""A tariff's rule in French: its table of prices, and what may be added or taken off."""

from contracts.billing.tariffs import BandsRule, EffortRule, FixedRule, Surcharge
from gateway import french
from gateway.money.tariff_text import write_rate

Rule = FixedRule | BandsRule | EffortRule


def band_rows(rule: Rule) -> list[tuple[str, str, str]]:
    """(band, quotients, price) of each band; empty for the other kinds."""
    if not isinstance(rule, BandsRule):
        return []
    return [
        (
            band.name,
            french.typeset(f"jusqu’à {band.up_to} €")
            if band.up_to is not None
            else "au-delà, ou quotient inconnu",
            french.euros(band.cents),
        )
        for band in rule.bands
    ]


def base(rule: Rule) -> str:
    """The price in a sentence: « Tarif unique : 3,20 € »; empty for bands, which are a table."""
    match rule:
        case FixedRule():
            return french.typeset(f"Tarif unique : {french.euros(rule.cents)}")
        case EffortRule():
            return french.typeset(
                f"{write_rate(rule.rate_per_100000)} % du quotient familial, entre "
                f"{french.euros(rule.least_cents)} et {french.euros(rule.most_cents)}"
            )
        case BandsRule():
            return ""


def additions(rule: Rule) -> list[str]:
    """Everything that changes the base price, a sentence each, in the order in which it is reckoned."""
    said = []
    if rule.duration:
        said.append(
            f"Par période de {rule.duration.period_minutes} minutes commencée ; "
            f"un moment dure {rule.duration.minutes} minutes"
            + "".join(f", {moment.slot} {moment.minutes}" for moment in rule.duration.moments)
        )
    if rule.non_resident_cents is not None:
        said.append(f"Familles hors commune : {french.euros(rule.non_resident_cents)}")
    if rule.non_resident_percent:
        said.append(f"Familles hors commune : +{rule.non_resident_percent} %")
    if rule.siblings:
        by_rank = rule.siblings.by == "rank"
        steps = (
            f"{french.ordinal(step.children)} enfant −{step.percent} %"
            if by_rank
            else f"dès {step.children} enfants −{step.percent} % pour chacun"
            for step in rule.siblings.steps
        )
        said.append(f"Frères et sœurs : {', '.join(steps)}")
    said += [
        f"{each.name}, si elle est accordée : {_amounts('−', each.percent, each.cents)}"
        for each in rule.reductions
    ]
    said += [
        f"{who} : {_amounts('+', surcharge.percent, surcharge.cents)}"
        for who, surcharge in (
            ("Présence sans réservation", rule.surcharge),
            ("Absence non justifiée", rule.absence_surcharge),
        )
        if surcharge != Surcharge()
    ]
    return [french.typeset(sentence) for sentence in said]


def _amounts(sign: str, percent: int, cents: int) -> str:
    parts = [f"{sign}{percent} %"] * bool(percent) + [f"{sign}{french.euros(cents)}"] * bool(cents)
    return " et ".join(parts)
