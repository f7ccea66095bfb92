"""The family's file in its family's hands: an address asked for and accepted, a contact, a page shown too early."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.mailbox import Mailbox
from tests.journeys.people import AMANDINE, FILES_AGENT, VINCENT, Person
from tests.journeys.visitor import Visitor

STREET = "14 quai Sainte-Claire"


def test_a_new_address_waits_for_an_agent_while_all_else_can_be_changed(
    amandine: Visitor, vincent: Visitor, agent: Callable[[Person], Visitor], mailbox: Mailbox
) -> None:
    amandine.goto("/mon-espace/famille/")
    amandine.look("famille")
    amandine.follow("Modifier (adresse)")
    amandine.look("famille-adresse")
    fill(amandine, "Numéro et rue", STREET)
    amandine.press("Enregistrer")
    amandine.says("Votre demande est envoyée")
    amandine.goto("/mon-espace/famille/")
    amandine.says("1\u00a0modification en attente d’un agent")

    amandine.follow("Ajouter un contact", exact=False)
    amandine.look("contact-ajouter")
    fill(amandine, "Prénom", "Jeanne")
    fill(amandine, "Nom", "D'Arnoux")
    amandine.page.get_by_label("Lien avec l’enfant").select_option(label="Grand-parent")
    fill(amandine, "Téléphone", "0639984401")
    amandine.page.get_by_label("À appeler en urgence").select_option(label="En premier")
    amandine.page.get_by_label("Oui", exact=True).check()
    amandine.page.get_by_label("Marius").check()
    amandine.press("Enregistrer")
    amandine.says("Jeanne D’Arnoux")
    amandine.says("À appeler en premier")

    desk = agent(FILES_AGENT)
    desk.goto("/agents/")
    desk.says("1 à regarder")
    desk.goto("/agents/modifications/")
    desk.look("agent-modifications")
    desk.follow("Adresse", exact=False)
    desk.says(STREET)
    desk.look("agent-modification")
    desk.page.get_by_label("Accepter la modification").check()
    desk.press("Enregistrer la décision")
    desk.says("La modification est acceptée")

    mail = mailbox.await_mail(VINCENT.email, "Modification acceptée")
    assert "l’adresse du foyer" in " ".join(mail["text"].split())
    vincent.goto("/mon-espace/famille/")
    vincent.says(STREET)
    vincent.goto("/mon-espace/famille/modifications/")
    vincent.says(f"par {AMANDINE.title} {AMANDINE.name}")
    vincent.look("modifications")


def test_a_parent_whose_page_is_old_is_shown_the_other_parent_s_answer(
    amandine: Visitor, vincent: Visitor
) -> None:
    for parent in (amandine, vincent):
        parent.goto("/mon-espace/famille/")
        parent.follow("Fiche de l’enfant", exact=False)
        parent.follow("Donner l’assurance")
    fill(amandine, "Assureur", "Mutuelle des écoliers")
    insure(amandine, "AB 1234")
    expect(amandine.page.get_by_role("main")).to_contain_text("Mutuelle des écoliers")
    amandine.look("fiche-enfant")

    fill(vincent, "Assureur", "MAE des Alpes")
    insure(vincent, "Z 99")
    vincent.says("a changé cette réponse")
    vincent.says("Mutuelle des écoliers")
    vincent.look("assurance-conflit")
    expect(vincent.page.get_by_label("Assureur")).to_have_value("MAE des Alpes")
    vincent.press("Enregistrer")
    vincent.says("MAE des Alpes")


def fill(visitor: Visitor, label: str, value: str) -> None:
    visitor.page.get_by_label(label, exact=True).fill(value)


def insure(visitor: Visitor, number: str) -> None:
    fill(visitor, "Numéro de contrat", number)
    for label, value in (("Jour", "31"), ("Mois", "8"), ("Année", "2027")):
        fill(visitor, label, value)
    visitor.press("Enregistrer")
