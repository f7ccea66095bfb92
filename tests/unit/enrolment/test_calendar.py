"""The calendar of zone A for 2026-2027, as the ministry published it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from vacances_scolaires_france import SchoolHolidayDates

from contracts.enrolment.offer import Season
from enrolment.schedule import calendar

CANTEEN = frozenset({1, 2, 4, 5})


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (date(2026, 10, 17), date(2026, 11, 1), "Vacances de la Toussaint"),
        (date(2026, 12, 19), date(2027, 1, 3), "Vacances de Noël"),
        (date(2027, 2, 13), date(2027, 2, 28), "Vacances d’hiver"),
        (date(2027, 4, 10), date(2027, 4, 25), "Vacances de printemps"),
        (date(2027, 5, 7), date(2027, 5, 8), "Pont de l’Ascension"),
        (date(2027, 7, 3), date(2027, 8, 31), "Vacances d’été"),
    ],
)
def test_the_holidays_of_zone_a(first: date, last: date, name: str) -> None:
    assert calendar.school_holiday(first) == name
    assert calendar.school_holiday(last) == name


def test_the_year_covers_what_it_should() -> None:
    year = calendar.school_year_of(date(2026, 11, 23))
    assert (year.label, year.first, year.last) == ("2026-2027", date(2026, 9, 1), date(2027, 8, 31))
    assert calendar.is_covered(year.first)
    assert calendar.is_covered(year.last)
    assert calendar.school_year_of(date(2027, 8, 31)).label == "2026-2027"
    assert calendar.school_year_of(date(2027, 9, 1)).label == "2027-2028"


def test_a_school_year_has_some_140_days_of_canteen_and_36_wednesdays() -> None:
    year = calendar.school_year_of(date(2026, 11, 23))
    canteen = calendar.days_of(Season.TERM, CANTEEN, year.first, year.last)
    wednesdays = calendar.days_of(Season.TERM, frozenset({3}), year.first, year.last)
    assert 136 <= len(canteen) <= 144
    assert 32 <= len(wednesdays) <= 37


def test_holidays_run_on_holidays_only_and_nothing_on_a_public_one() -> None:
    autumn = calendar.days_of(
        Season.HOLIDAYS, frozenset({1, 2, 3, 4, 5}), date(2026, 10, 12), date(2026, 11, 15)
    )
    assert autumn[0] == date(2026, 10, 19)
    assert autumn[-1] == date(2026, 10, 30)
    assert len(autumn) == 10
    assert not calendar.runs(Season.TERM, frozenset({3}), date(2026, 11, 11))
    assert calendar.days_of(Season.NONE, CANTEEN, date(2026, 9, 1), date(2027, 8, 31)) == []


def test_why_a_day_is_closed() -> None:
    assert calendar.closed_because(date(2026, 11, 11)) == "Jour férié : Armistice"
    assert calendar.closed_because(date(2026, 12, 21)) == "Vacances de Noël"
    assert calendar.closed_because(date(2026, 11, 28)) == "Week-end"
    assert calendar.closed_because(date(2026, 11, 23)) == ""


def test_the_towns_day_turns_at_midnight_in_paris() -> None:
    assert calendar.local_day(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == date(2026, 11, 23)


def test_what_follows_the_last_summer_published_is_not_known() -> None:
    """The year of that summer is published, its autumn is not: sessions would be opened on its holidays."""
    published = SchoolHolidayDates()
    last = max(published.holidays_for_year_and_zone(published.max_year, calendar.ZONE))
    assert calendar.is_covered(last)
    assert not calendar.is_covered(last + timedelta(days=1))
    assert not calendar.is_covered(date(published.max_year, 12, 31))


@given(day=st.dates(date(1900, 1, 1), date(2200, 12, 31)))
@example(day=date(2026, 8, 31))
@example(day=date(2026, 9, 1))
@example(day=date(2028, 2, 29))
def test_a_day_of_any_year_belongs_to_one_school_year_and_can_be_told_why_nothing_runs(day: date) -> None:
    """Also of years that nobody has published: a month may be asked for by hand."""
    year = calendar.school_year_of(day)
    assert year.first <= day <= year.last
    following = calendar.school_year_of(year.last + timedelta(days=1))
    assert following.first == year.last + timedelta(days=1)
    runs = [calendar.runs(season, frozenset(range(1, 8)), day) for season in Season]
    assert sum(runs) == (calendar.public_holiday(day) is None)
    closed = calendar.closed_because(day)
    assert bool(closed) == bool(
        calendar.public_holiday(day) or calendar.school_holiday(day) or day.isoweekday() in {6, 7}
    )


def test_the_bridge_of_2026_is_ours_for_as_long_as_the_package_does_not_hold_it() -> None:
    """Fails on the day the package holds it: take it out of `BRIDGES` then."""
    published = SchoolHolidayDates().holidays_for_year_and_zone(2026, calendar.ZONE)
    assert [day for day in calendar.BRIDGES if day in published] == []
    assert {calendar.school_holiday(day) for day in calendar.BRIDGES} == {"Pont de l’Ascension"}


def test_the_bridges_of_the_years_to_come_are_the_packages() -> None:
    assert calendar.school_holiday(date(2027, 5, 7)) == "Pont de l’Ascension"
    assert calendar.school_holiday(date(2028, 5, 26)) == "Pont de l’Ascension"
