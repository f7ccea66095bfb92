"""Chapter 4, the offer: an agent makes a school and an activity on pages, opens its sessions, and a parent enrols."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.people import MANAGER, SCHOOL, Person
from tests.journeys.visitor import Visitor

Agent = Callable[[Person], Visitor]
MUSIC = "Éveil musical"
TUESDAY = "Mardi 8 juin"


@pytest.fixture(scope="module")
def music(prepared: object, agent: Agent) -> Visitor:
    """The activity as the page keeps it, and the agent in front of « Où est-elle proposée ? »."""
    desk = agent(MANAGER)
    desk.goto("/agents/offre/")
    desk.follow("Nouvelle activité")
    desk.look("agent-activite")
    page = desk.page
    page.get_by_label("Nom de l’activité").fill(MUSIC)
    page.get_by_label("Famille d’activité").select_option(label="Soir")
    page.get_by_label("Ce qu’on réserve s’appelle").fill("séance")
    page.get_by_label("Âge minimum").fill("3")
    page.get_by_label("Âge maximum").fill("11")
    page.get_by_role("group", name="Jours", exact=True).get_by_label("Mardi").check()
    page.get_by_label("Places par séance").fill("12")
    page.get_by_label("Places par âge").fill("les petits")
    for section in ("Délai pour réserver", "Délai pour annuler"):
        rule = page.get_by_role("region", name=section)
        rule.get_by_label("Nombre de jours, de semaines").fill("2")
        rule.get_by_label("Jusqu’à quelle heure").fill("neuf heures")
    desk.press("Prévisualiser")
    desk.says("Écrivez l’heure comme ceci")
    desk.says("écrivez une ligne par groupe")
    desk.look("agent-activite-fautes")
    page.get_by_label("Places par âge").fill("3-5 ans : 4 places\n6-11 ans : 8 places")
    for section in ("Délai pour réserver", "Délai pour annuler"):
        page.get_by_role("region", name=section).get_by_label("Jusqu’à quelle heure").fill("9 h")
    desk.press("Prévisualiser")
    desk.says("Réservé aux enfants de 3 à 11\u00a0ans")
    desk.says("jusqu’à 2\u00a0jours avant, 9\u00a0h")
    desk.says("Chaque âge a ses places")
    desk.look("agent-activite-apercu")
    desk.press("Enregistrer l’activité")
    desk.says("Où est-elle proposée")
    return desk


def test_a_school_is_made_and_an_activity_offered_in_it(music: Visitor) -> None:
    music.look("agent-proposer")
    address = music.page.url
    music.goto("/agents/lieux/")
    music.look("agent-lieux")
    music.follow("Nouveau lieu")
    music.page.get_by_label("Nom du lieu").fill("École Jacquemart")
    music.page.get_by_label("Code du lieu").fill("École 1")
    music.press("Enregistrer le lieu")
    music.says("sans espace ni accent")
    music.look("agent-lieu-nouveau")
    music.page.get_by_label("Code du lieu").fill("0261007G")
    music.press("Enregistrer le lieu")
    expect(music.page.get_by_role("heading", level=1)).to_have_text("École Jacquemart")
    music.goto(address)
    for place in (SCHOOL[1], "École Jacquemart"):
        music.page.get_by_label(place).check()
    music.press("Proposer dans ces lieux")
    music.says("2\u00a0nouveaux lieux")
    music.look("agent-offre-proposee")


def test_its_sessions_are_opened_and_a_parent_enrols_and_books(
    music: Visitor, enrolled: None, typhaine: Visitor
) -> None:
    music.goto("/agents/offre/")
    music.follow(f"Ouvrir des séances ({MUSIC})")
    chapters.fill_date(music, "Premier jour", date(2027, 6, 1))
    chapters.fill_date(music, "Dernier jour", date(2027, 6, 30))
    music.look("agent-seances")
    music.press("Ouvrir les séances")
    music.says("10\u00a0séances ouvertes")
    chapters.enrol(typhaine, "Jeanne", MUSIC)
    typhaine.says("L’inscription est acceptée")
    chapters.open_month(typhaine, "Jeanne", "2027-06")
    chapters.tick(typhaine, TUESDAY, column=MUSIC)
    chapters.save(typhaine)
    typhaine.says("1\u00a0jour réservé")


def test_an_agent_changes_its_rules_and_the_parents_words_follow(music: Visitor, typhaine: Visitor) -> None:
    music.goto("/agents/offre/")
    music.follow(f"Changer les règles ({MUSIC})")
    for section in ("Délai pour réserver", "Délai pour annuler"):
        rule = music.page.get_by_role("region", name=section)
        rule.get_by_label("Un jour du mois précédent").check()
        rule.get_by_label("Nombre de jours, de semaines").fill("20")
    music.press("Enregistrer l’activité")
    music.says("est enregistrée")
    chapters.open_month(typhaine, "Jeanne", "2027-06")
    typhaine.says("jusqu’au 20 du mois précédent, 9\u00a0h")
