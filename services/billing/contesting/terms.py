"""Until when a line may be contested and must be answered, and what keeps a day from being contested: pure rules."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

import holidays

MONTHS_TO_CONTEST = 2
"""A claim of a town is contested within two months (CGCT L1617-5, 2°), full days (CJA R421-1)."""

MONTHS_TO_ANSWER = 2
"""Silence on a complaint, or on a demand for money, is a refusal after two months (CRPA L231-4, 2° and 3°)."""

DAYS_OF_WARNING = 21
"""An answer that is due within three weeks presses: the office's own rule."""


def contest_until(published_on: date) -> date:
    """The last day to contest a line of an invoice published then.

    A full delay: the day it starts and the day it ends are not counted, and one that ends on a Saturday, a Sunday or
    a public holiday goes on to the next working day (Code de procédure civile 642).
    """
    last = months_after(published_on, MONTHS_TO_CONTEST) + timedelta(days=1)
    while last.weekday() >= 5 or last in _public_holidays(last.year):
        last += timedelta(days=1)
    return last


def answer_before(made_on: date) -> date:
    """The day on which an objection without an answer counts as refused."""
    return months_after(made_on, MONTHS_TO_ANSWER)


def warn_before(today: date) -> date:
    """An answer due before that day presses."""
    return today + timedelta(days=DAYS_OF_WARNING)


def months_after(day: date, count: int) -> date:
    """The same day, `count` months on; the last of the month where it has none such."""
    index = day.year * 12 + day.month - 1 + count
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def why_not(*, standing: int, is_open: bool, was_answered: bool) -> str:
    """What keeps a day from being contested, or nothing. `standing`: units of it that are billed, corrections off."""
    if is_open:
        return "open"
    if standing <= 0:
        return "credited"
    if was_answered:
        return "answered"
    return ""


@lru_cache(maxsize=8)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", years=year))
