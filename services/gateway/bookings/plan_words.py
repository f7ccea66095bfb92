"""Many days in few words: what a plan would book, give back, and cannot."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Protocol

from contracts.enrolment.bookings import CellState, RefusedDay
from contracts.enrolment.weeks import PlannedDay, PlannedGap
from gateway import french
from gateway.sentences.enrolment import DAYS

FEW = 3
"""So many days of one reason are said one by one."""


class SomeDay(Protocol):
    """A day of an activity."""

    @property
    def activity_name(self) -> str: ...
    @property
    def slot(self) -> str: ...
    @property
    def day(self) -> date | None: ...


REASONS = {
    CellState.LOCKED: "le délai est dépassé",
    CellState.FULL: "il ne reste plus de place",
    CellState.WAITING: "complet, vous êtes sur la liste d’attente",
    CellState.ELSEWHERE: "réservé par l’autre foyer",
    CellState.CLOSED: "fermé par la mairie",
    CellState.NOT_OPEN: "les réservations ne sont pas encore ouvertes",
    CellState.NOT_OF_AGE: "votre enfant n’a pas l’âge demandé",
}


def by_activity(days: Iterable[SomeDay]) -> list[tuple[str, str]]:
    """(« Restauration scolaire », « décembre 2026 : lundi 7, vendredi 11 »), an activity and a month a line."""
    found: dict[str, dict[date, list[date]]] = defaultdict(lambda: defaultdict(list))
    for each in days:
        if each.day is None:
            continue
        name = f"{each.activity_name}, {each.slot}" if each.slot else each.activity_name
        found[name][each.day.replace(day=1)].append(each.day)
    return [
        (name, f"{french.month(month)} : {', '.join(_short(day) for day in those)}")
        for name, months in found.items()
        for month, those in months.items()
    ]


def by_reason(days: Iterable[PlannedDay]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The same, under what stands against them."""
    found: dict[str, list[PlannedDay]] = defaultdict(list)
    for each in days:
        because = each.cell.closed_because
        reason = REASONS.get(each.cell.state, "ce n’est pas possible")
        found[f"{reason} ({because})" if because else reason].append(each)
    return [(reason, by_activity(those)) for reason, those in found.items()]


def gaps(those: Iterable[PlannedGap]) -> list[tuple[str, str]]:
    """(« Vacances de Noël », « 4 jours, du lundi 21 décembre au vendredi 1er janvier »)."""
    return [
        (
            each.because,
            french.weekday(each.first)
            if each.days == 1
            else f"{french.count(each.days, 'jour', 'jours')}, du {french.weekday(each.first)}"
            f" au {french.weekday(each.last)}",
        )
        for each in those
    ]


def refusals(
    refused: Iterable[RefusedDay], why: Callable[[RefusedDay], str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """(what was refused, [(activity, days)]): each day with its own words, or many days under one reason."""
    found: dict[tuple[bool, str], list[RefusedDay]] = defaultdict(list)
    for each in refused:
        found[each.wanted, each.why].append(each)
    said = []
    for (wanted, _), those in found.items():
        what = "Non réservé" if wanted else "Non annulé"
        if len(those) > FEW:
            said.append((f"{what} : {DAYS[those[0].why]}", by_activity(those)))
        else:
            said += [(f"{what} : {why(each)}", [_one(each)]) for each in those]
    return said


def _one(each: RefusedDay) -> tuple[str, str]:
    if each.day is None:
        return "Une journée", ""
    name = f"{each.activity_name}, {each.slot}" if each.slot else each.activity_name
    return name, french.weekday(each.day)


def _short(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{french.DAYS[day.weekday()]}{french.NO_BREAK}{number}"
