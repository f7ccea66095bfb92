"""What else parents should know of an activity's days: hours, whole weeks, what goes together, ages, openings."""

from datetime import date

from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.terms import Grain, Link
from enrolment.booking.deadlines import hour
from enrolment.catalogue import windows
from enrolment.wording import day, listed


def notes(terms: ActivityTerms, today: date) -> list[str]:
    """Whole sentences, from the data that the rules are enforced by. Openings of days that have passed are left out."""
    said = []
    if terms.hours:
        each = [f"{_named(part.slot)}de {hour(part.begins)} à {hour(part.ends)}" for part in terms.hours]
        said.append(f"Horaires : {', '.join(each)}.")
    said += booking_notes(terms)
    if terms.groups:
        labels = [group.label for group in sorted(terms.groups, key=lambda group: group.youngest)]
        said.append(f"Chaque âge a ses places : {listed(labels)}.")
    for opening in sorted(terms.openings, key=lambda opening: opening.first):
        if opening.last >= today and (when := windows.sentence(opening.window)):
            said.append(f"Du {day(opening.first)} au {day(opening.last)} : on réserve {when}.")
    return said


def booking_notes(terms: ActivityTerms) -> list[str]:
    """Those of them that decide which days and parts go together."""
    said = ["On réserve par semaine entière."] if terms.booked_by is Grain.WEEK else []
    return said + [_linked(link, terms.slots) for link in terms.links]


def _named(slot: str) -> str:
    return f"{slot} " if slot else ""


def _linked(link: Link, slots: tuple[str, ...]) -> str:
    """« repas » is not booked alone: it needs one of the others. In the order of the day."""
    needs = [f"« {slot} »" for slot in slots if slot in link.needs]
    return f"« {link.slot} » ne se réserve pas seul, mais avec {listed(needs, 'ou')} du même jour."
