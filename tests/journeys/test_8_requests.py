"""Démarches followed: without an account by number and code, with one in one's space, by the department in charge."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys.chapters import open_account
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import FILES_AGENT, MANAGER, Person
from tests.journeys.visitor import Visitor
from tests.mothers.documents import a_pdf
from tests.waiting import eventually

TITLE = "Écrire à la mairie"
DEPARTMENT = "Accueil de la mairie"
EMAIL = "line.passage@exemple.test"
PAULE = Person("Mme", "Paule", "Rivet")


@dataclass
class Filed:
    number: str
    code: str


def write_to_the_town(visitor: Visitor, subject: str, email: str = "") -> None:
    """The general request, filled and sent."""
    page = visitor.page
    eventually(lambda: visitor.goto("/demarches").get_by_role("link", name=TITLE).count() > 0, seconds=70)
    visitor.follow(TITLE)
    visitor.press("Commencer")
    page.get_by_label("Autre chose").check()
    page.get_by_label("Objet").fill(subject)
    page.get_by_label("Votre message").fill("Le banc du square Jules-Nadi est cassé depuis une semaine.")
    visitor.press("Continuer")
    for label, value in (
        ("Votre prénom", "Line"),
        ("Votre nom", "Passage"),
        ("Numéro et rue", "3 rue Pêcherie"),
        ("Code postal", "26100"),
        ("Ville", "Romans-sur-Isère"),
    ):
        if page.get_by_label(label, exact=True).input_value() == "":
            page.get_by_label(label, exact=True).fill(value)
    visitor.press("Continuer")
    if email:
        page.get_by_label("Votre adresse courriel").fill(email)
    visitor.press("Continuer")
    visitor.press("Envoyer ma demande")
    visitor.says("Votre demande est envoyée")


@pytest.fixture(scope="module")
def filed(prepared: object, visit: Callable[..., Visitor]) -> Filed:
    """Sent by somebody without an account, who notes number and code."""
    visitor = visit()
    write_to_the_town(visitor, "Un banc cassé", EMAIL)
    visitor.look("demande-recue")
    return what_the_receipt_says(visitor)


def what_the_receipt_says(visitor: Visitor) -> Filed:
    number = re.search(r"20\d\d-\d{6}", visitor.page.get_by_role("main").inner_text())
    assert number is not None
    return Filed(number[0], visitor.page.locator(".tracking-code").inner_text())


@pytest.fixture(scope="module")
def staffed(filed: Filed, agent: Callable[[Person], Visitor]) -> Visitor:
    """An administrator has put an agent into the department; the agent, at the list of requests."""
    desk = agent(MANAGER)
    desk.goto("/agents/services/")
    desk.look("agent-services")
    desk.follow(DEPARTMENT)
    desk.page.get_by_label(FILES_AGENT.name).check()
    desk.look("agent-service")
    desk.press("Enregistrer")
    desk.says("est enregistré")
    at_work = agent(FILES_AGENT)
    at_work.goto("/agents/demandes/")
    at_work.look("agent-demandes")
    return at_work


def follow(visitor: Visitor, filed: Filed) -> None:
    """From another browser, by what the receipt says."""
    visitor.goto("/suivre-une-demande")
    visitor.look("suivre")
    visitor.page.get_by_label("Numéro de la demande").fill(filed.number)
    visitor.page.get_by_label("Code de suivi").fill(filed.code.lower())
    visitor.press("Voir ma demande")
    visitor.says(f"Demande n° {filed.number}")


def open_request(desk: Visitor, number: str, *, closed: bool = False) -> None:
    desk.goto("/agents/demandes/?terminees=1" if closed else "/agents/demandes/")
    desk.page.get_by_role("link", name=number).click()
    desk.says(f"Demande n° {number}")


def test_what_the_town_asks_is_answered_with_a_document_and_the_answer_is_a_letter(
    filed: Filed, staffed: Visitor, visit: Callable[..., Visitor], mailbox: Mailbox, tmp_path: Path
) -> None:
    receipt = mailbox.await_mail(EMAIL, "Accusé de réception")
    assert filed.number in receipt["subject"]
    assert filed.code not in mailbox.source(receipt)
    open_request(staffed, filed.number)
    staffed.page.get_by_label("Demander une précision ou un document").check()
    staffed.page.get_by_label("Votre texte").fill("Pouvez-vous joindre une photo du banc ?")
    staffed.press("Envoyer")
    staffed.says("le délai est suspendu")
    staffed.look("agent-demande")

    mailbox.await_mail(EMAIL, "Une précision")
    visitor = visit()
    follow(visitor, filed)
    visitor.says("Pouvez-vous joindre une photo du banc")
    visitor.follow("joindre un document")
    visitor.look("suivre-joindre")
    visitor.page.get_by_label("De quel document s’agit-il").select_option(label="Pièce d’identité")
    photo = {"name": "banc.pdf", "mimeType": "application/pdf", "buffer": a_pdf("banc")}
    visitor.page.get_by_label("Choisir un fichier").set_input_files(files=[photo])  # type: ignore[arg-type,list-item]
    visitor.press("Joindre le document")
    visitor.says("Le document est joint")
    visitor.page.get_by_label("Votre message").fill("La voici.")
    visitor.press("Envoyer")
    visitor.says("Votre message est envoyé")

    eventually(lambda: "Ouvrir les documents joints" in _text_of(staffed, filed.number))
    staffed.page.get_by_role("link", name="Ouvrir les documents joints").click()
    with staffed.page.expect_download() as fetched:
        staffed.page.get_by_role("main").get_by_role("button").first.click()
    assert Path(fetched.value.path()).read_bytes().startswith(b"%PDF")
    open_request(staffed, filed.number)
    staffed.page.get_by_label("Accepter").check()
    staffed.page.get_by_label("Texte du courrier").fill("Le banc sera remplacé lundi.")
    staffed.press("Enregistrer la décision")
    staffed.says("La décision est enregistrée")

    eventually(lambda: "Document ouvert" in visitor.goto("/suivre-une-demande/demande").inner_text("main"))
    visitor.says("Le banc sera remplacé lundi.")
    visitor.look("demande-repondue")
    with visitor.page.expect_download() as letter:
        visitor.follow("Télécharger le courrier (PDF)")
    assert "Line Passage" in PdfReader(letter.value.path()).pages[0].extract_text()
    visitor.press("Quitter ma demande")
    visitor.says("Cet appareil ne garde plus rien")


def test_a_parent_finds_the_letter_in_the_vault(staffed: Visitor, amandine: Visitor) -> None:
    write_to_the_town(amandine, "Une chaussée abîmée")
    amandine.follow("Suivre ma demande")
    amandine.look("ma-demande")
    found = re.search(r"20\d\d-\d{6}", amandine.page.get_by_role("main").inner_text())
    assert found is not None
    amandine.goto("/mon-espace/")
    amandine.says("Dernières demandes")
    open_request(staffed, found[0])
    send_plan(staffed)
    staffed.says("le document est dans l’espace de stockage du demandeur")
    staffed.page.get_by_label("Refuser").check()
    staffed.page.get_by_label("Texte du courrier").fill("Cette rue est départementale.")
    staffed.press("Enregistrer la décision")
    staffed.says("va dans l’espace de stockage du demandeur")
    eventually(lambda: "l’espace de stockage du demandeur depuis" in _text_of(staffed, found[0], closed=True))
    staffed.look("agent-demande-decidee")
    amandine.goto("/mon-espace/demandes/")
    amandine.look("mes-demandes")
    amandine.follow(TITLE, exact=False)
    amandine.says("tribunal administratif de Grenoble")
    amandine.follow("Ouvrir le document envoyé")
    amandine.says("plan")
    amandine.goto("/mon-espace/stockage/")
    expect(amandine.page.get_by_role("main")).to_contain_text(f"Réponse à la demande {found[0]}")


def test_an_application_with_its_cv_is_sent_without_an_account_and_read_by_the_agent(
    staffed: Visitor, agent: Callable[[Person], Visitor], visit: Callable[..., Visitor]
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.goto("/demarches")
    visitor.follow("Proposer sa candidature à un emploi")
    visitor.press("Commencer")
    page.get_by_label("Est spontanée").check()
    for part, value in (("Jour", "4"), ("Mois", "1"), ("Année", "2027")):
        page.get_by_role("group", name="À partir de quand").get_by_label(part).fill(value)
    page.get_by_label("Temps complet").check()
    visitor.press("Continuer")
    page.get_by_label("Espaces verts").check()
    visitor.press("Continuer")
    page.get_by_label("Salarié du secteur privé").check()
    page.get_by_role("group", name="permis B").get_by_label("Oui").check()
    for question in ("Votre CV", "Votre lettre de motivation"):
        send_file(visitor, question, f"{question}.pdf")
    page.get_by_role("button", name="Retirer Votre CV.pdf").click()
    visitor.says("Le document n’est plus joint")
    expect(page.get_by_role("button", name="Retirer Votre CV.pdf")).to_have_count(0)
    expect(page.get_by_label("Salarié du secteur privé")).to_be_checked()
    cv = send_file(visitor, "Votre CV", "CV de Line.pdf")
    visitor.look("demarche-fichiers-joints")
    visitor.press("Continuer")
    for label, value in (
        ("Votre prénom", "Line"),
        ("Votre nom", "Passage"),
        ("Numéro et rue", "3 rue Pêcherie"),
        ("Code postal", "26100"),
        ("Ville", "Romans-sur-Isère"),
        ("Votre numéro de téléphone", "06 39 98 00 12"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    visitor.press("Continuer")
    page.get_by_label("Votre adresse courriel").fill(EMAIL)
    visitor.press("Continuer")
    visitor.says("CV de Line.pdf")
    visitor.press("Envoyer ma demande")
    visitor.says("Votre demande est envoyée")
    number = re.search(r"20\d\d-\d{6}", page.get_by_role("main").inner_text())
    assert number is not None

    desk = agent(MANAGER)
    desk.goto("/agents/services/")
    desk.follow("Ressources humaines")
    desk.page.get_by_label(FILES_AGENT.name).check()
    desk.press("Enregistrer")
    desk.says("est enregistré")
    at_work = agent(FILES_AGENT)
    open_request(at_work, number[0])
    at_work.follow("Ouvrir les documents joints (2)")
    row = at_work.page.get_by_role("row").filter(has_text="CV")

    def is_told() -> bool:
        at_work.page.reload()
        return row.count() == 1

    eventually(is_told)
    with at_work.page.expect_download() as fetched:
        row.get_by_role("button").click()
    assert fetched.value.suggested_filename == "CV de Line.pdf"
    assert Path(fetched.value.path()).read_bytes() == cv


def test_a_request_without_an_account_is_claimed_and_what_was_sent_with_it_opens_in_the_vault(
    staffed: Visitor, visit: Callable[..., Visitor], mailbox: Mailbox
) -> None:
    visitor = visit()
    write_to_the_town(visitor, "Un lampadaire éteint", PAULE.email)
    filed = what_the_receipt_says(visitor)
    open_request(staffed, filed.number)
    send_plan(staffed)
    staffed.says(filed.number)
    open_account(visitor, PAULE, mailbox, "Confirmez")
    visitor.goto("/mon-espace/demandes/")
    visitor.says("Si elle est de vous")
    visitor.page.get_by_role("button", name="Rattacher à mon compte").click()
    visitor.says("La demande est rattachée à votre compte")
    visitor.follow("Ouvrir le document envoyé")
    visitor.look("demande-code")
    code = visitor.page.get_by_label("Code de suivi")
    code.fill("AAAA-AAAA-AAAA-AAAA")
    visitor.press("Ouvrir et ranger")
    visitor.says("Ce code n’ouvre pas ce document")
    visitor.look("demande-code-faux")
    code.fill(filed.code)
    visitor.press("Ouvrir et ranger")
    visitor.says("Le document est rangé dans votre espace de stockage")
    visitor.says("plan")


def send_plan(desk: Visitor) -> None:
    """A message with a file, from the page of a request."""
    page = desk.follow("Écrire au demandeur en lui envoyant un document")
    page.get_by_label("Informer le demandeur").check()
    page.get_by_label("Votre texte").fill("Voici le plan des rues de la commune.")
    plan = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": a_pdf("plan des rues")}
    page.get_by_label("Le document").set_input_files(files=[plan])  # type: ignore[arg-type,list-item]
    desk.look("agent-envoyer-un-document")
    desk.press("Envoyer")


def send_file(visitor: Visitor, question: str, name: str) -> bytes:
    """A PDF for a question of a form that is filled without an account: its bytes."""
    visitor.page.get_by_role("button", name=f"Joindre un document ({question})").click()
    visitor.look("demarche-fichier")
    content = a_pdf(name)
    file = {"name": name, "mimeType": "application/pdf", "buffer": content}
    visitor.page.get_by_label("Choisir un fichier").set_input_files(files=[file])  # type: ignore[arg-type,list-item]
    visitor.press("Joindre le fichier")
    visitor.says("Le fichier est joint")
    return content


def _text_of(desk: Visitor, number: str, *, closed: bool = False) -> str:
    open_request(desk, number, closed=closed)
    return desk.page.inner_text("main")
