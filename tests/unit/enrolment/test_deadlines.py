"""The deadline rules: when they close, and that their sentence says the same."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
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
