"""Chapter 5, beside the roll-call. An absence is reported with a photo; what an evening's mail says is contested."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tests.journeys import chapters
from tests.journeys.chapters import CANTEEN, START
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import FILES_AGENT, NICOLAS, TYPHAINE, Person
from tests.journeys.test_3_enrolment import make_photo, without
from tests.journeys.visitor import Visitor
from tests.providers.system import Town
from tests.waiting import eventually

Agent = Callable[[Person], Visitor]
FRIDAY = f"Vendredi 13 novembre, {CANTEEN}"


@pytest.fixture(scope="module")
def photo(checked: None, prepared: Town, nicolas: Visitor) -> bytes:
    """Thursday the 12th, in the morning: Léonie is ill, and tomorrow's canteen can no longer be cancelled. The certificate
    as the vault keeps it."""
    chapters.set_time(prepared, START.replace(day=12, hour=10))
    nicolas.goto("/mon-espace/absences/")
    nicolas.look("absences-vides")
    nicolas.follow("Signaler une absence de Léonie")
    nicolas.look("absence-signaler")
    page = nicolas.page
    page.get_by_label(FRIDAY).set_checked(True, force=True)
    page.get_by_label("Maladie").check()
    nicolas.press("Continuer")
    nicolas.says("Ne sera pas facturé si le certificat est accepté.")
    nicolas.look("absence-verifier")
    nicolas.press("Signaler l’absence")
    nicolas.says("Un certificat est attendu")
    nicolas.look("absence-suivie")
    nicolas.follow("Joindre le certificat")
    nicolas.look("absence-joindre")
    words = "certificat-de-leonie"
    certificate = make_photo(words)
    upload = {"name": "certificat.jpg", "mimeType": "image/jpeg", "buffer": certificate}
    page.get_by_label("Choisir un fichier").set_input_files(files=[upload])  # type: ignore[arg-type,list-item]
    nicolas.press("Envoyer et joindre")
    nicolas.says("La pièce est jointe")
    return without(words, certificate)


def test_the_receipt_says_what_it_does_to_the_bill(photo: bytes, mailbox: Mailbox) -> None:
    mail = mailbox.await_mail(NICOLAS.email, "absence de Léonie")
    assert "si le certificat est accepté" in mail["text"].replace("\n", " ")
    assert "Maladie" not in mail["text"]


def test_an_agent_opens_the_certificate_and_accepts(
    photo: bytes, agent: Agent, nicolas: Visitor, mailbox: Mailbox
) -> None:
    desk = agent(FILES_AGENT)

    def is_received() -> bool:
        desk.goto("/agents/absences/")
        return _row(desk, "Léonie").filter(has_text="1\u00a0document").count() == 1

    eventually(is_received)
    desk.look("agent-absences")
    _row(desk, "Léonie").get_by_role("link").click()
    desk.look("agent-absence")
    desk.follow("Ouvrir les documents joints")
    with desk.page.expect_download() as download:
        desk.press("Télécharger", exact=False)
    assert Path(download.value.path()).read_bytes() == photo
    desk.goto("/agents/absences/")
    _row(desk, "Léonie").get_by_role("link").click()
    desk.page.get_by_label("Absence justifiée", exact=True).check()
    desk.press("Enregistrer la décision")
    desk.says("La famille en est informée")
    mailbox.await_mail(NICOLAS.email, "la décision")
    nicolas.goto("/mon-espace/absences/")
    nicolas.says("ne sera pas facturé.")
    nicolas.look("absences")


def test_the_evening_s_mail_leads_to_the_line_and_the_town_answers(
    checked: None, agent: Agent, nicolas: Visitor, mailbox: Mailbox
) -> None:
    """Léonie was marked absent on the 6th. Her father contests it; the town has checked, and says so."""
    mail = mailbox.await_mail(NICOLAS.email, "absence non signalée", seconds=90)
    nicolas.goto(link_in(mail))
    nicolas.look("presences")
    contest(nicolas, "vendredi 6 novembre", "Mon enfant était présent", "Elle m’a parlé du repas.")
    mailbox.await_mail(NICOLAS.email, "pointage contesté")
    desk = agent(FILES_AGENT)
    open_objection(desk, "Léonie")
    desk.look("agent-contestation")
    desk.page.get_by_label("Maintenir : absence non justifiée".replace(" :", "\u00a0:")).check()
    desk.page.get_by_label("Ce que vous répondez à la famille").fill("Deux animateurs l’ont vérifié.")
    desk.press("Enregistrer la réponse")
    desk.says("est maintenu")
    answered = mailbox.await_mail(NICOLAS.email, "pointage maintenu")
    assert "Deux animateurs" in answered["text"]
    nicolas.goto("/mon-espace/presences/")
    nicolas.says("Pointage maintenu")


def test_a_line_contested_is_held_then_corrected(
    checked: None, agent: Agent, typhaine: Visitor, mailbox: Mailbox
) -> None:
    """Jeanne was ticked with the others on the 9th, and was not there."""
    typhaine.goto("/mon-espace/presences/")
    contest(typhaine, "lundi 9 novembre", "Mon enfant n’était pas là", "Elle est rentrée à midi.")
    typhaine.says("Pas facturé tant que la mairie n’a pas répondu")
    desk = agent(FILES_AGENT)
    open_objection(desk, "Jeanne")
    desk.page.get_by_label("Corriger : absence non justifiée".replace(" :", "\u00a0:")).check()
    desk.press("Enregistrer la réponse")
    desk.says("est corrigé")
    mailbox.await_mail(TYPHAINE.email, "pointage corrigé")
    typhaine.goto("/mon-espace/presences/")
    typhaine.says("Absence non justifiée")
    typhaine.look("presences-corrigees")


def contest(visitor: Visitor, day: str, claim: str, words: str) -> None:
    """From what was pointed to the objection sent."""
    visitor.page.get_by_role("link", name="Contester").filter(has_text=day).click()
    visitor.look("contester")
    visitor.page.get_by_label(claim).check()
    visitor.page.get_by_label("Expliquez en quelques mots").fill(words)
    visitor.press("Envoyer la contestation")
    visitor.says("Votre contestation est envoyée")


def open_objection(desk: Visitor, child: str) -> None:
    desk.goto("/agents/contestations/")
    desk.look("agent-contestations")
    _row(desk, child).get_by_role("link").click()


def _row(desk: Visitor, child: str) -> Locator:
    return desk.page.get_by_role("row").filter(has_text=child)
