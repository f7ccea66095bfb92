"""« Mon espace de stockage »: photographs made into one PDF, seen, found, fetched; what is refused, and why."""

import io
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, expect

from gateway.vault.archive import LIST
from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import Person
from tests.journeys.visitor import Visitor
from tests.mothers.documents import a_pdf, a_pdf_with_a_script

CLEMENCE = Person("Mme", "Clémence", "Rivoire")
NAME = "Vaccins d’Élise"


def a_page(number: int) -> FilePayload:
    """A sheet as a telephone takes it."""
    sheet = Image.new("RGB", (900, 1200), "white")
    ImageDraw.Draw(sheet).text((120, 120), f"CARNET DE SANTE, PAGE {number}", fill="black", font_size=48)
    made = io.BytesIO()
    sheet.save(made, "JPEG")
    return {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def a_file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


PAGES = [a_page(1), a_page(2)]


@pytest.fixture(scope="module")
def clemence(visit: Callable[..., Visitor], mailbox: Mailbox) -> Visitor:
    """A new parent, whose vault holds two photographs as one PDF; she stands on its page."""
    visitor = visit()
    chapters.open_account(visitor, CLEMENCE, mailbox)
    visitor.goto("/mon-espace/stockage/")
    visitor.look("stockage-vide")
    fill(visitor, NAME)
    visitor.page.get_by_label("Réunir plusieurs photos").set_input_files([PAGES[1], PAGES[0]])
    visitor.press("Monter la photo IMG_1.jpg, page 2")
    expect(visitor.page.get_by_role("list", name="Ordre des pages").get_by_role("listitem")).to_contain_text(
        ["Page 1\u00a0: IMG_1.jpg", "Page 2\u00a0: IMG_2.jpg"]
    )
    visitor.look("stockage-ordre-des-pages")
    visitor.press("Ajouter le document")
    visitor.says("Le document est chiffré et rangé")
    return visitor


def fill(visitor: Visitor, name: str, kind: str = "Vaccinations") -> None:
    visitor.goto("/mon-espace/stockage/ajouter/")
    visitor.page.get_by_label("De quel document s’agit-il").select_option(label=kind)
    visitor.page.get_by_label("Nom du document").fill(name)


def test_two_photographs_are_one_document_that_shows_its_pages(clemence: Visitor) -> None:
    clemence.goto("/mon-espace/stockage/")
    thumbnail = clemence.page.locator(".shelf img")
    expect(thumbnail).to_have_js_property("complete", True)
    assert thumbnail.evaluate("image => image.naturalWidth") > 100
    clemence.follow(NAME)
    clemence.says("PDF de 2\u00a0pages")
    expect(clemence.page.get_by_role("img", name="Aperçu de la page")).to_have_count(2)
    for page in clemence.page.get_by_role("img", name="Aperçu de la page").all():
        page.scroll_into_view_if_needed()
        expect(page).to_have_js_property("complete", True)
        assert page.evaluate("image => image.naturalWidth") > 500
    clemence.page.reload()
    clemence.says("Consulté par vous")
    clemence.look("stockage-document-apercu")


def test_the_same_photographs_again_are_noticed(clemence: Visitor) -> None:
    fill(clemence, "La même chose")
    clemence.page.get_by_label("Réunir plusieurs photos").set_input_files([PAGES[1], PAGES[0]])
    clemence.press("Monter la photo IMG_1.jpg, page 2")
    clemence.press("Ajouter le document")
    clemence.says(f"Ce fichier est déjà dans votre espace sous le nom «\u00a0{NAME}\u00a0»")
    clemence.look("stockage-deja-la")
    clemence.press("Le garder quand même")
    expect(clemence.page.get_by_role("heading", level=1)).to_have_text("La même chose")
    clemence.follow("Supprimer")
    clemence.press("Supprimer le document")
    clemence.says("Le document est supprimé")


def test_a_pdf_with_a_program_is_refused_and_what_to_do_is_said(clemence: Visitor) -> None:
    fill(clemence, "Formulaire", "Autre document")
    clemence.page.get_by_label("Choisir un fichier").set_input_files(a_file("a.pdf", a_pdf_with_a_script()))
    clemence.press("Ajouter le document")
    clemence.says("Ce PDF contient un programme")
    clemence.says("choisissez «\u00a0Imprimer\u00a0» puis «\u00a0Enregistrer au format PDF\u00a0»")
    clemence.look("stockage-refuse")
    expect(clemence.page.get_by_label("Nom du document")).to_have_value("Formulaire")


def test_a_document_is_found_among_others_and_fetched(clemence: Visitor, tmp_path: Path) -> None:
    for name in ("Attestation CAF", "Facture d’eau", "Assurance"):
        fill(clemence, name, "Autre document")
        clemence.page.get_by_label("Choisir un fichier").set_input_files(a_file("a.pdf", a_pdf(name)))
        clemence.press("Ajouter le document")
        clemence.says("Le document est chiffré et rangé")
    clemence.goto("/mon-espace/stockage/")
    clemence.look("stockage-recherche")
    clemence.page.get_by_label("Nom", exact=True).fill("elise")
    clemence.press("Rechercher")
    clemence.says("1\u00a0document sur 4")
    clemence.look("stockage-trouve")
    assert "elise" not in clemence.page.url
    clemence.follow(NAME)
    with clemence.page.expect_download() as download:
        clemence.press("Télécharger")
    assert download.value.suggested_filename == f"{NAME}.pdf"
    download.value.save_as(tmp_path / "vaccins.pdf")
    assert len(pikepdf.open(tmp_path / "vaccins.pdf").pages) == 2
    clemence.goto("/mon-espace/stockage/")
    with clemence.page.expect_download() as download:
        clemence.press("Tout télécharger (ZIP)")
    download.value.save_as(tmp_path / "tout.zip")
    with ZipFile(tmp_path / "tout.zip") as archive:
        assert {f"{NAME}.pdf", "Attestation CAF.pdf", LIST} < {*archive.namelist()}
        assert archive.testzip() is None


def test_a_forgotten_password_closes_the_vault_and_the_code_opens_it_again(
    clemence: Visitor, mailbox: Mailbox
) -> None:
    page, chosen = clemence.page, "tilleul-casserole-horizon"
    clemence.goto("/mon-espace/stockage/code")
    clemence.press("Afficher mon code")
    clemence.look("stockage-code")
    code = page.locator(".recovery-code").inner_text()
    clemence.press("J’ai gardé mon code")
    clemence.says("Votre code de récupération est en service")
    clemence.sign_out()
    clemence.goto("/mot-de-passe-oublie")
    page.get_by_label("Adresse courriel").fill(CLEMENCE.email)
    page.get_by_role("main").get_by_role("button").click()
    clemence.goto(link_in(mailbox.await_mail(CLEMENCE.email, "autre mot de passe")))
    clemence.says("il faudra votre code de récupération")
    page.get_by_label("Nouveau mot de passe", exact=True).fill(chosen)
    clemence.press("Changer mon mot de passe")
    clemence.sign_in(CLEMENCE, chosen)

    clemence.goto("/mon-espace/stockage/")
    clemence.says("Vos documents sont intacts")
    clemence.look("stockage-ferme")
    clemence.follow("Ouvrir mon espace")
    clemence.follow("recommencer avec un espace vide")
    clemence.says("Ces 4 documents seront supprimés")
    clemence.says("Vaccinations, ajouté le")
    clemence.look("stockage-recommencer")
    clemence.follow("l’un ou l’autre rouvre tout")
    for typed, says in (("ABCD-2345", "Ce code n’ouvre pas votre espace"), (code, "est ouvert")):
        page.get_by_label("Code de récupération").fill(typed)
        page.get_by_label("Votre mot de passe actuel").fill(chosen)
        clemence.press("Ouvrir")
        clemence.says(says)
    clemence.says(NAME)
    clemence.follow("En créer un nouveau")
    clemence.says("l’ancien n’ouvrira plus rien")
    clemence.press("Remplacer mon code")
    assert page.locator(".recovery-code").inner_text() != code
    clemence.goto("/mon-espace/stockage/")
    clemence.says("Avez-vous gardé votre nouveau code")
    clemence.look("stockage-code-a-confirmer")
    clemence.press("J’ai gardé mon code")
    clemence.says("Un code plus ancien n’ouvre plus rien")
