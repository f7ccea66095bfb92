"""« Déjà fourni » on the pages of démarches: taken as given, read before sending, asked again where it cannot serve."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import PARIS
from contracts.caller import Role
from contracts.documents.types import DocumentTypeView, ListDocumentTypes
from contracts.documents.vault import OpenVault
from contracts.enrolment.drafts import GivenAnswer, OpenDraft, SaveAnswers, SavedPage
from contracts.enrolment.enrolments import GivenView
from contracts.enrolment.procedure_forms import FieldKind
from contracts.enrolment.requests import (
    AttachedView,
    GivenChanged,
    OpenRequest,
    ShowRequest,
    Side,
    StepKind,
    SubmitRequest,
    SubmittedView,
)
from contracts.events.requests import RequestState
from tests.mothers import request_views
from tests.mothers.procedures import DRAFT_ID, a_vault, draft, field, form, page
from tests.mothers.request_views import ID
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

DRAFT = f"/demarches/en-cours/{DRAFT_ID}"
BEFORE = GivenView(
    document_type="assurance",
    given_at=datetime(2026, 9, 3, 12, tzinfo=PARIS),
    valid_until=date(2027, 8, 31),
    given_with="enrolment",
)
SAID = "Déjà fourni le 3 septembre 2026 avec une inscription, valable jusqu’au 31 août 2027"
FORM = form(
    page(
        "papers",
        field("insurance", FieldKind.DOCUMENT, label="L’assurance", document_type="assurance"),
        field("ruling", FieldKind.DOCUMENT, label="Le jugement", document_type="jugement", required=False),
    )
)


def a_draft(ruling: bool = False, **more: Any) -> Any:
    given = {
        "insurance": GivenAnswer(given=BEFORE, taken=True),
        "ruling": GivenAnswer(given=BEFORE.model_copy(update={"document_type": "jugement"}), taken=ruling),
    }
    return draft(FORM, **{"given": given, **more})


@pytest.fixture
def parents(site: Site) -> Site:
    site.services.answers |= {
        OpenDraft: lambda ask: a_draft(),
        OpenVault: a_vault(),  # closed
        SaveAnswers: lambda ask: SavedPage(draft=a_draft(), problems={}),
        SubmitRequest: SubmittedView(request_id=ID, number="2026-000042", code="ABCD-EFGH"),
        ListDocumentTypes: [DocumentTypeView(code="assurance", name="Assurance scolaire")],
    }
    return site


def test_it_is_taken_as_given_with_the_vault_closed_and_another_may_be_given(parents: Site) -> None:
    parent = parents.citizen()
    shown = parent.read(f"{DRAFT}/papers")
    insurance, ruling = shown.select(".question-documents")
    assert SAID in words(insurance)
    assert "Il n’est pas à donner de nouveau" in words(insurance)
    assert [each.get_text(strip=True) for each in insurance.select("button")] == [
        "Donner un autre document(L’assurance)"
    ]
    # What needs no document is given again only when the parent ticks it.
    assert not ruling.select_one("input[name=reprendre]").has_attr("checked")
    parent.submit(shown, reprendre="ruling")
    [saved] = parents.services.asked_for(SaveAnswers)
    assert (saved.reuse, saved.answers, saved.partial) == (["ruling"], {}, False)
    away = parent.send(f"{DRAFT}/papers", button="Donner un autre document(L’assurance)")
    assert "type=assurance" in away.location


def test_what_is_not_offered_is_not_asked_to_serve(parents: Site) -> None:
    parent = parents.citizen()
    parent.submit(parent.read(f"{DRAFT}/papers"), reprendre="' OR 1=1")
    assert parents.services.asked_for(SaveAnswers)[-1].reuse == []


def test_sending_names_what_was_read_and_a_change_is_read_again(parents: Site) -> None:
    parent = parents.citizen()
    check = parent.read(f"{DRAFT}/verifier")
    assert SAID in words(check.main)
    assert "Le document déjà fourni est repris avec votre demande" in words(check.main)
    parents.services.answers[SubmitRequest] = GivenChanged()
    parents.services.answers[OpenDraft] = lambda ask: a_draft(ruling=True)
    again = parent.submit(check)
    assert again.status_code == 409
    assert "Un document déjà fourni a changé entre-temps" in again.get_data(as_text=True)
    assert parents.services.asked_for(SubmitRequest)[-1].reuse == ["insurance"]
    check = parent.read(f"{DRAFT}/verifier")
    assert "Les documents déjà fournis sont repris" in words(check.main)
    parent.submit(check)
    assert parents.services.asked_for(SubmitRequest)[-1].reuse == ["insurance", "ruling"]


@pytest.mark.parametrize("reuse", ["", "insurance,', DROP", "é" * 500, "a" * 90])
def test_a_forged_list_of_what_was_read_is_no_more_than_names(parents: Site, reuse: str) -> None:
    parent = parents.citizen()
    check = parent.read(f"{DRAFT}/verifier")
    parent.submit(check, reuse=reuse)
    [order] = parents.services.asked_for(SubmitRequest)
    assert set(order.reuse) <= {"insurance"}


def a_request(**differing: Any) -> Any:
    """One that was filed with what was given before."""
    given = AttachedView(
        document_id=UUID(int=7),
        document_type="assurance",
        received_at=request_views.FILED,
        given=BEFORE,
        is_coming=True,
    )
    said = {
        "has_account": True,
        "pages": list(FORM.pages),
        "answers": {"insurance": [str(UUID(int=7))]},
        "documents": [given],
    }
    return request_views.view(**{**said, **differing})


def test_parent_and_agent_read_that_it_was_given_before(parents: Site) -> None:
    parents.services.answers[ShowRequest] = a_request()
    expected = f"L’assurance {SAID}, en train d’être repris"
    assert expected in words(parents.citizen().read(f"/mon-espace/demandes/{ID}").main)
    parents.services.answers[OpenRequest] = request_views.file(a_request())
    assert expected in words(parents.agent(Role.REQUESTS).read(f"/agents/demandes/{ID}").main)


def test_what_cannot_serve_is_asked_of_the_parent_and_the_agent_knows(parents: Site) -> None:
    lacking = a_request(
        line=request_views.line(state=RequestState.INFORMATION_ASKED),
        paused=True,
        answers={},
        documents=[],
        lacking=["assurance"],
        steps=request_views.history(request_views.step(StepKind.LACKING, Side.SYSTEM, "assurance")),
    )
    parents.services.answers[ShowRequest] = lacking
    shown = parents.citizen().read(f"/mon-espace/demandes/{ID}")
    assert "Il manque 1 document" in words(shown.main)
    assert "ne peut plus servir, demandé à nouveau : Assurance scolaire" in words(shown.main)
    [join] = [each for each in shown.select("main a.govuk-button") if "Joindre" in each.get_text()]
    assert join["href"].startswith(f"/mon-espace/pieces/request/{ID}?suite=")
    assert join["href"].endswith("&type=assurance")
    parents.services.answers[OpenRequest] = request_views.file(lacking)
    desk = words(parents.agent(Role.REQUESTS).read(f"/agents/demandes/{ID}").main)
    assert "Un document est attendu" in desk
    assert "Le délai reprendra de lui-même" in desk
