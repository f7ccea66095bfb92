"""A child's health: what a parent writes, what each agent may read of it, and who is seen to have read."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.people import HEALTH_AGENT, KITCHEN_AGENT, MANAGER, SCHOOL, SCHOOL_AGENT, Person
from tests.journeys.visitor import Visitor

Agent = Callable[[Person], Visitor]
ILLNESS, GESTURE = "Mucopolysaccharidose", "Stylo dans la cuisse, puis le 15"


@pytest.fixture(scope="module")
def written(amandine: Visitor) -> str:
    """Marius's sheet, filled by his mother; its address."""
    amandine.goto("/mon-espace/famille/")
    amandine.page.get_by_role("link", name="Fiche santé (Marius Arnoux)").click()
    amandine.look("fiche-sante-vide")
    sheet = amandine.page.url
    amandine.follow("Modifier les repas")
    amandine.look("fiche-sante-repas")
    amandine.page.get_by_label("Sans porc").check()
    amandine.page.get_by_label("Arachide").check()
    amandine.press("Enregistrer")
    amandine.says("la cuisine en tient compte")
    amandine.follow("Modifier les soins")
    amandine.page.get_by_label("Allergies et maladies").fill(ILLNESS)
    amandine.page.get_by_label("Que faire en cas d’urgence").fill(GESTURE)
    amandine.look("fiche-sante-soins")
    amandine.press("Envoyer au service santé")
    amandine.says("En attente du service santé")
    amandine.follow("Ajouter une vaccination")
    amandine.look("fiche-sante-vaccination")
    amandine.page.get_by_label("Tétanos").check()
    date = amandine.page.get_by_role("group", name="À quelle date ?")
    for label, value in (("Jour", "4"), ("Mois", "5"), ("Année", "2023")):
        date.get_by_label(label).fill(value)
    amandine.press("Enregistrer")
    amandine.says("Les vaccinations sont enregistrées")
    amandine.look("fiche-sante")
    return sheet


def test_the_kitchen_reads_the_plate_and_not_the_illness(written: str, agent: Agent) -> None:
    desk = agent(KITCHEN_AGENT)
    desk.goto("/agents/cuisine/")
    desk.look("agent-cuisine")
    desk.follow(SCHOOL[1])
    row = desk.page.get_by_role("row").filter(has_text="Marius Arnoux")
    expect(row).to_contain_text("Sans porc")
    expect(row).to_contain_text("Arachide")
    expect(desk.page.get_by_role("main")).not_to_contain_text(ILLNESS)
    desk.look("agent-cuisine-feuille")
    assert desk.page.goto("/agents/sante/").status == 403  # type: ignore[union-attr]


def test_whoever_is_in_charge_reads_what_to_do_at_once(written: str, agent: Agent) -> None:
    desk, child = agent(SCHOOL_AGENT), written.rstrip("/").split("/")[-2]
    desk.goto(f"/agents/sante/{child}/urgence")
    desk.says(GESTURE)
    desk.says("reste à relire par le service santé")
    expect(desk.page.get_by_role("main")).not_to_contain_text(ILLNESS)
    desk.look("agent-urgence")


def test_the_health_service_answers_and_the_parent_sees_who_read_what(
    written: str, agent: Agent, amandine: Visitor
) -> None:
    desk = agent(HEALTH_AGENT)
    desk.goto("/agents/sante/")
    desk.page.get_by_label("Nom de l’enfant").fill("arnoux")
    desk.press("Chercher")
    desk.look("agent-sante")
    desk.follow("Marius Arnoux")
    desk.says(ILLNESS)
    desk.look("agent-sante-fiche")
    desk.page.get_by_label("Accepter", exact=False).check()
    desk.page.get_by_label("Réponse aux parents").fill("Merci, bien noté.")
    desk.press("Enregistrer la réponse")
    amandine.goto(written)
    amandine.says("Merci, bien noté.")
    readings = amandine.page.get_by_role("table", name="Consultations par des agents")
    for reader in (KITCHEN_AGENT, SCHOOL_AGENT, HEALTH_AGENT):
        expect(readings).to_contain_text(reader.name)


def test_administrators_see_who_read_what(written: str, agent: Agent) -> None:
    desk = agent(MANAGER)
    desk.goto("/agents/lectures-sante/?nom=manoukian")
    desk.says("Marius Arnoux")
    desk.look("agent-lectures-sante")
