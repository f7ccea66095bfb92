"""A credit note while the invoice is being paid: whichever comes first, the family has what it paid too much to its credit."""

from uuid import UUID

import pytest

from billing.paying.models import Payment
from billing.paying.provider import Progress
from contracts.billing.contesting import LineObjectionState as State
from contracts.billing.payments import PaymentState
from contracts.events.attendance import Mark
from tests.mothers.billing import OCTOBER
from tests.services.billing.conftest import Town
from tests.services.billing.test_contesting import MEAL, Case
from tests.services.billing.test_payments import left, receive, start, state
from tests.services.billing.test_refunds import books_are_sound, file_of, give_back
from tests.services.billing.test_runs import at_once


@pytest.fixture
def case(town: Town) -> Case:
    return Case(town, days=3)


def credit(case: Case, objection: UUID) -> None:
    """The office gives a day back at once."""
    case.answer(objection, State.WAIVED, at_once=True)


def pay(case: Case, payment: UUID) -> None:
    case.town.provider.pay(payment)
    case.town.till.refresh(payment)


def over(town: Town, payment: UUID) -> int:
    with town.sessions.begin() as session:
        return session.get_one(Payment, payment).over_cents


def rows(town: Town) -> int:
    return town.count("SELECT count(*) FROM difference WHERE resolved_at IS NULL")


def told_over(town: Town) -> int:
    query = (
        "SELECT coalesce(sum((body::json->'data'->>'over_cents')::int), 0) FROM outbox"
        " WHERE name = 'payment.received'"
    )
    return town.count(query)


def test_paid_after_the_credit_note_the_rest_is_the_familys_credit_and_nobody_has_to_decide(
    case: Case,
) -> None:
    payment = start(case.town, case.invoice, case.parent)
    credit(case, case.contest(0))
    pay(case, payment)
    assert state(case.town, payment) is PaymentState.PAID
    assert (case.balance, over(case.town, payment), told_over(case.town)) == (-MEAL, MEAL, MEAL)
    assert rows(case.town) == 0
    assert file_of(case.town, payment).credit_cents == MEAL
    give_back(case.town, payment, MEAL)
    assert (case.balance, left(case.town, case.invoice)) == (0, 0), "given back, nothing is due again"
    assert books_are_sound(case.town)


def test_the_credit_pays_the_next_invoice(case: Case) -> None:
    payment = start(case.town, case.invoice, case.parent)
    credit(case, case.contest(0))
    pay(case, payment)

    case.town.sheet(OCTOBER.replace(day=9), (case.child, case.family, Mark.PRESENT))
    case.town.sheet(OCTOBER.replace(day=10), (case.child, case.family, Mark.PRESENT))
    case.town.run()
    assert case.balance == MEAL
    assert books_are_sound(case.town)


def test_expired_after_the_credit_note_the_rest_is_asked_for(case: Case) -> None:
    payment = start(case.town, case.invoice, case.parent)
    credit(case, case.contest(0))
    case.town.provider.set(payment, Progress.EXPIRED)
    case.town.till.refresh(payment)
    assert (state(case.town, payment), left(case.town, case.invoice)) == (PaymentState.EXPIRED, 2 * MEAL)
    again = start(case.town, case.invoice, case.parent)
    pay(case, again)
    assert (case.balance, over(case.town, again), rows(case.town)) == (0, 0, 0)


def test_money_that_comes_after_the_page_expired_and_the_credit_is_credited_too(case: Case) -> None:
    payment = start(case.town, case.invoice, case.parent)
    case.town.provider.set(payment, Progress.EXPIRED)
    case.town.till.refresh(payment)
    credit(case, case.contest(0))
    case.town.provider.pay(payment)
    receive(case.town, payment)
    case.town.till.act()
    assert (case.balance, over(case.town, payment), rows(case.town)) == (-MEAL, MEAL, 0)


def test_a_credit_note_after_the_payment_is_a_credit_of_its_own(case: Case) -> None:
    payment = start(case.town, case.invoice, case.parent)
    pay(case, payment)
    credit(case, case.contest(0))
    assert (case.balance, over(case.town, payment), told_over(case.town), rows(case.town)) == (-MEAL, 0, 0, 0)


def test_an_invoice_that_two_paid_is_told_to_the_payer_and_to_an_agent(case: Case) -> None:
    payment = start(case.town, case.invoice, case.parent)
    case.town.provider.set(payment, Progress.EXPIRED)
    case.town.till.refresh(payment)
    pay(case, start(case.town, case.invoice, case.parent))
    case.town.provider.pay(payment)
    receive(case.town, payment)
    case.town.till.act()
    assert (over(case.town, payment), told_over(case.town), rows(case.town)) == (3 * MEAL, 3 * MEAL, 1)


@pytest.mark.parametrize("ends", ["paid", "expired"])
def test_a_credit_note_and_the_end_of_the_payment_at_once_lose_and_double_nothing(
    town: Town, ends: str
) -> None:
    for _ in range(4):
        case = Case(town, days=3)
        payment = start(town, case.invoice, case.parent)
        objection = case.contest(0)
        if ends == "paid":
            town.provider.pay(payment)
        else:
            town.provider.set(payment, Progress.EXPIRED)

        def end(of: UUID = payment) -> None:
            town.till.refresh(of)

        def give(of: UUID = objection, to: Case = case) -> None:
            credit(to, of)

        at_once(end, give, end)
        paid = 3 * MEAL if ends == "paid" else 0
        assert case.balance == 2 * MEAL - paid
        assert over(town, payment) in (0, MEAL)
        assert rows(town) == 0
        assert books_are_sound(case.town)
