"""The nightly check finds what no guard of the database can see, says it once, and is done once a night."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from nameko.testing.services import worker_factory
from sqlalchemy import text

from billing.accounting import audit
from billing.paying import cashbook
from billing.service import BillingService
from contracts.billing.payments import StartPayment
from contracts.billing.runs import FindPayments
from contracts.caller import Caller
from tests.mothers.billing import NOW, a_parent
from tests.services.billing.conftest import Town, unguarded


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def invoice(town: Town, parent: Caller) -> UUID:
    """Of 48 €, paid by card."""
    invoice = town.invoice(4800, parent.citizen())
    ask = StartPayment(command_id=uuid4(), invoice_id=invoice)
    payment = town.till.start(ask, parent).payment_id
    town.provider.pay(payment)
    town.till.refresh(payment)
    return invoice


def check(town: Town) -> list[tuple[str, int | None, int | None]]:
    with town.sessions.begin() as session:
        audit.check(session, NOW)
    with town.sessions.begin() as session:
        found = cashbook.find_payments(session, FindPayments()).differences
    return [(row.kind, row.expected_cents, row.seen_cents) for row in found]


def test_sound_books_make_no_rows(town: Town, invoice: UUID) -> None:
    assert check(town) == []


def test_an_entry_added_by_hand_unbalances_the_books_and_the_invoice(town: Town, invoice: UUID) -> None:
    with unguarded(town.engine) as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_entry (transaction_id, account, family_id, invoice_id, amount_cents)"
                " SELECT transaction_id, account, family_id, invoice_id, 100 FROM ledger_entry"
                " JOIN ledger_transaction USING (transaction_id) WHERE kind = 'invoice' AND account = 'receivable'"
            )
        )
    assert check(town) == [("books_unbalanced", 0, 100), ("books_invoice", 4800, 4900)]
    assert len(check(town)) == 2


@pytest.mark.parametrize(
    ("deed", "kind", "expected", "seen"),
    [
        ("UPDATE invoice SET total_cents = 4700", "books_invoice", 4700, 4800),
        ("UPDATE invoice_line SET quantity = 2, amount_cents = 9600", "books_revenue", 9600, 4800),
        ("UPDATE payment SET amount_cents = 4700", "books_payment", 4700, 4800),
        ("UPDATE numbering SET last = 2 WHERE series = 'receipt'", "books_numbers", 2, 1),
        ("UPDATE numbering SET last = 2 WHERE series = 'invoice'", "books_numbers", 2, 1),
        ("DELETE FROM payment_part; DELETE FROM payment", "books_payment", None, 4800),
    ],
)
def test_papers_that_the_ledger_contradicts_are_found(
    town: Town, invoice: UUID, deed: str, kind: str, expected: int | None, seen: int
) -> None:
    with unguarded(town.engine) as connection:
        connection.execute(text(deed))
    assert (kind, expected, seen) in check(town)


def test_a_transaction_whose_entries_are_lost_is_found(town: Town, invoice: UUID) -> None:
    with unguarded(town.engine) as connection:
        connection.execute(
            text(
                "DELETE FROM ledger_entry USING ledger_transaction t"
                " WHERE t.transaction_id = ledger_entry.transaction_id AND t.kind = 'payment'"
            )
        )
    assert {"books_unbalanced", "books_payment"} == {kind for kind, *_ in check(town)}


def test_the_books_are_checked_once_a_night_and_a_missed_night_is_made_up_for(town: Town) -> None:
    service = worker_factory(BillingService, begin=town.sessions.begin, clock=town.clock)
    for moment, nights in (
        (NOW, 1),
        (NOW + timedelta(hours=10), 1),
        (NOW + timedelta(days=1), 2),
        (NOW + timedelta(days=5), 3),
    ):
        town.clock.moment = moment
        for _ in range(2):
            service.check_books()
        assert town.count("SELECT count(*) FROM night WHERE task = 'books'") == nights
    service.measure_differences()
