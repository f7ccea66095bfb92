"""Payments on a real database, the provider's books in memory: once, whatever is repeated, late, lost or forged."""

import random
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from billing.accounting import ledger
from billing.invoicing import statements
from billing.paying import cashbook
from billing.paying.models import Payment
from billing.paying.notifications import MOST_ATTEMPTS
from billing.paying.provider import Progress
from contracts.billing.invoices import InvoiceState
from contracts.billing.payments import PaymentState, ReceiveNotification, StartPayment
from contracts.billing.refusals import NothingToPay, OnlinePaymentClosed, ProviderAway, SignatureRefused
from contracts.billing.runs import FindPayments
from contracts.caller import Caller
from contracts.errors import NotFound
from tests.mothers.billing import NOW, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_runs import at_once


def start(town: Town, invoice: UUID, parent: Caller, command_id: UUID | None = None) -> UUID:
    ask = StartPayment(command_id=command_id or uuid4(), invoice_id=invoice)
    return town.till.start(ask, parent).payment_id


def receive(town: Town, payment: UUID, event_id: str = "evt_1", **fields: object) -> bool:
    body = town.provider.notification(payment, event_id, **fields)
    return town.till.receive(ReceiveNotification(body=body, signature="ours")).first


def state(town: Town, payment: UUID) -> PaymentState:
    with town.sessions.begin() as session:
        return session.get_one(Payment, payment).state


def left(town: Town, invoice: UUID) -> int:
    with town.sessions.begin() as session:
        return ledger.left_of(session, [invoice]).get(invoice, 0)


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def invoice(town: Town, parent: Caller) -> UUID:
    return town.invoice(4800, parent.citizen())


