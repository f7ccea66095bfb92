"""When it is too late: the instant a rule closes a day, and the French sentence of that same rule.

Pure: a rule, a day and the public holidays in, an instant or a sentence out. Hours are those of Europe/Paris, so
that 9 h stays 9 h when the clocks change. A later day never closes before an earlier one.
"""

import calendar as months
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from chassis.clock import PARIS
from contracts.enrolment.deadlines import DaysBefore, DeadlineRule, PreviousMonthDay, WeekdayBefore

NBSP = "\u00a0"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
WEEKEND = frozenset({6, 7})
NUMBERS = {2: "deux", 3: "trois", 4: "quatre", 5: "cinq", 6: "six", 7: "sept", 8: "huit"}

IsHoliday = Callable[[date], object]


def closes_at(rule: DeadlineRule, day: date, is_holiday: IsHoliday) -> datetime:
    """The instant from which a session of `day` can no longer be changed, under `rule`.

    `is_holiday` answers something true on a public holiday.
    """
    match rule:
        case DaysBefore():
            closing = _count_back(rule, day, is_holiday)
        case WeekdayBefore():
            monday = day - timedelta(days=day.isoweekday() - 1)
            closing = _move_back(
                rule, monday + timedelta(days=rule.weekday - 1, weeks=-rule.weeks), is_holiday
            )
        case PreviousMonthDay():
            end = day.replace(day=1) - timedelta(days=1)
            length = months.monthrange(end.year, end.month)[1]
            closing = _move_back(rule, end.replace(day=min(rule.day, length)), is_holiday)
    return datetime.combine(closing, rule.at, tzinfo=PARIS)


def is_open(rule: DeadlineRule | None, day: date, now: datetime, is_holiday: IsHoliday) -> bool:
    """Whether a session of `day` can still be changed at `now`. Without a rule: until the day begins."""
    return now < closing_instant(rule, day, is_holiday)


def closing_instant(rule: DeadlineRule | None, day: date, is_holiday: IsHoliday) -> datetime:
    """`closes_at`, or the beginning of the day where there is no rule."""
    if rule is None:
        return datetime.combine(day, time(0), tzinfo=PARIS)
    return closes_at(rule, day, is_holiday)


def _is_skipped(rule: DeadlineRule, day: date, is_holiday: IsHoliday) -> bool:
    return day.isoweekday() in rule.skip_weekdays or (rule.skip_holidays and bool(is_holiday(day)))


def _count_back(rule: DaysBefore, day: date, is_holiday: IsHoliday) -> date:
    left = rule.days
    while left:
        day -= timedelta(days=1)
        if not _is_skipped(rule, day, is_holiday):
            left -= 1
    return day


def _move_back(rule: DeadlineRule, day: date, is_holiday: IsHoliday) -> date:
    while _is_skipped(rule, day, is_holiday):
        day -= timedelta(days=1)
    return day


# ---------------------------------------------------------------- the same, in French


def sentence(rule: DeadlineRule | None) -> str:
    """The rule as a parent reads it, to follow « possible »: « jusqu’à la veille, 9 h »."""
    match rule:
        case None:
            return "jusqu’à la veille au soir"
        case DaysBefore():
            working = _skips_to_working_days(rule)
            text = f"jusqu’{_days_before(rule.days, working)}, {hour(rule.at)}"
            skipped = "" if working else _skipped(rule, article="les ", plural="s", last=" ni ")
            return f"{text}, sans compter {skipped}" if skipped and rule.days else text
        case WeekdayBefore():
            week = "de la semaine précédente" if rule.weeks == 1 else f"{NUMBERS[rule.weeks]} semaines avant"
            text = f"jusqu’au {WEEKDAYS[rule.weekday - 1]} {week}, {hour(rule.at)}"
        case PreviousMonthDay():
            text = f"jusqu’au {'1er' if rule.day == 1 else rule.day} du mois précédent, {hour(rule.at)}"
    if _skips_to_working_days(rule):
        return f"{text}, ou le jour ouvré d’avant"
    skipped = _skipped(rule, article="un ", plural="", last=" ou ")
    return f"{text}, ou le jour d’avant si c’est {skipped}" if skipped else text


def hour(at: time) -> str:
    """« 9 h », « 23 h 59 », « minuit » never: it would not say of which day."""
    return f"{at.hour}{NBSP}h" + (f"{NBSP}{at.minute:02}" if at.minute else "")


def _days_before(days: int, working: bool) -> str:
    match days:
        case 0:
            return "au jour même"
        case 1:
            return "au jour ouvré précédent" if working else "à la veille"
        case _:
            return f"à {days}{NBSP}jours ouvrés avant" if working else f"à {days}{NBSP}jours avant"


def _skips_to_working_days(rule: DeadlineRule) -> bool:
    """Monday to Friday but public holidays: « jours ouvrés »."""
    return rule.skip_weekdays == WEEKEND and rule.skip_holidays


def _skipped(rule: DeadlineRule, *, article: str, plural: str, last: str) -> str:
    names = [f"{article}{WEEKDAYS[weekday - 1]}{plural}" for weekday in sorted(rule.skip_weekdays)]
    if rule.skip_holidays:
        names.append(f"{article}jour{plural} férié{plural}")
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + last + names[-1]
