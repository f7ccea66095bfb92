"""Chapter 6, the debit. A parent signs a mandate, an agent collects, the bank sends it back: the invoice is due again."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.letters import read_pages
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import BILLING_AGENT, NICOLAS, Person
from tests.journeys.visitor import Visitor
from tests.mothers.bank_files import a_refusal, a_report

Agent = Callable[[Person], Visitor]
PAGE = "/mon-espace/prelevement/"
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.008.001.02}"


@pytest.fixture(scope="module")
def signed(published: list[str], nicolas: Visitor) -> None:
    """Nicolas's mandate, after an account number that was not one."""
    nicolas.goto("/mon-espace/factures/")
    nicolas.follow("Prélèvement automatique")
    nicolas.look("prelevement-offre")
    nicolas.follow("Signer un mandat")
    nicolas.look("mandat")
    for number in ("FR14 2004 1010 0505 0001 3M02 607", "FR14 2004 1010 0505 0001 3M02 606"):
        nicolas.page.get_by_label("IBAN").fill(number)
        nicolas.page.get_by_label("BIC").fill("PSSTFRPPLYO")
        nicolas.press("Continuer")
        nicolas.says("vous autorisez la Ville")
        nicolas.look("mandat-verifier")
        nicolas.press("Signer le mandat")
        if number.endswith("7"):
            nicolas.says("Un caractère est faux ou deux sont inversés")
            nicolas.look("mandat-faux")
    nicolas.says("est signé")
    nicolas.says("•••• 2606")
    nicolas.look("prelevement-mandat")


@pytest.fixture(scope="module")
def announced(signed: None, agent: Agent) -> None:
    desk = agent(BILLING_AGENT)
    desk.goto("/agents/prelevements/")
    desk.look("agent-prelevements")
    desk.follow("Annoncer un prélèvement")
    desk.look("agent-prelevement-annoncer")
    desk.press("Continuer")
    desk.says("1\u00a0famille sera prélevée")
    desk.press("Annoncer aux familles")
    desk.says("est annoncé")
    desk.look("agent-prelevement")


def test_the_mandate_is_a_paper_with_the_whole_account(
    signed: None, nicolas: Visitor, tmp_path: Path
) -> None:
    nicolas.goto(PAGE)
    with nicolas.page.expect_download() as download:
        nicolas.page.get_by_role("link", name="Télécharger le mandat").click()
    download.value.save_as(tmp_path / "mandat.pdf")
    text = "\n".join(read_pages(tmp_path / "mandat.pdf"))
    for words in (NICOLAS.name, "ENF-M-2026-000001", "FR14 2004 1010 0505 0001 3M02 606", "FR72ZZZ123456"):
        assert words in text


def test_the_family_is_told_and_the_invoice_says_when_and_how_much(
    announced: None, nicolas: Visitor, mailbox: Mailbox
) -> None:
    assert "ENF-M-2026-000001" in mailbox.await_mail(NICOLAS.email, "Prélèvement de")["text"]
    nicolas.goto("/mon-espace/factures/")
    nicolas.says("Prélèvement annoncé")
    chapters.open_invoice(nicolas)
    nicolas.says("seront prélevés sur votre compte le 22\u00a0décembre 2026")
    expect(nicolas.page.get_by_role("button", name="Payer par carte")).to_have_count(0)
    nicolas.look("facture-prelevee")


def test_the_bank_gets_its_file_and_what_it_sends_back_is_due_again(
    announced: None, nicolas: Visitor, agent: Agent, mailbox: Mailbox, tmp_path: Path
) -> None:
    desk = agent(BILLING_AGENT)
    desk.press("Faire le fichier de la banque")
    desk.says("Le fichier est fait")
    with desk.page.expect_download() as download:
        desk.follow("Télécharger le fichier (pain.008)")
    download.value.save_as(tmp_path / "fichier.xml")
    document = ElementTree.parse(tmp_path / "fichier.xml").getroot()
    assert [each.text for each in document.iter(f"{SPACE}MndtId")] == ["ENF-M-2026-000001"]
    [debit] = [UUID(each.text) for each in document.iter(f"{SPACE}EndToEndId")]
    desk.look("agent-prelevement-fait")
    desk.page.get_by_role("link", name="Enregistrer un rejet").click()
    desk.look("agent-prelevement-rejet")
    said = tmp_path / "compte-rendu.xml"
    said.write_bytes(a_report(a_refusal(debit, "AM04"), a_refusal(uuid4(), "AC04")))
    desk.goto("/agents/prelevements/")
    desk.follow("Lire un fichier de rejets de la banque")
    desk.page.get_by_label("Fichier de la banque").set_input_files(said)
    desk.look("agent-rejets")
    desk.press("Lire le fichier")
    desk.says("1\u00a0rejet reconnu, 1\u00a0inconnu")
    desk.look("agent-rejets-apercu")
    desk.press("Enregistrer 1\u00a0rejet")
    desk.says("rejet enregistré")
    desk.says("Provision insuffisante")
    desk.look("agent-rejets-faits")
    mail = mailbox.await_mail(NICOLAS.email, "a été rejeté")["text"]
    assert "le compte n’était pas assez approvisionné" in mail
    nicolas.goto("/mon-espace/factures/")
    chapters.open_invoice(nicolas)
    expect(nicolas.page.get_by_role("button", name="Payer par carte")).to_be_visible()


def test_the_parent_ends_the_mandate(announced: None, nicolas: Visitor) -> None:
    nicolas.goto(PAGE)
    nicolas.page.get_by_role("link", name="Mettre fin au mandat").click()
    nicolas.look("mandat-fin")
    nicolas.press("Mettre fin au mandat")
    nicolas.says("Le mandat a pris fin")
    nicolas.look("prelevement-fini")
