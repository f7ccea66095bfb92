"""The tables of states, every pair of them; dates and words of invoices."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.invoicing import runs
from billing.invoicing.dates import dates_for, month_after
from billing.paying.provider import Progress, Seen
from billing.paying.states import TRANSITIONS, UNDERWAY, dispute_steps, may, may_refund, state_for
from billing.wording import euros, month_name
from contracts.billing.payments import PaymentState
from contracts.billing.refunds import DisputeState, RefundState
from contracts.billing.runs import RunState

ALLOWED = {
    PaymentState.CREATED: {PaymentState.OPEN, PaymentState.FAILED, PaymentState.EXPIRED},
    PaymentState.OPEN: {
        PaymentState.CONFIRMING,
        PaymentState.PAID,
        PaymentState.EXPIRED,
        PaymentState.DIFFERENT,
    },
    PaymentState.CONFIRMING: {
        PaymentState.OPEN,
        PaymentState.PAID,
        PaymentState.EXPIRED,
        PaymentState.DIFFERENT,
    },
    PaymentState.EXPIRED: {PaymentState.PAID, PaymentState.DIFFERENT},
    PaymentState.PAID: {PaymentState.REJECTED},
    PaymentState.COLLECTING: {PaymentState.PAID, PaymentState.FAILED},
    PaymentState.REJECTED: set(),
    PaymentState.FAILED: set(),
    PaymentState.DIFFERENT: set(),
}


@pytest.mark.parametrize(("before", "after"), list(product(PaymentState, PaymentState)))
def test_every_pair_of_payment_states(before: PaymentState, after: PaymentState) -> None:
    assert (after in ALLOWED[before]) is may(before, after)


def test_nothing_leaves_paid_but_what_a_bank_sends_back() -> None:
    assert [after for before, after in TRANSITIONS if before is PaymentState.PAID] == [PaymentState.REJECTED]


def test_what_is_underway_can_still_be_paid_or_closed() -> None:
    reachable = {after for before, after in TRANSITIONS if before in UNDERWAY}
    assert {PaymentState.PAID, PaymentState.EXPIRED} <= reachable


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (Seen(Progress.PAID, 4800, "EUR"), PaymentState.PAID),
        (Seen(Progress.PAID, 4801, "eur"), PaymentState.DIFFERENT),
        (Seen(Progress.PAID, 4800, "usd"), PaymentState.DIFFERENT),
        (Seen(Progress.OPEN, 4800, "eur"), PaymentState.OPEN),
        (Seen(Progress.CONFIRMING, 4800, "eur"), PaymentState.CONFIRMING),
        (Seen(Progress.EXPIRED, 4800, "eur"), PaymentState.EXPIRED),
    ],
)
def test_what_the_providers_books_mean(seen: Seen, state: PaymentState) -> None:
    assert state is state_for(seen, 4800, "eur")


REFUNDS = {
    RefundState.ASKED: {RefundState.DONE, RefundState.FAILED},
    RefundState.DONE: {RefundState.FAILED},
    RefundState.FAILED: set(),
}


@pytest.mark.parametrize(("before", "after"), list(product(RefundState, RefundState)))
def test_every_pair_of_refund_states(before: RefundState, after: RefundState) -> None:
    assert (after in REFUNDS[before]) is may_refund(before, after)


DISPUTES = {
    DisputeState.INQUIRY: {
        DisputeState.CLOSED: 1,
        DisputeState.OPEN: 1,
        DisputeState.WON: 2,
        DisputeState.LOST: 2,
    },
    DisputeState.OPEN: {DisputeState.WON: 1, DisputeState.LOST: 1},
}


@pytest.mark.parametrize(("before", "after"), list(product(DisputeState, DisputeState)))
def test_every_pair_of_dispute_states_and_the_steps_between(
    before: DisputeState, after: DisputeState
) -> None:
    """A dispute whose opening was missed goes through it, so that its entries are those of any other."""
    steps = dispute_steps(before, after)
    assert len(steps) == DISPUTES.get(before, {}).get(after, 0)
    assert not steps or (steps[-1] is after and set(steps[:-1]) <= {DisputeState.OPEN})


@pytest.mark.parametrize(("before", "after"), list(product(RunState, RunState)))
def test_every_pair_of_run_states(before: RunState, after: RunState) -> None:
    forward = {
        RunState.DRAFT: {RunState.CHECKED, RunState.DISCARDED},
        RunState.CHECKED: {RunState.PUBLISHED, RunState.DISCARDED},
    }
    assert (after in forward.get(before, set())) is ((before, after) in runs.TRANSITIONS)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_an_invoice_is_due_three_weeks_on_and_never_at_a_week_end(published: date) -> None:
    dates = dates_for(published)
    assert 21 <= (dates.due_on - published).days <= 23
    assert dates.due_on.weekday() < 5
    assert (dates.pay_online_until - dates.due_on).days == 14


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-24, 24))
def test_months_are_counted_there_and_back(day: date, count: int) -> None:
    month = day.replace(day=1)
    assert month == month_after(month_after(month, count), -count)


def test_amounts_and_months_are_written_in_french() -> None:
    assert (
        euros(123405),
        euros(-320),
        month_name(date(2026, 10, 1)),
    ) == ("1\u202f234,05\u00a0€", "−3,20\u00a0€", "octobre\u00a02026")
