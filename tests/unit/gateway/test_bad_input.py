"""What people type, paste and press at the doors of the site: answered in words, never by an error page."""

import io
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from contracts.accounts.families import RedeemKey
from contracts.accounts.identity import ConfirmEmail, LinkExpired, Register, ResetPassword, SignIn
from contracts.accounts.keys import KeyExpired, KeyLetter, KeyMistyped, KeyOfAnother, KeyUnknown, KeyUsed
from contracts.errors import Invalid
from gateway.papers.key_letters import print_letters
from tests.mothers import accounts as mother
from tests.mothers import ways_in
from tests.unit.gateway.conftest import Browser, Site

PERSON = {"first_name": "Léa", "last_name": "Martin", "email": "a@exemple.fr", "password": mother.PASSWORD}


def register(site: Site, **typed: str) -> Any:
    site.services.answers[Register] = None
    return site.anonymous().send("/creer-mon-espace", **{**PERSON, **typed})


def shown(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300,
        "de La Tour d’Auvergne",
        "O'Brien",
        "N’Guyen-Phu",
        "Мария",
        "محمد",
        "王小明",
        "Nguyễn",
        "مهدی\u200cزاده",
        "<script>alert(1)</script>",
        "Robert'); DROP TABLE account;--",
        "{{ 7 * 7 }}",
    ],
)
def test_a_name_is_sent_as_it_was_typed(site: Site, name: str) -> None:
    assert register(site, last_name=name).status_code == 302
    assert site.services.asked_for(Register)[0].last_name == name


@pytest.mark.parametrize("name", ["x" * 301, " ", "\u200f", "\u200b\ufeff", "\x00", "\u200d"])
def test_a_name_too_long_or_of_nothing_visible_is_refused_and_the_page_comes_back_filled(
    site: Site, name: str
) -> None:
    answer = register(site, last_name=name)
    assert (answer.status_code, site.services.asked) == (422, [])
    assert 'value="a@exemple.fr"' in answer.get_data(as_text=True)


def test_marks_that_turn_the_line_are_dropped(site: Site) -> None:
    register(site, first_name="\u202eaéL\u202c", last_name="Mar\u200ftin\x07")
    asked = site.services.asked_for(Register)[0]
    assert (asked.first_name, asked.last_name) == ("aéL", "Martin")


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("lea.martin+ville@exemple.fr", "lea.martin+ville@exemple.fr"),
        ("  Lea@EXEMPLE.fr ", "Lea@exemple.fr"),
        ("lea@forêt.fr", "lea@forêt.fr"),
    ],
)
def test_an_address_with_a_plus_or_an_accent_is_taken(site: Site, typed: str, sent: str) -> None:
    assert register(site, email=typed).status_code == 302
    assert site.services.asked_for(Register)[0].email == sent


@pytest.mark.parametrize(
    "typed", ["lea", "lea@", "@exemple.fr", "lea martin@exemple.fr", "a@b..fr", "a@@b.fr"]
)
def test_what_is_no_address_is_said_on_its_field(site: Site, typed: str) -> None:
    answer = register(site, email=typed)
    assert (answer.status_code, "adresse courriel complète" in shown(answer)) == (422, True)


def test_an_accent_before_the_at_sign_is_said_on_its_field(site: Site) -> None:
    answer = register(site, email="rené@exemple.fr")
    assert (answer.status_code, "pas d’accent avant l’arobase" in shown(answer)) == (422, True)


def test_an_address_that_the_service_cannot_write_to_is_said_on_its_field(site: Site) -> None:
    site.services.answers[Register] = Invalid(problems={"email": "email_unusable"})
    answer = site.anonymous().send("/creer-mon-espace", **PERSON)
    assert (answer.status_code, "ni accent ni espace" in shown(answer)) == (422, True)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (KeyMistyped(why="check"), "faute de frappe"),
        (KeyUnknown(), "aucun courrier"),
        (KeyExpired(expired_on="2027-02-21"), "n’est plus valable"),
        (KeyUsed(), "a déjà servi"),
        (KeyOfAnother(name="Thierry B."), "celle d’une autre personne"),
    ],
)
def test_each_refusal_of_a_key_says_what_to_do_and_keeps_what_was_typed(
    site: Site, refusal: Exception, words: str
) -> None:
    site.services.answers[RedeemKey] = refusal
    answer = site.citizen().send("/mon-espace/cle/", key="7kOm 9dxv 2htc")
    assert answer.status_code in (409, 422)
    assert words in shown(answer)
    assert 'value="7kOm 9dxv 2htc"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("key", ["x" * 61, " ", "\u200f"])
def test_what_is_no_key_at_all_is_not_asked_of_anybody(site: Site, key: str) -> None:
    assert site.citizen().send("/mon-espace/cle/", key=key).status_code == 422
    assert site.services.asked == []


