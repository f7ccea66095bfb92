"""The journal on a real database: it adds up to the ledger, comes in parts, and what is over reads the same."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from billing.accounting import ledger
from billing.treasury import journal
from billing.treasury.chart import UNSORTED, USUAL, number_of
from billing.wording import METHODS
from contracts.billing.counter import Means
from contracts.billing.treasury import JournalEntry, JournalPart, OpenJournal, SetChart
from contracts.caller import Caller
from contracts.errors import NotFound
from tests.mothers.billing import NOW, a_parent
from tests.services.billing.conftest import Town
from tests.services.billing.test_counter import deposit, take
from tests.services.billing.test_refunds import accounts, give_back

HOLDERS = [
    ("stripe", "card"),
    ("payfip", "card"),
    ("sepa", "sepa_debit"),
    *((ledger.COUNTER, str(means)) for means in Means),
]
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def parent() -> Caller:
    return a_parent()


@pytest.fixture
def invoice(town: Town, parent: Caller) -> UUID:
    return town.invoice(4800, parent.citizen())


def read(town: Town, fund: str = "ENF", days: tuple[date, date] = NOVEMBER) -> list[JournalEntry]:
    """All of it, part after part."""
    entries: list[JournalEntry] = []
    after = None
    while True:
        with town.sessions.begin() as session:
            ask = JournalPart(fund=fund, since=days[0], until=days[1], after=after)
            part = journal.part(session, ask)
        entries.extend(part.entries)
        if part.after is None:
            return entries
        after = part.after


def test_every_movement_is_there_under_its_account_with_its_piece_and_its_family(
    town: Town, invoice: UUID
) -> None:
    payment = take(town, invoice, means=Means.CHEQUE, cents=3000)
    slip = deposit(town, Means.CHEQUE)
    family = town.count("SELECT count(*) FROM family")
    shown = [(e.account, e.debit_cents, e.credit_cents, e.text, e.piece) for e in read(town)]
    assert shown == [
        ("4111", 4800, 0, "Facture octobre\u00a02026", "ENF-2026-000001"),
        ("7067", 0, 4800, "Facture octobre\u00a02026", "ENF-2026-000001"),
        ("5112", 3000, 0, "Paiement par chèque", "ENF-Q-2026-000001"),
        ("4111", 0, 3000, "Paiement par chèque", "ENF-Q-2026-000001"),
        ("515", 3000, 0, "Remise au comptable", slip.summary.number),
        ("5112", 0, 3000, "Remise au comptable", slip.summary.number),
    ]
    assert family == 1
    assert payment
    assert {e.family_number for e in read(town) if e.account == "4111"} != {""}


def test_it_adds_up_to_the_ledger_whatever_was_paid_given_back_and_handed_on(
    town: Town, invoice: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = take(town, invoice)
    give_back(town, payment, 1800)
    monkeypatch.setattr(journal, "PART", 1)
    entries = read(town)
    sums: dict[str, int] = {}
    for entry in entries:
        sums[entry.account] = sums.get(entry.account, 0) + entry.debit_cents - entry.credit_cents
    with town.sessions.begin() as session:
        chart = {line.account: line.number for line in journal.open_chart(session, "ENF").lines}
        view = journal.opening(session, OpenJournal(since=NOVEMBER[0], until=NOVEMBER[1]), NOW.date())
    expected: dict[str, int] = {}
    for account, cents in accounts(town).items():
        expected[chart[account]] = expected.get(chart[account], 0) + cents
    assert sums == expected
    assert {a.number: a.debit_cents - a.credit_cents for a in view.accounts} == expected
    assert (view.entries, view.over) == (len(entries), False)
    assert sum(e.debit_cents for e in entries) == sum(e.credit_cents for e in entries)


def test_a_month_that_is_over_reads_the_same_for_ever_and_holds_nothing_of_another(
    town: Town, invoice: UUID
) -> None:
    before = read(town)
    town.clock.moment = NOW.replace(month=12)
    with town.sessions.begin() as session:
        family = session.execute(text("SELECT family_id FROM invoice")).scalar_one()
        ledger.post_payment(session, uuid4(), family, {invoice: 4800}, town.clock.now())
    assert read(town) == before
    assert [e.on.month for e in read(town, days=(date(2026, 12, 1), date(2026, 12, 31)))] == [12, 12]


def test_a_fund_keeps_its_own_numbers_and_another_fund_is_another_journal(town: Town, invoice: UUID) -> None:
    with town.sessions.begin() as session:
        session.execute(text("INSERT INTO fund (code, name) VALUES ('MUS', 'Régie Musique')"))
        numbers = {"revenue:cantine": "70671", "card": "5115", "nonsense": "999"}
        journal.set_chart(session, SetChart(command_id=uuid4(), fund="ENF", numbers=numbers), "R. Sabatier")
    assert [e.account for e in read(town)] == ["4111", "70671"]
    assert read(town, "MUS") == []
    with town.sessions.begin() as session:
        assert session.execute(text("SELECT numbers FROM fund_chart")).scalar_one() == {
            "revenue:cantine": "70671"
        }
        session.execute(text("DELETE FROM fund WHERE code = 'MUS'"))
    with pytest.raises(NotFound):
        read(town, "AUT")


def test_every_account_of_the_ledger_and_every_means_has_its_number_and_its_words() -> None:
    holders = {ledger.holder_of(provider, method) for provider, method in HOLDERS}
    known = holders | {ledger.RECEIVABLE, ledger.TREASURY, ledger.DISPUTED}
    assert {account: number_of(account, {}) for account in known if number_of(account, {}) == UNSORTED} == {}
    assert known == set(USUAL)
    assert {method for _, method in HOLDERS} <= set(METHODS)
