"""On which days banks debit, and how long a mandate, an IBAN and a file live. Pure."""

from calendar import monthrange
from datetime import date, timedelta

UNUSED_MONTHS = 36
"""A mandate under which nothing was collected for so long ends (SEPA CORE rulebook, 4.1)."""

KEPT_MONTHS = 14
"""An account number is kept until no debit can be contested any more: 13 months for one that was not authorised
(Code monétaire et financier, L133-24), and the time it takes to reach the town."""

ONE_DAY = timedelta(days=1)


def is_bank_day(day: date) -> bool:
    """Open in TARGET, the settlement system of the euro: a week day that is none of its six holidays."""
    easter = _easter(day.year)
    moving = {easter - timedelta(days=2), easter + ONE_DAY}
    fixed = {(1, 1), (5, 1), (12, 25), (12, 26)}
    return day.weekday() < 5 and day not in moving and (day.month, day.day) not in fixed


def next_bank_day(day: date) -> date:
    """That day, or the first bank day after it."""
    while not is_bank_day(day):
        day += ONE_DAY
    return day


def earliest(today: date, notice_days: int) -> date:
    """The first day that may be announced today."""
    return next_bank_day(today + timedelta(days=notice_days))


def file_until(collect_on: date) -> date:
    """The last day on which the bank takes the file: one bank day before (D-1, SEPA CORE)."""
    day = collect_on - ONE_DAY
    while not is_bank_day(day):
        day -= ONE_DAY
    return day


def lapses_on(signed_on: date, last_debit_on: date | None) -> date:
    """The first day on which an unused mandate may not serve any more."""
    return months_after(max(signed_on, last_debit_on or signed_on), UNUSED_MONTHS)


def months_after(day: date, count: int) -> date:
    """The same day so many months on, or the last of a shorter month."""
    month = day.year * 12 + day.month - 1 + count
    year, index = divmod(month, 12)
    return date(year, index + 1, min(day.day, monthrange(year, index + 1)[1]))


def _easter(year: int) -> date:
    """Western Easter by the anonymous Gregorian rule (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    length = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * length) // 451
    month, day = divmod(h + length - 7 * m + 114, 31)
    return date(year, month, day + 1)
