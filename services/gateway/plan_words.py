"""Many days in few words: what a plan would book, give back, and cannot."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from contracts.enrolment.bookings import CellState
from contracts.enrolment.weeks import PlannedDay
from gateway import french

REASONS = {
    CellState.LOCKED: "le délai est dépassé",
    CellState.FULL: "il ne reste plus de place",
    CellState.WAITING: "complet, vous êtes sur la liste d’attente",
    CellState.ELSEWHERE: "réservé par l’autre foyer",
    CellState.CLOSED: "fermé par la mairie",
    CellState.NOT_OPEN: "les réservations ne sont pas encore ouvertes",
    CellState.NOT_OF_AGE: "votre enfant n’a pas l’âge demandé",
}


def by_activity(days: Iterable[PlannedDay]) -> list[tuple[str, str]]:
    """(« Restauration scolaire », « décembre 2026 : lundi 7, vendredi 11 »), an activity and a month a line."""
    found: dict[str, dict[date, list[date]]] = defaultdict(lambda: defaultdict(list))
    for each in days:
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


def _short(day: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    return f"{french.DAYS[day.weekday()]}{french.NO_BREAK}{number}"
