"""Chapter 7, by hand. Money goes back to a card; what is due again is paid by cheque and in cash, under slips."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.letters import read_pages
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import AMANDINE, BILLING_AGENT, Person
from tests.journeys.subscriber import Subscriber
from tests.journeys.test_7_payment import GOOD, pay, start_payment
from tests.journeys.visitor import Visitor
from tests.waiting import eventually

Agent = Callable[[Person], Visitor]


@pytest.fixture(scope="module")
def paid(published: list[str], amandine: Visitor) -> None:
    """Amandine's 34,70 €, paid by card here or by the chapter before."""
    amandine.goto("/mon-espace/factures/")
    if "Tout est réglé" not in amandine.page.get_by_role("main").inner_text():
        start_payment(amandine)
        pay(amandine, GOOD)
        expect(amandine.page.get_by_role("heading", level=1)).to_have_text("Payée")


@pytest.fixture(scope="module")
def given_back(paid: None, subscriber: Subscriber, agent: Agent) -> Visitor:
    """Ten euros, to the card, by the office; the desk, on the payment's page. The other system listens already."""
    desk = agent(BILLING_AGENT)
    desk.goto("/agents/paiements/?etat=paid")
    desk.look("agent-paiements")
    desk.page.get_by_role("row").filter(has_text="34,70\u00a0€").get_by_role("link").first.click()
    desk.look("agent-paiement")
    desk.follow("Rembourser")
    desk.page.get_by_label("Montant à rembourser").fill("10")
    desk.page.get_by_label("Motif").fill("Repas annulés par la ville, décision du 3 décembre")
    desk.look("agent-rembourser")
    desk.press("Continuer")
    desk.says("10,00\u00a0€ redeviendront dus par la famille sur la facture réglée")
    desk.look("agent-rembourser-verifier")
    desk.press("Rembourser")
    desk.says("Le remboursement est fait")
    return desk


def test_money_goes_back_to_the_card_and_everybody_is_told(
    given_back: Visitor, amandine: Visitor, mailbox: Mailbox, subscriber: Subscriber
) -> None:
    given_back.says("Repas annulés par la ville")
    given_back.look("agent-paiement-rembourse")
    amandine.goto("/mon-espace/factures/")
    amandine.says("10,00\u00a0€")
    chapters.open_invoice(amandine)
    amandine.says("Remboursement")
    assert "sur la carte" in mailbox.await_mail(AMANDINE.email, "Remboursement")["text"]
    [told] = eventually(lambda: subscriber.facts("refund.made"))
    assert (told["amount_cents"], told["way"]) == (1000, "provider")


@pytest.fixture(scope="module")
def taken(given_back: Visitor, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The ten euros, by a cheque of four and then in cash, from the invoice's page; what the two receipts say."""
    desk = given_back
    desk.goto("/agents/factures/?impayees=1")
    desk.page.get_by_role("row").filter(has_text="34,70\u00a0€").get_by_role("link").first.click()
    desk.look("agent-facture-due")
    invoice = desk.page.url
    desk.follow("Encaisser au guichet")
    expect(desk.page.get_by_label("Montant encaissé")).to_have_value("10,00")
    desk.look("agent-encaisser")
    desk.page.get_by_label("CESU préfinancé").check()
    desk.press("Continuer")
    desk.press("Encaisser")
    desk.says("Le CESU ne paie que la garde des enfants, pas les repas")
    desk.look("agent-encaisser-cesu-refuse")
    receipts = []
    for means, sum_given in (("Chèque", "4"), ("Espèces", "6")):
        desk.goto(invoice)
        desk.follow("Encaisser au guichet")
        desk.page.get_by_label(means, exact=True).check()
        desk.page.get_by_label("Montant encaissé").fill(sum_given)
        desk.press("Continuer")
        desk.look("agent-encaisser-verifier")
        desk.press("Encaisser")
        desk.says("à remettre à la famille")
        receipt = tmp_path_factory.mktemp("guichet") / "quittance.pdf"
        with desk.page.expect_download() as download:
            desk.page.get_by_role("link", name="(PDF)").click()
        download.value.save_as(receipt)
        receipts.append("\n".join(read_pages(receipt)))
    return receipts


def test_food_is_paid_by_cheque_and_cash_but_not_by_cesu(
    taken: list[str], amandine: Visitor, mailbox: Mailbox
) -> None:
    cheque, cash = taken
    assert "4,00" in cheque
    assert "Chèque" in cheque
    assert "6,00" in cash
    assert "Espèces" in cash
    amandine.goto("/mon-espace/factures/")
    amandine.says("Tout est réglé")
    assert eventually(
        lambda: [
            mail for mail in mailbox.mails_to(AMANDINE.email, "Reçu de paiement") if "espèces" in mail["text"]
        ]
    )


def test_the_till_is_handed_on_under_slips(taken: list[str], given_back: Visitor, tmp_path: Path) -> None:
    desk = given_back
    desk.goto("/agents/guichet/")
    desk.look("agent-caisse")
    for means, cents in (("Chèque", "4,00"), ("Espèces", "6,00")):
        desk.press(f"Faire le bordereau ({means})")
        desk.says("est fait")
        with desk.page.expect_download() as download:
            desk.page.get_by_role("link", name="(PDF)").first.click()
        download.value.save_as(tmp_path / "bordereau.pdf")
        text = "\n".join(read_pages(tmp_path / "bordereau.pdf"))
        for words in ("Bordereau de remise", cents, means):
            assert words in text
    desk.says("La caisse est vide")
    desk.look("agent-bordereaux")


def test_the_year_of_the_account_says_all_of_it(taken: list[str], amandine: Visitor, tmp_path: Path) -> None:
    amandine.goto("/mon-espace/factures/")
    amandine.follow("Relevés de compte et attestations fiscales")
    amandine.look("releves")
    amandine.says("aucune garde d’enfant de moins de six ans payée")
    with amandine.page.expect_download() as download:
        amandine.follow("Télécharger (PDF) le relevé de compte 2026", exact=False)
    download.value.save_as(tmp_path / "releve.pdf")
    paper = "\n".join(read_pages(tmp_path / "releve.pdf"))
    amandine.follow("Lire le relevé de compte 2026", exact=False)
    amandine.look("releve-de-compte")
    for words in ("34,70", "10,00", "4,00", "6,00"):
        assert words in paper
        amandine.says(words)
