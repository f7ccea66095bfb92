"""Chapter 9. An invoice is late: an agent looks and writes, the accountant is told, the parent pays and it is untold."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from chassis.client import Services
from contracts.billing.invoices import InvoiceKind, InvoiceSummary
from contracts.billing.refunds import RefundPayment
from contracts.billing.runs import FindInvoices
from contracts.caller import Caller, Kind, Role
from tests.journeys import chapters
from tests.journeys.conftest import START
from tests.journeys.letters import read_pages
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import BILLING_AGENT, TYPHAINE, Person
from tests.journeys.test_7_payment import GOOD, pay, start_payment
from tests.journeys.visitor import Visitor
from tests.providers.system import Town
from tests.waiting import eventually

CLERK = Caller(kind=Kind.AGENT, account_id=uuid4(), name=BILLING_AGENT.name, roles=frozenset({Role.BILLING}))


class Office:
    """The billing office's orders that this chapter takes for granted."""

    def __init__(self, town: Town) -> None:
        self.services = Services(town.amqp_url("gateway"), timeout=30)

    def invoice(self, person: Person) -> InvoiceSummary:
        found = self.services.ask(FindInvoices(text=person.last_name), CLERK).invoices
        return next(each for each in found if each.kind is InvoiceKind.INVOICE)

    def make_owed(self, person: Person) -> InvoiceSummary:
        """Gives back what was paid in the chapter before: the invoice is due again."""
        found = self.invoice(person)
        if found.receipt_payment_id and not found.left_cents:
            ask = RefundPayment(
                command_id=uuid4(),
                payment_id=found.receipt_payment_id,
                amount_cents=found.total_cents,
                reason="Payé deux fois",
            )
            self.services.ask(ask, CLERK)
        eventually(lambda: self.invoice(person).left_cents)
        return self.invoice(person)


@pytest.fixture(scope="module")
def late(published: list[str], prepared: Town, typhaine: Visitor) -> Iterator[Office]:
    """New Year's Eve: a family has not paid November's invoice, due on the 22nd. Afterwards it is December again."""
    office = Office(prepared)
    office.make_owed(TYPHAINE)
    chapters.set_time(prepared, START.replace(month=12, day=31))
    yield office
    chapters.set_time(prepared, START.replace(month=12, day=1))
    office.services.close()


@pytest.fixture(scope="module")
def reminded(late: Office, agent: Callable[[Person], Visitor]) -> None:
    """That family is written to, whoever else is late."""
    desk = agent(BILLING_AGENT)
    desk.goto("/agents/relances/")
    desk.look("agent-relances")
    for box in desk.page.get_by_role("checkbox").all():
        label = desk.page.locator(f'label[for="{box.get_attribute("id")}"]').inner_text()
        box.set_checked(TYPHAINE.last_name in label, force=True)
    desk.press("Continuer")
    desk.look("agent-relances-verifier")
    desk.press("Envoyer")
    desk.says("1 lettre envoyée")


def test_the_parent_gets_a_mail_and_a_paper_that_promise_the_canteen(
    reminded: None, mailbox: Mailbox, typhaine: Visitor, tmp_path: Path
) -> None:
    mail = mailbox.await_mail(TYPHAINE.email, "reste à payer")
    assert "ne ferme jamais la cantine" in mail["text"]
    typhaine.goto("/mon-espace/factures/")
    chapters.open_invoice(typhaine)
    typhaine.says("ne ferme ni la cantine ni vos réservations")
    typhaine.look("facture-relancee")
    with typhaine.page.expect_download() as download:
        typhaine.page.get_by_role("link", name=re.compile("Rappel du 31 décembre 2026")).click()
    download.value.save_as(tmp_path / "rappel.pdf")
    assert "ne ferme jamais la cantine" in " ".join("\n".join(read_pages(tmp_path / "rappel.pdf")).split())


def test_the_accountant_gets_the_claim_and_the_journal(
    reminded: None, late: Office, agent: Callable[[Person], Visitor], tmp_path: Path
) -> None:
    desk = agent(BILLING_AGENT)
    desk.goto("/agents/tresor/")
    desk.look("agent-tresor-sans-codes")
    desk.follow("Saisir les codes")
    page = desk.page
    page.get_by_label("Un titre de recette par facture").check()
    page.get_by_label("Toutes les factures publiées").check()
    for label, value in (
        ("Poste comptable (codique)", "026001"),
        ("SIRET du budget", "21260281300015"),
        ("Code collectivité", "001"),
        ("Libellé du budget", "Ville de Romans-sur-Isère"),
        ("Code produit local", "PERI"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    desk.look("agent-tresor-codes")
    desk.press("Enregistrer")
    page.get_by_role("button", name=re.compile("Faire le fichier.*créances")).click()
    desk.says("est prêt")
    desk.look("agent-tresor")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"^PESALR2_\d+_\d+_001\.xml$")).click()
    download.value.save_as(tmp_path / "pes.xml")
    file = (tmp_path / "pes.xml").read_text("iso-8859-1")
    assert '<Nom V="OLLIVERO"/>' in file
    desk.goto("/agents/comptabilite/?periode=2026-12")
    desk.look("agent-comptabilite")
    with page.expect_download() as download:
        desk.follow("Télécharger le journal (CSV)")
    download.value.save_as(tmp_path / "journal.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "journal.csv").read_text("utf-8-sig")), delimiter=";"))
    debit, credit = (
        sum(int(row[side].replace(",", "") or 0) for row in rows) for side in ("Débit", "Crédit")
    )
    assert debit == credit > 0


def test_who_pays_after_the_first_letter_never_gets_a_second(
    reminded: None, late: Office, prepared: Town, typhaine: Visitor, agent: Callable[[Person], Visitor]
) -> None:
    start_payment(typhaine)
    pay(typhaine, GOOD)
    expect(typhaine.page.get_by_role("heading", level=1)).to_have_text("Payée")
    chapters.set_time(prepared, START.replace(year=2027, month=1, day=22))
    desk = agent(BILLING_AGENT)
    desk.goto("/agents/relances/?etape=2")
    expect(desk.page.get_by_role("main")).not_to_contain_text(TYPHAINE.last_name)
    desk.goto("/agents/tresor/")
    desk.says("Exercice clos")  # a title of 2026, paid in 2027: the accountant annuls it himself
