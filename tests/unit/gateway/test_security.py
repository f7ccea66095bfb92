"""What every answer tells the browser, and who may open what."""

import pytest
from bs4 import BeautifulSoup
from flask import Blueprint
from werkzeug.http import parse_cookie

from contracts.accounts.identity import SignIn
from contracts.caller import Role
from gateway import access, security
from tests.mothers import ways_in
from tests.unit.gateway.conftest import Browser, Site


def test_nothing_inline_and_nothing_from_elsewhere(site):
    policy = site.anonymous().get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "form-action 'self';" in policy
    assert "frame-ancestors 'none'" in policy


def test_a_page_may_name_where_its_form_leads(site):
    with site.app.test_request_context("/"):
        security.allow("form-action", "https://checkout.stripe.com")
        assert "form-action 'self' https://checkout.stripe.com;" in security.policy()
    with site.app.test_request_context("/"):
        assert "stripe" not in security.policy()


def test_headers_of_a_plain_page(site):
    headers = site.anonymous().get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert len(headers["X-Correlation-Id"]) == 32


def test_over_tls_the_browser_is_told_to_stay_there(secure_site):
    answer = secure_site.anonymous().get("/composants/formulaire", base_url="https://espace.exemple.fr")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    beside, cookie = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-espace-form=")
    assert beside.startswith("__Host-espace-form-")
    for each in (beside, cookie):
        assert "Secure" in each
        assert "HttpOnly" in each
        assert "SameSite=Lax" in each
        assert "Path=/" in each


def test_a_form_without_token_is_refused_and_nothing_is_lost_silently(site):
    answer = site.anonymous().client.post("/composants/formulaire", data={"name": "Martin"})
    assert answer.status_code == 400
    assert "Rien n’a été enregistré" in answer.get_data(as_text=True)


def opened_at_once(site: Site, pages: int = 2) -> tuple[Browser, list[str]]:
    """A browser whose first pages left together, and the token that the form of each carries."""
    browser, tokens = site.anonymous(), []
    answers = [site.anonymous().client.get("/composants/formulaire") for _ in range(pages)]
    for answer in answers:
        for given in answer.headers.getlist("Set-Cookie"):
            name, value = next(parse_cookie(given).items())
            browser.client.set_cookie(name, value)
        page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
        tokens.append(str(page.select_one("main [name=csrf_token]")["value"]))
    return browser, tokens


def test_the_forms_of_first_pages_opened_at_once_all_hold(site: Site) -> None:
    browser, tokens = opened_at_once(site, 3)
    assert len(set(tokens)) == 3
    for token in [*tokens, tokens[0]]:
        answer = browser.client.post("/composants/formulaire", data={"csrf_token": token})
        assert answer.status_code == 422  # read: it is empty, and says so
    stranger = site.anonymous().client.post("/composants/formulaire", data={"csrf_token": tokens[0]})
    assert stranger.status_code == 400


def test_signing_in_lets_go_of_the_first_pages(site: Site) -> None:
    browser, tokens = opened_at_once(site)
    site.services.answers[SignIn] = ways_in.somebody()
    browser.send("/connexion", email="a@exemple.fr", password="x")
    for token in tokens:
        answer = browser.client.post("/composants/formulaire", data={"csrf_token": token})
        assert answer.status_code == 400


def test_a_token_beside_the_form_cookie_is_our_own_or_none(site: Site) -> None:
    browser = site.anonymous()
    browser.token()
    browser.client.set_cookie("espace-form-12345678", "made-up")
    answer = browser.client.post("/composants/formulaire", data={"csrf_token": "made-up"})
    assert answer.status_code == 400


