"""What a form does, whatever it asks."""

from uuid import UUID

import pytest

from contracts.errors import Conflict, Invalid, ServiceUnavailable, TooManyAttempts
from gateway.forms.numbers import number_in, page_asked
from gateway.public.components import SampleForm

ANSWERS = {
    "name": "Martin",
    "email": "lea@exemple.fr",
    "birth": ["27", "3", "2019"],
    "school": "0260001A",
    "diet": "no_meat",
    "days": ["mon", "thu"],
    "agree": "y",
}


def test_an_empty_form_comes_back_with_its_errors_first_and_in_the_title(site):
    answer = site.anonymous().send("/composants/formulaire")
    assert answer.status_code == 422
    page = _page(answer)
    assert page.title.get_text().startswith("Erreur : Formulaire")
    links = [link["href"] for link in page.select(".govuk-error-summary a")]
    assert links == ["#name", "#email", "#birth-day", "#school", "#diet", "#agree"]
    assert page.select_one("main").find(True).find_parent(class_="govuk-error-summary") or (
        "govuk-error-summary" in page.select_one("main").find(True)["class"]
    )
    assert page.select_one("#name")["aria-describedby"] == "name-error"


def test_a_refused_form_comes_back_filled(site):
    page = _page(site.anonymous().send("/composants/formulaire", **{**ANSWERS, "agree": None}))
    assert page.select_one("#name")["value"] == "Martin"
    assert page.select_one("#birth-month")["value"] == "3"
    assert page.select_one("option[selected]")["value"] == "0260001A"
    assert page.select_one("input[name=diet][checked]")["value"] == "no_meat"
    assert [box["value"] for box in page.select("input[name=days][checked]")] == ["mon", "thu"]


def test_the_idempotency_key_is_new_with_each_page_and_kept_when_it_comes_back(site):
    browser = site.anonymous()
    first, second = browser.read("/composants/formulaire"), browser.read("/composants/formulaire")
    assert _command_id(first) != _command_id(second)
    assert _command_id(_page(browser.submit(first))) == _command_id(first)


def test_answers_are_shown_again_before_anything_is_done(site):
    browser = site.anonymous()
    check = _page(browser.send("/composants/formulaire", **ANSWERS))
    assert check.h1.get_text() == "Vérifiez vos réponses"
    shown = {row.dt.get_text(): row.dd.get_text() for row in check.select(".govuk-summary-list__row")}
    assert shown["Date de naissance"] == "27\u00a0mars 2019"
    assert shown["Jours"] == "Lundi, Jeudi"
    assert shown["Téléphone"] == "Non renseigné"
    back = _page(browser.submit(check, button="Modifier"))
    assert back.select_one("#name")["value"] == "Martin"
    assert _command_id(back) == _command_id(check)
    again = _page(browser.submit(back))
    assert browser.submit(again, button="Confirmer").location == "/composants/"


def test_a_date_that_does_not_exist_is_refused_in_words(site):
    page = _page(site.anonymous().send("/composants/formulaire", **{**ANSWERS, "birth": ["31", "2", "2019"]}))
    assert "Cette date n’existe pas" in page.select_one("#birth-error").get_text()
    assert page.select_one("#birth-day")["value"] == "31"


def test_a_choice_that_was_not_offered_is_refused(site):
    page = _page(site.anonymous().send("/composants/formulaire", **{**ANSWERS, "school": "0269999Z"}))
    assert page.select_one("#school-error") is not None


def test_a_password_is_never_sent_back(site):
    page = _page(site.anonymous().send("/composants/secrets", password="un secret bien gardé"))
    assert "un secret" not in str(page)
    assert page.select_one("#password").get("value") is None
    assert page.select_one("#scan-error") is not None


def test_a_refusal_is_put_where_it_belongs(site):
    with site.app.test_request_context("/composants/formulaire", method="POST"):
        form = SampleForm()
        form.show(Invalid(problems={"name": "too_long"}))
        form.show(Conflict(), email="email", conflict="phone")
        form.show(TooManyAttempts(retry_after=600), name="name", too_many_attempts="email")
        form.show(ServiceUnavailable(service="accounts"))
        assert form.errors["name"] == ["Cette réponse est trop longue."]
        assert form.errors["phone"][0].startswith("Ces informations ont changé")
        assert form.errors["email"] == ["Trop d’essais ont été faits. Réessayez dans 10 minutes."]
        assert "ne répond pas" in form.form_errors[0]
        assert form.status == 503


def _page(answer):
    from bs4 import BeautifulSoup

    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def _command_id(page) -> UUID:
    return UUID(page.select_one("input[name=command_id]")["value"])


@pytest.mark.parametrize(
    ("sent", "number"),
    [("7", 7), ("", 0), ("²", 0), ("٣", 0), ("-1", 0), ("9" * 5000, 0), (None, 0), ("x", 0)],
)
def test_a_number_that_somebody_else_wrote_into_a_page_is_none(site, sent, number):
    assert number_in(sent) == number
    with site.app.test_request_context("/?page=" + (sent or "")):
        assert page_asked() == (number or 1)
