"""What every answer tells the browser, and who may open what."""

import pytest
from flask import Blueprint

from contracts.caller import Role
from gateway import access, security


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
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-espace-form=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_form_without_token_is_refused_and_nothing_is_lost_silently(site):
    answer = site.anonymous().client.post("/composants/formulaire", data={"name": "Martin"})
    assert answer.status_code == 400
    assert "Rien n’a été enregistré" in answer.get_data(as_text=True)


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


def test_a_page_of_a_role_is_closed_to_the_others(site):
    blueprint = Blueprint("sample", __name__)

    @blueprint.get("/agents/essai")
    @access.requires_role(Role.BILLING)
    def sample() -> str:
        return "ouvert"

    site.app.register_blueprint(blueprint)
    blueprint_guard = access.guard(access.Kind.AGENT)
    for browser, status in ((site.agent(Role.BILLING), 200), (site.agent(Role.HEALTH), 403)):
        with browser.client as client:
            site.app.before_request_funcs.setdefault("sample", []).clear()
            site.app.before_request_funcs["sample"].append(blueprint_guard)
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


def test_a_crash_shows_no_detail(site):
    def crash() -> str:
        raise RuntimeError("le mot de passe est 1234")

    site.app.add_url_rule("/panne", "crash", crash)
    page = site.anonymous().read("/panne", status=500)
    assert "1234" not in page.get_text()
    assert page.h1.get_text() == "Une erreur est survenue"
