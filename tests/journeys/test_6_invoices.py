"""Chapter 6. A month is billed: drafted with what is left out and why, checked, published, mailed, read line by line."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.letters import read_pages
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import AMANDINE, BILLING_AGENT, NICOLAS, TYPHAINE, VINCENT, Person
from tests.journeys.visitor import Visitor

Agent = Callable[[Person], Visitor]


@pytest.fixture
def desk(published: list[str], agent: Agent) -> Visitor:
    return agent(BILLING_AGENT)


def test_days_that_nobody_checked_are_left_out_and_said(desk: Visitor) -> None:
    chapters.open_run(desk, "novembre 2026")
    left_out = desk.page.get_by_role("table", name="Journées écartées").get_by_role("row")
    for label in ("jeudi 12 novembre", "vendredi 13 novembre"):
        row = left_out.filter(has_text=label).filter(has_text=chapters.CANTEEN)
        expect(row).to_contain_text("Pointage pas encore fait")


def test_there_is_one_invoice_a_family_and_no_gap_in_their_numbers(published: list[str]) -> None:
    assert len(published) == 3
    numbers = sorted(int(re.findall(r"\d+", number)[-1]) for number in published)
    assert numbers == [1, 2, 3]


@pytest.mark.parametrize(
    "person", [AMANDINE, VINCENT, NICOLAS, TYPHAINE], ids=lambda person: person.first_name
)
def test_every_guardian_with_an_account_gets_a_mail(
    published: list[str], mailbox: Mailbox, person: Person
) -> None:
    mail = mailbox.await_mail(person.email, "acture")
    assert "novembre" in mail["subject"] + mail["text"]
    assert len(mailbox.mails_to(person.email, "acture")) == 1


def test_a_parent_reads_every_line_and_why(published: list[str], amandine: Visitor) -> None:
    """Marius ate three times; Achille twice, and once without a booking: two euros more, said so."""
    amandine.goto("/mon-espace/factures/")
    amandine.look("factures")
    amandine.says("34,70\u00a0€")
    chapters.open_invoice(amandine)
    amandine.look("facture")
    for words in (
        "Marius",
        "Achille",
        "3\u00a0repas",
        "5,45\u00a0€",
        "7,45\u00a0€",
        "quotient",
        "34,70\u00a0€",
    ):
        amandine.says(words)


def test_the_invoice_is_a_paper_too(published: list[str], amandine: Visitor, tmp_path: Path) -> None:
    amandine.goto("/mon-espace/factures/")
    chapters.open_invoice(amandine)
    with amandine.page.expect_download() as download:
        amandine.follow("Télécharger la facture (PDF)")
    download.value.save_as(tmp_path / "facture.pdf")
    text = "\n".join(read_pages(tmp_path / "facture.pdf"))
    for words in ("Marius", "Achille", "34,70", "45 place Ernest-Gailly"):
        assert words in text


def test_an_absence_nobody_excused_is_billed(published: list[str], nicolas: Visitor) -> None:
    nicolas.goto("/mon-espace/factures/")
    chapters.open_invoice(nicolas)
    nicolas.says("16,35\u00a0€")
    nicolas.says("bsen")


def test_another_family_s_invoice_is_not_to_be_had(
    published: list[str], amandine: Visitor, nicolas: Visitor
) -> None:
    amandine.goto("/mon-espace/factures/")
    chapters.open_invoice(amandine)
    answer = nicolas.page.goto(amandine.page.url)
    assert answer is not None
    assert answer.status == 404


def test_the_office_finds_an_invoice(desk: Visitor) -> None:
    desk.goto("/agents/factures/")
    desk.look("agent-factures")
    desk.page.get_by_label("Numéro, famille ou dossier").fill("Escoffet")
    desk.press("Chercher")
    desk.page.get_by_role("table").get_by_role("link").first.click()
    desk.says("Léonie")
    desk.look("agent-facture")
    for name in ("Paiements", "Tarifs"):
        desk.follow(name)
        desk.look(f"agent-{name.lower()}")
