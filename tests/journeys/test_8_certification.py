"""A parent answers what is asked, reads everything, signs and prints; the other parent and the agents see it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from chassis.client import Services
from contracts.accounts.consents import OpenConsentKind
from contracts.accounts.families import OpenFamily
from contracts.caller import SYSTEM, Role
from tests.journeys.people import FILES_AGENT, MANAGER, SCHOOL, Person
from tests.journeys.visitor import Visitor
from tests.mothers.accounts import an_agent
from tests.mothers.family_file import a_contact, a_new_contact
from tests.providers.system import Town


@pytest.fixture(scope="module")
def services(prepared: Town) -> Iterator[Services]:
    """The town hall's own way in."""
    opened = Services(prepared.amqp_url("gateway"), timeout=30)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def asked(services: Services) -> None:
    """One consent is asked of every family."""
    services.ask(
        OpenConsentKind(
            command_id=uuid4(),
            label="Sorties en car",
            needs_all_guardians=False,
            text="J’autorise mon enfant à participer aux sorties.",
            effect="Votre enfant reste dans la structure.",
        ),
        SYSTEM,
    )


@pytest.fixture(scope="module")
def signed(asked: None, amandine: Visitor, services: Services) -> str:
    """The page's address; Amandine has mended what was missing and signed."""
    amandine.goto("/mon-espace/")
    amandine.follow("Relire et signer", exact=False)
    amandine.says("Avant de signer, il reste")
    amandine.look("valider-incomplet")
    address = amandine.page.url
    amandine.follow("Répondre (Sorties en car", exact=False)
    amandine.look("autorisations")
    for answer in amandine.page.get_by_role("radio", name="Oui, j’autorise").all():
        answer.check()
    amandine.press("Enregistrer mes réponses")
    expect(amandine.page).to_have_url(address)
    family_id = UUID(address.rpartition("/")[2])
    children = services.ask(OpenFamily(family_id=family_id), SYSTEM).family.children
    contact = a_contact([child.child_id for child in children])
    services.ask(a_new_contact(family_id, contact), an_agent(Role.FAMILY_FILES))
    amandine.goto(address)
    amandine.says("Jeanne Bourdelas")
    amandine.look("valider")
    amandine.page.get_by_label("J’ai relu chaque point").check()
    amandine.press("Signer et valider")
    amandine.says("Les données de votre famille sont validées")
    amandine.look("valide")
    return address


def test_the_other_parent_reads_who_signed_and_has_nothing_to_sign(signed: str, vincent: Visitor) -> None:
    vincent.goto(signed)
    vincent.says("par Amandine Arnoux")
    expect(vincent.page.get_by_role("button", name="Signer et valider")).to_have_count(0)
    vincent.goto("/mon-espace/")
    expect(vincent.page.get_by_role("main")).not_to_contain_text("Vos données familles sont à valider")


def test_the_family_sheet_is_printed_and_tagged(signed: str, amandine: Visitor, tmp_path: Path) -> None:
    amandine.goto("/mon-espace/")
    amandine.open_menu()
    amandine.follow("Édition de documents")
    amandine.look("edition")
    with amandine.page.expect_download() as download:
        amandine.page.get_by_role("link", name=re.compile("fiche du foyer")).click()
    paper = tmp_path / "fiche.pdf"
    download.value.save_as(paper)
    reader = PdfReader(paper)
    text = " ".join("".join(page.extract_text() for page in reader.pages).split())
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    for words in ("Marius Arnoux", "Jeanne Bourdelas", "Sorties en car", "par Amandine Arnoux"):
        assert words in text


def test_agents_see_who_has_not_signed_and_what_is_missing(
    signed: str, nicolas: Visitor, agent: Callable[[Person], Visitor]
) -> None:
    desk = agent(FILES_AGENT)
    desk.goto("/agents/validations/")
    desk.says("1 famille a validé".replace("1 ", "1\u00a0"))
    desk.look("agent-validations")
    desk.page.get_by_label("École").select_option(label=SCHOOL[1])
    desk.page.get_by_label("Ce qui manque ou est périmé").select_option(value="emergency_contact")
    desk.press("Filtrer")
    desk.says("À appeler en cas d’urgence")
    with desk.page.expect_download() as download:
        desk.follow("Télécharger la liste entière (CSV)")
    assert "Escoffet" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    desk.page.get_by_role("link", name=re.compile("^Escoffet")).first.click()
    desk.says("Pas encore validées")
    desk.look("agent-validation-famille")


def test_a_new_text_is_published_after_a_look_at_it_and_asked_again(
    signed: str, amandine: Visitor, agent: Callable[[Person], Visitor]
) -> None:
    desk = agent(MANAGER)
    desk.goto("/agents/autorisations/")
    desk.look("agent-autorisations")
    desk.follow("Publier un nouveau texte", exact=False)
    desk.look("agent-autorisation-texte")
    desk.page.get_by_label("Texte lu par les familles").fill("J’autorise les sorties, même lointaines.")
    desk.press("Voir ce que liront les familles")
    desk.says("J’autorise les sorties, même lointaines.")
    desk.look("agent-autorisation-apercu")
    desk.press("Publier ce texte")
    desk.says("les familles devront répondre à nouveau")

    amandine.goto(signed)
    amandine.says("Le texte a changé")
