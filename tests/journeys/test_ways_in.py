"""Other ways in than the password, in a browser: a passkey of a virtual authenticator."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from tests.journeys import chapters
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import Person
from tests.journeys.visitor import Visitor, Watch
from tests.providers.system import Town

SOLINE = Person("Mme", "Soline", "Berthelot")


@pytest.fixture(scope="module")
def soline(
    prepared: Town, browser: Browser, watch: Watch, mailbox: Mailbox, visit: Callable[..., Visitor]
) -> Iterator[Visitor]:
    """A parent with an account, at `localhost`: browsers give no passkey to an address of numbers."""
    chapters.open_account(visit(), SOLINE, mailbox)
    at_home = Visitor(browser, prepared.gateway_url.replace("127.0.0.1", "localhost"), watch, phone=True)
    yield at_home
    at_home.close()


@pytest.fixture(scope="module")
def authenticator(soline: Visitor) -> CDPSession:
    """A telephone's own authenticator, whose owner always agrees."""
    devices = soline.context.new_cdp_session(soline.page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devices


def test_a_parent_makes_a_passkey_and_comes_in_with_it(
    soline: Visitor, authenticator: CDPSession, mailbox: Mailbox
) -> None:
    soline.sign_in(SOLINE)
    soline.goto("/mon-espace/compte/")
    soline.follow("Mes clés d’accès")
    soline.says("Vous n’avez pas encore de clé d’accès")
    soline.look("cles-d-acces-vides")
    soline.follow("Ajouter une clé d’accès")
    soline.look("cle-d-acces-ajouter")
    soline.page.get_by_label("Nom de la clé").fill("Mon téléphone")
    soline.page.get_by_label("Votre mot de passe", exact=True).fill(chapters.PASSWORD)
    soline.press("Continuer")
    soline.look("cle-d-acces-creer")
    soline.press("Créer la clé d’accès")
    soline.says("Votre clé d’accès est prête")
    expect(soline.page.get_by_role("heading", name="Mon téléphone")).to_be_visible()
    soline.look("cles-d-acces")
    mailbox.await_mail(SOLINE.email, "Une clé d’accès a été ajoutée")

    soline.sign_out()
    soline.goto("/connexion")
    soline.look("connexion-cle-d-acces")
    soline.press("Se connecter avec une clé d’accès")
    expect(soline.page.get_by_role("button", name="Se déconnecter")).to_be_visible()

    soline.goto("/mon-espace/stockage/")
    soline.says("Vous vous êtes connecté sans mot de passe")
    soline.look("stockage-sans-mot-de-passe")
    soline.follow("Ouvrir mon espace")
    soline.look("stockage-mot-de-passe")
    soline.page.get_by_label("Votre mot de passe", exact=True).fill(chapters.PASSWORD)
    soline.press("Ouvrir")
    soline.says("Votre espace de stockage est ouvert")


def test_the_same_device_is_not_given_a_second_key(soline: Visitor, authenticator: CDPSession) -> None:
    soline.goto("/mon-espace/compte/cles-d-acces/ajouter")
    soline.page.get_by_label("Votre mot de passe", exact=True).fill(chapters.PASSWORD)
    soline.press("Continuer")
    soline.press("Créer la clé d’accès")
    soline.says("Cet appareil garde déjà une clé d’accès de votre compte")


def test_a_removed_key_opens_nothing(soline: Visitor, authenticator: CDPSession, mailbox: Mailbox) -> None:
    soline.goto("/mon-espace/compte/cles-d-acces/")
    soline.follow("Retirer", exact=False)
    soline.look("cle-d-acces-retirer")
    soline.press("Retirer cette clé")
    soline.says("La clé d’accès est retirée")
    mailbox.await_mail(SOLINE.email, "Une clé d’accès a été retirée")
    soline.sign_out()
    soline.goto("/connexion")
    soline.press("Se connecter avec une clé d’accès")
    soline.says("Cette clé d’accès n’a pas été acceptée")


def test_without_script_nothing_is_offered(browser: Browser, prepared: Town) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{prepared.gateway_url}/connexion")
    expect(page.get_by_role("button", name="Connexion")).to_be_visible()
    expect(page.get_by_role("button", name="Se connecter avec une clé d’accès")).to_be_hidden()
    context.close()
