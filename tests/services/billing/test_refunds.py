"""Money given back and payments contested, on a real database, the provider's books in memory."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from billing.accounting import audit, ledger
from billing.invoicing import statements
from billing.paying import cashbook
from billing.paying.card_books import DisputeProgress
from contracts.billing.payments import ReceiveNotification, StartPayment
from contracts.billing.refunds import (
    BookRefund,
    DisputeState,
    RefundPayment,
    RefundState,
    RefundView,
    RefundWay,
)
from contracts.billing.refusals import (
    NotRefundable,
    PaymentDisputed,
    ProviderAway,
    RefundNotSeen,
    RefundTooHigh,
)
from contracts.billing.runs import DifferenceView, FindPayments
from contracts.caller import Caller
from contracts.errors import NotFound
from tests.mothers.billing import NOW, a_clerk, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_runs import at_once

REASON = "Enfant absent tout le mois, décision du 2 novembre"


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def invoice(town: Town, parent: Caller) -> UUID:
    return town.invoice(4800, parent.citizen())


@pytest.fixture
def payment(town: Town, parent: Caller, invoice: UUID) -> UUID:
    """Of 48 €, received by card."""
    return pay(town, parent, invoice)


def pay(town: Town, parent: Caller, invoice: UUID) -> UUID:
    ask = StartPayment(command_id=uuid4(), invoice_id=invoice)
    payment = town.till.start(ask, parent).payment_id
    town.provider.pay(payment)
    town.till.refresh(payment)
    return payment


def give_back(town: Town, payment: UUID, cents: int, command: UUID | None = None) -> RefundView:
    ask = RefundPayment(command_id=command or uuid4(), payment_id=payment, amount_cents=cents, reason=REASON)
    return town.till.money_back.refund(ask, a_clerk())


def left(town: Town, invoice: UUID) -> int:
    with town.sessions.begin() as session:
        return ledger.left_of(session, [invoice])[invoice]


def accounts(town: Town) -> dict[str, int]:
    with town.sessions.begin() as session:
        return ledger.totals(session)


def file_of(town: Town, payment: UUID):
    with town.sessions.begin() as session:
        return cashbook.payment_file(session, payment, town.till.gives_back)


def differences(town: Town) -> list[str]:
    with town.sessions.begin() as session:
        return [row.kind for row in cashbook.find_payments(session, FindPayments()).differences]


def books_are_sound(town: Town) -> bool:
    with town.sessions.begin() as session:
        return audit.check(session, NOW) == 0


def notify(town: Town, payment: UUID, event_id: str, **fields: object) -> None:
    body = town.provider.notification(payment, event_id, **fields)
    town.till.receive(ReceiveNotification(body=body, signature="ours"))
    assert town.till.act()


def come_to(town: Town, payment: UUID, progress: DisputeProgress, event_id: str) -> str:
    reference = town.provider.contest(payment, progress)
    notify(town, payment, event_id, concern="dispute", subject=reference)
    return reference


def test_money_goes_back_to_the_card_and_the_invoice_is_due_again(
    town: Town, parent: Caller, payment: UUID, invoice: UUID
) -> None:
    view = give_back(town, payment, 1800)
    assert (view.state, view.way, view.amount_cents) == (RefundState.DONE, RefundWay.PROVIDER, 1800)
    assert (left(town, invoice), accounts(town)[ledger.CARD]) == (1800, 3000)
    assert file_of(town, payment).refundable_cents == 3000
    with town.sessions.begin() as session:
        shown = statements.invoice(session, parent, invoice, NOW.date())
    assert [(line.label, line.cents) for line in shown.payments][1:] == [("Remboursement", -1800)]
    assert town.told("refund.made") == 1
    assert books_are_sound(town)


def test_the_same_order_twice_is_one_refund(town: Town, payment: UUID) -> None:
    command = uuid4()
    first, second = (give_back(town, payment, 4800, command) for _ in range(2))
    assert first == second
    assert len(town.provider.refunds) == 1


def test_agents_at_once_never_give_back_more_than_was_paid(town: Town, payment: UUID, invoice: UUID) -> None:
    def attempt() -> int:
        try:
            return give_back(town, payment, 2000).amount_cents
        except (RefundTooHigh, NotRefundable):
            return 0

    assert sorted(at_once(*[attempt] * 6)) == [0, 0, 0, 0, 2000, 2000]
    assert left(town, invoice) == 4000
    assert books_are_sound(town)


def test_a_double_click_by_two_threads_is_one_refund(town: Town, payment: UUID) -> None:
    command = uuid4()
    at_once(*[lambda: give_back(town, payment, 2400, command)] * 4)
    assert (len(town.provider.refunds), town.told("refund.made")) == (1, 1)


def test_what_the_family_has_to_its_credit_is_given_back_first(
    town: Town, parent: Caller, payment: UUID, invoice: UUID
) -> None:
    """Paid twice: giving one of the two back makes nothing due."""
    with town.sessions.begin() as session:
        family = session.execute(text("SELECT family_id FROM invoice")).scalar_one()
        ledger.post_payment(session, uuid4(), family, {invoice: 4800}, NOW)
    assert file_of(town, payment).credit_cents == 4800
    give_back(town, payment, 4800)
    assert left(town, invoice) == 0


def test_an_answer_that_is_lost_is_found_again_and_nothing_is_given_twice(
    town: Town, payment: UUID, invoice: UUID
) -> None:
    town.provider.mute = True
    assert give_back(town, payment, 4800).state is RefundState.ASKED
    assert (left(town, invoice), file_of(town, payment).refundable_cents) == (0, 0)
    town.provider.mute = False
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE refund SET real_next_look_at = now() - interval '1 second'"))
    assert town.till.money_back.recover() == 1
    assert (left(town, invoice), len(town.provider.refunds)) == (4800, 1)
    assert town.till.money_back.recover() == 0


def test_a_provider_away_is_asked_again_by_the_timer(town: Town, payment: UUID, invoice: UUID) -> None:
    town.provider.away = True
    assert give_back(town, payment, 4800).state is RefundState.ASKED
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE refund SET real_next_look_at = now() - interval '1 second'"))
    assert town.till.money_back.recover() == 1
    town.provider.away = False
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE refund SET real_next_look_at = now() - interval '1 second'"))
    assert town.till.money_back.recover() == 1
    assert (left(town, invoice), len(town.provider.refunds)) == (4800, 1)


def test_a_refusal_books_nothing_and_is_shown_to_an_agent(town: Town, payment: UUID, invoice: UUID) -> None:
    town.provider.poor = True
    view = give_back(town, payment, 4800)
    assert (view.state, view.problem) == (RefundState.FAILED, "insufficient funds")
    assert (left(town, invoice), file_of(town, payment).refundable_cents) == (0, 4800)
    assert differences(town) == ["refund_failed"]
    assert books_are_sound(town)


def test_a_refund_that_comes_back_is_booked_back(town: Town, payment: UUID, invoice: UUID) -> None:
    give_back(town, payment, 4800)
    town.provider.bounce("re_1")
    for event_id in ("evt_1", "evt_2"):
        notify(town, payment, event_id, concern="refund", subject="re_1")
    assert (left(town, invoice), accounts(town)[ledger.CARD]) == (0, 4800)
    assert (town.told("refund.failed"), differences(town)) == (1, ["refund_failed"])
    assert books_are_sound(town)


def test_our_own_refund_told_back_by_the_provider_changes_nothing(
    town: Town, payment: UUID, invoice: UUID
) -> None:
    give_back(town, payment, 1000)
    notify(town, payment, "evt_1", concern="refund", amount=1000)
    assert (left(town, invoice), differences(town)) == (1000, [])


def test_a_refund_made_on_the_providers_pages_is_a_row_for_an_agent_and_no_silent_correction(
    town: Town, payment: UUID, invoice: UUID
) -> None:
    town.provider.give_back_by_hand(payment, 700)
    for event_id in ("evt_1", "evt_2"):
        notify(town, payment, event_id, concern="refund", amount=700)
    assert (left(town, invoice), differences(town)) == (0, ["refund"])


def test_a_refund_made_on_the_providers_pages_is_booked_once_with_one_click(
    town: Town, payment: UUID, invoice: UUID
) -> None:
    town.provider.give_back_by_hand(payment, 700)
    notify(town, payment, "evt_1", concern="refund", amount=700)

    def shown() -> list[DifferenceView]:
        with town.sessions.begin() as session:
            return cashbook.find_payments(session, FindPayments()).differences

    [row] = shown()
    assert row.bookable

    def book() -> RefundView:
        ask = BookRefund(command_id=uuid4(), difference_id=row.difference_id)
        return town.till.money_back.book(ask, a_clerk())

    town.provider.away = True
    with pytest.raises(ProviderAway):
        book()
    town.provider.away = False
    first, *others = at_once(book, book, book)
    assert {each.refund_id for each in others} == {first.refund_id}
    assert (first.amount_cents, first.state, left(town, invoice)) == (700, RefundState.DONE, 700)
    assert (town.told("refund.made"), shown(), differences(town)) == (1, [], [])
    # Told again, and in the night's list: it is one of ours by now.
    notify(town, payment, "evt_2", concern="refund", amount=700)
    assert (left(town, invoice), differences(town)) == (700, [])
    assert books_are_sound(town)


def test_a_difference_that_is_no_foreign_refund_books_nothing(
    town: Town, payment: UUID, invoice: UUID
) -> None:
    town.provider.give_back_by_hand(payment, 700)
    notify(town, payment, "evt_1", concern="refund", amount=700)
    with town.sessions.begin() as session:
        [row] = cashbook.find_payments(session, FindPayments()).differences
    town.provider.refunds.clear()
    gone = BookRefund(command_id=uuid4(), difference_id=row.difference_id)
    with pytest.raises(RefundNotSeen):
        town.till.money_back.book(gone, a_clerk())
    with pytest.raises(NotFound):
        town.till.money_back.book(BookRefund(command_id=uuid4(), difference_id=uuid4()), a_clerk())
    assert (left(town, invoice), town.told("refund.made")) == (0, 0)


@pytest.mark.parametrize("cents", [4801, 10_000])
def test_more_than_was_paid_is_refused(town: Town, payment: UUID, cents: int) -> None:
    with pytest.raises(RefundTooHigh):
        give_back(town, payment, cents)


def test_what_was_not_received_cannot_be_given_back(town: Town, parent: Caller, invoice: UUID) -> None:
    started = town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent).payment_id
    with pytest.raises(NotRefundable):
        give_back(town, started, 100)
    with pytest.raises(NotFound):
        give_back(town, uuid4(), 100)


# ---------------------------------------------------------------- disputes


def test_a_lost_dispute_takes_the_money_and_makes_the_invoice_due_again(
    town: Town, payment: UUID, invoice: UUID
) -> None:
    come_to(town, payment, DisputeProgress.OPEN, "evt_1")
    assert (accounts(town)[ledger.CARD], accounts(town)[ledger.DISPUTED], left(town, invoice)) == (0, 4800, 0)
    assert differences(town) == ["dispute"]
    with pytest.raises(PaymentDisputed):
        give_back(town, payment, 100)
    come_to(town, payment, DisputeProgress.LOST, "evt_2")
    assert (accounts(town)[ledger.DISPUTED], left(town, invoice)) == (0, 4800)
    assert sorted(differences(town)) == ["dispute", "dispute_lost"]
    assert town.told("payment.disputed") == 2
    assert books_are_sound(town)


def test_a_dispute_that_is_won_brings_the_money_back(town: Town, payment: UUID, invoice: UUID) -> None:
    come_to(town, payment, DisputeProgress.OPEN, "evt_1")
    come_to(town, payment, DisputeProgress.WON, "evt_2")
    assert (accounts(town)[ledger.CARD], accounts(town)[ledger.DISPUTED], left(town, invoice)) == (4800, 0, 0)
    assert file_of(town, payment).refundable_cents == 4800
    assert books_are_sound(town)


def test_an_inquiry_moves_no_money(town: Town, payment: UUID, invoice: UUID) -> None:
    come_to(town, payment, DisputeProgress.INQUIRY, "evt_1")
    come_to(town, payment, DisputeProgress.CLOSED, "evt_2")
    assert (accounts(town)[ledger.CARD], left(town, invoice)) == (4800, 0)
    assert (differences(town), file_of(town, payment).disputes[0].state) == (["dispute"], DisputeState.CLOSED)


def test_a_dispute_whose_beginning_was_missed_is_booked_step_by_step_and_once(
    town: Town, payment: UUID, invoice: UUID
) -> None:
    for event_id in ("evt_1", "evt_2", "evt_3"):
        come_to(town, payment, DisputeProgress.LOST, event_id)
    # A late word of its opening changes nothing.
    come_to(town, payment, DisputeProgress.OPEN, "evt_4")
    assert left(town, invoice) == 4800
    assert town.count("SELECT count(*) FROM ledger_transaction WHERE kind LIKE 'dispute%'") == 2
    assert books_are_sound(town)


def test_stored_notifications_replayed_in_any_order_leave_the_same_books(
    town: Town, payment: UUID, invoice: UUID
) -> None:
    """All that was ever received is put back to `received` and acted on again: nothing moves."""
    give_back(town, payment, 1000)
    notify(town, payment, "evt_1", concern="refund", amount=1000)
    notify(town, payment, "evt_2")
    come_to(town, payment, DisputeProgress.LOST, "evt_3")
    before = (accounts(town), left(town, invoice), differences(town))
    entries = town.count("SELECT count(*) FROM ledger_entry")
    with town.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE notification SET state = 'received', attempts = 0,"
                " real_next_try_at = now() - random() * interval '1 hour'"
            )
        )
    while town.till.act():
        pass
    assert town.count("SELECT count(*) FROM notification WHERE state = 'processed'") == 3
    assert (accounts(town), left(town, invoice), differences(town)) == before
    assert entries == town.count("SELECT count(*) FROM ledger_entry")
