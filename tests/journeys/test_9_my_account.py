"""A parent and their account: password, address, telephone, journal, data, the end."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import FILES_AGENT, PASSWORD, VINCENT, Person
from tests.journeys.visitor import Visitor

PARENT = Person("Mme", "Maia", "Delorme-Roche")
NEW_PASSWORD = "tilleul-casserole-horizon"
NEW_EMAIL = "maia.delorme+ecole@exemple.test"
NUMBER = "06 12 34 56 78"
MESSAGES = "33612345678@sms.exemple.test"


class _Moved(Person):
    """The same person at another address."""

    @property
    def email(self) -> str:
        return NEW_EMAIL


MOVED = _Moved(PARENT.title, PARENT.first_name, PARENT.last_name)


@pytest.fixture(scope="module")
def parent(visit: Callable[..., Visitor], mailbox: Mailbox) -> Visitor:
    visitor = visit()
    chapters.open_account(visitor, PARENT, mailbox)
    return visitor


def open_page(parent: Visitor, name: str) -> None:
    parent.goto("/mon-espace/compte/")
    parent.follow(name, exact=False)


def prove(parent: Visitor, password: str = NEW_PASSWORD) -> None:
    parent.page.get_by_label("Votre mot de passe", exact=True).fill(password)


def change_row(parent: Visitor, row: str) -> None:
    parent.goto("/mon-espace/compte/")
    parent.page.locator(".govuk-summary-list__row", has_text=row).get_by_role("link").click()


def test_a_new_password_keeps_the_vault_open(parent: Visitor, visit: Callable[..., Visitor]) -> None:
    """And signs the other browser out."""
    other = visit()
    other.sign_in(PARENT)
    parent.goto("/mon-espace/compte/")
    parent.look("mon-compte-complet")
    change_row(parent, "Mot de passe")
    parent.look("changer-mot-de-passe")
    parent.page.get_by_label("Mot de passe actuel", exact=True).fill("pas-le-bon-mot-de-passe")
    parent.page.get_by_label("Nouveau mot de passe", exact=True).fill(NEW_PASSWORD)
    parent.press("Changer mon mot de passe")
    parent.says("Ce n’est pas votre mot de passe actuel")
    parent.page.get_by_label("Mot de passe actuel", exact=True).fill(PASSWORD)
    parent.page.get_by_label("Nouveau mot de passe", exact=True).fill(NEW_PASSWORD)
    parent.press("Changer mon mot de passe")
    parent.says("Votre mot de passe est changé. Vos autres connexions sont fermées.")
    other.goto("/mon-espace/")
    expect(other.page).to_have_url(re.compile("/connexion"))
    parent.sign_out()
    parent.sign_in(PARENT, NEW_PASSWORD)
    parent.goto("/mon-espace/stockage/")
    expect(parent.page.get_by_role("main")).not_to_contain_text("fermé")


def test_other_browsers_are_seen_and_closed(parent: Visitor, visit: Callable[..., Visitor]) -> None:
    other = visit(phone=False)
    other.sign_in(PARENT, NEW_PASSWORD)
    open_page(parent, "Mes connexions")
    parent.look("mes-connexions")
    parent.press("Fermer toutes les autres")
    parent.says("1\u00a0connexion fermée.")
    other.goto("/mon-espace/")
    expect(other.page).to_have_url(re.compile("/connexion"))


def test_an_address_changes_by_both_links(
    parent: Visitor, visit: Callable[..., Visitor], mailbox: Mailbox
) -> None:
    change_row(parent, "Adresse courriel")
    parent.look("changer-adresse")
    parent.page.get_by_label("Nouvelle adresse courriel").fill("Maïa@exemple.test")
    prove(parent)
    parent.press("Envoyer les deux liens")
    parent.says("pas d’accent avant l’arobase")
    parent.page.get_by_label("Nouvelle adresse courriel").fill(NEW_EMAIL)
    prove(parent)
    parent.press("Envoyer les deux liens")
    parent.look("adresse-a-confirmer")
    elsewhere = visit()
    new_link = link_in(mailbox.await_mail(NEW_EMAIL, "Confirmez votre nouvelle adresse"))
    elsewhere.goto(new_link)
    elsewhere.look("lien-nouvelle-adresse")
    elsewhere.press("Confirmer")
    elsewhere.says("Il reste à ouvrir le lien envoyé à votre adresse actuelle")
    old_link = link_in(mailbox.await_mail(PARENT.email, "va changer"))
    parent.goto(old_link)
    parent.look("lien-ancienne-adresse")
    parent.press("Confirmer")
    parent.says(f"L’adresse de votre compte est désormais {NEW_EMAIL}")
    parent.look("adresse-changee")
    for used in (new_link, old_link):
        elsewhere.goto(used)
        elsewhere.says("Ce lien n’est plus valable")
    elsewhere.look("lien-deja-utilise")
    elsewhere.sign_in(MOVED, NEW_PASSWORD)


def test_somebody_elses_demand_is_stopped_from_the_old_address(parent: Visitor, mailbox: Mailbox) -> None:
    change_row(parent, "Adresse courriel")
    parent.page.get_by_label("Nouvelle adresse courriel").fill("quelqu.un@exemple.test")
    prove(parent)
    parent.press("Envoyer les deux liens")
    parent.goto(link_in(mailbox.await_mail(NEW_EMAIL, "va changer")))
    parent.press("Ce n’est pas moi")
    parent.says("La demande est arrêtée")
    parent.look("demande-arretee")


def test_a_telephone_is_confirmed_by_its_code_and_by_mail(parent: Visitor, mailbox: Mailbox) -> None:
    change_row(parent, "Téléphone")
    parent.look("mon-telephone")
    parent.page.get_by_label("Numéro de téléphone").fill(NUMBER)
    prove(parent)
    parent.press("Continuer")
    parent.look("telephone-a-confirmer")
    code = re.findall(r"\d{6}", mailbox.await_mail(MESSAGES)["text"])[0]
    parent.page.get_by_label("Code reçu par SMS").fill(code)
    parent.press("Confirmer le code")
    parent.says("Confirmé")
    parent.goto(link_in(mailbox.await_mail(NEW_EMAIL, "numéro de téléphone")))
    parent.press("Confirmer")
    parent.says("Le téléphone de votre compte est désormais le")
    parent.goto("/mon-espace/compte/")
    parent.says(NUMBER.replace(" ", "\u00a0"))


def test_the_journal_tells_all_of_it(parent: Visitor) -> None:
    open_page(parent, "Journal de mon compte")
    for line in ("Compte créé.", "Mot de passe changé.", "Connexions fermées", "Adresse courriel changée"):
        parent.says(line)
    parent.says("Téléphone changé")
    parent.says("Changement arrêté")
    parent.look("journal-de-mon-compte")


@pytest.mark.parametrize(
    ("label", "ending"), [("Un document à lire (PDF)", ".pdf"), ("Un fichier de données (JSON)", ".json")]
)
def test_everything_is_downloaded_and_read(parent: Visitor, tmp_path: Path, label: str, ending: str) -> None:
    open_page(parent, "Mes données")
    parent.look("mes-donnees")
    parent.page.get_by_label(label).check()
    prove(parent)
    with parent.page.expect_download() as waiting:
        parent.press("Télécharger mes données")
    assert waiting.value.suggested_filename.endswith(ending)
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    if ending == ".json":
        found = json.loads(path.read_text())
        assert found["accounts"]["account"]["email"] == NEW_EMAIL
        assert {"enrolment", "billing", "documents"} <= found.keys()
    else:
        paper = PdfReader(path)
        assert "Maia" in paper.pages[0].extract_text()
        assert paper.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_after_signing_out_the_previous_button_shows_nothing(parent: Visitor) -> None:
    parent.goto("/mon-espace/compte/")
    parent.says(NEW_EMAIL)
    parent.sign_out()
    parent.page.go_back()
    expect(parent.page.get_by_role("main")).not_to_contain_text(NEW_EMAIL)
    parent.sign_in(MOVED, NEW_PASSWORD)


def test_an_agent_asks_for_another_address_of_a_parent(
    vincent: Visitor, agent: Callable[[Person], Visitor], mailbox: Mailbox, visit: Callable[..., Visitor]
) -> None:
    desk = agent(FILES_AGENT)
    desk.goto("/agents/familles/?nom=Arnoux")
    desk.follow("Arnoux", exact=False)
    desk.page.get_by_role("link", name=f"Changer l’adresse du compte de {VINCENT.first_name}").click()
    desk.look("agent-adresse-du-compte")
    desk.page.get_by_label("Nouvelle adresse courriel").fill("vincent.nouveau@exemple.test")
    desk.page.get_by_label("Identité vérifiée par").fill("carte d’identité")
    desk.press("Envoyer le lien de confirmation")
    desk.says("Le lien de confirmation est parti à la nouvelle adresse")
    told = visit()
    told.goto(link_in(mailbox.await_mail(VINCENT.email, "va changer")))
    told.says("a demandé ce changement après avoir vérifié une identité")
    told.press("Ce n’est pas moi")
    told.says("La demande est arrêtée")
    vincent.goto("/mon-espace/compte/")
    expect(vincent.page).to_have_url(re.compile("/connexion"))
    vincent.sign_in(VINCENT)


def test_a_closed_account_is_gone_and_its_address_free_again(
    parent: Visitor, mailbox: Mailbox, visit: Callable[..., Visitor]
) -> None:
    open_page(parent, "Fermer mon compte")
    parent.look("fermer-mon-compte")
    parent.press("Continuer")
    parent.says("Cochez la case pour continuer")
    parent.page.get_by_label("J’ai lu ce qui est effacé").check()
    parent.press("Continuer")
    parent.look("fermer-confirmer")
    prove(parent)
    parent.press("Fermer mon compte")
    parent.says("Votre compte est fermé")
    parent.look("compte-ferme")
    mailbox.await_mail(NEW_EMAIL, "Votre compte est fermé")
    parent.goto("/mon-espace/compte/")
    expect(parent.page).to_have_url(re.compile("/connexion"))
    visitor = visit()
    visitor.goto("/connexion")
    visitor.page.get_by_label("Identifiant").fill(MOVED.email)
    visitor.page.get_by_label("Mot de passe", exact=True).fill(NEW_PASSWORD)
    visitor.press("Connexion")
    visitor.says("Identifiant ou mot de passe incorrect")
    chapters.open_account(visitor, MOVED, mailbox, "Confirmez votre adresse")
    visitor.goto("/mon-espace/compte/journal/")
    visitor.says("Compte créé.")
