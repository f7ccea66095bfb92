"""Pages of passkeys over doubles: what the script is given, what it sends, what is said when it fails."""

import json
from uuid import UUID

import pytest

from contracts.accounts.own_account import WrongPassword
from contracts.accounts.passkeys import (
    AddPasskey,
    PasskeyRefused,
    RemovePasskey,
    RenamePasskey,
    SignInWithPasskey,
    StartPasskey,
    StartPasskeySignIn,
    TooManyPasskeys,
)
from contracts.accounts.ways_in import ConfirmPassword, ListWaysIn, OnlyWayIn
from contracts.documents.keys import KeyRingView, ReadKeys
from contracts.documents.vault import OpenVault
from contracts.errors import ServiceUnavailable, TooManyAttempts
from tests.mothers import accounts as mother
from tests.mothers import documents, ways_in
from tests.mothers.ways_in import CEREMONY_ID, PASSKEY_ID
from tests.unit.gateway.conftest import CITIZEN_ID, Browser, Site

KEYS = "/mon-espace/compte/cles-d-acces/"
ENTER = "/connexion/cle-d-acces"
JSON = {"Accept": "application/json"}


def ask_question(browser: Browser) -> None:
    answer = browser.client.post(f"{ENTER}/question", headers={**JSON, "X-CSRFToken": browser.token()})
    assert answer.status_code == 200


def test_the_sign_in_page_has_the_button_for_scripts_only(site: Site) -> None:
    page = site.anonymous().read("/connexion?suite=/mon-espace/famille/")
    form = page.select_one("[data-passkey-with][hidden] form[data-passkey=get]")
    assert form["action"] == ENTER
    assert form.select_one("[name=suite]")["value"] == "/mon-espace/famille/"
    assert form.button.get_text() == "Se connecter avec une clé d’accès"


def test_the_question_needs_the_token_of_the_page(site: Site) -> None:
    site.services.answers[StartPasskeySignIn] = ways_in.a_ceremony()
    browser = site.anonymous()
    refused = browser.client.post(f"{ENTER}/question", headers=JSON)
    assert (refused.status_code, refused.json["error"]) == (400, "csrf")
    answer = browser.client.post(f"{ENTER}/question", headers={**JSON, "X-CSRFToken": browser.token()})
    assert answer.json["rpId"] == "espace.exemple.fr"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_throttled_question_is_answered_to_the_script(site: Site) -> None:
    site.services.answers[StartPasskeySignIn] = TooManyAttempts(retry_after=240)
    browser = site.anonymous()
    answer = browser.client.post(f"{ENTER}/question", headers={**JSON, "X-CSRFToken": browser.token()})
    assert (answer.status_code, "4 minutes" in answer.json["message"]) == (429, True)


def test_an_answer_signs_in_and_leaves_the_vault_closed(site: Site) -> None:
    site.services.answers |= {
        StartPasskeySignIn: ways_in.a_ceremony(),
        SignInWithPasskey: ways_in.somebody(),
    }
    browser = site.anonymous()
    ask_question(browser)
    answer = browser.post(ENTER, {"credential": '{"id": "a"}', "suite": "/mon-espace/famille/"})
    assert answer.location == "/mon-espace/famille/"
    asked = site.services.asked_for(SignInWithPasskey)[0]
    assert (asked.ceremony_id, asked.credential) == (CEREMONY_ID, '{"id": "a"}')
    assert [record.vault_key for record in site.sessions.records.values()] == [None]


def test_an_answer_nobody_asked_this_browser_for_goes_nowhere(site: Site) -> None:
    answer = site.anonymous().post(ENTER, {"credential": "{}"})
    assert answer.status_code == 422
    assert "n’a pas été acceptée" in answer.get_data(as_text=True)
    assert site.services.asked_for(SignInWithPasskey) == []


