"""FranceConnect from the page to the database, against an OpenID provider that is not ours."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text

from contracts.accounts.federation import AlreadyLinked, LinkProvider, RegisterByProvider, StartLink
from contracts.accounts.identity import AskReset, ResetPassword
from contracts.caller import Caller, Kind
from contracts.errors import Invalid
from contracts.messages import Question
from gateway.browser.browser_session import Identity
from tests.mothers import accounts as mother
from tests.providers.oidc import Provider, person, run_provider
from tests.services.accounts.conftest import LINK, Desk
from tests.unit.gateway.conftest import Browser, Site

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ACCOUNT = "/mon-espace/compte/franceconnect/"
LEA = person("fc-lea", given_name="Léa", family_name="Martin", email="lea.martin@exemple.fr", gender="female")
HUGO = person("fc-hugo", given_name="Hugo", family_name="Martin", email="hugo@exemple.fr", gender="male")


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with run_provider(LEA, HUGO) as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.forges = running.signs_person = False
    running.changes = {}
    return running


class Town(Site):
    """The site over accounts itself."""

    def __init__(self, desk: Desk, provider: Provider) -> None:
        super().__init__(
            franceconnect_url=provider.url,
            franceconnect_client_id="the-town",
            franceconnect_client_secret="its secret",
            franceconnect_scope="openid profile email",
        )
        self.desk = desk
        self.provider = provider
        self.real_clock.at = datetime.now(UTC)
        self.services.ask = self._ask  # type: ignore[method-assign]

    def _ask(self, question: Question[Any], caller: Caller) -> Any:
        return self.desk.ask(question, caller)

    def parent(self, account_id: UUID) -> Browser:
        return self.enter(Identity(Kind.CITIZEN, account_id, "Mme Léa Martin"))

    def journal(self) -> list[str]:
        with self.desk.begin() as session:
            return sorted(session.scalars(text("SELECT action FROM account_event")))


@pytest.fixture
def town(desk: Desk, provider: Provider) -> Town:
    return Town(desk, provider)


def local(address: str) -> str:
    """An address of the site, as its test client takes it."""
    parts = urlsplit(address)
    assert parts.netloc == "127.0.0.1:8600"
    return f"{parts.path}?{parts.query}"


def leave(browser: Browser, suite: str = "") -> str:
    """The address of FranceConnect that « S’identifier » leads to."""
    return str(browser.get(f"/franceconnect?suite={suite}", 302).location)


def come_back(town: Town, browser: Browser, who: str = "fc-lea", suite: str = "") -> Any:
    """The whole way: away, yes, back."""
    return browser.client.get(local(town.provider.agree(leave(browser, suite), who)))


def register(town: Town, who: str = "fc-lea", **changes: str) -> Browser:
    """Up to « vérifiez vos courriels »."""
    browser = town.anonymous()
    assert come_back(town, browser, who).location == "/franceconnect/creer-mon-espace"
    answer = browser.send("/franceconnect/creer-mon-espace", **changes)
    assert answer.location == "/creer-mon-espace/verifiez-vos-courriels"
    return browser


def confirm(town: Town, browser: Browser, email: str = "lea.martin@exemple.fr") -> Any:
    return browser.send(f"/creer-mon-espace/confirmer/{town.desk.link(email)}")


def link(town: Town, account_id: UUID, who: str = "fc-lea") -> Browser:
    """« Mon compte », the password, FranceConnect, back."""
    browser = town.parent(account_id)
    page = browser.send(ACCOUNT, password=mother.PASSWORD)
    away = BeautifulSoup(page.get_data(as_text=True), "html5lib").select_one("main a[href^=http]")
    answer = browser.client.get(local(town.provider.agree(str(away["href"]), who)))
    assert answer.location == ACCOUNT
    return browser


def said(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ")


def signed_in(browser: Browser) -> bool:
    return "Se déconnecter" in browser.client.get("/infos-pratiques").get_data(as_text=True)


def test_what_is_asked_of_franceconnect(town: Town) -> None:
    asked = parse_qs(urlsplit(leave(town.anonymous())).query)
    assert {name: asked[name] for name in ("response_type", "client_id", "acr_values", "redirect_uri")} == {
        "response_type": ["code"],
        "client_id": ["the-town"],
        "acr_values": ["eidas1"],
        "redirect_uri": ["http://127.0.0.1:8600/franceconnect/retour"],
    }
    assert min(len(asked["state"][0]), len(asked["nonce"][0])) >= 32
    assert "code_challenge" not in asked


def test_pkce_where_the_provider_offers_it(desk: Desk, provider: Provider) -> None:
    provider.changes = {"code_challenge_methods_supported": ["S256"]}
    town = Town(desk, provider)
    browser = town.anonymous()
    departure = leave(browser)
    assert parse_qs(urlsplit(departure).query)["code_challenge_method"] == ["S256"]
    assert browser.client.get(local(provider.agree(departure, "fc-lea"))).status_code == 302


def test_somebody_new_gets_an_account_by_mail_and_comes_in_afterwards(town: Town) -> None:
    browser = town.anonymous()
    come_back(town, browser)
    page = browser.read("/franceconnect/creer-mon-espace")
    filled = Browser.filled(page.select("main form")[0])
    assert [filled[name] for name in ("title", "first_name", "last_name", "email")] == [
        "Mme",
        "Léa",
        "Martin",
        "lea.martin@exemple.fr",
    ]
    browser.submit(page, last_name="Martin-Ôbel")
    mail = town.desk.mails()[-1]
    assert (mail.kind, "Léa Martin-Ôbel, identifié par FranceConnect" in mail.text) == (
        "confirm_federated",
        True,
    )
    assert come_back(town, town.anonymous()).location == "/franceconnect/creer-mon-espace"
    confirm(town, browser)
    answer = come_back(town, browser, suite="/mon-espace/cle/")
    assert answer.location == "/mon-espace/cle/"
    assert signed_in(browser)
    assert town.journal() == ["registered", "signed_in"]


def test_a_known_address_gets_the_same_page_and_another_mail(town: Town) -> None:
    town.desk.parent()
    register(town)
    assert town.desk.mails()[-1].kind == "already_federated"
    assert "/mon-espace/compte/franceconnect/" in town.desk.mails()[-1].text
    assert town.desk.count("federated_identity") == 0
    with town.desk.begin() as session:
        assert session.execute(text("SELECT count(*) FROM account")).scalar_one() == 1


def test_an_address_that_no_mail_reaches_is_refused(town: Town) -> None:
    command = RegisterByProvider(
        command_id=uuid4(),
        first_name="Léa",
        last_name="Martin",
        email="rené@exemple.fr",
        issuer=town.provider.url,
        subject="fc-lea",
    )
    with pytest.raises(Invalid):
        town.desk.ask(command, mother.a_visitor())
    assert town.desk.mails() == []


def test_two_askings_of_one_person_make_one_account(town: Town) -> None:
    first, second = register(town), register(town, email="lea@ailleurs.exemple.fr")
    confirm(town, first)
    assert confirm(town, second, "lea@ailleurs.exemple.fr").status_code == 410
    assert town.desk.count("account") == 1


def test_a_password_is_chosen_later_by_the_reset_mail(town: Town) -> None:
    browser = register(town)
    confirm(town, browser)
    come_back(town, browser)
    assert browser.read("/mon-espace/compte/").select_one('main dd a[href="/mot-de-passe-oublie"]')
    town.desk.ask(AskReset(command_id=uuid4(), email="lea.martin@exemple.fr"), mother.a_visitor())
    token = LINK.findall(town.desk.mails()[-1].text)[-1]
    town.desk.ask(ResetPassword(command_id=uuid4(), token=token, password=mother.PASSWORD))
    assert town.desk.ask(mother.a_sign_in(), mother.a_visitor()).name == "Mme Léa Martin"


def test_an_account_is_linked_used_and_unlinked(town: Town) -> None:
    account_id = town.desk.parent()
    browser = link(town, account_id)
    assert "Votre compte est lié à FranceConnect" in browser.read(ACCOUNT).get_text()
    assert town.desk.mails()[-1].kind == "federated_linked"
    visitor = town.anonymous()
    assert come_back(town, visitor).location == "/mon-espace/"
    assert visitor.send(f"{ACCOUNT}retirer").location == ACCOUNT
    assert town.desk.mails()[-1].kind == "federated_unlinked"
    assert come_back(town, town.anonymous()).location == "/franceconnect/creer-mon-espace"
    assert town.journal() == ["federated_linked", "federated_unlinked", "registered", "signed_in"]


def test_linking_needs_the_password(town: Town) -> None:
    browser = town.parent(town.desk.parent())
    answer = browser.send(ACCOUNT, password="pas celui-là du tout")
    assert (answer.status_code, "mot de passe actuel" in said(answer)) == (422, True)


def test_an_identity_opens_one_account_only(town: Town) -> None:
    link(town, town.desk.parent())
    other = town.desk.parent("hugo@exemple.fr")
    browser = link(town, other)
    assert "déjà liée à un autre compte" in browser.read(ACCOUNT).get_text()
    assert town.desk.count("federated_identity") == 1


def test_an_account_has_one_identity_of_a_provider(town: Town) -> None:
    account_id = town.desk.parent()
    link(town, account_id)
    browser = town.parent(account_id)
    ceremony = town.desk.ask(
        StartLink(command_id=uuid4(), password=mother.PASSWORD), mother.a_citizen(account_id)
    )
    with pytest.raises(AlreadyLinked):
        town.desk.ask(
            LinkProvider(
                command_id=uuid4(), ceremony_id=ceremony, issuer=town.provider.url, subject="fc-hugo"
            ),
            mother.a_citizen(account_id),
        )
    assert "Retirer FranceConnect" in browser.read(ACCOUNT).get_text()


def test_a_link_asked_for_too_long_ago_is_not_made(town: Town) -> None:
    account_id = town.desk.parent()
    browser = town.parent(account_id)
    page = browser.send(ACCOUNT, password=mother.PASSWORD)
    away = BeautifulSoup(page.get_data(as_text=True), "html5lib").select_one("main a[href^=http]")
    town.desk.clock.forward(minutes=6)
    browser.client.get(local(town.provider.agree(str(away["href"]), "fc-lea")))
    assert town.desk.count("federated_identity") == 0
    assert "trop longtemps" in browser.read(ACCOUNT).get_text()


def test_a_stolen_link_cannot_be_made_on_another_account(town: Town) -> None:
    """Somebody makes a victim follow a return of their own: the browser asked for none."""
    mine, theirs = town.desk.parent(), town.desk.parent("hugo@exemple.fr")
    attacker, victim = town.parent(mine), town.parent(theirs)
    page = attacker.send(ACCOUNT, password=mother.PASSWORD)
    away = BeautifulSoup(page.get_data(as_text=True), "html5lib").select_one("main a[href^=http]")
    answer = victim.client.get(local(town.provider.agree(str(away["href"]), "fc-lea")))
    assert answer.status_code == 400
    assert town.desk.count("federated_identity") == 0


def test_the_only_way_in_stays(town: Town) -> None:
    browser = register(town)
    confirm(town, browser)
    come_back(town, browser)
    assert not browser.read(ACCOUNT).select(f'main a[href="{ACCOUNT}retirer"]')
    answer = browser.send(f"{ACCOUNT}retirer")
    assert (answer.status_code, "seul moyen" in said(answer)) == (409, True)
    assert town.desk.count("federated_identity") == 1


def test_who_changes_their_mind_is_told_so(town: Town) -> None:
    browser = town.anonymous()
    refused = parse_qs(urlsplit(town.provider.refuse(departure := leave(browser))).query)
    state = parse_qs(urlsplit(departure).query)["state"][0]
    answer = browser.client.get(f"/franceconnect/retour?error={refused['error'][0]}&state={state}")
    assert (answer.status_code, "interrompu" in said(answer)) == (200, True)


@pytest.mark.parametrize(
    ("error", "status"),
    [("temporarily_unavailable", 503), ("server_error", 503), ("invalid_scope", 400), ("Y030025", 400)],
)
def test_what_franceconnect_refuses_is_explained(town: Town, error: str, status: int) -> None:
    browser = town.anonymous()
    state = parse_qs(urlsplit(leave(browser)).query)["state"][0]
    answer = browser.get(f"/franceconnect/retour?error={error}&state={state}", status)
    assert "FranceConnect" in said(answer)


def test_a_tampered_state_goes_nowhere(town: Town) -> None:
    town.desk.parent()
    browser = town.anonymous()
    back = local(town.provider.agree(leave(browser), "fc-lea"))
    forged = re.sub(r"state=[^&]+", "state=" + "x" * 43, back)
    assert "a expiré" in said(browser.get(forged, 400))
    assert not signed_in(browser)


def test_a_return_serves_once(town: Town) -> None:
    browser = town.anonymous()
    back = local(town.provider.agree(leave(browser), "fc-lea"))
    assert browser.client.get(back).status_code == 302
    browser.get(back, 400)


def test_a_return_of_half_an_hour_ago_is_late(town: Town) -> None:
    browser = town.anonymous()
    back = local(town.provider.agree(leave(browser), "fc-lea"))
    town.real_clock.at += timedelta(minutes=31)
    browser.get(back, 400)


def test_two_tabs_both_come_back(town: Town) -> None:
    browser = town.anonymous()
    departures = [leave(browser), leave(browser)]
    for departure in departures:
        assert browser.client.get(local(town.provider.agree(departure, "fc-lea"))).status_code == 302


def test_a_token_signed_by_another_key_lets_nobody_in(town: Town) -> None:
    link(town, town.desk.parent())
    town.provider.forges = True
    fresh = Town(town.desk, town.provider)
    browser = fresh.anonymous()
    answer = come_back(fresh, browser)
    assert (answer.status_code, "n’a pas pu être vérifiée" in said(answer)) == (400, True)
    assert not signed_in(browser)


def test_new_keys_of_the_provider_are_fetched_when_the_old_ones_do_not_fit(town: Town) -> None:
    town.provider.forges = True
    town.real_clock.at -= timedelta(seconds=1)
    assert come_back(town, town.anonymous()).status_code == 400
    town.provider.forges = False
    town.real_clock.at += timedelta(seconds=1)
    assert come_back(town, town.anonymous()).status_code == 302


@pytest.mark.parametrize(("audience", "status"), [("the-town", 302), ("another", 400)])
def test_the_persons_data_may_come_signed_and_for_us(town: Town, audience: str, status: int) -> None:
    town.provider.signs_person, town.provider.person_audience = True, audience
    assert come_back(town, town.anonymous()).status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://ailleurs.exemple"},
        {"token_endpoint": "https://ailleurs.exemple/token"},
        {"jwks_uri": "https://ailleurs.exemple/keys"},
    ],
)
def test_a_provider_that_names_another_place_is_not_used(
    desk: Desk, provider: Provider, changes: dict[str, str]
) -> None:
    provider.changes = changes
    assert "ne répond pas" in said(Town(desk, provider).anonymous().get("/franceconnect", 503))


def test_signing_out_ends_franceconnects_session_too(town: Town) -> None:
    link(town, town.desk.parent())
    browser = town.anonymous()
    come_back(town, browser)
    page = BeautifulSoup(browser.post("/deconnexion").get_data(as_text=True), "html5lib")
    away = urlsplit(str(page.select_one("main a[href^=http]")["href"]))
    asked = parse_qs(away.query)
    assert (away.path, asked["post_logout_redirect_uri"]) == (
        "/oauth2/end_session",
        ["http://127.0.0.1:8600/deconnexion/franceconnect"],
    )
    assert asked["id_token_hint"][0].count(".") == 2
    assert str(away.geturl()) in str(page.select_one("meta[http-equiv=refresh]")["content"])
    assert browser.get("/deconnexion/franceconnect", 302).location == "/"
    assert not signed_in(browser)


def test_who_is_signed_in_and_not_linked_is_sent_to_the_account(town: Town) -> None:
    browser = town.parent(town.desk.parent())
    assert come_back(town, browser).location == ACCOUNT


def test_without_the_setting_there_is_nothing() -> None:
    site = Site()
    assert "FranceConnect" not in site.anonymous().read("/connexion").get_text()
    site.anonymous().get("/franceconnect", 404)
    site.citizen().get(ACCOUNT, 404)


def test_a_provider_that_is_away_is_said(desk: Desk, provider: Provider) -> None:
    town = Town(desk, provider)
    town.app.extensions["espace"] = replace(
        town.app.extensions["espace"],
        settings=town.app.extensions["espace"].settings.model_copy(
            update={"franceconnect_url": "http://127.0.0.1:9"}
        ),
    )
    assert "ne répond pas" in said(town.anonymous().get("/franceconnect", 503))
