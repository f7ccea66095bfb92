"""Inscriptions, from the choice to the decision, and what the home says of them."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from contracts.caller import Role
from contracts.documents.types import DocumentTypeView, ListDocumentTypes
from contracts.enrolment.enrolments import (
    AttachmentView,
    DecideEnrolment,
    EnrolmentChoices,
    EnrolmentQueue,
    EnrolmentQueueView,
    FamilyEnrolments,
    FamilyEnrolmentsView,
    GivenView,
    RequestEnrolment,
    ShowEnrolment,
    WithdrawEnrolment,
)
from contracts.enrolment.given import GiveAgain, Takes
from contracts.enrolment.home import NearDeadlineView, Overview, UpcomingView
from contracts.enrolment.refusals import AlreadyEnrolled, StillBooked
from contracts.errors import Invalid, ServiceUnavailable
from contracts.events.enrolments import EnrolmentState
from gateway import dashboard
from tests.mothers import enrolment as terms
from tests.mothers import enrolment_views as mother

CANTEEN = f"/mon-espace/inscriptions/{mother.LEA}/cantine"


def types(site: Any) -> None:
    insurance = DocumentTypeView(code="assurance", name="Attestation d’assurance")
    site.services.answers[ListDocumentTypes] = [insurance]


def test_a_request_is_checked_then_sent_once(site: Any) -> None:
    types(site)
    site.services.answers[EnrolmentChoices] = mother.choices(terms.canteen())
    accepted = mother.enrolment()
    site.services.answers[RequestEnrolment] = accepted
    site.services.answers[ShowEnrolment] = accepted
    browser = site.citizen()
    assert "jusqu’à 2 jours ouvrés avant" in browser.read(CANTEEN).get_text()
    checked = browser.send(CANTEEN)
    assert "Vérifiez votre demande" in checked.get_data(as_text=True)
    assert site.services.asked_for(RequestEnrolment) == []
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    done = browser.submit(page, button="Envoyer la demande")
    assert done.location == f"/mon-espace/inscriptions/suivi/{accepted.enrolment_id}"
    [ask] = site.services.asked_for(RequestEnrolment)
    assert (ask.child_id, ask.activity_code, ask.place_code) == (mother.LEA, "cantine", terms.SCHOOL)
    assert ask.reuse == []


def test_what_was_given_before_serves_again_unless_the_parent_gives_another(site: Any) -> None:
    types(site)
    before = GivenView(
        document_type="assurance",
        given_at=mother.at(date(2026, 9, 3)),
        valid_until=date(2027, 8, 31),
    )
    site.services.answers[EnrolmentChoices] = mother.choices(
        terms.canteen(documents=("assurance",)), given=[before]
    )
    coming = AttachmentView(
        document_type="assurance",
        received_at=before.given_at,
        valid_until=before.valid_until,
        given_before=True,
        is_coming=True,
    )
    made = mother.enrolment(EnrolmentState.REQUESTED, attachments=[coming])
    site.services.answers[RequestEnrolment] = made
    site.services.answers[ShowEnrolment] = made
    browser = site.citizen()
    page = browser.read(CANTEEN)
    assert "Déjà fourni le 3 septembre 2026, valable jusqu’au 31 août 2027." in plain(page)
    assert "vous choisirez" not in plain(page)
    checked = browser.send(CANTEEN)
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    assert "Attestation d’assurance, que les agents pourront ouvrir" in plain(page)
    done = browser.submit(page, button="Envoyer la demande")
    assert done.location == f"/mon-espace/inscriptions/suivi/{made.enrolment_id}"
    followed = plain(browser.read(done.location))
    assert "est en train d’être repris" in followed
    assert "Attestation d’assurance, le 3 septembre 2026, valable jusqu’au 31 août 2027" in followed
    assert "Donner un autre document" in followed
    browser.post(CANTEEN, {"step": "confirm", "place": terms.SCHOOL})
    assert [each.reuse for each in site.services.asked_for(RequestEnrolment)] == [["assurance"], []]


def test_what_was_given_since_with_something_else_serves_by_one_press(site: Any) -> None:
    types(site)
    before = GivenView(document_type="assurance", given_at=mother.at(date(2026, 9, 3)), given_with="request")
    waiting = mother.enrolment(EnrolmentState.REQUESTED, missing_documents=["assurance"], given=[before])
    site.services.answers[ShowEnrolment] = waiting
    site.services.answers[GiveAgain] = True
    browser = site.citizen()
    follow = f"/mon-espace/inscriptions/suivi/{waiting.enrolment_id}"
    page = browser.read(follow)
    assert "Déjà fourni le 3 septembre 2026 avec une démarche." in plain(page)
    assert "Donner un autre document" in plain(page)
    done = browser.submit(
        page, button="Reprendre ce document pour cette inscription (Attestation d’assurance)"
    )
    assert done.location == follow
    [order] = site.services.asked_for(GiveAgain)
    assert (order.subject_kind, order.subject_id, order.document_type) == (
        Takes.ENROLMENT,
        waiting.enrolment_id,
        "assurance",
    )


def plain(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def test_a_document_asked_for_leads_to_its_page(site: Any) -> None:
    types(site)
    site.services.answers[EnrolmentChoices] = mother.choices(terms.canteen(documents=("assurance",)))
    waiting = mother.enrolment(EnrolmentState.REQUESTED, missing_documents=["assurance"])
    site.services.answers[RequestEnrolment] = waiting
    browser = site.citizen()
    assert "Attestation d’assurance" in browser.read(CANTEEN).get_text()
    form = browser.filled(browser.read(CANTEEN).select_one("main form"))
    done = browser.post(CANTEEN, form | {"step": "confirm"})
    assert done.location == (
        f"/mon-espace/pieces/enrolment/{waiting.enrolment_id}?type=assurance"
        f"&suite=/mon-espace/inscriptions/suivi/{waiting.enrolment_id}"
    )


def test_a_refusal_is_said_on_the_form(site: Any) -> None:
    types(site)
    site.services.answers[EnrolmentChoices] = mother.choices(terms.canteen())
    site.services.answers[RequestEnrolment] = AlreadyEnrolled
    browser = site.citizen()
    form = browser.filled(browser.read(CANTEEN).select_one("main form"))
    answer = browser.post(CANTEEN, form | {"step": "confirm"})
    assert answer.status_code == 409
    assert "a déjà une inscription" in answer.get_data(as_text=True)


def test_the_page_does_without_the_names_of_documents(site: Any) -> None:
    site.services.answers[ListDocumentTypes] = ServiceUnavailable(service="documents")
    site.services.answers[EnrolmentChoices] = mother.choices(terms.canteen(documents=("certificat_medical",)))
    assert "Certificat medical" in site.citizen().read(CANTEEN).get_text()


def test_where_it_stands_in_each_state(site: Any) -> None:
    types(site)
    words = {
        EnrolmentState.REQUESTED: "Un agent étudie votre demande",
        EnrolmentState.ACCEPTED: "Réserver des jours",
        EnrolmentState.REFUSED: "Groupe complet.",
        EnrolmentState.WITHDRAWN: "Abandonnée",
    }
    for state, expected in words.items():
        view = mother.enrolment(state, reason="Groupe complet." if state == "refused" else "")
        site.services.answers[ShowEnrolment] = view
        address = f"/mon-espace/inscriptions/suivi/{view.enrolment_id}"
        assert expected in site.citizen().read(address).select_one("main").get_text()


def test_an_enrolment_of_the_other_household_names_nobody(site: Any) -> None:
    types(site)
    view = mother.enrolment(requested_by="")
    site.services.answers[ShowEnrolment] = view
    text = site.citizen().read(f"/mon-espace/inscriptions/suivi/{view.enrolment_id}").get_text()
    assert "l’autre foyer de l’enfant" in text


def test_giving_up_with_days_booked_is_refused_in_words(site: Any) -> None:
    types(site)
    view = mother.enrolment()
    site.services.answers[ShowEnrolment] = view
    site.services.answers[WithdrawEnrolment] = StillBooked(days=3)
    browser = site.citizen()
    browser.send(f"/mon-espace/inscriptions/suivi/{view.enrolment_id}")
    page = browser.read(f"/mon-espace/inscriptions/suivi/{view.enrolment_id}")
    assert "Des jours à venir sont encore réservés (3)" in page.get_text()


def test_an_agent_reads_and_decides(site: Any) -> None:
    types(site)
    view = mother.enrolment(EnrolmentState.REQUESTED, version=3)
    site.services.answers[EnrolmentQueue] = EnrolmentQueueView(total=1, enrolments=[view])
    site.services.answers[ShowEnrolment] = view
    site.services.answers[DecideEnrolment] = mother.enrolment()
    agent = site.agent(Role.REQUESTS)
    assert "Léa Fontanel" in agent.read("/agents/inscriptions/").get_text()
    address = f"/agents/inscriptions/{view.enrolment_id}"
    assert agent.send(address, decision="accept").location == "/agents/inscriptions/"
    [ask] = site.services.asked_for(DecideEnrolment)
    assert (ask.accept, ask.version) == (True, 3)
    site.services.answers[DecideEnrolment] = Invalid(problems={"reason": "missing"})
    assert agent.send(address, decision="refuse").status_code == 422
    site.agent(Role.BILLING).get("/agents/inscriptions/", 403)


def test_an_agent_makes_wait_where_there_is_a_line_and_says_why_one_passes_first(site: Any) -> None:
    types(site)
    view = mother.enrolment(EnrolmentState.REQUESTED, order_sentence="dans l’ordre des demandes")
    site.services.answers[ShowEnrolment] = view
    site.services.answers[DecideEnrolment] = mother.enrolment(EnrolmentState.WAITING)
    agent = site.agent(Role.REQUESTS)
    address = f"/agents/inscriptions/{view.enrolment_id}"
    assert "Mettre sur la liste d’attente" in agent.read(address).get_text()
    agent.send(address, decision="wait")
    [ask] = site.services.asked_for(DecideEnrolment)
    assert (ask.accept, ask.waits) == (False, True)
    third = {"place_in_line": 3, "order_sentence": "dans l’ordre des demandes"}
    site.services.answers[ShowEnrolment] = mother.enrolment(EnrolmentState.WAITING, **third)
    page = agent.read(address)
    assert "3e sur la liste d’attente" in page.get_text()
    assert "Mettre sur la liste" not in page.get_text()
    site.services.answers[DecideEnrolment] = Invalid(problems={"reason": "out_of_order"})
    answer = agent.send(address, decision="accept")
    assert answer.status_code == 422
    assert "dites pourquoi celui-ci passe avant eux" in answer.get_data(as_text=True)


def test_an_agent_goes_back_on_what_was_accepted(site: Any) -> None:
    types(site)
    view = mother.enrolment(EnrolmentState.ACCEPTED, version=2)
    site.services.answers[ShowEnrolment] = view
    site.services.answers[DecideEnrolment] = mother.enrolment(EnrolmentState.REFUSED)
    agent = site.agent(Role.REQUESTS)
    address = f"/agents/inscriptions/{view.enrolment_id}"
    assert "Revenir sur cette inscription" in agent.read(address).get_text()
    assert agent.send(address, reason="").status_code == 422
    assert agent.send(address, reason="Justificatif faux.").location == "/agents/inscriptions/"
    [ask] = site.services.asked_for(DecideEnrolment)
    assert (ask.accept, ask.waits, ask.reason) == (False, False, "Justificatif faux.")
    site.services.answers[DecideEnrolment] = StillBooked(days=2)
    assert "encore réservés (2)" in agent.send(address, reason="Faux.").get_data(as_text=True)


@pytest.mark.parametrize("state", ["waiting", "offered", "lapsed"])
def test_agents_read_each_state_of_the_line(site: Any, state: str) -> None:
    view = mother.enrolment(
        EnrolmentState(state), place_in_line=1, offer_ends_at=mother.at(date(2026, 12, 4), 9)
    )
    site.services.answers[EnrolmentQueue] = EnrolmentQueueView(total=1, enrolments=[view])
    text = site.agent(Role.REQUESTS).read(f"/agents/inscriptions/?etat={state}").get_text()
    assert {"waiting": "1er", "offered": "Gardée jusqu’au", "lapsed": "Documents"}[state] in text


def test_the_children_are_listed_each_with_its_enrolments(site: Any) -> None:
    site.services.answers[FamilyEnrolments] = FamilyEnrolmentsView(
        children=[mother.child(), mother.child(child_id=UUID(int=3), first_name="Tom")],
        enrolments=[
            mother.enrolment(),
            mother.enrolment(EnrolmentState.REQUESTED, missing_documents=["assurance"]),
        ],
    )
    text = site.citizen().read("/mon-espace/inscriptions/").get_text()
    assert "Inscription acceptée" in text
    assert "Document attendu" in text
    assert "Tom n’a encore aucune inscription" in text


def test_the_home_says_what_is_to_do_and_what_is_booked(site: Any) -> None:
    waiting = mother.enrolment(EnrolmentState.REQUESTED, missing_documents=["assurance"])
    site.services.answers[Overview] = mother.overview(
        enrolments=[waiting],
        upcoming=[
            UpcomingView(
                child_id=mother.LEA,
                child_name="Léa",
                activity_name="Restauration scolaire",
                place_name="École Saint-Nicolas",
                day=date(2026, 11, 24),
            )
        ],
        deadlines=[
            NearDeadlineView(
                child_id=mother.LEA,
                child_name="Léa",
                activity_code="mercredi",
                activity_name="Activités du mercredi",
                closes_at=mother.at(date(2026, 11, 26), 12),
                first=date(2026, 12, 2),
                last=date(2026, 12, 2),
                booked=0,
                bookable=1,
            )
        ],
    )

    def away(question: Any) -> Any:
        return ServiceUnavailable(service=question.service())

    for part in dashboard._parts:
        for question in part.asks():
            site.services.answers.setdefault(type(question), away)
    text = site.citizen().read("/mon-espace/").get_text(" ").replace("\xa0", " ")
    assert "Activités du mercredi : rien de réservé pour Léa" in text
    assert "1 jour à réserver, le mercredi 2 décembre, avant le jeudi 26 novembre, 12 h" in text
    assert "Un justificatif pour Léa Fontanel" in text
    assert "Mardi 24 novembre" in text
