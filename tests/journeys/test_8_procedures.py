"""Démarches: an agent composes and publishes one, a visitor without account sends it, a parent fills the school's."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import MANAGER, PASSWORD, TYPHAINE, Person
from tests.journeys.visitor import Visitor
from tests.mothers.documents import a_pdf
from tests.waiting import eventually

TITLE = "Réserver une salle"
SCHOOL_ENROLMENT = "Inscrire un enfant à l’école"


def ask(desk: Visitor, page_title: str, kind: str, label: str) -> Page:
    """A new question on a page; its settings are open."""
    desk.follow(f"Ajouter une question (page {page_title})")
    desk.page.get_by_label("Type de question").select_option(label=kind)
    desk.page.get_by_label("Question", exact=True).fill(label)
    return desk.press("Continuer")


@pytest.fixture(scope="module")
def composed(prepared: object, agent: Callable[[Person], Visitor]) -> None:
    """« Réserver une salle »: for a party the number of guests is asked, and only then."""
    desk = agent(MANAGER)
    desk.goto("/agents/demarches")
    desk.look("agent-demarches")
    page = desk.follow("Nouvelle démarche")
    page.get_by_label("Titre").fill(TITLE)
    page.get_by_label("En une phrase").fill("Une salle de la ville, pour une fête ou une réunion.")
    page.get_by_label("Catégorie").fill("Vie locale")
    page.get_by_label("Service chargé des demandes").fill("Vie associative")
    desk.look("agent-demarche-nouvelle")
    desk.press("Créer, puis composer les pages")
    desk.says("Ajoutez au moins une page.")
    desk.follow("Ajouter une page")
    page.get_by_label("Titre de la page").fill("La salle")
    desk.press("Ajouter la page")
    ask(desk, "La salle", "Un choix parmi plusieurs", "Pour quoi faire ?")
    page.get_by_label("Choix").fill("Une fête\nUne réunion | Association")
    desk.look("agent-demarche-question")
    desk.press("Enregistrer la question")
    ask(desk, "La salle", "Nombre", "Combien d’invités ?")
    page.get_by_label("Plus grand nombre").fill("150")
    page.get_by_label("« Pour quoi faire\u202f? » : Une fête").check()
    desk.press("Enregistrer la question")
    desk.says("Seulement si « Pour quoi faire\u202f? » : Une fête")
    desk.look("agent-demarche")
    desk.follow("Essayer le formulaire")
    page.get_by_label("Une fête").check()
    desk.press("Continuer")
    expect(page.get_by_label("Combien d’invités")).to_be_visible()
    desk.look("agent-demarche-essai")
    desk.follow("Revenir à la composition")
    desk.press("Publier cette version")
    desk.says("Le formulaire est publié.")


def test_a_visitor_without_account_fills_makes_mistakes_comes_back_and_sends(
    composed: None, visit: Callable[..., Visitor]
) -> None:
    visitor = visit()
    page = visitor.goto("/demarches")
    page.get_by_label("Chercher une démarche").fill("reserver SALLE")
    visitor.press("Chercher")
    visitor.look("demarches")
    visitor.follow(TITLE)
    visitor.look("demarche")
    visitor.press("Commencer")
    visitor.press("Continuer")
    visitor.says("Choisissez une réponse")
    page.get_by_label("Une fête").check()
    visitor.press("Continuer")
    page.get_by_label("Combien d’invités").fill("400")
    visitor.press("Continuer")
    visitor.says("Saisissez un nombre jusqu’à 150.")
    expect(page.get_by_label("Combien d’invités")).to_have_value("400")
    visitor.look("demarche-a-corriger")
    page.get_by_label("Combien d’invités").fill("80")
    visitor.press("Continuer")
    page.get_by_label("Votre adresse courriel").fill("line.passage@exemple.test")
    visitor.press("Continuer")
    visitor.says("Vérifiez vos réponses")
    visitor.look("demarche-verifier")
    visitor.follow("Modifier (combien d’invités\u202f?)")
    page.get_by_label("Combien d’invités").fill("60")
    visitor.press("Continuer")
    expect(page.get_by_role("main")).to_contain_text("60")
    visitor.press("Envoyer ma demande")
    visitor.says("2026-")
    expect(page).to_have_url(re.compile("/suivre-une-demande/recue"))


def test_what_is_half_typed_without_an_account_is_kept_and_follows_who_signs_in(
    composed: None, typhaine: Visitor
) -> None:
    page = typhaine.sign_out()
    typhaine.goto("/demarches")
    typhaine.follow(TITLE)
    typhaine.press("Commencer")
    page.get_by_label("Une fête").check()
    typhaine.press("Continuer")
    page.get_by_label("Combien d’invités").fill("quatre-vingts")
    typhaine.press("Enregistrer et finir plus tard")
    typhaine.says("gardée dans ce navigateur")
    typhaine.follow("Connectez-vous")
    page.get_by_label("Identifiant").fill(TYPHAINE.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    typhaine.press("Connexion")
    typhaine.says("Reprendre ce que vous avez commencé")
    typhaine.look("demarche-a-reprendre")
    typhaine.press(f"Reprendre dans mon espace «\u00a0{TITLE}\u00a0»")
    typhaine.says("Votre saisie est dans votre espace")
    expect(page.get_by_label("Combien d’invités")).to_have_value("quatre-vingts")
    typhaine.press("Continuer")
    typhaine.says("Saisissez un nombre entier")


def fill_school_enrolment(typhaine: Visitor, *, look: bool = False) -> None:
    """Up to the page of the documents."""
    page = typhaine.page
    typhaine.goto("/demarches")
    typhaine.follow(SCHOOL_ENROLMENT)
    typhaine.press("Commencer")
    page.get_by_label("Jeanne Ollivero").check()
    page.get_by_label("Dans quelle classe").select_option(label="CE1")
    page.get_by_label("À la prochaine rentrée de septembre").check()
    if look:
        typhaine.look("demarche-enfant")
    typhaine.press("Continuer")
    for question in ("L’enfant va-t-il déjà", "Demandez-vous une autre école"):
        page.get_by_role("group", name=question).get_by_label("Non").check()
    typhaine.press("Continuer")
    expect(page.get_by_label("Votre nom")).to_have_value("Ollivero")
    expect(page.get_by_label("Ville")).not_to_have_value("")
    page.get_by_label("Votre numéro de téléphone").fill("06 39 98 00 11")
    page.get_by_label("Vous seul").check()
    if look:
        typhaine.look("demarche-parent")
    typhaine.press("Continuer")
    if page.get_by_text("étape 3 sur").count():  # what « Vous seul » reveals may be left out
        typhaine.press("Continuer")


def test_a_parent_fills_the_school_enrolment_from_the_family_file_and_the_next_asks_for_no_paper(
    typhaine: Visitor,
) -> None:
    page = typhaine.page
    fill_school_enrolment(typhaine, look=True)
    for question in ("Le livret de famille", "Un justificatif de domicile", "Les vaccinations de l’enfant"):
        typhaine.press(f"Joindre un document ({question})")
        paper = {"name": "papier.pdf", "mimeType": "application/pdf", "buffer": a_pdf(question)}
        page.get_by_label("Choisir un fichier").set_input_files(files=[paper])  # type: ignore[arg-type,list-item]
        typhaine.press("Envoyer et joindre")
        typhaine.says("La pièce est jointe")
    typhaine.look("demarche-pieces")
    typhaine.press("Enregistrer et finir plus tard")
    typhaine.says("Mes demandes en cours de saisie")
    typhaine.follow(SCHOOL_ENROLMENT)
    typhaine.press("Continuer")
    expect(page.get_by_label("Votre adresse courriel")).not_to_have_value("")
    typhaine.press("Continuer")
    typhaine.says("Jeanne Ollivero")
    typhaine.press("Envoyer ma demande")
    eventually(lambda: _sent(typhaine))

    fill_school_enrolment(typhaine)
    expect(page.get_by_role("button", name="Donner un autre document")).to_have_count(3)
    typhaine.says("Déjà fourni le")
    typhaine.look("demarche-deja-fourni")
    typhaine.press("Continuer")
    typhaine.press("Continuer")
    typhaine.says("Les documents déjà fournis sont repris avec votre demande")
    typhaine.look("demarche-deja-fourni-verifier")
    eventually(lambda: _sent(typhaine))
    typhaine.goto("/mon-espace/demandes/")
    page.get_by_role("link", name=SCHOOL_ENROLMENT).first.click()
    typhaine.says("avec une démarche")
    eventually(lambda: _is_passed_on(typhaine))
    typhaine.look("demande-deja-fourni")


def _is_passed_on(visitor: Visitor) -> bool:
    visitor.page.reload()
    return visitor.page.get_by_text("en train d’être repris").count() == 0


def _sent(visitor: Visitor) -> bool:
    """Enrolment hears of the documents a moment after they are joined; until then it says so."""
    if visitor.page.url.endswith("/suivre-une-demande/recue"):
        return True
    visitor.press("Envoyer ma demande")
    return False
