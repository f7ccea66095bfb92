"""A custody calendar in words, for the parent who reads « chez vous » and the agent who reads two names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from contracts.accounts.custody import (
    AlternateWeeks,
    AlwaysWith,
    Basis,
    ChosenDays,
    CustodyDays,
    CustodyDraft,
    EvenWeeks,
    EveryOtherWeek,
    HolidayRule,
    Opinion,
    SchoolWeeks,
    Side,
    SummerRule,
    Why,
)
from gateway import french

BASES = {Basis.JUDGMENT: "Un jugement", Basis.AGREEMENT: "Un accord entre les deux parents"}
OPINIONS = {Opinion.AGREES: "D’accord", Opinion.OBJECTS: "Pas d’accord"}
_REASONS = {
    Why.WEEK: "Alternance des semaines",
    Why.WEEKDAY: "Jour d’école",
    Why.WEEKEND: "Week-end",
    Why.ALWAYS: "Semaine d’école",
    Why.PERIOD: "Période particulière",
}
_HALVES = {1: "première moitié", 2: "seconde moitié"}


@dataclass(frozen=True)
class Homes:
    """How the two sides are called, to follow « du lundi au vendredi : »."""

    first: str = "chez vous"
    second: str = "dans l’autre foyer"

    def at(self, side: Side) -> str:
        """« chez vous »."""
        return self.first if side is Side.FIRST else self.second


PARENT = Homes()


@dataclass(frozen=True)
class Row:
    """A line of a calendar: which days, where, why."""

    days: str
    where: str
    why: str
    side: Side


@dataclass(frozen=True)
class Month:
    """A month of a calendar. `name`: « Septembre 2026 »."""

    name: str
    first: date
    rows: list[Row]


def months(days: Iterable[CustodyDays], homes: Homes = PARENT) -> list[Month]:
    """The calendar month by month; what goes on into the next month stands in both."""
    parts = [part for each in days for part in _by_month(each)]
    return [
        Month(french.month(first).capitalize(), first, [_row(part, homes) for part in group])
        for first, group in groupby(parts, lambda part: part.first.replace(day=1))
    ]


def rows(days: Iterable[CustodyDays], homes: Homes = PARENT) -> list[Row]:
    """The same as one list."""
    return [_row(each, homes) for each in days]


def span(first: date, last: date) -> str:
    """« du samedi 5 au vendredi 11 septembre », « mardi 8 septembre »."""
    if first == last:
        return french.weekday(first)
    start = french.weekday(first)
    if (first.year, first.month) == (last.year, last.month):
        start = start.rpartition(french.NO_BREAK)[0]
    return f"du {start} au {french.weekday(last)}"


def reason(days: CustodyDays) -> str:
    """Why a side has these days."""
    match days.why:
        case Why.HOLIDAY_HALF | Why.SUMMER_HALF:
            return f"{days.holiday}, {_HALVES.get(days.part, '')}"
        case Why.SUMMER_FORTNIGHT:
            return f"{days.holiday}, {'1re' if days.part == 1 else f'{days.part}e'} quinzaine"
        case Why.HOLIDAY_WHOLE:
            return days.holiday
        case _:
            return _REASONS[days.why]


def describe(draft: CustodyDraft, homes: Homes = PARENT) -> list[tuple[str, str]]:
    """The calendar as it is stated: (label, text)."""
    found = [("À partir du", french.day(draft.valid_from))]
    terms = draft.terms
    if terms is None:
        found = [("Calendrier", "Aucun : il ne s’applique plus"), *found]
    else:
        found += _weeks(terms.weeks, homes)
        found.append(("Petites vacances", _holidays(terms.holidays, terms.even_years, homes)))
        found.append(("Vacances d’été", _summer(terms.summer, terms.summer_even_years, homes)))
        found += [
            ("Période particulière", f"{period_days(each.first, each.last)} : {homes.at(each.side)}")
            for each in terms.periods
        ]
    found.append(("Origine", BASES[draft.basis]))
    return [(label, french.typeset(text)) for label, text in found]


def period_days(first: date, last: date) -> str:
    """« du 24 décembre au 26 décembre 2026 »."""
    return f"le {french.day(first)}" if first == last else f"du {french.day(first)} au {french.day(last)}"


def changeover(weekday: int, after_school: bool) -> str:
    """« le vendredi, après l’école »."""
    name = french.DAYS[weekday - 1]
    if weekday > 5:
        return f"le {name} {'soir' if after_school else 'matin'}"
    return f"le {name}, après l’école" if after_school else f"le {name} matin"


def _by_month(days: CustodyDays) -> list[CustodyDays]:
    found, rest = [], days
    while (rest.first.year, rest.first.month) != (rest.last.year, rest.last.month):
        following = (rest.first.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append(rest.model_copy(update={"last": following - timedelta(days=1)}))
        rest = rest.model_copy(update={"first": following})
    return [*found, rest]


def _row(days: CustodyDays, homes: Homes) -> Row:
    text = span(days.first, days.last)
    return Row(text[0].upper() + text[1:], homes.at(days.side), reason(days), days.side)


def _weeks(rule: SchoolWeeks, homes: Homes) -> list[tuple[str, str]]:
    match rule:
        case AlternateWeeks():
            return [
                ("Semaines d’école", _alternating_weeks(rule.weeks, homes)),
                ("Changement de foyer", changeover(rule.changeover, rule.after_school).capitalize()),
            ]
        case ChosenDays():
            return [("Jours d’école", _chosen(rule.days, homes)), ("Week-ends", _weekends(rule, homes))]
        case AlwaysWith():
            return [("Semaines d’école", f"Toujours {homes.at(rule.side)}")]


def _alternating_weeks(rule: EvenWeeks | EveryOtherWeek, homes: Homes) -> str:
    here, there = homes.at(rule.side), homes.at(rule.side.other)
    if isinstance(rule, EvenWeeks):
        return f"Les semaines paires {here}, les impaires {there}"
    monday = rule.reference - timedelta(days=rule.reference.weekday())
    return f"Une sur deux : celle du {french.day(monday)} {here}, la suivante {there}"


def _alternating_weekends(rule: EvenWeeks | EveryOtherWeek, homes: Homes) -> str:
    here, there = homes.at(rule.side), homes.at(rule.side.other)
    if isinstance(rule, EvenWeeks):
        return f"Ceux des semaines paires {here}, ceux des impaires {there}"
    saturday = rule.reference - timedelta(days=rule.reference.weekday() - 5)
    return f"Un sur deux : celui du {french.day(saturday)} {here}, le suivant {there}"


def _chosen(days: Sequence[Side], homes: Homes) -> str:
    parts = []
    for side in Side:
        names = [french.DAYS[n] for n, each in enumerate(days) if each is side]
        if names:
            parts.append(f"{_and(names)} {homes.at(side)}")
    text = " ; ".join(parts)
    return text[0].upper() + text[1:]


def _weekends(rule: ChosenDays, homes: Homes) -> str:
    if isinstance(rule.weekends, Side):
        return f"Toujours {homes.at(rule.weekends)}"
    return _alternating_weekends(rule.weekends, homes)


def _holidays(rule: HolidayRule, even_years: Side, homes: Homes) -> str:
    if rule is HolidayRule.AS_WEEKS:
        return "Comme les semaines d’école"
    if rule is HolidayRule.HALVES:
        return f"Par moitié : la première {homes.at(even_years)} les années paires, et l’inverse les années impaires"
    return (
        f"En entier, à tour de rôle : la Toussaint {homes.at(even_years)} quand l’année scolaire commence une année "
        "paire, et l’inverse l’année suivante"
    )


def _summer(rule: SummerRule, even_years: Side, homes: Homes) -> str:
    if rule is SummerRule.AS_WEEKS:
        return "Comme les semaines d’école"
    parts = "Par moitié" if rule is SummerRule.HALVES else "Par quinzaines"
    return f"{parts} : la première {homes.at(even_years)} les années paires, et l’inverse les années impaires"


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}"
