"""Until when a line may be contested and must be answered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.contesting.terms import answer_before, contest_until, months_after, why_not

DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("published", "last"),
    [
        (date(2026, 11, 5), date(2027, 1, 6)),
        (date(2026, 12, 31), date(2027, 3, 1)),  # no 31 February: the last of the month, and a day
        (date(2026, 11, 8), date(2027, 1, 11)),  # the 9th is a Saturday
        (date(2027, 2, 28), date(2027, 4, 29)),
        (date(2026, 10, 31), date(2027, 1, 4)),  # 1 January, then a week-end
    ],
)
def test_two_full_months_and_never_on_a_closed_day(published: date, last: date) -> None:
    assert contest_until(published) == last


@given(DAYS)
def test_it_is_never_shorter_than_two_months_nor_much_longer(published: date) -> None:
    last = contest_until(published)
    assert months_after(published, 2) < last <= months_after(published, 2) + timedelta(days=6)
    assert last.weekday() < 5


@given(DAYS, st.integers(0, 40))
def test_later_is_never_earlier(day: date, more: int) -> None:
    later = day + timedelta(days=more)
    assert contest_until(day) <= contest_until(later)
    assert answer_before(day) <= answer_before(later)


def test_a_day_says_why_it_cannot_be_contested() -> None:
    assert why_not(standing=1, is_open=False, was_answered=False) == ""
    assert why_not(standing=1, is_open=True, was_answered=True) == "open"
    assert why_not(standing=0, is_open=False, was_answered=False) == "credited"
    assert why_not(standing=1, is_open=False, was_answered=True) == "answered"
