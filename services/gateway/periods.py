"""A month or a year as an agent picks it in a list, and as an address keeps it: `2026-10`, `2026`."""

import calendar
from datetime import date

from gateway import french


def period_of(word: str) -> tuple[date, date] | None:
    """The first and last day of `2026-10` or `2026`; None for what is neither."""
    year, _, month = word.partition("-")
    if not (year.isascii() and year.isdigit() and len(year) == 4 and 2000 <= int(year) <= 2199):
        return None
    if not month:
        return (date(int(year), 1, 1), date(int(year), 12, 31)) if "-" not in word else None
    if not (month.isascii() and month.isdigit() and len(month) == 2 and 1 <= int(month) <= 12):
        return None
    first = date(int(year), int(month), 1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_before(day: date) -> str:
    """The word of the month that ended last."""
    first = day.replace(day=1)
    return f"{first.year}-{first.month - 1:02d}" if first.month > 1 else f"{first.year - 1}-12"


def choices(today: date, months: int = 15, years: int = 4) -> list[tuple[str, str]]:
    """(word, French) of the latest months, this one first, then of the latest years."""
    found = []
    for back in range(months):
        index = today.year * 12 + today.month - 1 - back
        first = date(index // 12, index % 12 + 1, 1)
        found.append((f"{first:%Y-%m}", french.capitalize_first(french.month(first))))
    return found + [(str(today.year - back), f"Année {today.year - back}") for back in range(years)]
