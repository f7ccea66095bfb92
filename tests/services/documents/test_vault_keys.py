"""What opens a vault: the password, the one before, the recovery code; and beginning anew."""

from uuid import uuid4

from bs4 import BeautifulSoup

from contracts.documents.keys import RewrapKeys
from contracts.errors import ServiceUnavailable
from gateway.vault import at_sign_in, keys
from tests.mothers.documents import a_pdf
from tests.services.documents.conftest import PASSWORD, citizen, sign_in
from tests.services.documents.pages import send, text_of, the_document


def test_the_next_sign_in_opens_the_same_vault(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(), name="Toujours là")
    again = sign_in(vault_site, browser.account_id)
    assert again.private == browser.private
    assert "Toujours là" in again.read("/mon-espace/stockage/").get_text()


def the_code(answer) -> str:
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    return page.select_one(".recovery-code").get_text(strip=True)


def test_the_recovery_code_is_shown_once_and_opens_after_a_reset(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf(), name="Retrouvé")
    assert "Créer mon code" in browser.read("/mon-espace/stockage/").get_text()
    answer = browser.send("/mon-espace/stockage/code")
    assert answer.headers["Cache-Control"] == "no-store"
    code = the_code(answer)
    assert "en service" in keep_code(browser, answer)
    assert len(code.replace("-", "")) == 34
    assert code not in str(
        vaults.rows(
            "SELECT account_keys::text, (SELECT string_agg(command::text, '') FROM command) FROM account_keys"
        )
    )

    reset = sign_in(vault_site, browser.account_id, "un tout autre mot de passe")
    assert reset.private is None
    assert "fermé" in reset.read("/mon-espace/stockage/").get_text()
    assert "Retrouvé" not in reset.read("/mon-espace/stockage/").get_text()
    wrong = reset.send("/mon-espace/stockage/ouvrir", code="0" * 34, password="un tout autre mot de passe")
    assert wrong.status_code == 422
    answer = reset.send(
        "/mon-espace/stockage/ouvrir", code=code.lower(), password="un tout autre mot de passe"
    )
    assert answer.status_code == 302
    assert "Retrouvé" in reset.read("/mon-espace/stockage/").get_text()
    assert sign_in(vault_site, browser.account_id, "un tout autre mot de passe").private == browser.private

    answer = reset.send("/mon-espace/stockage/code")
    renewed = the_code(answer)
    keep_code(reset, answer)
    third = sign_in(vault_site, browser.account_id, "encore un autre mot de passe")
    for typed, status in ((code, 422), (renewed, 302)):
        answer = third.send(
            "/mon-espace/stockage/ouvrir", code=typed, password="encore un autre mot de passe"
        )
        assert answer.status_code == status


def keep_code(browser, answer) -> str:
    """« J’ai gardé mon code », and what the vault's page says then."""
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    form = page.select_one("main form")
    answer = browser.post(str(form["action"]), browser.filled(form))
    assert answer.status_code == 303
    return browser.read(answer.location).get_text()


def test_a_renewed_code_that_was_never_seen_leaves_the_one_before_alive(vaults, vault_site):
    """The page that shows a code may be lost on its way: both open until somebody says which is on paper."""
    browser = sign_in(vault_site)
    first = browser.send("/mon-espace/stockage/code")
    assert "Avez-vous gardé" in browser.read("/mon-espace/stockage/").get_text()
    assert "en service" in keep_code(browser, first)
    second = browser.send("/mon-espace/stockage/code")
    asked = browser.read("/mon-espace/stockage/")
    assert "l’ancien ouvre encore" in asked.get_text().replace("\u00a0", " ")

    def opens(code: str) -> bool:
        reset = sign_in(vault_site, browser.account_id, "un tout autre mot de passe")
        fields = {"code": code, "password": "un tout autre mot de passe"}
        answer = reset.send("/mon-espace/stockage/ouvrir", **fields)
        sign_in(vault_site, browser.account_id)  # the password it had is accounts' again
        vaults.ask(
            RewrapKeys(
                command_id=uuid4(),
                public_key=keys.public_half(browser.private),
                password_wrap=keys.wrap(browser.private, PASSWORD),
            ),
            citizen(browser.account_id),
        )
        return answer.status_code == 302

    assert opens(the_code(first))
    assert opens(the_code(second))
    third = browser.send("/mon-espace/stockage/code")
    assert "Un autre code de récupération a été créé" in keep_code(browser, second)
    assert opens(the_code(first))
    assert not opens(the_code(second))
    assert "en service" in keep_code(browser, third)
    assert [opens(the_code(each)) for each in (first, second, third)] == [False, False, True]
    assert "Avez-vous gardé" not in browser.read("/mon-espace/stockage/").get_text()


