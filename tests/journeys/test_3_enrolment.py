"""Chapter 3. A child is enrolled; a document goes sealed to the vault, and one agent opens that one document."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.people import FILES_AGENT, Person
from tests.journeys.visitor import Visitor
from tests.providers.system import Town
from tests.waiting import eventually

Agent = Callable[[Person], Visitor]
MARK = "attestation-lisible-par-personne-d-autre"
WEDNESDAY = "Activités du mercredi"
HOLIDAYS = "Pass’Vacances"


def make_photo(words: str) -> bytes:
    """A JPEG as a telephone makes one, with words in its comment to look for."""
    made = io.BytesIO()
    Image.effect_noise((640, 480), 80).convert("RGB").save(made, "JPEG", quality=85, comment=words.encode())
    return made.getvalue()


def without(words: str, photo: bytes) -> bytes:
    """The photo as the vault keeps it: bit for bit, but for the comment, which tells of who made it."""
    start = photo.index(words.encode()) - 4  # after the segment's mark and its length
    return photo[:start] + photo[start + 4 + len(words.encode()) :]


@dataclass(frozen=True)
class Attached:
    """A document given with an enrolment, as it is kept, and one kept for oneself."""

    photo: bytes
    follow_url: str
    private_url: str


@pytest.fixture(scope="module")
def attached(amandine: Visitor, enrolled: None) -> Attached:
    page = amandine.page
    chapters.enrol(amandine, "Marius", WEDNESDAY)
    amandine.says("Il reste à joindre un justificatif")
    amandine.look("joindre-piece")
    photo = make_photo(MARK)
    upload = {"name": "assurance-marius.jpg", "mimeType": "image/jpeg", "buffer": photo}
    page.get_by_label("Choisir un fichier").set_input_files(files=[upload])  # type: ignore[arg-type,list-item]
    amandine.press("Envoyer et joindre")
    amandine.says("La pièce est jointe")
    follow_url = page.url
    amandine.look("inscription-suivie")
    amandine.goto("/mon-espace/stockage/")
    amandine.follow("Ajouter un document")
    amandine.look("stockage-ajouter")
    page.get_by_label("De quel document s’agit-il").select_option(index=1)
    upload = {"name": "secret.jpg", "mimeType": "image/jpeg", "buffer": make_photo(MARK + "-secret")}
    page.get_by_label("Choisir un fichier").set_input_files(files=[upload])  # type: ignore[arg-type,list-item]
    amandine.press("Ajouter le document")
    amandine.goto("/mon-espace/stockage/")
    amandine.look("stockage")
    return Attached(without(MARK, photo), follow_url, page.url)


def test_the_canteen_accepts_at_once(enrolled: None, amandine: Visitor) -> None:
    amandine.goto("/mon-espace/inscriptions/")
    amandine.look("inscriptions-faites")
    for child in ("Marius", "Achille"):
        line = amandine.page.get_by_role("listitem").filter(has_text=f"{chapters.CANTEEN} ({child})")
        expect(line).to_contain_text("Inscription acceptée")


def test_a_document_asked_for_is_attached_and_the_enrolment_goes_on(
    attached: Attached, amandine: Visitor
) -> None:
    amandine.goto(attached.follow_url)
    amandine.says("Inscription acceptée")
    amandine.says("Document joint")


def test_the_agent_opens_that_document_and_gets_the_picture_bit_for_bit(
    attached: Attached, agent: Agent
) -> None:
    desk = agent(FILES_AGENT)
    open_attachments(desk)
    desk.look("agent-pieces")
    with desk.page.expect_download() as download:
        desk.press("Télécharger", exact=False)
    assert Path(download.value.path()).read_bytes() == attached.photo


def test_the_parent_sees_who_opened_it(attached: Attached, amandine: Visitor, agent: Agent) -> None:
    desk = agent(FILES_AGENT)
    open_attachments(desk)
    with desk.page.expect_download():
        desk.press("Télécharger", exact=False)
    amandine.goto("/mon-espace/stockage/")
    amandine.page.get_by_role("listitem").filter(has_text="ouvert").get_by_role("link").click()
    amandine.says(f"par {FILES_AGENT.name}")
    amandine.look("stockage-document")


def test_what_was_given_is_not_asked_for_again_and_the_agent_of_the_new_matter_opens_it(
    attached: Attached, amandine: Visitor, agent: Agent
) -> None:
    chapters.enrol(amandine, "Marius", HOLIDAYS)
    amandine.says("Il reste à joindre un justificatif")
    amandine.follow("Retour")
    amandine.says("Document déjà fourni")
    amandine.says("Il manque 1 document")
    amandine.look("inscription-deja-fourni")
    desk = agent(FILES_AGENT)
    desk.goto("/agents/inscriptions/?etat=requested")
    row = desk.page.get_by_role("row").filter(has_text="Marius").filter(has_text=HOLIDAYS)
    row.get_by_role("link").click()
    desk.says("déjà fourni le")
    desk.look("agent-inscription-deja-fourni")
    desk.follow("Ouvrir les documents joints")

    def is_passed_on() -> bool:
        desk.page.reload()
        return desk.page.get_by_role("button", name="Télécharger").count() == 1

    eventually(is_passed_on)
    with desk.page.expect_download() as download:
        desk.press("Télécharger", exact=False)
    assert Path(download.value.path()).read_bytes() == attached.photo
    amandine.page.get_by_text("Renoncer à cette inscription").click()
    amandine.press("Renoncer à l’inscription")
    amandine.says("L’inscription est abandonnée")


def test_no_other_document_of_the_parent_opens(attached: Attached, amandine: Visitor, agent: Agent) -> None:
    """The agent puts the id of a document that was not attached in place of the one that was."""
    amandine.goto("/mon-espace/stockage/")
    kept = (
        amandine.page.get_by_role("listitem")
        .filter(has_not_text="Joint à")
        .get_by_role("link", name="secret")
    )
    document_id = str(kept.first.get_attribute("href")).rstrip("/").rpartition("/")[2]
    desk = agent(FILES_AGENT)
    open_attachments(desk)
    desk.page.locator("form[action*='/ouvrir/']").evaluate(
        "(form, id) => { form.action = form.action.replace(/[^/]+$/, id) }", document_id
    )
    with desk.page.expect_response(re.compile("/ouvrir/")) as answer:
        desk.press("Télécharger", exact=False)
    assert answer.value.status in (403, 404)
    desk.goto(f"/mon-espace/stockage/{document_id}")
    expect(desk.page.get_by_role("main")).not_to_contain_text("secret")


def test_nothing_that_the_town_keeps_shows_the_document(attached: Attached, prepared: Town) -> None:
    """Databases, write-ahead logs, object store, broker, process logs: every byte under the town's folder."""
    marks = (MARK.encode(), attached.photo[2000:2032])
    files = [path for path in prepared.run_dir.path("").rglob("*") if path.is_file()]
    readings = {path: path.read_bytes() for path in files}
    assert any(b"Achille" in content for content in readings.values())  # what is not sealed can be seen
    assert [str(path) for path, content in readings.items() if any(mark in content for mark in marks)] == []


def open_attachments(desk: Visitor) -> None:
    """From the list of enrolments to the documents given with Marius's Wednesdays."""
    desk.goto("/agents/inscriptions/?etat=accepted")
    desk.look("agent-inscriptions")
    row = desk.page.get_by_role("row").filter(has_text="Marius").filter(has_text=WEDNESDAY)
    row.get_by_role("link").click()
    desk.look("agent-inscription")
    desk.follow("Ouvrir les documents joints")
