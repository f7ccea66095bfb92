"""Which invoices money that goes back is taken from."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.paying.back import spread

ONE, TWO, OLD, NEW = (UUID(int=number) for number in (1, 2, 3, 4))


def test_a_credit_is_used_up_first_then_the_newest_invoice_is_due_again() -> None:
    assert spread(5000, [(ONE, 1000), (TWO, 500)], [(NEW, 3000), (OLD, 2000)]) == {
        ONE: 1000,
        TWO: 500,
        NEW: 3000,
        OLD: 500,
    }


def test_an_invoice_paid_twice_gives_back_its_credit_then_itself() -> None:
    assert spread(6000, [(ONE, 4800)], [(ONE, 4800)]) == {ONE: 6000}


def test_a_credit_that_went_elsewhere_meanwhile_falls_on_the_payments_own_invoice() -> None:
    assert spread(4800, [], [(ONE, 0)]) == {ONE: 4800}


_ITEMS = st.lists(st.integers(0, 10_000), min_size=1, max_size=5)


@given(_ITEMS, _ITEMS, st.integers(1, 50_000))
def test_to_the_cent_and_nothing_due_while_there_is_credit(
    credits_: list[int], settled: list[int], cents: int
) -> None:
    given_ = [(UUID(int=number), each) for number, each in enumerate(credits_, 1)]
    paid = [(UUID(int=100 + number), each) for number, each in enumerate(settled, 1)]
    back = spread(cents, given_, paid)
    assert sum(back.values()) == cents
    assert all(value > 0 for value in back.values())
    used = sum(back.get(invoice, 0) for invoice, _ in given_)
    assert used == min(cents, sum(credits_))
