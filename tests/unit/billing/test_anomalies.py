"""When a family's month is so far from its last that a person should look."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.invoicing.anomalies import moved
from contracts.billing.runs import AnomalyKind

JUMP, DROP = AnomalyKind.JUMP, AnomalyKind.DROP


@pytest.mark.parametrize(
    ("before", "cents", "share", "kind"),
    [
        (5000, 10000, 1, None),
        (5000, 10001, 1, JUMP),
        (2000, 6999, 1, None),
        (2000, 7000, 1, JUMP),
        (10000, 5000, 1, None),
        (10001, 4999, 1, DROP),
        (8000, 0, 1, DROP),
        (4999, 0, 1, None),
        # In July everybody pays a quarter: who pays a quarter is as the others, who pays nothing is not.
        (40000, 10000, 0.25, None),
        (40000, 1000, 0.25, DROP),
        (0, -3000, 1, None),
    ],
)
def test_twice_or_half_and_fifty_euros(
    before: int, cents: int, share: float, kind: AnomalyKind | None
) -> None:
    assert moved(before, cents, share) is kind


@given(st.integers(0, 10**6), st.integers(-(10**6), 10**6), st.floats(0, 1))
def test_what_moved_by_less_than_fifty_euros_is_no_news(before: int, cents: int, share: float) -> None:
    if abs(cents - before) < 5000:
        assert moved(before, cents, share) is None
