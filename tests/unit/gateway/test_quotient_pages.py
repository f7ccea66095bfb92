"""« Quotient familial » and the documents given to the family's file."""

from datetime import date, datetime

import pytest

from chassis.clock import PARIS
from contracts.accounts.given import ListGivenDocuments
from contracts.accounts.quotients import (
    FetchQuotient,
    FetchState,
    FetchUnderway,
    NotThatPerson,
    QuotientOf,
)
from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.enrolments import GivenView
from contracts.enrolment.given import GiveAgain, GivenForFamily, GivenForFamilyView, Takes
from contracts.errors import ServiceUnavailable
from tests.mothers import quotients as mother

PAGE = f"/mon-espace/famille/{mother.FAMILY}/quotient/"
FORM = f"{PAGE}caf-msa"
ANSWERS = {
    "birth_name": "Lefebvre",
    "usage_name": "Martin",
    "first_names": "Léa Marie",
    "birth_date": ["27", "6", "1987"],
    "sex": "F",
    "born": "france",
    "birth_place": "Valence",
    "department": "26",
    "agreed": "y",
}


def prepare(site, **changes):
    site.services.answers[QuotientOf] = mother.a_page(**changes)
    site.services.answers[ListDocumentTypes] = mother.TYPES
    site.services.answers[GivenForFamily] = GivenForFamilyView(given=[])


def text_of(page):
    return " ".join(page.main.get_text(" ").replace("\u202f", " ").replace("\u00a0", " ").split())


def test_an_unknown_quotient_is_said_plainly_with_what_it_costs(site):
    prepare(site, quotients=[], documents=[])
    assert "le tarif le plus élevé s’applique" in text_of(site.citizen().read(PAGE))


def test_the_page_says_what_was_given_and_whether_it_was_read(site):
    prepare(site)
    said = text_of(site.citizen().read(PAGE))
    assert "Votre quotient familial est de 812 pour octobre 2026" in said
    assert "Attestation de quotient familial Remis le 22 novembre 2026 En attente de lecture" in said
    assert "Document Remis le 22 novembre 2026 Lu par un agent" in said


def test_the_page_stands_when_documents_are_away(site):
    prepare(site)
    site.services.answers[ListDocumentTypes] = ServiceUnavailable(service="documents")
    assert "Votre quotient familial est de 812" in text_of(site.citizen().read(PAGE))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (FetchState.WAITING, "Réponse attendue"),
        (FetchState.FOUND, "La CAF a répondu : 812 pour octobre 2026"),
        (FetchState.NOT_FOUND, "Aucun dossier à ce nom"),
        (FetchState.REJECTED, "Demande à corriger"),
        (FetchState.UNAVAILABLE, "Pas de réponse"),
    ],
)
def test_every_state_of_an_asking_is_said_and_the_document_is_always_a_way(site, state, said):
    prepare(site, fetch=mother.a_fetch(state))
    page = site.citizen().read(PAGE)
    assert said in text_of(page)
    assert page.select_one('main a[href*="/pieces/family/"]') is not None


def test_an_awaited_answer_refreshes_the_page_for_a_minute_unless_stopped(site):
    prepare(site, fetch=mother.a_fetch(FetchState.WAITING))
    browser = site.citizen()
    assert browser.read(PAGE).select_one('meta[http-equiv="refresh"]') is not None
    assert browser.read(PAGE + "?attendre=0").select_one('meta[http-equiv="refresh"]') is None
    assert browser.read(PAGE + "?essai=12").select_one('meta[http-equiv="refresh"]') is None


def test_a_town_that_may_not_ask_offers_the_document_alone(site):
    prepare(site, can_fetch=False)
    browser = site.citizen()
    assert browser.read(PAGE).select_one('main a[href$="caf-msa"]') is None
    assert browser.get(FORM, 302).location == PAGE


def test_the_form_comes_filled_with_what_the_file_knows_and_asks_for_the_rest(site):
    prepare(site)
    form = site.citizen().filled(site.citizen().read(FORM).select_one("main form"))
    assert (form["birth_name"], form["first_names"], form["sex"]) == ("Martin", "Léa", "F")
    assert "agreed" not in form


