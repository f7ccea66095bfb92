"""Several invoices in one payment, a part of one where the town allows it: on a real database."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.accounting import ledger
from billing.invoicing import statements
from billing.paying import funds, parts
from billing.paying.models import Payment
from billing.paying.provider import Progress
from contracts.billing.funds import SetFundTerms
from contracts.billing.payments import PaymentState, StartPayment
from contracts.billing.refusals import (
    NothingToPay,
    PartialPaymentClosed,
    PartOutOfBounds,
    PaymentUnderway,
    SelectionChanged,
    SeveralFamilies,
)
from contracts.billing.tariffs import FixedRule
from contracts.caller import Caller
from contracts.errors import NotFound
from tests.mothers.billing import NOW, OCTOBER, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_runs import at_once

SEPTEMBER = OCTOBER.replace(month=9)


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def two(town: Town, parent: Caller) -> tuple[UUID, UUID]:
    """September's invoice of 20 € and October's of 40 €."""
    town.offer(FixedRule(cents=2000))
    family, child = town.family(parent.account_id), town.child()
    town.meals(child, family, 1, SEPTEMBER)
    september = town.only_invoice(town.run(SEPTEMBER), family)
    town.meals(child, family, 2)
    october = town.only_invoice(town.run(), family)
    return september, october


def start(town: Town, parent: Caller, *invoices: UUID, part: int | None = None) -> UUID:
    first, *others = invoices
    ask = StartPayment(command_id=uuid4(), invoice_id=first, also=tuple(others), part_cents=part)
    return town.till.start(ask, parent).payment_id


def pay(town: Town, payment: UUID) -> PaymentState:
    town.provider.pay(payment)
    return town.till.refresh(payment)


def left(town: Town, *invoices: UUID) -> list[int]:
    with town.sessions.begin() as session:
        found = ledger.left_of(session, invoices)
    return [found.get(invoice, 0) for invoice in invoices]


def allow_parts(town: Town, cents: int | None = 500) -> None:
    with town.sessions.begin() as session:
        funds.set_terms(session, SetFundTerms(command_id=uuid4(), code="ENF", part_from_cents=cents))


def test_two_invoices_are_one_payment_one_receipt_and_one_fact(
    town: Town, parent: Caller, two: tuple[UUID, UUID]
) -> None:
    payment = start(town, parent, *reversed(two))
    assert town.provider.orders[payment].amount_cents == 6000
    assert "ENF-2026-000001 et ENF-2026-000002" in town.provider.orders[payment].title
    assert PaymentState.PAID is pay(town, payment)
    assert left(town, *two) == [0, 0]
    with town.sessions.begin() as session:
        receipt = statements.receipt(session, parent, payment)
    assert [(part.invoice_id, part.cents) for part in receipt.parts] == [(two[0], 2000), (two[1], 4000)]
    assert (town.told("payment.received"), receipt.left_cents) == (1, 0)


def test_a_second_page_on_one_of_them_closes_the_first(
    town: Town, parent: Caller, two: tuple[UUID, UUID]
) -> None:
    both = start(town, parent, *two)
    one = start(town, parent, two[1])
    assert town.provider.pages[f"page_{both}"].progress is Progress.EXPIRED
    again = start(town, parent, *two)
    assert town.provider.pages[f"page_{one}"].progress is Progress.EXPIRED
    pay(town, again)
    assert left(town, *two) == [0, 0]


def test_each_invoice_with_a_page_of_its_own_gives_way_to_one_for_both(
    town: Town, parent: Caller, two: tuple[UUID, UUID]
) -> None:
    for invoice in two:
        start(town, parent, invoice)
    pay(town, start(town, parent, *two))
    assert left(town, *two) == [0, 0]


def test_one_settled_meanwhile_is_said_and_nothing_is_taken(
    town: Town, parent: Caller, two: tuple[UUID, UUID]
) -> None:
    pay(town, start(town, parent, two[0]))
    with pytest.raises(SelectionChanged):
        start(town, parent, *two)
    pay(town, start(town, parent, two[1]))
    with pytest.raises(NothingToPay):
        start(town, parent, *two)


def test_two_families_are_not_paid_together_nor_a_strangers_at_all(
    town: Town, parent: Caller, two: tuple[UUID, UUID]
) -> None:
    other = town.family(parent.account_id, label="Masson")
    town.meals(town.child("Tom"), other, 1, OCTOBER)
    theirs = town.only_invoice(town.run(), other)
    with pytest.raises(SeveralFamilies):
        start(town, parent, two[0], theirs)
    with pytest.raises(NotFound):
        start(town, a_parent(), *two)


def test_opposite_choices_at_once_leave_one_page_open_and_never_lock_for_good(
    town: Town, parent: Caller, two: tuple[UUID, UUID]
) -> None:
    def attempt(*invoices: UUID) -> None:
        try:
            start(town, parent, *invoices)
        except PaymentUnderway:
            return

    september, october = two
    at_once(
        *[
            lambda: attempt(september, october),
            lambda: attempt(october, september),
            lambda: attempt(october),
        ]
        * 2
    )
    for invoice in two:
        query = "SELECT count(*) FROM payment_part WHERE underway AND invoice_id = :invoice"
        assert town.count(query, invoice=invoice) <= 1
    opened = [key for key, page in town.provider.pages.items() if page.progress is Progress.OPEN]
    with town.sessions.begin() as session:
        standing = [session.get_one(Payment, UUID(key.removeprefix("page_"))).state.value for key in opened]
    assert set(standing) <= {"open"}


def test_a_part_is_refused_until_the_town_allows_it(
    town: Town, parent: Caller, two: tuple[UUID, UUID]
) -> None:
    with pytest.raises(PartialPaymentClosed):
        start(town, parent, two[1], part=1000)
    allow_parts(town)
    assert PaymentState.PAID is pay(town, start(town, parent, two[1], part=1000))
    assert left(town, two[1]) == [3000]
    with town.sessions.begin() as session:
        shown = statements.invoice(session, parent, two[1], NOW.date())
    assert (shown.summary.left_cents, shown.summary.part_from_cents) == (3000, 500)
    assert PaymentState.PAID is pay(town, start(town, parent, two[1]))
    assert left(town, two[1]) == [0]


@pytest.mark.parametrize("part", [1, 499, 6001])
def test_a_part_too_small_or_above_what_is_owed_is_refused(
    town: Town, parent: Caller, two: tuple[UUID, UUID], part: int
) -> None:
    allow_parts(town)
    with pytest.raises(PartOutOfBounds):
        start(town, parent, *two, part=part)


def test_a_part_of_two_invoices_pays_the_oldest_first(
    town: Town, parent: Caller, two: tuple[UUID, UUID]
) -> None:
    allow_parts(town)
    pay(town, start(town, parent, *two, part=2500))
    assert left(town, *two) == [0, 3500]


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), st.data())
def test_whatever_is_paid_is_spread_to_the_cent_and_never_beyond_a_debt(
    debts: list[int], data: st.DataObject
) -> None:
    owed = [(UUID(int=place), cents) for place, cents in enumerate(debts, 1)]
    cents = data.draw(st.integers(1, sum(debts)))
    spread = parts.spread(cents, owed)
    assert sum(spread.values()) == cents
    assert all(0 < spread[invoice] <= dict(owed)[invoice] for invoice in spread)
    unpaid = [invoice for invoice, debt in owed if spread.get(invoice, 0) < debt]
    assert not unpaid or all(invoice not in spread for invoice in unpaid[1:])


def test_more_than_is_owed_is_never_spread() -> None:
    with pytest.raises(ValueError, match="more is paid"):
        parts.spread(101, [(uuid4(), 100)])
