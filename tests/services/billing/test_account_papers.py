"""A family's statement of account and tax certificate, read from the ledger of a real database."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from nameko.testing.services import worker_factory
from sqlalchemy import text

from billing.service import BillingService
from billing.tariffs import tariff_book
from contracts.billing.papers import MyPapers, OpenCertificate, OpenStatement
from contracts.billing.payments import StartPayment
from contracts.billing.tariffs import FixedRule, Siblings, SiblingStep, Surcharge
from contracts.caller import Role
from contracts.errors import NotAllowed, NotFound
from contracts.events.attendance import Mark
from tests.mothers.billing import OCTOBER, a_clerk, a_parent, a_tariff
from tests.services.billing.conftest import Town

NEXT_YEAR = datetime(2027, 1, 12, 9, tzinfo=UTC)
PARENT = a_parent(uuid4())


@pytest.fixture
def service(town: Town) -> BillingService:
    return worker_factory(BillingService, begin=town.sessions.begin, clock=town.clock)


@pytest.fixture
def family(town: Town) -> UUID:
    """Léa, four years old: 5 meals at 3,20 €, two Wednesdays at 12 €, a third one missed without a word."""
    town.offer()
    family = town.family(PARENT.account_id)
    child = town.child()
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE child SET birth_date = '2022-05-04'"))
    town.meals(child, family, 5)
    for day, mark in ((7, Mark.PRESENT), (14, Mark.PRESENT), (21, Mark.ABSENT_UNJUSTIFIED)):
        town.sheet(OCTOBER.replace(day=day), (child, family, mark), activity="mercredi")
    return family


def pay(town: Town, invoice: UUID) -> None:
    payment = town.till.start(StartPayment(command_id=uuid4(), invoice_id=invoice), PARENT).payment_id
    town.provider.pay(payment)
    town.till.refresh(payment)


def test_the_certificate_counts_care_paid_and_neither_meals_nor_days_missed(
    town: Town, family: UUID, service: BillingService
) -> None:
    invoice = town.only_invoice(town.run(), family)
    ask = OpenCertificate(family_id=family, year=2026)
    assert service.open_certificate(ask, PARENT).children == []  # nothing paid yet
    pay(town, invoice)
    seen = service.open_certificate(ask, PARENT)
    assert (seen.cents, seen.final) == (2400, False)
    [child] = seen.children
    assert (child.name, child.activities) == ("Léa Ferrand", ["Activités du mercredi"])
    assert [(each.paid_by, each.cents) for each in child.amounts] == [("Nadia Ferrand", 2400)]


def test_what_is_paid_in_january_is_of_the_new_year_whenever_the_care_was(
    town: Town, family: UUID, service: BillingService
) -> None:
    invoice = town.only_invoice(town.run(), family)
    with town.engine.begin() as connection:  # online payment stays open over the new year
        connection.execute(text("ALTER TABLE invoice DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE invoice SET pay_online_until = '2027-02-01'"))
        connection.execute(text("ALTER TABLE invoice ENABLE TRIGGER USER"))
    town.clock.moment = NEXT_YEAR
    pay(town, invoice)
    assert service.open_certificate(OpenCertificate(family_id=family, year=2026), PARENT).cents == 0
    assert service.open_certificate(OpenCertificate(family_id=family, year=2027), PARENT).cents == 2400
    [papers] = service.my_papers(MyPapers(), PARENT).families
    assert [(each.year, each.care_cents) for each in papers.years] == [(2027, 2400), (2026, 0)]


def test_a_child_of_six_on_the_first_of_january_is_not_on_it(
    town: Town, family: UUID, service: BillingService
) -> None:
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE child SET birth_date = '2020-01-01'"))
    pay(town, town.only_invoice(town.run(), family))
    assert service.open_certificate(OpenCertificate(family_id=family, year=2026), PARENT).children == []


def test_a_day_taken_back_and_given_as_credit_is_taken_off(
    town: Town, family: UUID, service: BillingService
) -> None:
    """A Wednesday turns out not to have been: its credit pays November, and is no payment."""
    session_id = town.sheet(
        OCTOBER.replace(day=28), (child_of(town), family, Mark.PRESENT), activity="mercredi"
    )
    pay(town, town.only_invoice(town.run(), family))
    town.sheet(
        OCTOBER.replace(day=28),
        (child_of(town), family, Mark.ABSENT_JUSTIFIED),
        activity="mercredi",
        session_id=session_id,
    )
    november = OCTOBER.replace(month=11)
    town.clock.moment = datetime(2026, 12, 1, 9, tzinfo=UTC)
    town.meals(child_of(town), family, 10, november)
    town.run(november)
    seen = service.open_certificate(OpenCertificate(family_id=family, year=2026), PARENT)
    statement = service.open_statement(OpenStatement(family_id=family, year=2026), PARENT)
    assert statement.closing_cents == 10 * 320 - 1200
    # The corrective line pays nothing until November's invoice is settled.
    assert seen.cents == 3600
    november_invoice = next(
        each.invoice_id for each in reversed(statement.movements) if each.kind == "invoice"
    )
    pay(town, november_invoice)
    assert service.open_certificate(OpenCertificate(family_id=family, year=2026), PARENT).cents == 2400


def test_a_day_that_was_not_booked_counts_without_its_surcharge_whatever_else_made_its_price(
    town: Town, family: UUID, service: BillingService
) -> None:
    """Brothers and sisters take 25 % off 16 €, then the surcharge adds half: 18 € are paid, 12 € of them for care."""
    rule = FixedRule(
        cents=1600,
        siblings=Siblings(by="count", steps=(SiblingStep(children=2, percent=25),)),
        surcharge=Surcharge(percent=50),
    )
    with town.sessions.begin() as session:
        ask = a_tariff("mercredi", rule, valid_from=date(2026, 10, 28))
        tariff_book.publish(session, ask, None, town.clock.now(), town.clock.now().date())
    lea, elder = child_of(town), town.child("Tom")
    lines = [(lea, family, Mark.PRESENT_WITHOUT_BOOKING), (elder, family, Mark.PRESENT)]
    town.sheet(OCTOBER.replace(day=28), *lines, activity="mercredi")
    pay(town, town.only_invoice(town.run(), family))
    seen = service.open_certificate(OpenCertificate(family_id=family, year=2026), PARENT)
    assert seen.cents == 2400 + 1200


def child_of(town: Town) -> UUID:
    with town.engine.connect() as connection:
        child_id: UUID = connection.execute(text("SELECT child_id FROM child")).scalar_one()
    return child_id


def test_the_statement_ends_on_the_balance_of_the_ledger_and_the_next_begins_there(
    town: Town, family: UUID, service: BillingService
) -> None:
    invoice = town.only_invoice(town.run(), family)
    pay(town, invoice)
    seen = service.open_statement(OpenStatement(family_id=family, year=2026), PARENT)
    assert [(each.kind, each.cents, each.balance_cents) for each in seen.movements] == [
        ("invoice", 5200, 5200),
        ("payment", -5200, 0),
    ]
    assert seen.movements[1].receipt_number == "ENF-Q-2026-000001"
    assert (seen.opening_cents, seen.closing_cents) == (0, 0)
    town.clock.moment = NEXT_YEAR
    later = service.open_statement(OpenStatement(family_id=family, year=2027), PARENT)
    assert (later.opening_cents, later.movements, later.years) == (0, [], [2026])


def test_papers_are_the_familys_and_the_offices_who_says_that_it_read_them(
    town: Town, family: UUID, service: BillingService
) -> None:
    town.run()
    ask = OpenStatement(family_id=family, year=2026)
    with pytest.raises(NotFound):
        service.open_statement(ask, a_parent())
    with pytest.raises(NotFound):
        service.open_certificate(OpenCertificate(family_id=family, year=2027), PARENT)
    with pytest.raises(NotAllowed):
        service.open_statement(ask, a_clerk(Role.ATTENDANCE))
    service.open_statement(ask, PARENT)
    assert town.told("bill.consulted") == 0
    service.open_statement(ask, a_clerk())
    wanted = "SELECT count(*) FROM outbox WHERE name = 'bill.consulted' AND body LIKE :said"
    assert town.count(wanted, said="%Relevé de compte 2026%") == 1
