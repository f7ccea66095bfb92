"""The town's calendar: school years and holidays of zone A, public holidays of metropolitan France.

School holidays come from `vacances-scolaires-france` (the ministry's open data), public holidays from `holidays`
(Code du travail L3133-1, metropolitan list). Both are read once and kept. The ministry publishes a few years ahead:
of a day beyond them `is_covered` says so, and no school holiday is known.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache

import holidays
from vacances_scolaires_france import SchoolHolidayDates

from chassis.clock import PARIS
from contracts.enrolment.offer import Season

ZONE = "A"
ONE_DAY = timedelta(days=1)

# The package does not hold the bridge of 2026 (arrêté du 7 décembre 2022: no school on Friday 15 and Saturday
# 16 May 2026). Data of our own, dated, until it does.
BRIDGES = {date(2026, 5, 15): "Pont de l’Ascension", date(2026, 5, 16): "Pont de l’Ascension"}


@dataclass(frozen=True)
class SchoolYear:
    """From the first day of September's term to the day before the next one."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """`2026-2027`."""
        return f"{self.first.year}-{self.first.year + 1}"


def local_day(at: datetime) -> date:
    """The town's day at an instant."""
    return at.astimezone(PARIS).date()


def school_year_of(day: date) -> SchoolYear:
    """The school year a day belongs to; it turns on 1 September, and the summer belongs to the one that ends."""
    first = day.year if day.month >= 9 else day.year - 1
    return SchoolYear(first=date(first, 9, 1), last=date(first + 1, 8, 31))


def school_years_of(first: date, last: date) -> list[SchoolYear]:
    """Those that the days of a period belong to, in order."""
    years = [school_year_of(first)]
    while years[-1].last < last:
        years.append(school_year_of(years[-1].last + ONE_DAY))
    return years


def week_of(day: date) -> tuple[date, date]:
    """Monday and Sunday of the week of a day."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    return monday, monday + timedelta(days=6)


@cache
def _school_holidays() -> dict[date, str]:
    """Every day of school holidays that is known, in order. The package reads its whole file each time it is made."""
    package = SchoolHolidayDates()
    named = {
        day: str(line["nom_vacances"]).replace("'", "’")
        for year in range(package.min_year, package.max_year + 1)
        for day, line in package.holidays_for_year_and_zone(year, ZONE).items()
    }
    return dict(sorted((named | BRIDGES).items()))


@lru_cache(maxsize=32)
def _public_holidays(year: int) -> dict[date, str]:
    found = holidays.country_holidays("FR", years=year, language="fr")
    return {day: str(name).replace("'", "’") for day, name in found.items()}


def is_covered(day: date) -> bool:
    """Whether it is known if that day is one of school holidays: no session is opened blindly.

    The last day published is that of a summer: the autumn after it has no holidays yet, which is not to have none.
    """
    first, *_, last = _school_holidays()
    return first <= day <= last


def school_holiday(day: date) -> str | None:
    """The school holidays that a day is part of, in French."""
    return _school_holidays().get(day)


def public_holiday(day: date) -> str | None:
    """The public holiday that a day is, in French."""
    return _public_holidays(day.year).get(day)


def holiday_runs(first: date, last: date) -> list[tuple[str, date, date]]:
    """The school holidays that begin in a period, whole: (name, first day, last day)."""
    found: list[tuple[str, date, date]] = []
    day = first
    while day <= last:
        name = school_holiday(day)
        if name is None or school_holiday(day - ONE_DAY) == name:
            day += ONE_DAY
            continue
        end = day
        while school_holiday(end + ONE_DAY) == name:
            end += ONE_DAY
        found.append((name, day, end))
        day = end + ONE_DAY
    return found


def public_holidays(first: date, last: date) -> dict[date, str]:
    """The public holidays of a period, in order."""
    years = range(first.year, last.year + 1)
    return {
        day: name
        for year in years
        for day, name in sorted(_public_holidays(year).items())
        if first <= day <= last
    }


def runs(season: Season, weekdays: frozenset[int], day: date) -> bool:
    """Whether an activity of this season and these weekdays has a session that day."""
    if season is Season.NONE or day.isoweekday() not in weekdays or public_holiday(day):
        return False
    return (school_holiday(day) is None) == (season is Season.TERM)


def days_of(season: Season, weekdays: frozenset[int], first: date, last: date) -> list[date]:
    """Every day of a period on which an activity has a session."""
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in span if runs(season, weekdays, day)]


def closed_because(day: date) -> str:
    """Why nothing of the term runs that day, in French; empty on a day of school."""
    if name := public_holiday(day):
        return f"Jour férié : {name}"
    if name := school_holiday(day):
        return name
    if day.isoweekday() >= 6:
        return "Week-end"
    return ""
