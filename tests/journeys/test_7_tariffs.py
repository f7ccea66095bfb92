"""Chapter 7, what things cost. The office prepares a price, tries it on a family, publishes it; and grants an aid."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import AMANDINE, BILLING_AGENT, Person
from tests.journeys.visitor import Visitor

Agent = Callable[[Person], Visitor]


@pytest.fixture(scope="module")
def desk(published: list[str], agent: Agent) -> Visitor:
    return agent(BILLING_AGENT)


def test_a_price_is_prepared_tried_on_a_family_and_published_with_a_date(desk: Visitor) -> None:
    page = desk.page
    desk.goto("/agents/tarifs/")
    desk.look("agent-tarifs")
    page.get_by_label("Activité", exact=True).select_option(label=chapters.CANTEEN)
    desk.press("Préparer la prochaine version")
    desk.look("agent-tarif-brouillon")
    bands = page.get_by_label("Tranches")
    expect(bands).to_have_value(re.compile("5,45"))
    bands.fill(bands.input_value().replace("5,45", "6,00"))
    desk.press("Enregistrer le brouillon")
    desk.says("Le brouillon est enregistré")
    desk.says("+0,55\u00a0€")

    desk.follow("Essayer sur le mois d’une famille")
    page.get_by_label("Numéro de dossier ou nom de famille").fill(AMANDINE.last_name)
    page.get_by_label("Mois").select_option(label="novembre 2026")
    desk.press("Simuler")
    # Two homes have that name: the first is hers.
    desk.follow(f"{AMANDINE.last_name}, dossier", exact=False)
    # Meals on the bill and those booked that nobody checked, however many the story had before: each 55 cents dearer.
    meals = sum(
        int(row.get_by_role("cell").nth(0).inner_text())
        for row in page.get_by_role("row").filter(has_text="Restauration scolaire").all()
    )
    before, after, more = (
        int(euros) * 100 + int(cents)
        for euros, cents in re.findall(r"(\d+),(\d\d)\s€", page.locator(".bill-balance").inner_text())
    )
    assert meals >= 7
    assert after - before == more == meals * 55
    desk.look("agent-tarif-simulation")

    desk.follow("prochain tarif", exact=False)
    desk.follow("Publier ce brouillon")
    chapters.fill_date(desk, "Ce tarif vaut à partir du", date(2027, 2, 1))
    desk.press("Continuer")
    desk.says("à partir du 1er\u00a0février 2027")
    desk.look("agent-tarif-publier")
    desk.press("Publier ce tarif")
    desk.says("Publié")
    desk.says("À venir")


def test_an_aid_is_granted_read_by_the_family_and_ended(
    desk: Visitor, amandine: Visitor, mailbox: Mailbox
) -> None:
    """From the year to come on: what this story has billed stays as it is."""
    page = desk.page
    desk.goto("/agents/aides/")
    page.get_by_label("Numéro de dossier ou nom de famille").fill(AMANDINE.last_name)
    desk.press("Chercher")
    desk.follow(f"{AMANDINE.last_name}, dossier", exact=False)
    desk.look("agent-aides-famille")
    desk.follow("Accorder une aide")
    page.get_by_label("Nom de l’aide").fill("Aide du CCAS")
    page.get_by_label("Somme prise en charge par unité").fill("2")
    page.get_by_label("Décision ou motif").fill("Décision 2026-118")
    page.get_by_label("Marius", exact=False).check()
    chapters.fill_date(desk, "À partir du", date(2027, 1, 1))
    chapters.fill_date(desk, "Jusqu’au", date(2027, 8, 31))
    desk.press("Continuer")
    desk.press("Accorder")
    desk.says("Donnez un plafond")
    desk.look("agent-aide-accorder")
    page.get_by_label("Plafond en euros").fill("120")
    desk.press("Continuer")
    desk.look("agent-aide-verifier")
    desk.press("Accorder")
    desk.says("La famille est prévenue")

    assert "Aide du CCAS" in mailbox.await_mail(AMANDINE.email, "Aide accordée")["text"]
    amandine.goto("/mon-espace/factures/")
    amandine.says("reste 120,00\u00a0€ à partir du 1er\u00a0janvier 2027 jusqu’au 31\u00a0août 2027")
    amandine.look("factures-aide")

    desk.follow("Arrêter avant son terme", exact=False)
    chapters.fill_date(desk, "Dernier jour", date(2026, 12, 31))
    page.get_by_label("Motif").fill("Ressources réévaluées")
    desk.look("agent-aide-arreter")
    desk.press("Continuer")
    desk.says("retirée en entier")
    desk.press("Arrêter")
    desk.says("C’est arrêté")
    assert mailbox.await_mail(AMANDINE.email, "Fin d’une aide")
    amandine.goto("/mon-espace/factures/")
    amandine.says("Ressources réévaluées")