def test_a_slip_in_the_present_password_does_not_become_what_the_vault_opens_with(vaults, vault_site):
    browser = sign_in(vault_site)
    reset = sign_in(vault_site, browser.account_id, "nouveau mot de passe")
    for address, fields in (("ouvrir", {"old_password": PASSWORD}), ("recommencer", {"sure": "y"})):
        answer = reset.send(f"/mon-espace/stockage/{address}", password="nouveau mot de pasee", **fields)
        assert answer.status_code == 422
        assert "mot de passe" in text_of(answer)
    assert "fermé" in reset.read("/mon-espace/stockage/").get_text()
    reset.send("/mon-espace/stockage/ouvrir", old_password=PASSWORD, password="nouveau mot de passe")
    assert sign_in(vault_site, browser.account_id, "nouveau mot de passe").private == browser.private


def test_an_old_password_opens_too_and_guessing_ends(vaults, vault_site):
    browser = sign_in(vault_site)
    reset = sign_in(vault_site, browser.account_id, "nouveau mot de passe")
    for _ in range(10):
        reset.send("/mon-espace/stockage/ouvrir", old_password="non", password="nouveau mot de passe")
    answer = reset.send("/mon-espace/stockage/ouvrir", old_password=PASSWORD, password="nouveau mot de passe")
    assert "Trop d’essais" in text_of(answer)
    fresh = sign_in(vault_site, browser.account_id, "nouveau mot de passe")
    fresh.send("/mon-espace/stockage/ouvrir", old_password=PASSWORD, password="nouveau mot de passe")
    assert "Rien n’est rangé" in fresh.read("/mon-espace/stockage/").get_text()


def test_starting_over_gives_an_empty_vault_and_removes_what_nobody_can_open(vaults, vault_site):
    browser = sign_in(vault_site)
    send(browser, a_pdf())
    document = the_document(vaults, browser)
    reset = sign_in(vault_site, browser.account_id, "nouveau mot de passe")
    said = reset.read("/mon-espace/stockage/recommencer").main.get_text().replace("\u00a0", " ")
    assert "Ce document sera supprimé" in said
    assert "23 novembre 2026" in said
    assert reset.send("/mon-espace/stockage/recommencer", password="nouveau mot de passe").status_code == 422
    answer = reset.send("/mon-espace/stockage/recommencer", password="nouveau mot de passe", sure="y")
    assert answer.status_code == 302
    assert "Rien n’est rangé" in reset.read("/mon-espace/stockage/").get_text()
    vaults.service.remove_finished()
    assert str(document.document_id) not in vaults.keys_in_bucket()
    # The other browser still holds the key given up: it is closed there, and takes nothing in.
    assert "fermé" in browser.read("/mon-espace/stockage/").get_text()
    answer = send(browser, a_pdf())
    assert answer.status_code == 409
    assert "réinitialisé" in text_of(answer)


def test_the_sign_in_goes_on_without_the_vault(vaults, vault_site, monkeypatch):
    def away(self, question, caller):
        raise ServiceUnavailable(service="documents")

    monkeypatch.setattr(type(vaults), "ask", away)
    with vault_site.app.test_request_context("/connexion"):
        assert at_sign_in(uuid4(), PASSWORD) is None
