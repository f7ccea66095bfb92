"""The order of pages, as parents write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.vault import page_order
from gateway.vault.page_order import NoOrder


@pytest.mark.parametrize(
    ("written", "order"),
    [
        ("", []),
        ("  ", []),
        ("2, 1, 3", [1, 0, 2]),
        ("2 1 3", [1, 0, 2]),
        ("3;1 ;2.", [2, 0, 1]),
        ("2 - 1", [1, 0]),
        ("2", [1]),
    ],
)
def test_numbers_are_read_however_they_are_set_apart(written, order):
    assert page_order.read(written) == order


@pytest.mark.parametrize("written", ["1, 1", "0, 1", "deux", "1, x", "1,,é", "²", "100", "-1", ","])
def test_what_is_no_order_is_asked_for_again(written):
    with pytest.raises(NoOrder):
        page_order.read(written)


@given(order=st.permutations(range(12)), named=st.integers(0, 12))
def test_photographs_that_were_not_named_follow_as_they_came(order, named):
    complete = page_order.complete(order[:named], 12)
    assert complete[:named] == order[:named]
    assert complete[named:] == sorted(order[named:])


def test_a_photograph_that_was_not_sent_cannot_be_named():
    with pytest.raises(NoOrder):
        page_order.complete([2, 0], 2)
