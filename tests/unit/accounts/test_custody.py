"""Who has the child on a day: the shapes of agreements, and what holds for all of them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.shared_custody import custody
from accounts.shared_custody.custody import Belonging, Holiday, Span
from contracts.accounts.custody import (
    AlternateWeeks,
    AlwaysWith,
    ChosenDays,
    CustodyTerms,
    EvenWeeks,
    EveryOtherWeek,
    HolidayRule,
    NamedPeriod,
    Side,
    SummerRule,
    Why,
)
from tests.mothers import custody as mother
from tests.mothers.custody import FIRST, HOLIDAYS, SECOND

DAY = timedelta(days=1)
YEAR = (date(2026, 9, 1), date(2027, 8, 31))


def side(terms: CustodyTerms, day: date) -> Side:
    return custody.decide(terms, HOLIDAYS, day).side


# ------------------------------------------------------------------ school weeks


def test_after_school_the_friday_is_still_the_home_that_brought_the_child() -> None:
    terms = mother.every_other_week()
    assert custody.spans(terms, HOLIDAYS, date(2026, 9, 1), date(2026, 9, 25)) == [
        Span(date(2026, 9, 1), date(2026, 9, 4), SECOND),
        Span(date(2026, 9, 5), date(2026, 9, 11), FIRST),  # Saturday to Friday
        Span(date(2026, 9, 12), date(2026, 9, 18), SECOND),
        Span(date(2026, 9, 19), date(2026, 9, 25), FIRST),
    ]


def test_in_the_morning_the_day_is_already_the_arriving_home() -> None:
    weeks = AlternateWeeks(
        weeks=EveryOtherWeek(side=FIRST, reference=date(2026, 9, 7)), changeover=1, after_school=False
    )
    terms = CustodyTerms(weeks=weeks)
    assert (side(terms, date(2026, 9, 6)), side(terms, date(2026, 9, 7))) == (SECOND, FIRST)
    assert (side(terms, date(2026, 9, 13)), side(terms, date(2026, 9, 14))) == (FIRST, SECOND)


@pytest.mark.parametrize(
    ("changeover", "after_school", "first", "last"),
    [
        (5, True, date(2026, 9, 5), date(2026, 9, 11)),  # Saturday to Friday: the Monday of week 37 is in it
        (1, False, date(2026, 9, 7), date(2026, 9, 13)),
        (7, True, date(2026, 9, 7), date(2026, 9, 13)),
        (
            3,
            False,
            date(2026, 9, 9),
            date(2026, 9, 15),
        ),  # Wednesday to Tuesday: five of its days are in week 37
        (5, False, date(2026, 9, 4), date(2026, 9, 10)),
    ],
)
def test_a_week_bears_the_number_of_the_iso_week_of_most_of_its_days(
    changeover: int, after_school: bool, first: date, last: date
) -> None:
    odd = AlternateWeeks(weeks=EvenWeeks(side=SECOND), changeover=changeover, after_school=after_school)
    terms = CustodyTerms(weeks=odd)
    assert side(terms, first - DAY) is SECOND
    assert {side(terms, first + n * DAY) for n in range(7)} == {FIRST}  # week 37
    assert side(terms, last + DAY) is SECOND


def test_even_weeks_give_two_weeks_running_after_a_year_of_53() -> None:
    """2026 has 53 weeks: 53 and 1 are both odd, and whoever has the odd weeks has both."""
    weeks = AlternateWeeks(weeks=EvenWeeks(side=FIRST), changeover=1, after_school=False)
    found = custody.spans(CustodyTerms(weeks=weeks), (), date(2026, 12, 21), date(2027, 1, 17))
    assert found == [
        Span(date(2026, 12, 21), date(2026, 12, 27), FIRST),  # 52
        Span(date(2026, 12, 28), date(2027, 1, 10), SECOND),  # 53 and 1
        Span(date(2027, 1, 11), date(2027, 1, 17), FIRST),  # 2
    ]


def test_every_other_week_does_not_break_at_the_turn_of_the_year() -> None:
    rule = EveryOtherWeek(side=FIRST, reference=date(2026, 9, 9))
    terms = CustodyTerms(weeks=AlternateWeeks(weeks=rule))
    found = custody.spans(terms, (), date(2024, 1, 6), date(2028, 12, 29))
    assert {(span.last - span.first).days for span in found} == {6}


def test_chosen_days_and_weekends_in_turn() -> None:
    terms = mother.chosen_days()
    assert custody.spans(terms, HOLIDAYS, date(2026, 9, 7), date(2026, 9, 20)) == [
        Span(date(2026, 9, 7), date(2026, 9, 8), FIRST),
        Span(date(2026, 9, 9), date(2026, 9, 11), SECOND),
        Span(
            date(2026, 9, 12), date(2026, 9, 15), FIRST
        ),  # the week-end of 12 September, then Monday and Tuesday
        Span(date(2026, 9, 16), date(2026, 9, 20), SECOND),
    ]


def test_a_fixed_weekend_is_always_with_the_same_home() -> None:
    terms = CustodyTerms(weeks=ChosenDays(days=(FIRST,) * 5, weekends=SECOND))
    assert custody.decide(terms, (), date(2026, 9, 12)) == Belonging(SECOND, Why.WEEKEND)
    assert custody.decide(terms, (), date(2026, 9, 14)) == Belonging(FIRST, Why.WEEKDAY)


# ------------------------------------------------------------------ holidays


def test_holidays_in_halves_change_places_each_year() -> None:
    terms = mother.every_other_week()
    assert custody.decide(terms, HOLIDAYS, date(2026, 10, 24)) == Belonging(
        FIRST, Why.HOLIDAY_HALF, "Vacances de la Toussaint", 1
    )
    assert custody.decide(terms, HOLIDAYS, date(2026, 10, 25)) == Belonging(
        SECOND, Why.HOLIDAY_HALF, "Vacances de la Toussaint", 2
    )
    assert side(terms, date(2026, 12, 19)) is FIRST
    assert side(terms, date(2027, 1, 2)) is SECOND  # the holidays began in 2026
    assert side(terms, date(2027, 2, 13)) is SECOND  # 2027 is odd
    assert side(terms, date(2027, 2, 28)) is FIRST


def test_whole_holidays_go_to_each_in_turn_and_the_other_way_next_year() -> None:
    terms = mother.every_other_week(holidays=HolidayRule.WHOLE)
    next_year = tuple(
        Holiday(
            each.name,
            each.first.replace(year=each.first.year + 1),
            each.last.replace(year=each.last.year + 1),
        )
        for each in HOLIDAYS[:4]
    )
    known = (*HOLIDAYS, *next_year)
    turns = [custody.decide(terms, known, each.first).side for each in HOLIDAYS[:4]]
    assert turns == [FIRST, SECOND, FIRST, SECOND]
    assert [custody.decide(terms, known, each.first).side for each in next_year] == [
        SECOND,
        FIRST,
        SECOND,
        FIRST,
    ]


def test_the_summer_in_fortnights() -> None:
    terms = mother.every_other_week()
    assert custody.spans(terms, HOLIDAYS, mother.SUMMER.first, mother.SUMMER.last) == [
        Span(date(2027, 7, 3), date(2027, 7, 16), SECOND),
        Span(date(2027, 7, 17), date(2027, 7, 30), FIRST),
        Span(date(2027, 7, 31), date(2027, 8, 13), SECOND),
        Span(date(2027, 8, 14), date(2027, 8, 27), FIRST),
        Span(date(2027, 8, 28), date(2027, 8, 31), SECOND),
    ]


def test_a_bridge_is_no_holiday() -> None:
    terms = mother.every_other_week()
    assert custody.decide(terms, HOLIDAYS, mother.BRIDGE.first).why is Why.WEEK


def test_a_named_period_goes_before_everything() -> None:
    period = NamedPeriod(first=date(2026, 10, 20), last=date(2026, 11, 10), side=SECOND)
    terms = mother.every_other_week(periods=(period,))
    assert custody.spans(terms, HOLIDAYS, date(2026, 10, 17), date(2026, 11, 13)) == [
        Span(date(2026, 10, 17), date(2026, 10, 19), FIRST),
        Span(date(2026, 10, 20), date(2026, 11, 13), SECOND),  # the week that follows is the second's anyway
    ]


def test_periods_that_share_a_day_are_refused() -> None:
    one = NamedPeriod(first=date(2026, 10, 20), last=date(2026, 10, 22), side=SECOND)
    other = NamedPeriod(first=date(2026, 10, 22), last=date(2026, 10, 23), side=FIRST)
    with pytest.raises(ValueError, match="share a day"):
        mother.every_other_week(periods=(one, other))


# ------------------------------------------------------------------ whatever the terms

SIDES = st.sampled_from(Side)
DATES = st.dates(date(2020, 1, 1), date(2035, 12, 31))
ALTERNATIONS = st.one_of(
    st.builds(EvenWeeks, side=SIDES), st.builds(EveryOtherWeek, side=SIDES, reference=DATES)
)
ALTERNATE = st.builds(
    AlternateWeeks, weeks=ALTERNATIONS, changeover=st.integers(1, 7), after_school=st.booleans()
)
WEEKS = st.one_of(
    ALTERNATE,
    st.builds(AlwaysWith, side=SIDES),
    st.builds(ChosenDays, days=st.tuples(*[SIDES] * 5), weekends=st.one_of(SIDES, ALTERNATIONS)),
)
TERMS = st.builds(
    CustodyTerms,
    weeks=WEEKS,
    holidays=st.sampled_from(HolidayRule),
    even_years=SIDES,
    summer=st.sampled_from(SummerRule),
    summer_even_years=SIDES,
    periods=st.lists(
        st.builds(
            lambda first, days, side: NamedPeriod(first=first, last=first + days * DAY, side=side),
            st.dates(*YEAR),
            st.integers(0, 20),
            SIDES,
        ),
        max_size=1,
    ).map(tuple),
)


@given(TERMS, st.dates(*YEAR), st.integers(0, 400))
def test_spans_partition_the_period_and_say_what_each_day_says(
    terms: CustodyTerms, first: date, length: int
) -> None:
    last = first + length * DAY
    found = custody.spans(terms, HOLIDAYS, first, last)
    assert (found[0].first, found[-1].last) == (first, last)
    for before, after in pairwise(found):
        assert after.first == before.last + DAY
        assert after.side is before.side.other
    for span in found:
        days = custody.days_between(span.first, span.last)
        assert {custody.decide(terms, HOLIDAYS, day).side for day in days} == {span.side}


@given(TERMS, st.dates(*YEAR))
def test_the_mirror_gives_every_day_to_the_other(terms: CustodyTerms, day: date) -> None:
    mirrored = custody.mirrored(terms)
    assert custody.decide(mirrored, HOLIDAYS, day).side is custody.decide(terms, HOLIDAYS, day).side.other
    assert custody.mirrored(mirrored) == terms


@given(st.builds(EveryOtherWeek, side=SIDES, reference=DATES), st.integers(1, 7), st.booleans(), DATES)
def test_every_other_week_alternates_for_ever(
    rule: EveryOtherWeek, changeover: int, after_school: bool, day: date
) -> None:
    weeks = AlternateWeeks(weeks=rule, changeover=changeover, after_school=after_school)
    terms = CustodyTerms(weeks=weeks)
    assert custody.decide(terms, (), rule.reference).side is rule.side
    assert custody.decide(terms, (), day).side is custody.decide(terms, (), day + 7 * DAY).side.other
    assert custody.decide(terms, (), day).side is custody.decide(terms, (), day + 14 * DAY).side


@given(st.builds(EvenWeeks, side=SIDES), DATES)
def test_even_weeks_are_those_of_the_calendar(rule: EvenWeeks, day: date) -> None:
    terms = CustodyTerms(weeks=AlternateWeeks(weeks=rule, changeover=1, after_school=False))
    even = day.isocalendar().week % 2 == 0
    assert custody.decide(terms, (), day).side is (rule.side if even else rule.side.other)


@given(DATES, st.integers(5, 70), SIDES)
def test_halves_differ_by_a_day_at_most(first: date, length: int, even_years: Side) -> None:
    holiday = Holiday("Vacances", first, first + (length - 1) * DAY)
    terms = mother.every_other_week(even_years=even_years)
    halves = custody.spans(terms, (holiday,), holiday.first, holiday.last)
    lengths = [(span.last - span.first).days + 1 for span in halves]
    assert len(halves) == 2
    assert lengths[0] - lengths[1] in (0, 1)
    assert halves[0].side is (even_years if first.year % 2 == 0 else even_years.other)


@given(TERMS)
def test_terms_survive_the_journey_to_the_database(terms: CustodyTerms) -> None:
    assert CustodyTerms.model_validate(terms.model_dump(mode="json")) == terms