def test_a_refused_answer_says_one_sentence_on_the_sign_in_page(site: Site) -> None:
    site.services.answers |= {StartPasskeySignIn: ways_in.a_ceremony(), SignInWithPasskey: PasskeyRefused()}
    browser = site.anonymous()
    ask_question(browser)
    answer = browser.post(ENTER, {"credential": "x" * 30_000, "suite": "/mon-espace/"})
    assert answer.status_code == 422
    assert "connectez-vous avec votre mot de passe" in answer.get_data(as_text=True)
    assert len(site.services.asked_for(SignInWithPasskey)[0].credential) == 20_000


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.exemple", "//ailleurs.exemple"])
def test_it_never_leads_to_another_site(site: Site, elsewhere: str) -> None:
    site.services.answers |= {
        StartPasskeySignIn: ways_in.a_ceremony(),
        SignInWithPasskey: ways_in.somebody(),
    }
    browser = site.anonymous()
    ask_question(browser)
    assert browser.post(ENTER, {"credential": "{}", "suite": elsewhere}).location == "/mon-espace/"


def test_the_keys_are_listed_with_their_dates(site: Site) -> None:
    used = ways_in.a_passkey(last_used_at=mother.NOW, synced=True, name="Clé <b>&")
    site.services.answers[ListWaysIn] = ways_in.some_ways_in(used)
    text = site.citizen().read(KEYS).get_text()
    for words in ("Clé <b>&", "Dernière connexion le 23", "synchronisée"):
        assert words in text


def test_without_a_password_one_is_chosen_first(site: Site) -> None:
    site.services.answers[ListWaysIn] = ways_in.some_ways_in(has_password=False)
    page = site.citizen().read(KEYS)
    assert page.select_one('main a[href="/mot-de-passe-oublie"]')
    assert not page.select_one(f'main a[href="{KEYS}ajouter"]')


def test_a_key_is_made_with_the_password_and_the_authenticators_answer(site: Site) -> None:
    site.services.answers |= {
        StartPasskey: ways_in.a_ceremony(),
        AddPasskey: ways_in.a_passkey(),
        ListWaysIn: ways_in.some_ways_in(ways_in.a_passkey()),
    }
    browser = site.citizen()
    made = browser.send(f"{KEYS}ajouter", name="Mon téléphone", password=mother.PASSWORD)
    assert mother.PASSWORD not in made.get_data(as_text=True)
    assert "AAAA" in made.get_data(as_text=True)
    answer = browser.post(f"{KEYS}ajouter/reponse", {"credential": json.dumps({"id": "a"})})
    assert answer.location == KEYS
    asked = site.services.asked_for(AddPasskey)[0]
    assert (asked.ceremony_id, asked.name) == (CEREMONY_ID, "Mon téléphone")


def test_a_wrong_password_is_said_on_its_field(site: Site) -> None:
    site.services.answers[StartPasskey] = WrongPassword()
    answer = site.citizen().send(f"{KEYS}ajouter", name="Mon téléphone", password="x")
    assert answer.status_code == 422
    assert "pas votre mot de passe actuel" in answer.get_data(as_text=True)


def test_a_name_too_long_is_refused_before_anything_is_asked(site: Site) -> None:
    answer = site.citizen().send(f"{KEYS}ajouter", name="é" * 61, password="x")
    assert (answer.status_code, site.services.asked) == (422, [])


def test_the_eleventh_key_is_explained(site: Site) -> None:
    site.services.answers[StartPasskey] = TooManyPasskeys(most=10)
    answer = site.citizen().send(f"{KEYS}ajouter", name="Encore", password="x")
    assert "10 clés" in answer.get_data(as_text=True).replace("\u00a0", " ")