def test_paying_settles_the_invoice_with_a_receipt_and_a_fact(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = start(town, invoice, parent)
    assert town.provider.orders[payment].amount_cents == 4800
    town.provider.pay(payment)
    receive(town, payment)
    assert town.till.act()
    assert (state(town, payment), left(town, invoice)) == (PaymentState.PAID, 0)
    with town.sessions.begin() as session:
        receipt = statements.receipt(session, parent, payment)
        shown = statements.invoice(session, parent, invoice, NOW.date())
    assert (receipt.receipt_number, receipt.amount_cents, receipt.left_cents) == (
        "ENF-Q-2026-000001",
        4800,
        0,
    )
    assert (InvoiceState.PAID, payment) == (shown.summary.state, shown.summary.receipt_payment_id)
    assert [(4800, payment)] == [(line.cents, line.payment_id) for line in shown.payments]
    assert town.told("payment.received") == 1


def test_a_repeated_notification_changes_nothing(town: Town, parent: Caller, invoice: UUID) -> None:
    payment = start(town, invoice, parent)
    town.provider.pay(payment)
    assert [receive(town, payment) for _ in range(3)] == [True, False, False]
    assert receive(town, payment, "evt_2")
    while town.till.act():
        pass
    assert (town.told("payment.received"), left(town, invoice)) == (1, 0)


def test_the_same_notification_by_eight_threads_pays_once(town: Town, parent: Caller, invoice: UUID) -> None:
    payment = start(town, invoice, parent)
    town.provider.pay(payment)

    def deliver() -> bool:
        first = receive(town, payment)
        town.till.refresh(payment)
        town.till.act()
        return first

    outcomes = at_once(*[deliver] * 8)
    assert sorted(outcomes) == [False] * 7 + [True]
    assert (
        town.told("payment.received"),
        town.count("SELECT count(*) FROM ledger_transaction WHERE kind = 'payment'"),
        left(town, invoice),
    ) == (1, 1, 0)


def test_a_forged_notification_is_refused_and_leaves_nothing(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = start(town, invoice, parent)
    body = town.provider.notification(payment)
    with pytest.raises(SignatureRefused):
        town.till.receive(ReceiveNotification(body=body, signature="somebody else's"))
    assert town.count("SELECT count(*) FROM notification") == 0


def test_a_notification_that_lies_pays_nothing(town: Town, parent: Caller, invoice: UUID) -> None:
    payment = start(town, invoice, parent)
    receive(town, payment, kind="checkout.session.completed")
    town.till.act()
    assert (state(town, payment), left(town, invoice)) == (PaymentState.OPEN, 4800)


def test_a_lost_notification_is_recovered_on_the_return_page(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = start(town, invoice, parent)
    town.provider.pay(payment)
    assert PaymentState.PAID is town.till.refresh(payment, came_back=True)


def test_a_lost_notification_is_recovered_by_the_timer(town: Town, parent: Caller, invoice: UUID) -> None:
    payment = start(town, invoice, parent)
    town.provider.pay(payment)
    assert town.till.recover() == 0
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE payment SET real_next_look_at = now() - interval '1 second'"))
    assert town.till.recover() == 1
    assert PaymentState.PAID is state(town, payment)


def test_a_payer_back_before_the_provider_answers_is_confirming(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = start(town, invoice, parent)
    town.provider.pay(payment)
    town.provider.away = True
    with pytest.raises(ProviderAway):
        town.till.refresh(payment, came_back=True)
    with town.sessions.begin() as session:
        shown = statements.invoice(session, parent, invoice, NOW.date())
    assert (InvoiceState.IN_PROGRESS, payment) == (shown.summary.state, shown.started_payment)
    town.provider.away = False
    assert PaymentState.PAID is town.till.refresh(payment)


def test_money_after_the_page_expired_in_our_books_still_counts(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = start(town, invoice, parent)
    town.provider.set(payment, Progress.EXPIRED)
    assert PaymentState.EXPIRED is town.till.refresh(payment)
    assert town.told("payment.failed") == 1
    town.provider.pay(payment)
    assert PaymentState.PAID is town.till.refresh(payment)
    assert left(town, invoice) == 0


@pytest.mark.parametrize(("amount", "currency"), [(4799, "eur"), (4801, "eur"), (4800, "usd")])
def test_another_amount_or_currency_is_a_difference_for_an_agent(
    town: Town, parent: Caller, invoice: UUID, amount: int, currency: str
) -> None:
    payment = start(town, invoice, parent)
    town.provider.pay(payment, amount, currency)
    assert PaymentState.DIFFERENT is town.till.refresh(payment)
    with town.sessions.begin() as session:
        found = cashbook.find_payments(session, FindPayments()).differences
    assert [("amount", 4800, amount, currency)] == [
        (row.kind, row.expected_cents, row.seen_cents, row.seen_currency) for row in found
    ]
    assert (left(town, invoice), town.told("payment.received")) == (4800, 0)


def test_a_paid_invoice_cannot_be_paid_again(town: Town, parent: Caller, invoice: UUID) -> None:
    payment = start(town, invoice, parent)
    town.provider.pay(payment)
    for _ in range(2):
        with pytest.raises(NothingToPay):
            start(town, invoice, parent)
    assert PaymentState.PAID is state(town, payment)


def test_two_starts_at_once_make_one_payment(town: Town, parent: Caller, invoice: UUID) -> None:
    outcomes = at_once(*[lambda: start(town, invoice, parent)] * 6)
    assert len(set(outcomes)) == 1
    assert town.count("SELECT count(*) FROM payment") == 1


def test_both_parents_starting_at_once_leave_one_open_page(town: Town) -> None:
    mother, father = a_parent(), a_parent(name="Karim Ferrand")
    invoice = town.invoice(4800, mother.citizen(), father.citizen())
    at_once(*[lambda: start(town, invoice, mother), lambda: start(town, invoice, father)] * 3)
    assert town.count("SELECT count(*) FROM payment WHERE state IN ('created', 'open', 'confirming')") <= 1
    assert sum(seen.progress is Progress.OPEN for seen in town.provider.pages.values()) <= 1


def test_the_other_parent_closes_the_first_ones_page(town: Town) -> None:
    mother, father = a_parent(), a_parent(name="Karim Ferrand")
    invoice = town.invoice(4800, mother.citizen(), father.citizen())
    hers = start(town, invoice, mother)
    his = start(town, invoice, father)
    assert (state(town, hers), state(town, his)) == (PaymentState.EXPIRED, PaymentState.OPEN)


def test_the_other_parent_finds_it_paid_when_the_first_just_paid(town: Town) -> None:
    mother, father = a_parent(), a_parent(name="Karim Ferrand")
    invoice = town.invoice(4800, mother.citizen(), father.citizen())
    town.provider.pay(start(town, invoice, mother))
    with pytest.raises(NothingToPay):
        start(town, invoice, father)
    assert left(town, invoice) == 0


def test_a_repeated_command_goes_to_the_same_page(town: Town, parent: Caller, invoice: UUID) -> None:
    command = uuid4()
    assert start(town, invoice, parent, command) == start(town, invoice, parent, command)


def test_a_provider_away_takes_nothing_and_the_next_try_takes_the_row_up(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    town.provider.away = True
    with pytest.raises(ProviderAway):
        start(town, invoice, parent)
    town.provider.away = False
    payment = start(town, invoice, parent)
    assert (town.count("SELECT count(*) FROM payment"), state(town, payment)) == (1, PaymentState.OPEN)


def test_another_familys_invoice_cannot_be_paid_nor_seen(town: Town, parent: Caller, invoice: UUID) -> None:
    with pytest.raises(NotFound):
        start(town, invoice, a_parent())
    payment = start(town, invoice, parent)
    with pytest.raises(NotFound), town.sessions.begin() as session:
        statements.payment(session, a_parent(), payment)


def test_online_payment_closes_at_its_date(town: Town, parent: Caller, invoice: UUID) -> None:
    town.clock.moment = NOW + timedelta(days=60)
    with pytest.raises(OnlinePaymentClosed):
        start(town, invoice, parent)


def test_a_notification_that_cannot_be_acted_on_is_parked_and_may_be_retried(
    town: Town, parent: Caller, invoice: UUID
) -> None:
    payment = start(town, invoice, parent)
    receive(town, payment)
    town.provider.away = True
    for _ in range(MOST_ATTEMPTS):
        with town.engine.begin() as connection:
            connection.execute(text("UPDATE notification SET real_next_try_at = now() - interval '1 second'"))
        assert town.till.act()
    with town.sessions.begin() as session:
        assert cashbook.find_notifications(session, parked=True).parked == 1
    assert not town.till.act()
    town.provider.away = False
    town.provider.pay(payment)
    with town.sessions.begin() as session:
        assert cashbook.retry(session, "evt_1").state == "received"
    assert town.till.act()
    assert PaymentState.PAID is state(town, payment)


def test_what_is_told_of_a_payment_that_is_not_in_our_books_is_shown_to_an_agent(town: Town) -> None:
    for number, concern in enumerate(("payment", "refund", "dispute", "refund")):
        receive(town, uuid4(), f"evt_{number}", concern=concern, amount=500)
        town.till.act()
    with town.sessions.begin() as session:
        found = cashbook.find_payments(session, FindPayments()).differences
    assert {"unknown", "refund", "dispute"} == {row.kind for row in found}


def test_the_books_balance_whatever_happens_in_whatever_order(town: Town) -> None:
    """Twenty invoices, every kind of mischief at random: the ledger and the provider's books end equal."""
    chance = random.Random(26100)
    parents = [a_parent() for _ in range(12)]
    town.offer()
    invoices = []
    families = [town.family(one.account_id, label=f"Famille {place:02}") for place, one in enumerate(parents)]
    for family in families:
        town.meals(town.child(), family, chance.randint(5, 15))
    view = town.run()
    invoices = [town.only_invoice(view, family) for family in families]
    payments: list[UUID] = []
    for number in range(300):
        place = chance.randrange(len(parents))
        town.provider.away = chance.random() < 0.1
        deed = chance.choice(["start", "pay", "expire", "tell", "act", "look", "recover"])
        try:
            if deed == "start":
                payments.append(start(town, invoices[place], parents[place]))
            elif deed == "act":
                town.till.act()
            elif deed == "recover":
                town.till.recover()
            elif payments:
                payment = chance.choice(payments)
                opened = town.provider.pages[f"page_{payment}"].progress is Progress.OPEN
                if deed == "pay" and opened:
                    town.provider.pay(payment)
                elif deed == "expire" and opened:
                    town.provider.set(payment, Progress.EXPIRED)
                elif deed == "tell":
                    receive(town, payment, f"evt_{number}")
                elif deed == "look":
                    town.till.refresh(payment, came_back=chance.random() < 0.5)
        except (ProviderAway, NothingToPay):
            continue
    town.provider.away = False
    for payment in set(payments):
        town.till.refresh(payment)
    taken = sum(seen.amount_cents for seen in town.provider.pages.values() if seen.progress is Progress.PAID)
    with town.sessions.begin() as session:
        balances = ledger.totals(session)
    assert taken > 0
    assert (0, taken) == (sum(balances.values()), balances[ledger.CARD])
    assert taken == view.summary.total_cents - balances[ledger.RECEIVABLE]
    receipts = town.count("SELECT count(*) FROM payment WHERE state = 'paid'")
    assert (
        receipts
        == town.told("payment.received")
        == town.count("SELECT last FROM numbering WHERE series = 'receipt'")
    )
