"""What billing gives of an account, and what it drops of a closed one."""

from uuid import UUID, uuid4

from billing import mine
from billing.invoicing import statements
from billing.paying.models import Payment
from contracts.billing.payments import StartPayment
from contracts.records import Records
from gateway.papers.records_words import LABELS
from tests.mothers.billing import a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_allowances import grant


def records(town: Town, account_id: UUID) -> Records:
    with town.sessions.begin() as session:
        return mine.records(session, account_id)


def test_invoices_with_their_lines_and_payments(town: Town) -> None:
    parent = a_parent()
    invoice = town.invoice(4800, parent.citizen())
    town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent)
    with town.sessions.begin() as session:
        [family] = statements.families_of(session, parent.citizen())
    grant(town, family)
    given = records(town, parent.citizen())
    [paper], [payment] = given["invoices"], given["payments"]
    assert (paper["total_cents"], paper["left_cents"], paper["lines"][0]["amount_cents"]) == (
        4800,
        4800,
        4800,
    )
    assert (payment["amount_cents"], payment["paid_at"]) == (4800, None)
    assert given["balance_cents"] == 4800
    [granted] = given["allowances"]
    assert (granted["name"], granted["decision"], granted["until"]) == (
        "Aide du CCAS",
        "n° 118",
        "2026-12-31",
    )
    keys = set(given) | set(granted) | set(paper) | set(payment) | set(paper["lines"][0])
    assert sorted(keys - set(LABELS)) == []


def test_nothing_of_another_family(town: Town) -> None:
    town.invoice(4800, uuid4())
    assert records(town, uuid4()) == {
        "invoices": [],
        "payments": [],
        "mandates": [],
        "allowances": [],
        "line_objections": [],
        "reminders": [],
        "reprieves": [],
        "balance_cents": 0,
    }


def test_a_closed_account_reads_nothing_more_and_the_books_stay(town: Town) -> None:
    parent = a_parent()
    invoice = town.invoice(4800, parent.citizen())
    payment = town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), parent).payment_id
    town.provider.pay(payment)
    town.till.refresh(payment)
    with town.sessions.begin() as session:
        mine.drop_account(session, parent.citizen())
    with town.sessions.begin() as session:
        assert statements.families_of(session, parent.citizen()) == []
        kept = session.get_one(Payment, payment)
        assert (kept.receipt_number is not None, kept.provider_url, kept.account_id) == (
            True, None, parent.citizen(),
        )  # fmt: skip
    assert town.count("SELECT count(*) FROM invoice") == 1