def test_a_birth_in_france_is_sent_as_commune_and_department(site):
    prepare(site)
    site.services.answers[FetchQuotient] = mother.a_page(fetch=mother.a_fetch(FetchState.WAITING))
    assert site.citizen().send(FORM, **{**ANSWERS, "department": "2a"}).location == PAGE
    [asked] = site.services.asked_for(FetchQuotient)
    assert asked.agreed is True
    assert asked.person.birth_date == date(1987, 6, 27)
    assert (asked.person.country, asked.person.birth_place, asked.person.department) == (
        "99100",
        "Valence",
        "2A",
    )


def test_a_birth_abroad_is_sent_as_a_country(site):
    prepare(site)
    site.services.answers[FetchQuotient] = mother.a_page()
    site.citizen().send(FORM, **{**ANSWERS, "born": "abroad", "country": "99351"})
    [asked] = site.services.asked_for(FetchQuotient)
    assert (asked.person.country, asked.person.birth_place, asked.person.department) == ("99351", "", "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agreed": None}, "Cochez la case pour donner votre accord"),
        ({"birth_place": ""}, "Saisissez votre commune de naissance"),
        ({"department": "262"}, "Saisissez le numéro du département"),
        ({"department": ""}, "Saisissez le numéro du département"),
        ({"born": "abroad"}, "Saisissez les cinq chiffres du code du pays"),
        ({"born": "abroad", "country": "99100"}, "Saisissez les cinq chiffres du code du pays"),
        ({"birth_date": ["31", "2", "1987"]}, "Cette date n’existe pas"),
        ({"birth_date": ["1", "1", "2030"]}, "Votre date de naissance est à venir"),
        ({"birth_name": "x" * 301}, "Saisissez 300 caractères au plus"),
        ({"first_names": ""}, "Saisissez vos prénoms"),
    ],
)
def test_what_lacks_is_said_and_what_was_typed_comes_back(site, changes, said):
    prepare(site)
    answer = site.citizen().send(FORM, **{**ANSWERS, **changes})
    body = answer.get_data(as_text=True).replace("\u202f", " ").replace("\u00a0", " ")
    assert answer.status_code == 422
    assert said in body
    assert 'value="Lefebvre"' in body or "birth_name" in changes
    assert site.services.asked_for(FetchQuotient) == []


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (NotThatPerson(problems={"birth_name": "quotient_other_name"}), "ne sont pas ceux de votre dossier"),
        (FetchUnderway(), "Une demande est déjà en cours"),
    ],
)
def test_a_refusal_stands_in_the_form(site, refusal, said):
    prepare(site)
    site.services.answers[FetchQuotient] = refusal
    answer = site.citizen().send(FORM, **ANSWERS)
    assert said in answer.get_data(as_text=True)
    assert 'value="Valence"' in answer.get_data(as_text=True)


def test_agents_find_what_is_to_be_read(site):
    site.services.answers[ListGivenDocuments] = mother.given_documents()
    site.services.answers[ListDocumentTypes] = mother.TYPES
    page = site.agent(Role.FAMILY_FILES).read("/agents/documents-recus/")
    assert "Attestation de quotient familial" in text_of(page)
    assert page.select_one(f'main a[href*="/agents/pieces/family/{mother.FAMILY}"]') is not None
    site.agent(Role.BILLING).get("/agents/documents-recus/", 403)


def test_an_attestation_given_with_an_enrolment_serves_here_by_one_press(site):
    prepare(site, documents=[])
    before = GivenView(
        document_type="quotient_familial",
        given_at=datetime(2026, 11, 3, 12, tzinfo=PARIS),
        valid_until=date(2026, 12, 31),
        given_with="enrolment",
    )
    site.services.answers[GivenForFamily] = GivenForFamilyView(given=[before])
    site.services.answers[GiveAgain] = True
    parent = site.citizen()
    page = parent.read(PAGE)
    assert (
        "Déjà fourni le 3 novembre 2026 avec une inscription, valable jusqu’au 31 décembre 2026."
        in text_of(page)
    )
    done = parent.submit(page, button="Reprendre cette attestation")
    assert done.location == PAGE
    assert "L’attestation est transmise" in text_of(parent.read(PAGE))
    [order] = site.services.asked_for(GiveAgain)
    assert (order.subject_kind, order.subject_id) == (Takes.FAMILY, mother.FAMILY)
    site.services.answers[GiveAgain] = False
    parent.submit(page, button="Reprendre cette attestation")
    assert "ne peut pas être repris" in text_of(parent.read(PAGE))
