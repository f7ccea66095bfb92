"""Chapter 7, the Treasury's service. The town gives its fund to PayFiP: a parent pays a part there and has the receipt."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import BILLING_AGENT, NICOLAS, Person
from tests.journeys.visitor import Visitor
from tests.providers.system import Town

Agent = Callable[[Person], Visitor]
FUND = "/agents/paiements/regies/ENF"


@pytest.fixture(scope="module")
def payfip(published: list[str], prepared: Town) -> Iterator[None]:
    """Billing, told of the fund's client number at PayFiP; the card provider's again afterwards."""
    with prepared.told(
        "billing", ESPACE_PAYFIP_CLIENTS="ENF=012345", ESPACE_PAYFIP_MAIL="regie@ville.example"
    ):
        yield


@pytest.fixture(scope="module")
def in_parts(payfip: None, agent: Agent) -> Iterator[None]:
    """Families may pay a part of what they owe, from one euro."""
    desk = agent(BILLING_AGENT)
    desk.goto(FUND)
    desk.page.get_by_role("radio", name="Oui").check()
    desk.page.get_by_label("Montant minimal").fill("1")
    desk.press("Enregistrer")
    desk.says("Le réglage est enregistré")
    yield
    desk.goto(FUND)
    desk.page.get_by_role("radio", name="Non").check()
    desk.press("Enregistrer")
    desk.says("Le réglage est enregistré")


def go_to_payfip(visitor: Visitor) -> None:
    """Five euros of the invoice, as far as the Treasury's page."""
    visitor.goto("/mon-espace/factures/")
    chapters.open_invoice(visitor)
    visitor.says("Vous serez dirigé vers PayFiP")
    visitor.follow("Payer une partie seulement")
    visitor.page.get_by_role("textbox").fill("5")
    visitor.press("Continuer")
    visitor.page.get_by_role("button", name="Payer").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("PayFiP : paiement d’essai")
    visitor.says("500 centimes")


def test_a_parent_changes_their_mind_then_pays_through_the_treasury(
    in_parts: None, nicolas: Visitor, mailbox: Mailbox
) -> None:
    go_to_payfip(nicolas)
    nicolas.press("Abandonner")
    nicolas.look("payfip-abandon")
    go_to_payfip(nicolas)
    nicolas.press("Payer par carte")
    expect(nicolas.page.get_by_role("heading", level=1)).to_have_text("Payée")
    nicolas.look("payfip-payee")
    nicolas.follow("Voir la quittance")
    nicolas.says("5,00\u00a0€")
    nicolas.look("payfip-quittance")
    assert "5,00" in mailbox.await_mail(NICOLAS.email, "Reçu de paiement")["text"]


def test_what_is_left_is_still_to_pay(in_parts: None, nicolas: Visitor) -> None:
    nicolas.goto("/mon-espace/factures/")
    chapters.open_invoice(nicolas)
    nicolas.says("11,35\u00a0€")
    nicolas.look("payfip-facture")
