"""The night's comparison with the provider's list, on a real database."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from nameko.testing.services import worker_factory
from sqlalchemy import text

from billing.paying.card_books import ChargeSeen, DisputeProgress
from billing.paying.reconciliation import Reconciliation
from billing.service import BillingService
from contracts.billing.payments import PaymentState, StartPayment
from contracts.caller import Caller
from tests.mothers.billing import NOW, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_payments import state
from tests.services.billing.test_refunds import accounts, differences, give_back, left, pay


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def invoice(town: Town, parent: Caller) -> UUID:
    return town.invoice(4800, parent.citizen())


def tonight(town: Town) -> int | None:
    return Reconciliation(town.sessions.begin, town.till, town.provider, town.clock).tonight()


def grow_old(town: Town) -> None:
    """As if begun five hours ago: the debit must be in the list by now."""
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE payment SET real_started_at = now() - interval '5 hours'"))


def test_books_that_agree_make_no_row_and_the_night_is_done_once(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    give_back(town, pay(town, parent, invoice), 1000)
    grow_old(town)
    assert (tonight(town), tonight(town)) == (0, None)
    town.clock.moment = NOW + timedelta(days=1)
    assert tonight(town) == 0
    assert town.provider.calls.count("movements") == 2
    assert differences(town) == []


def test_a_payment_that_nobody_told_us_of_is_made_up_for(town: Town, parent: Caller, invoice: UUID) -> None:
    payment = town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent).payment_id
    town.provider.pay(payment)
    assert tonight(town) == 0
    assert (state(town, payment), left(town, invoice), differences(town)) == (PaymentState.PAID, 0, [])


def test_money_the_provider_lists_of_a_payment_we_do_not_have_is_a_row(town: Town) -> None:
    town.provider.charges.append(ChargeSeen("pi_lost", uuid4(), 900, "eur"))
    town.provider.charges.append(ChargeSeen("pi_of_the_museum", None, 900, "eur"))
    assert tonight(town) == 1
    town.clock.moment = NOW + timedelta(days=1)
    assert tonight(town) == 1
    assert differences(town) == ["unknown"]


def test_money_we_have_and_the_provider_does_not_list_is_a_row(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = pay(town, parent, invoice)
    del town.provider.pages[f"page_{payment}"]
    assert tonight(town) == 0, "too young: it may come into the list yet"
    grow_old(town)
    town.clock.moment = NOW + timedelta(days=1)
    assert tonight(town) == 1
    assert differences(town) == ["not_at_provider"]
    assert left(town, invoice) == 0, "nothing is corrected in silence"


def test_refunds_and_disputes_that_nobody_told_us_of_are_shown(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = pay(town, parent, invoice)
    town.provider.give_back_by_hand(payment, 700)
    town.provider.contest(payment, DisputeProgress.OPEN)
    assert tonight(town) == 1
    assert sorted(differences(town)) == ["dispute", "refund"]
    assert accounts(town)["disputed"] == 4800


def test_a_refund_that_the_provider_has_lost_is_a_row(town: Town, parent: Caller, invoice: UUID) -> None:
    give_back(town, pay(town, parent, invoice), 1000)
    town.provider.refunds.clear()
    assert tonight(town) == 1
    assert differences(town) == ["refund_unknown"]


def test_a_provider_away_leaves_the_night_to_be_done(town: Town, parent: Caller, invoice: UUID) -> None:
    town.provider.away = True
    assert tonight(town) is None
    town.provider.away = False
    assert tonight(town) == 0


def test_the_service_compares_by_its_timer(
    town: Town, parent: Caller, invoice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BillingService, "till", town.till)
    service = worker_factory(BillingService, begin=town.sessions.begin, clock=town.clock)
    for _ in range(2):
        service.compare_lists()
    assert town.count("SELECT count(*) FROM night WHERE task = 'list:stripe'") == 1
