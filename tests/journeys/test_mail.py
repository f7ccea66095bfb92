"""Mail as parents and agents live it: what is written, what one does without, what comes back."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import FILES_AGENT, NICOLAS, Person
from tests.journeys.visitor import Visitor
from tests.waiting import eventually

EVA = Person("Mme", "Éva", "Sorrel")


def test_a_parent_does_without_a_kind_of_mail(
    enrolled: None, nicolas: Visitor, visit: Callable[..., Visitor], mailbox: Mailbox
) -> None:
    """By the mail's own link, without signing in; and finds it again on « Mes courriels »."""
    accepted = mailbox.await_mail(NICOLAS.email, "Inscription acceptée")
    [link] = re.findall(r"List-Unsubscribe: <(\S+?)>", mailbox.source(accepted))
    stranger = visit()
    stranger.goto(link)
    stranger.look("courriel-arreter")
    stranger.press("Ne plus recevoir")
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text("Vous ne recevrez plus ce courriel")
    nicolas.goto("/mon-espace/compte/")
    nicolas.follow("Mes courriels")
    nicolas.look("mes-courriels")
    box = nicolas.page.get_by_role("checkbox", name="Inscription acceptée")
    expect(box).not_to_be_checked()
    box.check(force=True)
    nicolas.press("Enregistrer mes choix")
    nicolas.says("Vos choix sont enregistrés")
    expect(nicolas.page.get_by_role("checkbox", name="Inscription acceptée")).to_be_checked()


def test_mail_that_comes_back_twice_is_seen_by_its_owner_and_by_agents(
    visit: Callable[..., Visitor], agent: Callable[[Person], Visitor], mailbox: Mailbox
) -> None:
    parent = visit()
    chapters.open_account(parent, EVA, mailbox)
    mailbox.send_back(mailbox.await_mail(EVA.email, "Votre compte est ouvert"), "5.2.2")
    parent.goto("/mot-de-passe-oublie")
    parent.page.get_by_label("Adresse courriel").fill(EVA.email)
    parent.page.get_by_role("main").get_by_role("button").click()
    mailbox.send_back(mailbox.await_mail(EVA.email, "autre mot de passe"), "5.2.2")

    def is_told() -> bool:
        parent.goto("/mon-espace/")
        return parent.page.get_by_text("Nous n’arrivons plus à vous écrire").count() > 0

    eventually(is_told, 60)
    desk = agent(FILES_AGENT)
    desk.goto(f"/agents/courriels/?adresse={EVA.email}&etat=retour")
    desk.look("agent-courriels")
    desk.says("Cette boîte est pleine.")
    desk.says("Adresse à corriger")
    desk.says("la personne doit refaire sa demande")
    desk.press("Renvoyer", exact=False)
    desk.says("Le courriel sera envoyé à nouveau.")
    eventually(lambda: len(mailbox.mails_to(EVA.email, "Votre compte est ouvert")) == 2)
    parent.follow("Vérifier mon adresse", exact=False)
    parent.look("mes-courriels-adresse")
    parent.press("Mon adresse est juste")
    parent.says("nous continuons d’écrire à cette adresse")