def test_what_another_site_sends_is_never_offered_to_be_sent_again(site):
    form = {
        "command_id": "00000000-0000-4000-8000-0000000c0de1",
        "words": "un long texte, tapé une fois " * 3,
    }
    browser = site.citizen()
    for headers, is_kept in (
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
    ):
        answer = browser.client.post("/composants/formulaire", data=form, headers=headers)
        assert answer.status_code == 400
        assert ("tapé une fois" in answer.get_data(as_text=True)) is is_kept
    secrets = {**form, "new_password": "cerise"}
    answer = browser.client.post(
        "/composants/formulaire", data=secrets, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert "tapé une fois" not in answer.get_data(as_text=True)


def test_a_form_sent_after_the_session_waits_for_who_signs_in_again(site):
    request_id = "00000000-0000-4000-8000-0000000c0de1"
    words = {"command_id": request_id, "letter": "Votre demande est acceptée, car…"}
    for address, sign_in in (
        (f"/mon-espace/demandes/{request_id}/message", "/connexion"),
        (f"/agents/demandes/{request_id}/decider", "/agents/connexion"),
    ):
        answer = site.anonymous().post(address, words)
        assert answer.status_code == 401
        page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
        assert page.select_one("main a")["href"] == sign_in
        assert page.select_one("main [name=letter]")["value"] == words["letter"]
    assert (
        site.anonymous().post(f"/mon-espace/demandes/{request_id}/message", {"a": "b"}).location
        == "/connexion"
    )


def test_a_token_of_another_browser_is_refused(site):
    token = site.anonymous().token()
    other = site.citizen()
    other.token()
    answer = other.client.post("/deconnexion", data={"csrf_token": token})
    assert answer.status_code == 400


def test_signed_in_pages_are_not_kept_by_the_browser(site):
    assert site.citizen().get("/").headers["Cache-Control"] == "no-store"
    assert site.anonymous().get("/actualites").headers["Cache-Control"] == "no-cache"


def test_mon_espace_wants_a_citizen_and_comes_back_afterwards(site):
    answer = site.anonymous().get("/mon-espace/?mois=2026-12", status=302)
    assert answer.location == "/connexion?suite=%2Fmon-espace%2F%3Fmois%3D2026-12"
    assert site.agent(Role.BILLING).get("/mon-espace/", status=302).location.startswith("/connexion")


def test_the_desk_wants_an_agent(site):
    assert site.anonymous().get("/agents/", status=302).location.startswith("/agents/connexion")
    assert site.citizen().get("/agents/", status=302).location.startswith("/agents/connexion")
    assert site.agent().read("/agents/").h1.get_text() == "Bonjour Paul Durand"


def test_a_page_of_a_role_is_closed_to_the_others(own_site):
    blueprint = Blueprint("sample", __name__)

    @blueprint.get("/agents/essai")
    @access.requires_role(Role.BILLING)
    def sample() -> str:
        return "ouvert"

    own_site.app.register_blueprint(blueprint)
    blueprint_guard = access.guard(access.Kind.AGENT)
    for browser, status in ((own_site.agent(Role.BILLING), 200), (own_site.agent(Role.HEALTH), 403)):
        with browser.client as client:
            own_site.app.before_request_funcs.setdefault("sample", []).clear()
            own_site.app.before_request_funcs["sample"].append(blueprint_guard)
            assert client.get("/agents/essai").status_code == status


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/mon-espace/factures?mois=12", "/mon-espace/factures?mois=12"),
        ("//ailleurs.example", None),
        ("/\\ailleurs.example", None),
        ("https://ailleurs.example/", None),
        ("javascript:alert(1)", None),
        ("/\tailleurs", None),
        ("/ok\r\nSet-Cookie: a=b", None),
        ("", None),
    ],
)
def test_only_a_path_of_this_site_is_followed_after_signing_in(address, expected):
    assert access.local_path(address) == expected


def test_operators_pages_are_not_for_visitors(site):
    client = site.anonymous().client
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").json == {"database": "ok"}
    assert b"espace_page_seconds" in client.get("/metrics").data
    through_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert client.get("/metrics", headers=through_a_proxy).status_code == 404
    assert client.get("/health/ready", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404


def test_what_is_not_found_under_api_is_said_in_json(site):
    answer = site.anonymous().client.get("/api/nulle-part")
    assert answer.status_code == 404
    assert answer.json["error"] == "http_404"


def test_a_crash_shows_no_detail(own_site):
    def crash() -> str:
        raise RuntimeError("le mot de passe est 1234")

    own_site.app.add_url_rule("/panne", "crash", crash)
    page = own_site.anonymous().read("/panne", status=500)
    assert "1234" not in page.get_text()
    assert page.h1.get_text() == "Une erreur est survenue"