def test_an_answer_that_proves_nothing_brings_the_first_page_back(site: Site) -> None:
    site.services.answers |= {StartPasskey: ways_in.a_ceremony(), AddPasskey: PasskeyRefused()}
    browser = site.citizen()
    browser.send(f"{KEYS}ajouter", name="Mon téléphone", password=mother.PASSWORD)
    assert browser.post(f"{KEYS}ajouter/reponse", {"credential": "{}"}).status_code == 422
    # The question is spent: sending the same page again asks nothing more.
    assert browser.post(f"{KEYS}ajouter/reponse", {"credential": "{}"}).status_code == 422
    assert len(site.services.asked_for(AddPasskey)) == 1


def test_a_key_is_renamed_and_removed(site: Site) -> None:
    site.services.answers |= {
        ListWaysIn: ways_in.some_ways_in(ways_in.a_passkey()),
        RenamePasskey: None,
        RemovePasskey: None,
    }
    browser = site.citizen()
    assert browser.send(f"{KEYS}{PASSKEY_ID}/renommer", name="L’ordinateur").location == KEYS
    assert site.services.asked_for(RenamePasskey)[0].name == "L’ordinateur"
    assert browser.send(f"{KEYS}{PASSKEY_ID}/retirer").location == KEYS
    site.services.answers[RemovePasskey] = OnlyWayIn()
    refused = browser.send(f"{KEYS}{PASSKEY_ID}/retirer")
    assert (refused.status_code, "seul moyen" in refused.get_data(as_text=True)) == (409, True)
    browser.get(f"{KEYS}{UUID(int=99)}/renommer", 404)


def come_in_by_passkey(site: Site) -> Browser:
    site.services.answers |= {
        StartPasskeySignIn: ways_in.a_ceremony(),
        SignInWithPasskey: ways_in.somebody(CITIZEN_ID),
    }
    browser = site.anonymous()
    ask_question(browser)
    browser.post(ENTER, {"credential": "{}"})
    return browser


def test_after_a_passkey_the_vault_asks_for_the_password_and_opens(site: Site) -> None:
    vault = documents.a_closed_vault(mother.PASSWORD)
    browser = come_in_by_passkey(site)
    site.services.answers |= {OpenVault: vault, ConfirmPassword: None, ReadKeys: KeyRingView(keys=vault.keys)}
    page = browser.read("/mon-espace/stockage/")
    assert "Saisissez-le pour ouvrir votre espace de stockage" in page.get_text()
    assert "ancien mot de passe" not in page.get_text()
    answer = browser.send("/mon-espace/stockage/ouvrir", password=mother.PASSWORD)
    assert answer.location == "/mon-espace/stockage/"
    assert "est fermé" not in browser.read("/mon-espace/stockage/").get_text()


def test_after_a_passkey_a_vault_under_an_older_password_asks_for_the_code(site: Site) -> None:
    vault = documents.a_closed_vault("un mot de passe d’avant")
    browser = come_in_by_passkey(site)
    site.services.answers |= {OpenVault: vault, ConfirmPassword: None, ReadKeys: KeyRingView(keys=vault.keys)}
    answer = browser.send("/mon-espace/stockage/ouvrir", password=mother.PASSWORD)
    assert answer.location == "/mon-espace/stockage/ouvrir"
    assert "code que vous avez imprimé" in browser.read(answer.location).get_text()


def test_a_wrong_password_opens_no_vault(site: Site) -> None:
    vault = documents.a_closed_vault(mother.PASSWORD)
    browser = come_in_by_passkey(site)
    site.services.answers |= {
        OpenVault: vault,
        ConfirmPassword: WrongPassword(),
    }
    assert browser.send("/mon-espace/stockage/ouvrir", password="x").status_code == 422
    assert site.services.asked_for(ReadKeys) == []


def test_documents_away_after_the_password_is_no_error_page(site: Site) -> None:
    vault = documents.a_closed_vault(mother.PASSWORD)
    browser = come_in_by_passkey(site)
    site.services.answers |= {
        OpenVault: vault,
        ConfirmPassword: None,
        ReadKeys: ServiceUnavailable(service="documents"),
    }
    assert browser.send("/mon-espace/stockage/ouvrir", password=mother.PASSWORD).status_code == 302
