"""The deadline rules: when they close, and that their sentence says the same."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chassis.clock import PARIS
from contracts.enrolment.deadlines import DaysBefore, DeadlineRule, PreviousMonthDay, WeekdayBefore
from enrolment.booking.deadlines import closes_at, closing_instant, is_open, sentence
from enrolment.schedule.calendar import public_holiday
from tests.unit.enrolment.readers import read_rule

WEEKEND = frozenset({6, 7})

hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
shared = {
    "at": hours,
    "skip_weekdays": st.one_of(st.just(WEEKEND), st.frozensets(st.integers(1, 7), max_size=4)),
    "skip_holidays": st.booleans(),
}
rules: st.SearchStrategy[DeadlineRule] = st.one_of(
    st.builds(DaysBefore, days=st.integers(0, 30), **shared),
    st.builds(WeekdayBefore, weekday=st.integers(1, 7), weeks=st.integers(1, 8), **shared),
    st.builds(PreviousMonthDay, day=st.integers(1, 31), **shared),
)
days = st.dates(date(2025, 9, 1), date(2028, 8, 31))


@given(rule=rules, day=days, later=st.integers(1, 120))
def test_a_later_day_never_closes_earlier(rule: DeadlineRule, day: date, later: int) -> None:
    assert closes_at(rule, day, public_holiday) <= closes_at(
        rule, day + timedelta(days=later), public_holiday
    )


@given(rule=rules, day=days)
def test_nothing_closes_after_its_own_day(rule: DeadlineRule, day: date) -> None:
    assert closes_at(rule, day, public_holiday).date() <= day


@given(rule=rules, day=days)
def test_a_deadline_never_falls_on_a_skipped_day_but_on_the_day_itself(rule: DeadlineRule, day: date) -> None:
    closing = closes_at(rule, day, public_holiday).date()
    if closing != day:
        assert closing.isoweekday() not in rule.skip_weekdays
        assert not (rule.skip_holidays and public_holiday(closing))


@given(rule=rules, day=days)
def test_the_sentence_says_the_rule(rule: DeadlineRule, day: date) -> None:
    read = read_rule(sentence(rule))
    assert closes_at(read, day, public_holiday) == closes_at(rule, day, public_holiday)
    assert sentence(read) == sentence(rule)


@given(rule=rules, day=days)
def test_a_rule_survives_its_json(rule: DeadlineRule, day: date) -> None:
    adapter: TypeAdapter[DeadlineRule] = TypeAdapter(DeadlineRule)
    assert adapter.validate_json(adapter.dump_json(rule)) == rule


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        (DaysBefore(days=1, at=time(9)), date(2026, 11, 24), datetime(2026, 11, 23, 9, tzinfo=PARIS)),
        (DaysBefore(days=0, at=time(8, 30)), date(2026, 11, 24), datetime(2026, 11, 24, 8, 30, tzinfo=PARIS)),
        # Armistice on Wednesday 11: two working days before Friday 13 are Thursday 12 and Tuesday 10.
        (
            DaysBefore(days=2, at=time(9), skip_weekdays=WEEKEND, skip_holidays=True),
            date(2026, 11, 13),
            datetime(2026, 11, 10, 9, tzinfo=PARIS),
        ),
        (
            DaysBefore(days=2, at=time(9), skip_weekdays=WEEKEND, skip_holidays=True),
            date(2026, 11, 23),
            datetime(2026, 11, 19, 9, tzinfo=PARIS),
        ),
        (WeekdayBefore(weekday=4, at=time(12)), date(2026, 11, 25), datetime(2026, 11, 19, 12, tzinfo=PARIS)),
        (WeekdayBefore(weekday=4, at=time(12)), date(2026, 11, 29), datetime(2026, 11, 19, 12, tzinfo=PARIS)),
        (
            WeekdayBefore(weekday=1, weeks=2, at=time(12)),
            date(2027, 1, 6),
            datetime(2026, 12, 21, 12, tzinfo=PARIS),
        ),
        # Ascension Day is Thursday 6 May 2027: the deadline moves to the Wednesday.
        (
            WeekdayBefore(weekday=4, at=time(12), skip_holidays=True),
            date(2027, 5, 12),
            datetime(2027, 5, 5, 12, tzinfo=PARIS),
        ),
        (PreviousMonthDay(day=20, at=time(18)), date(2027, 1, 4), datetime(2026, 12, 20, 18, tzinfo=PARIS)),
        (PreviousMonthDay(day=31, at=time(18)), date(2027, 3, 1), datetime(2027, 2, 28, 18, tzinfo=PARIS)),
    ],
)
def test_closing_instants_by_hand(rule: DeadlineRule, day: date, expected: datetime) -> None:
    assert closes_at(rule, day, public_holiday) == expected


def test_nine_o_clock_stays_nine_when_the_clocks_change() -> None:
    rule = DaysBefore(days=1, at=time(9))
    before = closes_at(rule, date(2026, 10, 25), public_holiday).astimezone(UTC)
    after = closes_at(rule, date(2026, 10, 27), public_holiday).astimezone(UTC)
    assert (before.hour, after.hour) == (7, 8)
    summer = closes_at(rule, date(2027, 3, 30), public_holiday).astimezone(UTC)
    assert summer.hour == 7


def test_the_closing_instant_itself_is_too_late() -> None:
    rule = DaysBefore(days=1, at=time(9))
    closing = closes_at(rule, date(2026, 11, 24), public_holiday)
    assert is_open(rule, date(2026, 11, 24), closing - timedelta(microseconds=1), public_holiday)
    assert not is_open(rule, date(2026, 11, 24), closing, public_holiday)


def test_without_a_rule_a_day_closes_when_it_begins() -> None:
    closing = closing_instant(None, date(2026, 11, 24), public_holiday)
    assert closing == datetime(2026, 11, 24, tzinfo=PARIS)
    assert sentence(None) == "jusqu’à la veille au soir"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (DaysBefore(days=1, at=time(9)), "jusqu’à la veille, 9 h"),
        (DaysBefore(days=0, at=time(8, 30)), "jusqu’au jour même, 8 h 30"),
        (
            DaysBefore(days=2, at=time(9), skip_weekdays=WEEKEND, skip_holidays=True),
            "jusqu’à 2 jours ouvrés avant, 9 h",
        ),
        (
            DaysBefore(days=1, at=time(12), skip_weekdays=WEEKEND, skip_holidays=True),
            "jusqu’au jour ouvré précédent, 12 h",
        ),
        (
            DaysBefore(days=3, at=time(9), skip_weekdays=frozenset({3, 6, 7}), skip_holidays=True),
            "jusqu’à 3 jours avant, 9 h, "
            "sans compter les mercredis, les samedis, les dimanches ni les jours fériés",
        ),
        (WeekdayBefore(weekday=4, at=time(12)), "jusqu’au jeudi de la semaine précédente, 12 h"),
        (WeekdayBefore(weekday=1, weeks=2, at=time(12)), "jusqu’au lundi deux semaines avant, 12 h"),
        (
            PreviousMonthDay(day=1, at=time(18), skip_weekdays=WEEKEND),
            "jusqu’au 1er du mois précédent, 18 h, ou le jour d’avant si c’est un samedi ou un dimanche",
        ),
    ],
)
def test_sentences_read_well(rule: DeadlineRule, expected: str) -> None:
    assert sentence(rule).replace("\u00a0", " ") == expected


def test_a_rule_that_skips_every_day_is_refused() -> None:
    with pytest.raises(ValidationError):
        DaysBefore(days=1, at=time(9), skip_weekdays=frozenset(range(1, 8)))


# ---------------------------------------------------------------- the dates that bite

TWO_YEARS = [date(2026, 9, 1) + timedelta(days=n) for n in range(731)]
"""Two school years: the clocks change four times, the holidays of May 2027, 29 February 2028."""
WORKING = {"skip_weekdays": WEEKEND, "skip_holidays": True}
OCTOBER, MARCH = date(2026, 10, 25), date(2027, 3, 28)
"""The Sundays on which the hour from 2 h is doubled, then missing."""


@given(rule=rules)
@settings(max_examples=60)
def test_on_every_day_of_two_years_the_sentence_closes_when_the_rule_does(rule: DeadlineRule) -> None:
    read = read_rule(sentence(rule))
    said = [_utc(closes_at(read, day, public_holiday)) for day in TWO_YEARS]
    assert said == [_utc(closes_at(rule, day, public_holiday)) for day in TWO_YEARS]


@given(rule=rules)
@settings(max_examples=60)
def test_over_two_years_no_day_closes_before_the_one_before_it_on_the_worlds_clock(
    rule: DeadlineRule,
) -> None:
    closing = [_utc(closes_at(rule, day, public_holiday)) for day in TWO_YEARS]
    assert closing == sorted(closing)


@given(rule=rules)
@settings(max_examples=60)
def test_the_hour_of_the_town_is_that_of_the_rule_but_in_the_hour_that_does_not_exist(
    rule: DeadlineRule,
) -> None:
    for day in TWO_YEARS:
        closing = closes_at(rule, day, public_holiday)
        lived = _utc(closing).astimezone(PARIS)
        missing = closing.date() in {MARCH, date(2028, 3, 26)} and rule.at.hour == 2
        assert lived.time() == (rule.at.replace(hour=3) if missing else rule.at)
        assert lived.date() == closing.date()


def test_in_the_doubled_hour_the_first_one_closes() -> None:
    rule = DaysBefore(days=0, at=time(2, 30))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert _utc(closes_at(rule, OCTOBER, public_holiday)) == first
    assert is_open(rule, OCTOBER, first - timedelta(seconds=1), public_holiday)
    assert not is_open(rule, OCTOBER, first, public_holiday)
    assert not is_open(rule, OCTOBER, first + timedelta(minutes=59), public_holiday)


def test_in_the_missing_hour_it_closes_as_long_after_two_as_it_says() -> None:
    rule = DaysBefore(days=0, at=time(2, 30))
    half_past_three = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert _utc(closes_at(rule, MARCH, public_holiday)) == half_past_three
    assert is_open(rule, MARCH, half_past_three - timedelta(seconds=1), public_holiday)
    assert not is_open(rule, MARCH, half_past_three, public_holiday)


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        # May 2027: the 1st and the 8th are Saturdays, Ascension is Thursday 6, Whit Monday is the 17th. Friday 7 is
        # a bridge, without school but not a public holiday: it is a working day of the town's services.
        (DaysBefore(days=1, at=time(9), **WORKING), date(2027, 5, 10), datetime(2027, 5, 7, 9, tzinfo=PARIS)),
        (DaysBefore(days=3, at=time(9), **WORKING), date(2027, 5, 10), datetime(2027, 5, 4, 9, tzinfo=PARIS)),
        (
            DaysBefore(days=2, at=time(9), **WORKING),
            date(2027, 5, 18),
            datetime(2027, 5, 13, 9, tzinfo=PARIS),
        ),
        (
            WeekdayBefore(weekday=1, at=time(9), **WORKING),
            date(2027, 5, 26),
            datetime(2027, 5, 14, 9, tzinfo=PARIS),
        ),
        # New Year's Day is a Friday.
        (
            DaysBefore(days=1, at=time(9), **WORKING),
            date(2027, 1, 4),
            datetime(2026, 12, 31, 9, tzinfo=PARIS),
        ),
        # The first days of a school year close in the summer, which belongs to the year that ends.
        (DaysBefore(days=2, at=time(9), **WORKING), date(2027, 9, 1), datetime(2027, 8, 30, 9, tzinfo=PARIS)),
        (WeekdayBefore(weekday=4, at=time(12)), date(2027, 9, 1), datetime(2027, 8, 26, 12, tzinfo=PARIS)),
        (
            WeekdayBefore(weekday=4, weeks=8, at=time(12)),
            date(2027, 9, 1),
            datetime(2027, 7, 8, 12, tzinfo=PARIS),
        ),
        (PreviousMonthDay(day=20, at=time(18)), date(2027, 9, 1), datetime(2027, 8, 20, 18, tzinfo=PARIS)),
        # Months that end early, and a leap year.
        (PreviousMonthDay(day=31, at=time(18)), date(2026, 12, 31), datetime(2026, 11, 30, 18, tzinfo=PARIS)),
        (PreviousMonthDay(day=31, at=time(18)), date(2027, 7, 1), datetime(2027, 6, 30, 18, tzinfo=PARIS)),
        (PreviousMonthDay(day=30, at=time(18)), date(2028, 3, 15), datetime(2028, 2, 29, 18, tzinfo=PARIS)),
        (
            PreviousMonthDay(day=31, at=time(18), **WORKING),
            date(2027, 6, 1),
            datetime(2027, 5, 31, 18, tzinfo=PARIS),
        ),
        (
            PreviousMonthDay(day=1, at=time(18), **WORKING),
            date(2027, 6, 15),
            datetime(2027, 4, 30, 18, tzinfo=PARIS),
        ),
        (DaysBefore(days=1, at=time(9)), date(2028, 3, 1), datetime(2028, 2, 29, 9, tzinfo=PARIS)),
    ],
)
def test_closing_instants_of_hard_dates(rule: DeadlineRule, day: date, expected: datetime) -> None:
    assert closes_at(rule, day, public_holiday) == expected


def _utc(instant: datetime) -> datetime:
    """On the world's clock: two times of Paris would be compared by their wall clocks alone."""
    return instant.astimezone(UTC)