@pytest.mark.parametrize(
    ("address", "command", "more"),
    [
        ("/creer-mon-espace/confirmer/jeton", ConfirmEmail, {}),
        ("/mot-de-passe/jeton", ResetPassword, {"password": mother.PASSWORD}),
    ],
)
def test_a_link_used_twice_says_so_and_leads_on(
    site: Site, address: str, command: type, more: dict[str, str]
) -> None:
    site.services.answers[command] = LinkExpired()
    answer = site.anonymous().send(address, **more)
    assert answer.status_code == 410
    assert "n’est plus valable" in shown(answer)
    assert "main" in shown(answer)


def test_a_link_of_any_length_is_no_error(site: Site) -> None:
    site.services.answers[ConfirmEmail] = LinkExpired()
    assert site.anonymous().send(f"/creer-mon-espace/confirmer/{'x' * 3000}").status_code == 410


def test_after_signing_out_the_back_button_finds_nothing_and_sends_nothing(site: Site) -> None:
    browser = site.citizen()
    page = browser.read("/mon-espace/cle/")
    assert browser.get("/mon-espace/cle/").headers["Cache-Control"] == "no-store"
    browser.post("/deconnexion")
    form = page.select("main form")[0]
    sent = browser.client.post("/mon-espace/cle/", data={**Browser.filled(form), "key": "7K0M-9DXV-2HTC"})
    assert sent.status_code in (302, 400)
    assert site.services.asked_for(RedeemKey) == []
    assert "/connexion" in str(browser.get("/mon-espace/cle/", 302).location)


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://localhost/mon-espace/cle/?pour=lea", "/connexion?suite=%2Fmon-espace%2Fcle%2F%3Fpour%3Dlea"),
        ("http://ailleurs.example/mon-espace/cle/", "/connexion"),
        ("", "/connexion"),
    ],
)
def test_a_secret_sent_once_the_session_is_over_is_not_kept_and_its_page_comes_back(
    site: Site, came_from: str, leads_to: str
) -> None:
    browser = site.anonymous()
    sent = browser.client.post(
        "/mon-espace/cle/",
        data={"csrf_token": browser.token(), "key": "7K0M-9DXV-2HTC"},
        headers={"Referer": came_from},
    )
    assert (sent.status_code, sent.location) == (302, leads_to)
    said = browser.read(leads_to).main.get_text()
    assert "Votre connexion a pris fin : ce que vous venez d’envoyer n’est pas enregistré." in said
    assert site.services.asked_for(RedeemKey) == []


def test_a_second_tab_s_sign_in_leads_to_the_space_that_the_first_one_opened(site: Site) -> None:
    site.services.answers[SignIn] = ways_in.somebody()
    browser = site.anonymous()
    first, second = browser.read("/connexion"), browser.read("/connexion?suite=/mon-espace/cle/")
    browser.submit(first, email="a@exemple.fr", password="x")
    answer = browser.submit(second, email="a@exemple.fr", password="x")
    assert (answer.status_code, answer.location) == (302, "/mon-espace/cle/")
    assert len(site.services.asked_for(SignIn)) == 1


def test_a_second_tab_s_sign_out_after_the_first_is_harmless(site: Site) -> None:
    browser = site.citizen()
    token = browser.token()
    browser.post("/deconnexion")
    answer = browser.client.post("/deconnexion", data={"csrf_token": token})
    assert (answer.status_code, answer.location) == (302, "/")


def test_a_forged_sign_in_is_still_refused(site: Site) -> None:
    answer = site.anonymous().client.post("/connexion", data={"email": "a@exemple.fr", "password": "x"})
    assert answer.status_code == 400
    assert site.services.asked == []


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Мария", True),
        ("Nguyễn Thị", True),
        ("Ὀδυσσεύς", True),
        ("de La Tour d’Auvergne", True),
        ("\ufeffLéa", False),
        ("Léa\u202eMARTIN", False),
        ("王小明", False),
        ("🙂", False),
    ],
)
def test_a_letter_is_printed_whatever_the_name(name: str, printed: bool) -> None:
    letter = KeyLetter(
        guardian_id=UUID(int=60),
        name=name,
        street="1 rue Haute",
        postcode="26100",
        city="Romans",
        family_number="F001042",
        children=[name],
        key="7K0M-9DXV-2HTC",
        expires_on=date(2027, 2, 21),
    )
    pages = PdfReader(io.BytesIO(print_letters([letter], "http://espace.test", mother.NOW))).pages
    text = pages[0].extract_text()
    assert len(pages) == 1
    assert (name in text) is printed
    assert ("tient la place" in text) is ("□" in text)
