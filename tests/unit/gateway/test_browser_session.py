"""Signing in and out, in one browser and in several."""

import hashlib

from contracts.errors import ServiceUnavailable
from gateway.browser import browser_session
from tests.unit.gateway.conftest import AGENT_ID, CITIZEN_ID

VAULT_KEY = bytes(range(32))


def test_the_cookie_is_random_and_its_row_holds_only_its_hash(site):
    browser = site.citizen()
    cookie = browser.client.get_cookie("espace")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    token = browser_session._token_of(cookie.value)
    (record,) = site.sessions.records.values()
    assert len(token) == 32
    assert record.token_hash == hashlib.sha256(token).digest()
    assert record.account_id == CITIZEN_ID


def test_over_tls_the_cookie_is_tied_to_the_host(secure_site):
    client = secure_site.anonymous().client
    secure_site.expect(browser_session.Identity(browser_session.Kind.CITIZEN, CITIZEN_ID, "Léa"))
    answer = client.get("/entrer", base_url="https://espace.exemple.fr")
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if "-form" not in each)
    assert cookie.startswith("__Host-espace=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_signing_in_again_makes_a_new_token_and_ends_the_old_session(site):
    browser = site.citizen()
    first = browser.client.get_cookie("espace").value
    site.expect(browser_session.Identity(browser_session.Kind.CITIZEN, CITIZEN_ID, "Léa"))
    browser.client.get("/entrer")
    assert browser.client.get_cookie("espace").value != first
    assert len(site.sessions.records) == 1


def test_signing_out_ends_the_session_and_the_cookie(site):
    browser = site.citizen()
    answer = browser.post("/deconnexion")
    assert answer.location == "/"
    assert site.sessions.records == {}
    assert browser.client.get_cookie("espace") is None
    browser.get("/mon-espace/", status=302)


def test_a_stolen_old_token_opens_nothing_after_signing_out(site):
    browser = site.citizen()
    token = browser.client.get_cookie("espace").value
    browser.post("/deconnexion")
    thief = site.anonymous()
    thief.client.set_cookie("espace", token)
    thief.get("/mon-espace/", status=302)


def test_a_token_that_is_not_one_is_ignored(site):
    browser = site.anonymous()
    for value in ("", "abc", "é", "A" * 43, "=" * 10):
        browser.client.set_cookie("espace", value)
        browser.get("/")


def test_the_vaults_key_is_sealed_in_the_row_and_opened_by_the_cookie(site):
    browser = site.citizen(vault_private_key=VAULT_KEY)
    (record,) = site.sessions.records.values()
    assert VAULT_KEY not in record.vault_key
    with browser.client as client:
        client.get("/")
        assert browser_session.vault_private_key() == VAULT_KEY


def test_the_vault_can_be_opened_and_closed_after_signing_in(site):
    browser = site.citizen()
    token = browser.client.get_cookie("espace").value
    with site.app.test_request_context("/", headers={"Cookie": f"espace={token}"}):
        assert browser_session.vault_private_key() is None
        browser_session.open_vault(VAULT_KEY)
        assert browser_session.vault_private_key() == VAULT_KEY
        browser_session.remember("step", 2)
        assert browser_session.current().data == {"step": 2}
        assert browser_session.vault_private_key() == VAULT_KEY
        browser_session.open_vault(None)
        assert browser_session.vault_private_key() is None


def test_a_parent_left_alone_for_two_hours_is_signed_out(site):
    browser = site.citizen()
    site.real_clock.pass_by(hours=1, minutes=59)
    assert browser.get("/").headers["Cache-Control"] == "no-store"
    site.real_clock.pass_by(hours=2)
    browser.get("/mon-espace/", status=302)
    assert site.sessions.records == {}


def test_an_agent_left_alone_for_half_an_hour_is_signed_out(site):
    browser = site.agent()
    site.real_clock.pass_by(minutes=29)
    browser.get("/agents/")
    site.real_clock.pass_by(minutes=30)
    browser.get("/agents/", status=302)


def test_no_session_lasts_longer_than_half_a_day(site):
    browser = site.citizen()
    for _ in range(11):
        site.real_clock.pass_by(hours=1)
        browser.get("/")
    site.real_clock.pass_by(hours=1)
    browser.get("/mon-espace/", status=302)


def test_moving_the_towns_clock_signs_nobody_out(site):
    browser = site.citizen()
    site.clock.pass_by(days=31)
    assert browser.get("/").headers["Cache-Control"] == "no-store"


def test_one_session_or_all_the_others_can_be_ended(site):
    here, there, elsewhere = site.citizen(), site.citizen(), site.agent()
    token = here.client.get_cookie("espace").value
    with site.app.test_request_context("/", headers={"Cookie": f"espace={token}"}):
        assert len(browser_session.open_sessions()) == 2
        (of_agent,) = site.sessions.of_account(AGENT_ID)
        assert browser_session.revoke(of_agent.session_id) is False
        assert browser_session.revoke_all(CITIZEN_ID, but_this=True) == 1
    here.get("/")
    there.get("/mon-espace/", status=302)
    elsewhere.get("/agents/")


def test_without_the_store_a_page_says_so_and_nobody_is_signed_out(site, monkeypatch):
    browser = site.citizen()
    before = browser.client.get_cookie("espace").value

    def find(_token_hash):
        raise ServiceUnavailable(service="gateway")

    with monkeypatch.context() as away:
        away.setattr(site.sessions, "find", find)
        page = browser.read("/mon-espace/", status=503)
        assert page.h1.get_text() == "Service momentanément indisponible"
        assert browser.read("/").h1, "what needs no session is shown"
        browser.read("/nulle-part", status=404)
    assert browser.client.get_cookie("espace").value == before
    assert browser.read("/").select_one(".site-header__who")
