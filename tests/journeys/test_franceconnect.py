"""FranceConnect in a browser: a second gateway over the same services, and an OpenID provider that is not ours."""

import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from deploy.local.rundir import find_free_port
from gateway.app import create_app
from gateway.settings import GatewaySettings
from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import Person
from tests.journeys.visitor import Visitor, Watch
from tests.providers.oidc import person, run_provider
from tests.providers.system import Town

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ISALINE = Person("Mme", "Isaline", "Mourier")
BAPTISTE = Person("M.", "Baptiste", "Chalvet")
KNOWN = [
    person(
        f"fc-{each.first_name.lower()}",
        given_name=each.first_name,
        family_name=each.last_name,
        email=each.email,
        gender="female" if each.title == "Mme" else "male",
    )
    for each in (ISALINE, BAPTISTE)
]


@pytest.fixture(scope="module")
def subscribed(prepared: Town) -> Iterator[str]:
    """The address of a gateway whose town has subscribed to FranceConnect."""
    port = find_free_port()
    with run_provider(*KNOWN) as provider:
        settings = GatewaySettings(
            amqp_url=prepared.amqp_url("gateway"),
            database_url=prepared.database_url("gateway"),
            secret_key="a key for this journey only",
            public_url=f"http://127.0.0.1:{port}",
            clock_file=prepared.clock_file,
            franceconnect_url=provider.url,
            franceconnect_client_id="the-town",
            franceconnect_client_secret="its secret",
            franceconnect_scope="openid profile email",
        )
        server = make_server("127.0.0.1", port, create_app(settings), threaded=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{port}"
        server.shutdown()
        serving.join()


@pytest.fixture
def come(browser: Browser, subscribed: str, watch: Watch) -> Iterator[Callable[[], Visitor]]:
    """Somebody new at that gateway. The provider's pages want a style sheet from elsewhere: it is empty here."""
    visitors: list[Visitor] = []

    def visit() -> Visitor:
        visitors.append(Visitor(browser, subscribed, watch, phone=True))
        visitors[-1].context.route(
            "https://**/*", lambda route: route.fulfill(body="", content_type="text/css")
        )
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.close()


def identify(visitor: Visitor, who: Person) -> None:
    """At the provider: one button a person."""
    visitor.press(f"fc-{who.first_name.lower()}")


def leave(visitor: Visitor) -> None:
    """Out of both, and back home."""
    visitor.press("Se déconnecter")
    expect(visitor.page.get_by_role("heading", name="End Session")).to_be_visible()
    visitor.press("End session")
    visitor.says("Vous êtes déconnecté")


def test_from_nothing_to_a_space_by_franceconnect_and_out_again(
    come: Callable[[], Visitor], subscribed: str, mailbox: Mailbox, prepared: Town
) -> None:
    visitor = come()
    visitor.goto("/connexion")
    visitor.look("connexion-franceconnect")
    visitor.follow("S’identifier avec FranceConnect")
    identify(visitor, ISALINE)
    expect(visitor.page.get_by_label("Prénom")).to_have_value("Isaline")
    visitor.look("franceconnect-creer-mon-espace")
    visitor.press("Créer mon espace")
    visitor.says("Vérifiez vos courriels")
    visitor.goto(link_in(mailbox.await_mail(ISALINE.email)).replace(prepared.gateway_url, subscribed))
    visitor.page.get_by_role("main").get_by_role("button").click()
    visitor.says("Votre adresse est confirmée")
    visitor.follow("S’identifier avec FranceConnect")
    identify(visitor, ISALINE)
    expect(visitor.page.get_by_role("button", name="Se déconnecter")).to_be_visible()

    visitor.goto("/mon-espace/stockage/")
    visitor.says("Vous vous êtes connecté sans mot de passe")
    visitor.goto("/mon-espace/compte/franceconnect/")
    visitor.says("C’est votre seul moyen d’entrer")
    visitor.look("franceconnect-seul-moyen")
    leave(visitor)


def test_an_account_is_linked_and_separated_again(
    come: Callable[[], Visitor], visit: Callable[..., Visitor], mailbox: Mailbox
) -> None:
    chapters.open_account(visit(), BAPTISTE, mailbox)
    visitor = come()
    visitor.sign_in(BAPTISTE)
    visitor.goto("/mon-espace/compte/franceconnect/")
    visitor.look("franceconnect-lier")
    visitor.page.get_by_label("Votre mot de passe", exact=True).fill(chapters.PASSWORD)
    visitor.press("Continuer avec FranceConnect")
    identify(visitor, BAPTISTE)
    visitor.says("Votre compte est lié à FranceConnect")
    visitor.look("franceconnect-lie")
    leave(visitor)

    visitor.goto("/connexion")
    visitor.follow("S’identifier avec FranceConnect")
    identify(visitor, BAPTISTE)
    visitor.goto("/mon-espace/compte/franceconnect/")
    visitor.follow("Retirer FranceConnect")
    visitor.look("franceconnect-retirer")
    visitor.press("Retirer FranceConnect")
    visitor.says("FranceConnect n’ouvre plus votre compte")
    visitor.sign_out()
    visitor.says("Vous êtes déconnecté")


def test_a_return_that_nobody_asked_for_is_explained(come: Callable[[], Visitor]) -> None:
    visitor = come()
    visitor.goto("/franceconnect/retour?code=abc&state=def")
    visitor.says("L’identification a expiré")
    visitor.look("franceconnect-perdu")
