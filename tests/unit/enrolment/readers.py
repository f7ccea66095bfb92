"""Reads a deadline's sentence back into a rule: written from the sentences alone, not from the code that makes them."""

import re
from datetime import time
from typing import Any

from contracts.enrolment.deadlines import DaysBefore, DeadlineRule, PreviousMonthDay, WeekdayBefore

WEEKDAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
NUMBERS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8}


def read_rule(sentence: str) -> DeadlineRule:
    """« jusqu’à 2 jours avant, 9 h, sans compter les samedis ni les dimanches » → the rule. Raises ValueError."""
    text = sentence.replace("\u00a0", " ")
    at = re.search(r", (\d+) h(?: (\d\d))?(?:,|$)", text)
    if at is None:
        raise ValueError(sentence)
    shared: dict[str, Any] = {
        "at": time(int(at[1]), int(at[2] or 0)),
        "skip_weekdays": frozenset(
            n
            for n, name in enumerate(WEEKDAYS, 1)
            if re.search(rf"(les|un) {name}s?\b", text[at.end() - 1 :])
        ),
        "skip_holidays": "férié" in text,
    }
    if "ouvré" in text:
        shared |= {"skip_weekdays": frozenset({6, 7}), "skip_holidays": True}
    if found := re.match(r"jusqu’à (\d+) jours (?:ouvrés )?avant,", text):
        return DaysBefore(days=int(found[1]), **shared)
    if text.startswith(("jusqu’à la veille,", "jusqu’au jour ouvré précédent,")):
        return DaysBefore(days=1, **shared)
    if text.startswith("jusqu’au jour même,"):
        return DaysBefore(days=0, **shared)
    if found := re.match(r"jusqu’au (\d+|1er) du mois précédent,", text):
        return PreviousMonthDay(day=int(found[1].removesuffix("er")), **shared)
    if found := re.match(r"jusqu’au (\w+) (?:de la semaine précédente|(\w+) semaines avant),", text):
        weeks = NUMBERS[found[2]] if found[2] else 1
        return WeekdayBefore(weekday=WEEKDAYS.index(found[1]) + 1, weeks=weeks, **shared)
    raise ValueError(sentence)
