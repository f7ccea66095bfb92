"""What an aid takes off: within its cap, in the order of the days."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tariffs.aids import Aid, Unit, Used, spread

LEA, HUGO = UUID(int=1), UUID(int=2)
MONDAY = date(2026, 10, 5)


def meals(*prices: int, child: UUID = LEA) -> list[Unit]:
    return [Unit(child, MONDAY + timedelta(days=n), cents) for n, cents in enumerate(prices)]


@pytest.mark.parametrize(
    ("aid", "taken"),
    [
        (Aid(percent=50), [160, 160, 105]),
        (Aid(cents=200), [200, 200, 200]),
        (Aid(cents=500), [320, 320, 211]),
        (Aid(percent=10, cents=100), [132, 132, 121]),
        (Aid(cents=200, cap_cents=450), [200, 200, 50]),
        (Aid(cents=200, cap_days=2), [200, 200, 0]),
    ],
)
def test_so_much_off_each_until_the_cap(aid: Aid, taken: list[int]) -> None:
    assert spread(aid, Used(), meals(320, 320, 211)) == taken


def test_a_day_counts_once_for_a_child_and_once_for_each() -> None:
    same_day = [
        Unit(LEA, MONDAY, 300),
        Unit(LEA, MONDAY, 300),
        Unit(HUGO, MONDAY, 300),
        Unit(LEA, MONDAY, 300),
    ]
    assert spread(Aid(cents=100, cap_days=1), Used(), same_day) == [100, 100, 0, 100]


def test_what_was_taken_before_uses_up_the_cap() -> None:
    used = Used(cents=350, days=frozenset({(LEA, date(2026, 9, 1))}))
    assert spread(Aid(cents=100, cap_cents=400, cap_days=5), used, meals(320, 320)) == [50, 0]
    assert spread(Aid(cents=100, cap_days=1), used, meals(320)) == [0]


UNITS = st.lists(
    st.builds(
        Unit, st.sampled_from([LEA, HUGO]), st.dates(MONDAY, MONDAY + timedelta(days=9)), st.integers(0, 2000)
    )
)
AIDS = st.builds(
    Aid,
    st.integers(0, 100),
    st.integers(0, 1000),
    st.none() | st.integers(0, 5000),
    st.none() | st.integers(1, 8),
)


@given(AIDS, UNITS, st.integers(0, 6000))
def test_the_caps_are_never_exceeded_and_no_price_falls_below_nothing(
    aid: Aid, units: list[Unit], before: int
) -> None:
    taken = spread(aid, Used(cents=before), units)
    assert all(0 <= off <= unit.price for off, unit in zip(taken, units, strict=True))
    if aid.cap_cents is not None:
        assert sum(taken) <= max(0, aid.cap_cents - before)
    if aid.cap_days is not None:
        days = {(unit.child_id, unit.day) for off, unit in zip(taken, units, strict=True) if off}
        assert len(days) <= aid.cap_days
