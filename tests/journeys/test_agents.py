"""An agent's life on the site: invited, signed in with an application, looked after, suspended."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pika
import pytest
from playwright.sync_api import expect

from accounts.staff import totp
from contracts.caller import Role
from deploy.rabbitmq.definitions import ADMINISTRATOR
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import AMANDINE, FILES_AGENT, MANAGER, PASSWORD, Person
from tests.journeys.visitor import Visitor
from tests.providers.system import Town
from tests.waiting import eventually

NEWCOMER = Person("M.", "Ferdinand", "Lebrun", frozenset({Role.REQUESTS}))
SIGNS = re.compile(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b")


def type_password(visitor: Visitor) -> None:
    visitor.goto("/agents/connexion")
    visitor.page.get_by_label("Identifiant").fill(NEWCOMER.email)
    visitor.page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    visitor.press("Connexion")


@pytest.fixture(scope="module")
def newcomer(
    visit: Callable[..., Visitor], agent: Callable[[Person], Visitor], mailbox: Mailbox
) -> tuple[Visitor, list[str]]:
    """Invited by the manager, signed in for the first time: the browser, and the codes on paper."""
    desk = agent(MANAGER)
    desk.goto("/agents/comptes/inviter")
    desk.look("agents-inviter")
    desk.page.get_by_label("Prénom").fill(NEWCOMER.first_name)
    desk.page.get_by_label("Nom", exact=True).fill(NEWCOMER.last_name)
    desk.page.get_by_label("Adresse courriel").fill(NEWCOMER.email)
    desk.page.get_by_label("Demandes", exact=True).check()
    desk.press("Envoyer l’invitation")
    desk.says("L’invitation est envoyée")
    desk.look("agents")
    visitor = visit(phone=False)
    visitor.goto(link_in(mailbox.await_mail(NEWCOMER.email)))
    visitor.page.get_by_label("Nouveau mot de passe", exact=True).fill(PASSWORD)
    visitor.press("Changer mon mot de passe")
    type_password(visitor)
    visitor.look("agent-application")
    secret = visitor.page.locator("p.secret-code").inner_text().replace(" ", "")
    visitor.page.get_by_label("Code à six chiffres").fill(totp.code_at(secret, datetime.now(UTC)))
    visitor.press("Enregistrer l’application")
    visitor.says("Vos dix codes de secours")
    visitor.look("agent-codes-de-secours")
    codes = SIGNS.findall(visitor.page.get_by_role("main").inner_text())
    visitor.follow("J’ai gardé mes codes, continuer")
    visitor.says(f"Bonjour {NEWCOMER.name}")
    return visitor, codes


def test_a_code_on_paper_lets_in_once(newcomer: tuple[Visitor, list[str]]) -> None:
    visitor, codes = newcomer
    assert len(codes) == 10
    visitor.sign_out()
    type_password(visitor)
    visitor.look("agent-code")
    visitor.goto("/agents/familles/")
    expect(visitor.page).to_have_url(re.compile("/agents/connexion"))
    type_password(visitor)
    visitor.follow("Je n’ai pas mon téléphone", exact=False)
    visitor.look("agent-code-de-secours")
    visitor.page.get_by_label("Code de secours").fill(codes[0].lower().replace("-", " "))
    visitor.press("Continuer")
    visitor.says("Il vous reste 9\u00a0codes de secours")
    visitor.sign_out()
    type_password(visitor)
    visitor.follow("Je n’ai pas mon téléphone", exact=False)
    visitor.page.get_by_label("Code de secours").fill(codes[0])
    visitor.press("Continuer")
    visitor.says("Ce code n’est pas le bon, ou il a déjà servi")
    visitor.page.get_by_label("Code de secours").fill(codes[1])
    visitor.press("Continuer")
    visitor.goto("/agents/compte/")
    visitor.says("Il vous en reste 8.")
    visitor.look("agent-mon-compte")


def test_a_suspended_agent_is_out_at_the_next_page(
    newcomer: tuple[Visitor, list[str]], agent: Callable[[Person], Visitor]
) -> None:
    visitor, _ = newcomer
    visitor.goto("/agents/inscriptions/")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Demandes d’inscription")
    desk = agent(MANAGER)
    desk.goto("/agents/comptes/")
    desk.follow(NEWCOMER.name)
    desk.look("agents-un-agent")
    desk.press("Suspendre l’accès")
    desk.says("L’accès est suspendu")
    visitor.goto("/agents/inscriptions/")
    expect(visitor.page).to_have_url(re.compile("/agents/connexion"))
    type_password(visitor)
    visitor.says("Votre accès d’agent est suspendu")


def test_an_administrator_reads_which_agent_opened_which_file(
    amandine: Visitor, agent: Callable[[Person], Visitor]
) -> None:
    clerk, desk = agent(FILES_AGENT), agent(MANAGER)
    clerk.goto(f"/agents/familles/?nom={AMANDINE.last_name}")
    clerk.page.get_by_role("table").get_by_role("link").first.click()
    expect(clerk.page.get_by_role("heading", level=1)).to_contain_text("Arnoux")

    def is_told() -> bool:
        desk.goto(f"/agents/acces/?famille={AMANDINE.last_name}")
        return desk.page.get_by_role("row").filter(has_text="Dossier ouvert").count() > 0

    eventually(is_told)
    desk.says(FILES_AGENT.name)
    desk.look("agents-acces")
    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name=re.compile("Télécharger")).click()
    assert "Dossier ouvert" in download.value.path().read_text("utf-8-sig")
    desk.goto(f"/agents/familles/?nom={AMANDINE.last_name}")
    desk.says("Vous n’avez pas accès à cette page")


def test_an_administrator_sets_aside_what_no_service_can_read(
    town: Town, agent: Callable[[Person], Visitor]
) -> None:
    with pika.BlockingConnection(pika.URLParameters(town.broker.url(ADMINISTRATOR))) as connection:
        connection.channel().basic_publish("", "billing.events", b"Ce n'est pas un fait.")
    desk = agent(MANAGER)

    def is_shown() -> bool:
        desk.goto("/agents/echanges-bloques/?service=billing")
        return desk.page.get_by_role("link", name=re.compile("^Illisible")).count() > 0

    eventually(is_shown)
    desk.look("agents-echanges-bloques")
    desk.page.get_by_role("link", name=re.compile("^Illisible")).first.click()
    desk.says("Le message n’est pas lisible")
    desk.follow("Lire le contenu")
    desk.says("Ce n'est pas un fait.")
    desk.look("agents-message-bloque")
    desk.page.get_by_label("Pourquoi l’écarter").fill("Un essai.")
    desk.press("Écarter")
    desk.says("Le message est écarté")
