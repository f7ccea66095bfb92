"""With which family a child is on a day, and why: pure, from the terms of an agreement and the school holidays.

A *day* is the school day: it belongs to the home that has the child in the morning and brings it to school, since what
is booked, eaten and billed that day is that home's. A change of home after school therefore counts from the next day.

    week-by-week     a week runs from one change of home to the next; it bears the number of the ISO week in which most
                     of its days fall (from Friday after school: Saturday to Friday, the number of that Monday)
    holidays         the days of no school as the calendar has them; what is shorter than five days (the bridge of
                     Ascension) is no holiday, and follows the school weeks
    halves           an odd day more belongs to the first half
    named periods    go before everything
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.accounts.custody import (
    AlternateWeeks,
    AlternationRule,
    AlwaysWith,
    ChosenDays,
    CustodyTerms,
    EvenWeeks,
    HolidayRule,
    Side,
    SummerRule,
    Why,
)

SHORTEST = timedelta(days=5)
FORTNIGHT = 14
ONE = timedelta(days=1)


@dataclass(frozen=True)
class Holiday:
    """School holidays, first and last day of no school."""

    name: str
    first: date
    last: date
    summer: bool = False

    @property
    def days(self) -> int:
        """How long, in days."""
        return (self.last - self.first).days + 1

    @property
    def school_year(self) -> int:
        """The year in which the school year began."""
        return self.first.year if self.first.month >= 9 else self.first.year - 1


@dataclass(frozen=True)
class Belonging:
    """The side that has the child. `part`: 1 or 2 of two halves, 1… of fortnights; `holiday`: its name."""

    side: Side
    why: Why
    holiday: str = ""
    part: int = 0


@dataclass(frozen=True)
class Run:
    """Days on end, first and last included, that the same thing decides."""

    first: date
    last: date
    belonging: Belonging


@dataclass(frozen=True)
class Span:
    """Days on end, first and last included, with one side."""

    first: date
    last: date
    side: Side


def decide(terms: CustodyTerms, holidays: Sequence[Holiday], day: date) -> Belonging:
    """Who has the child that day, and why. `holidays`: of every school year that is known, in any order."""
    for period in terms.periods:
        if period.first <= day <= period.last:
            return Belonging(period.side, Why.PERIOD)
    holiday = next((each for each in holidays if each.first <= day <= each.last and is_shared(each)), None)
    if holiday is not None and holiday.summer and terms.summer is not SummerRule.AS_WEEKS:
        return _in_summer(terms, holiday, day)
    if holiday is not None and not holiday.summer and terms.holidays is not HolidayRule.AS_WEEKS:
        return _in_holiday(terms, holidays, holiday, day)
    return _in_school_week(terms, day)


def spans(terms: CustodyTerms, holidays: Sequence[Holiday], first: date, last: date) -> list[Span]:
    """A period cut into the longest runs of days with one side."""
    found: list[Span] = []
    for run in runs(terms, holidays, first, last):
        side = run.belonging.side
        if found and found[-1].side is side:
            found[-1] = Span(found[-1].first, run.last, side)
        else:
            found.append(Span(run.first, run.last, side))
    return found


def runs(terms: CustodyTerms, holidays: Sequence[Holiday], first: date, last: date) -> list[Run]:
    """A period cut where the side or its reason changes."""
    found: list[Run] = []
    for day in days_between(first, last):
        belonging = decide(terms, holidays, day)
        if found and found[-1].belonging == belonging:
            found[-1] = Run(found[-1].first, day, belonging)
        else:
            found.append(Run(day, day, belonging))
    return found


def mirrored(terms: CustodyTerms) -> CustodyTerms:
    """The same with the two sides exchanged."""
    return CustodyTerms.model_validate(_exchange(terms.model_dump()))


def is_shared(holiday: Holiday) -> bool:
    """Long enough to be shared out."""
    return holiday.last - holiday.first + ONE >= SHORTEST


def days_between(first: date, last: date) -> Iterable[date]:
    """Every day from `first` to `last`."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def week_start(day: date, changeover: int, after_school: bool) -> date:
    """The first day of the week, from one change of home to the next, that a day is in."""
    starts = changeover % 7 + 1 if after_school else changeover
    return day - timedelta(days=(day.isoweekday() - starts) % 7)


def _alternating(rule: AlternationRule, week: date, changeover: int = 1, after_school: bool = False) -> Side:
    """The side of the week that begins on `week`."""
    if isinstance(rule, EvenWeeks):
        number = (week + timedelta(days=3)).isocalendar().week
        return rule.side if number % 2 == 0 else rule.side.other
    weeks = (week - week_start(rule.reference, changeover, after_school)).days // 7
    return rule.side if weeks % 2 == 0 else rule.side.other


def _in_school_week(terms: CustodyTerms, day: date) -> Belonging:
    rule = terms.weeks
    match rule:
        case AlternateWeeks():
            week = week_start(day, rule.changeover, rule.after_school)
            side = _alternating(rule.weeks, week, rule.changeover, rule.after_school)
            return Belonging(side, Why.WEEK)
        case ChosenDays() if day.isoweekday() <= 5:
            return Belonging(rule.days[day.isoweekday() - 1], Why.WEEKDAY)
        case ChosenDays():
            if isinstance(rule.weekends, Side):
                return Belonging(rule.weekends, Why.WEEKEND)
            monday = week_start(day, 1, after_school=False)
            return Belonging(_alternating(rule.weekends, monday), Why.WEEKEND)
        case AlwaysWith():
            return Belonging(rule.side, Why.ALWAYS)


def _in_holiday(terms: CustodyTerms, holidays: Sequence[Holiday], holiday: Holiday, day: date) -> Belonging:
    if terms.holidays is HolidayRule.HALVES:
        part = _half(holiday, day)
        side = _by_year(terms.even_years, holiday.first.year, part - 1)
        return Belonging(side, Why.HOLIDAY_HALF, holiday.name, part)
    same_year = sorted(
        each.first
        for each in holidays
        if is_shared(each) and not each.summer and each.school_year == holiday.school_year
    )
    side = _by_year(terms.even_years, holiday.school_year, same_year.index(holiday.first))
    return Belonging(side, Why.HOLIDAY_WHOLE, holiday.name)


def _in_summer(terms: CustodyTerms, holiday: Holiday, day: date) -> Belonging:
    if terms.summer is SummerRule.HALVES:
        part, why = _half(holiday, day), Why.SUMMER_HALF
    else:
        part, why = (day - holiday.first).days // FORTNIGHT + 1, Why.SUMMER_FORTNIGHT
    side = _by_year(terms.summer_even_years, holiday.first.year, part - 1)
    return Belonging(side, why, holiday.name, part)


def _half(holiday: Holiday, day: date) -> int:
    return 1 if (day - holiday.first).days < (holiday.days + 1) // 2 else 2


def _by_year(even_years: Side, year: int, turn: int) -> Side:
    """`even_years` has the turns 0, 2, 4 … of even years, and 1, 3, 5 … of odd ones."""
    return even_years if (year + turn) % 2 == 0 else even_years.other


def _exchange(value: object) -> object:
    if isinstance(value, Side):
        return value.other
    if isinstance(value, dict):
        return {name: _exchange(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return tuple(_exchange(each) for each in value)
    return value
