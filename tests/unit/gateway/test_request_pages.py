"""Requests: followed by number and code or in one's space, handled by a department's agents, departments described."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from contracts.accounts.agents import ListAgents
from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.departments import DefineDepartment, DepartmentChanged, ListDepartments
from contracts.enrolment.requests import (
    Act,
    AssignRequest,
    ClaimableView,
    ClaimRequest,
    DecideRequest,
    FollowRequest,
    ForwardRequest,
    HandleRequest,
    MyRequests,
    MyRequestsView,
    OpenRequest,
    RequestChanged,
    RequestClosed,
    RequestQueue,
    RequestQueueView,
    ShowRequest,
    Side,
    StepKind,
    WithdrawRequest,
    WriteToRequester,
    WriteToTown,
)
from contracts.errors import Invalid, NotFound, TooManyAttempts
from contracts.events.requests import ProcedureKind, RequestState
from gateway.citizen.requests_part import show_requests
from gateway.dashboard import Page
from tests.mothers import enrolment_views
from tests.mothers import request_views as mother
from tests.mothers.agents import an_agent_view
from tests.mothers.request_views import ID
from tests.unit.gateway.conftest import Browser, Site
from tests.unit.gateway.test_invoice_pages import words

TRACKING, MINE, OFFICE = "/suivre-une-demande", "/mon-espace/demandes/", "/agents/demandes/"
CODE = "7K3M-9QXA-02TD-H5WZ"


@pytest.fixture
def town(site: Site) -> Site:
    site.services.answers[ListDocumentTypes] = []
    return site


def following(site: Site, view: Any) -> Browser:
    """A visitor who has typed the number and the code."""
    site.services.answers[FollowRequest] = view
    browser = site.anonymous()
    answer = browser.send(TRACKING, number="2026-000123", tracking_code=CODE)
    assert answer.location == f"{TRACKING}/demande"
    return browser


def paper(browser: Browser, address: str) -> str:
    content = browser.get(address).data
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace("\u00a0", " ")


# ---------------------------------------------------------------- without an account


def test_a_wrong_number_and_a_wrong_code_get_the_same_page(town: Site) -> None:
    said = []
    town.services.answers[FollowRequest] = NotFound()
    for number, code in (("2026-000123", "wrong"), ("2026-999999", CODE)):
        answer = town.anonymous().send(TRACKING, number=number, tracking_code=code)
        assert answer.status_code == 422
        said.append(answer.get_data(as_text=True).replace(number, "").replace(code, ""))
    assert "vérifiez-les tous les deux" in said[0]
    town.services.answers[FollowRequest] = TooManyAttempts(retry_after=60)
    answer = town.anonymous().send(TRACKING, number="2026-000123", tracking_code=CODE)
    assert answer.status_code == 429


def test_the_code_is_in_no_address_and_gone_when_one_leaves(town: Site) -> None:
    browser = following(town, mother.view())
    page = browser.read(f"{TRACKING}/demande")
    said = words(page.main)
    for expected in ("Demande n° 2026-000123", "Reçue", "dimanche 20 décembre 2026", "La voirie", "L. 231-4"):
        assert expected in said
    assert CODE not in str(page)
    assert browser.get(TRACKING, 302).location == f"{TRACKING}/demande"
    browser.post(f"{TRACKING}/quitter")
    assert browser.get(f"{TRACKING}/demande", 302).location == TRACKING


def test_what_the_town_asks_is_answered_with_the_code_and_an_empty_answer_comes_back(town: Site) -> None:
    browser = following(town, mother.asked())
    page = browser.read(f"{TRACKING}/demande")
    assert "préciser le numéro de la rue" in words(page.main)
    town.services.answers[WriteToTown] = mother.view(RequestState.IN_PROGRESS)
    answer = browser.submit(page, words="  ")
    assert answer.status_code == 422
    assert town.services.asked_for(WriteToTown) == []
    answer = browser.submit(page, words="C’est au 12.")
    assert answer.location == f"{TRACKING}/demande"
    [sent] = town.services.asked_for(WriteToTown)
    assert (sent.request_id, sent.code, sent.words) == (ID, CODE, "C’est au 12.")


def test_the_receipt_says_what_the_law_wants_and_the_code(town: Site) -> None:
    browser = following(town, mother.view())
    said = paper(browser, f"{TRACKING}/demande/accuse.pdf")
    for expected in ("2026-000123", "20 novembre 2026", "Mairie [+]", "04 75 05 51 51", CODE, "R. 112-11-1"):
        assert expected in said.replace("\n", " ")


def test_a_word_without_an_end_stays_on_the_paper_and_is_read_whole(town: Site) -> None:
    place = "https://carte.exemple.fr/lieux/" + "square-jules-nadi/" * 12
    answers = {**mother.view().answers, "name": "W" * 60, "words": f"Le banc : {place} est cassé."}
    browser = following(town, mother.view(answers=answers, steps=mother.history()))
    pages = PdfDocument(browser.get(f"{TRACKING}/demande/accuse.pdf").data)
    said = ""
    for page in pages:
        text = page.get_textpage()
        boxes = [text.get_charbox(each) for each in range(text.count_chars())]
        assert max(right for _, _, right, _ in boxes) < page.get_width() - 40
        said += text.get_text_range()
    said = "".join(said.replace("\u200b", "").replace("\ufffe", "").split())
    assert place in said
    assert "W" * 60 in said


def test_a_refusal_is_read_and_downloaded_with_its_ways_of_appeal(town: Site) -> None:
    browser = following(town, mother.refused())
    page = browser.read(f"{TRACKING}/demande")
    assert "tribunal administratif de Grenoble" in words(page.main)
    assert not page.select("textarea")
    said = paper(browser, f"{TRACKING}/demande/courrier.pdf").replace("\n", " ")
    for expected in ("Refusée", "voie départementale", "tribunal administratif", "Paul Durand"):
        assert expected in said


def test_a_request_that_is_erased_has_neither_answers_nor_a_letter(town: Site) -> None:
    erased = mother.view(RequestState.ACCEPTED, erased=True, pages=[], answers={}, email="", steps=[])
    town.services.answers[ShowRequest] = erased
    said = words(town.citizen().read(f"{MINE}{ID}").main)
    assert "Acceptée" in said
    assert "PDF" not in said
    town.citizen().get(f"{MINE}{ID}/courrier.pdf", 404)


# ---------------------------------------------------------------- in one's space


def test_my_requests_and_those_i_may_claim(town: Site) -> None:
    claimable = ClaimableView(
        request_id=ID, number="2026-000007", title="Acte de naissance", submitted_at=mother.FILED
    )
    town.services.answers[MyRequests] = MyRequestsView(
        total=1, requests=[mother.line()], claimable=[claimable]
    )
    town.services.answers[ClaimRequest] = mother.line()
    browser = town.citizen()
    page = browser.read(MINE)
    assert page.select_one(f'a[href="{MINE}{ID}"]')
    assert browser.submit(page).location == f"{MINE}{ID}"
    assert [each.request_id for each in town.services.asked_for(ClaimRequest)] == [ID]


def test_withdrawing_holds_to_what_was_shown(town: Site) -> None:
    town.services.answers[ShowRequest] = mother.view(has_account=True)
    town.services.answers[WithdrawRequest] = RequestChanged(state="accepted")
    browser = town.citizen()
    page = browser.read(f"{MINE}{ID}")
    assert page.select_one(f'a[href*="/mon-espace/pieces/request/{ID}"]')
    assert browser.submit(page, 1).location == f"{MINE}{ID}"
    assert [each.version for each in town.services.asked_for(WithdrawRequest)] == [3]
    assert "a changé entre-temps" in words(browser.read(f"{MINE}{ID}").main)


# ---------------------------------------------------------------- agents


def test_the_list_says_what_is_late_and_an_agent_without_department_is_told(town: Site) -> None:
    queue = RequestQueueView(
        total=2,
        requests=[mother.queued(late=True, requester="Nadia Ferrand"), mother.queued(soon=True)],
        departments=[mother.department()],
    )
    town.services.answers[RequestQueue] = queue
    agent = town.agent(Role.REQUESTS)
    page = agent.read(f"{OFFICE}?retard=1&service=mairie_plus&etat=received&q=Ferrand")
    for said in ("En retard", "Bientôt", "Nadia Ferrand"):
        assert said in words(page.select_one("table"))
    [asked] = town.services.asked_for(RequestQueue)
    assert (asked.late, asked.department_code, asked.state) == (True, "mairie_plus", RequestState.RECEIVED)
    assert asked.words == page.select_one("#q")["value"] == "Ferrand"
    town.services.answers[RequestQueue] = RequestQueueView(
        total=0, requests=[], departments=[mother.department()]
    )
    assert "Aucune demande ne correspond" in words(agent.read(f"{OFFICE}?q=rien").main)
    town.services.answers[RequestQueue] = RequestQueueView(total=0, requests=[], departments=[])
    assert "encore dans aucun service" in words(agent.read(OFFICE).main)
    town.agent(Role.BILLING).get(OFFICE, 403)


def test_an_agent_takes_asks_and_writes_notes(town: Site) -> None:
    town.services.answers[OpenRequest] = mother.file(mother.view(documents=[mother.attached()]))
    for kind in (HandleRequest, WriteToRequester):
        town.services.answers[kind] = mother.file()
    agent = town.agent(Role.REQUESTS)
    page = agent.read(f"{OFFICE}{ID}")
    assert page.select_one(f'a[href*="/agents/pieces/request/{ID}"]')
    agent.submit(page, 0)
    agent.submit(page, 1, purpose="ask", words="Quelle adresse ?")
    agent.submit(page, 1, purpose="note", words="Voir la voirie")
    take, ask = town.services.asked_for(HandleRequest)
    assert (take.act, take.version, ask.act, ask.words) == (Act.TAKE, 3, Act.ASK, "Quelle adresse ?")
    [note] = town.services.asked_for(WriteToRequester)
    assert note.internal
    assert agent.submit(page, 1, words="").status_code == 422


def test_a_refusal_without_reasons_comes_back_with_what_was_typed(town: Site) -> None:
    town.services.answers[OpenRequest] = mother.file()
    town.services.answers[DecideRequest] = Invalid(problems={"letter": "letter_missing"})
    agent = town.agent(Role.REQUESTS)
    page = agent.read(f"{OFFICE}{ID}")
    answer = agent.submit(page, 2, outcome="refuse")
    assert answer.status_code == 422
    assert "demande de le motiver" in answer.get_data(as_text=True)
    town.services.answers[DecideRequest] = mother.file(mother.refused(), acts=[])
    assert agent.submit(page, 2, outcome="refuse", letter="Rue du Département.").location == f"{OFFICE}{ID}"


def test_what_is_typed_for_a_request_that_is_over_meanwhile_is_shown_to_be_copied(town: Site) -> None:
    town.services.answers[OpenRequest] = mother.file(soon=True)
    agent = town.agent(Role.REQUESTS)
    page = agent.read(f"{OFFICE}{ID}")
    assert "Réponse attendue bientôt" in words(page.main)
    assert "la demande est refusée" in words(page.main)
    town.services.answers |= {
        OpenRequest: mother.file(mother.refused(), acts=[]),
        DecideRequest: RequestChanged(state="refused"),
        WriteToRequester: RequestClosed(),
    }
    for form, typed in (
        (2, {"outcome": "accept", "letter": "Oui."}),
        (1, {"purpose": "write", "words": "Oui."}),
    ):
        answer = agent.submit(page, form, **typed)
        assert answer.status_code == 409
        assert "Votre texte n’est pas parti" in answer.get_data(as_text=True)
        assert ">Oui.</p>" in answer.get_data(as_text=True)

    visitor = following(town, mother.view())
    page = visitor.read(f"{TRACKING}/demande")
    town.services.answers |= {FollowRequest: mother.refused(), WriteToTown: RequestClosed()}
    answer = visitor.submit(page, words="Voici la suite.")
    assert answer.status_code == 409
    assert ">Voici la suite.</p>" in answer.get_data(as_text=True)


def test_a_request_is_entrusted_to_a_colleague_and_forwarded_to_another_department(town: Site) -> None:
    town.services.answers[OpenRequest] = mother.file()
    town.services.answers[AssignRequest] = mother.file()
    town.services.answers[ForwardRequest] = mother.line(department_name="Voirie")
    agent = town.agent(Role.REQUESTS)
    page = agent.read(f"{OFFICE}{ID}")
    agent.submit(page, 3, agent=str(mother.AGENT))
    assert agent.submit(page, 4, department="voirie", note="Pour vous").location == OFFICE
    assert [each.agent_id for each in town.services.asked_for(AssignRequest)] == [mother.AGENT]
    assert [each.department_code for each in town.services.asked_for(ForwardRequest)] == ["voirie"]


def test_notes_are_marked_and_a_report_is_dealt_with(town: Site) -> None:
    noted = mother.view(
        kind=ProcedureKind.REPORT,
        steps=mother.history(mother.step(StepKind.NOTED, Side.TOWN, "Voir la voirie", "Paul Durand")),
    )
    town.services.answers[OpenRequest] = mother.file(noted, acts=[Act.TAKE, Act.ASK, Act.ACCEPT])
    page = town.agent(Role.REQUESTS).read(f"{OFFICE}{ID}")
    assert "Note interne" in words(page.select_one(".history__item--internal"))
    assert "Marquer comme traité" in words(page.main)
    assert page.select('input[value="refuse"]') == []


# ---------------------------------------------------------------- departments


def test_an_administrator_says_who_belongs_to_a_department(town: Site) -> None:
    other = an_agent_view(account_id=uuid4(), first_name="Zoé", last_name="Michel")
    town.services.answers[ListDepartments] = [mother.department()]
    town.services.answers[ListAgents] = [other]
    town.services.answers[DefineDepartment] = mother.department()
    administrator = town.agent(Role.ADMINISTRATION)
    assert "Paul Durand" in words(administrator.read("/agents/services/").main)
    both = [str(mother.AGENT), str(other.account_id)]
    answer = administrator.send("/agents/services/mairie_plus", agents=both)
    assert answer.location == "/agents/services/"
    [asked] = town.services.asked_for(DefineDepartment)
    assert (asked.version, list(asked.agents.values())) == (2, ["Paul Durand", "Zoé Michel"])
    town.services.answers[DefineDepartment] = DepartmentChanged()
    assert administrator.send("/agents/services/mairie_plus").status_code == 409
    administrator.get("/agents/services/inconnu", 404)
    town.agent(Role.REQUESTS).get("/agents/services/", 403)


def test_a_new_department_needs_a_code_that_it_keeps(town: Site) -> None:
    town.services.answers[ListDepartments], town.services.answers[ListAgents] = [], []
    town.services.answers[DefineDepartment] = mother.department()
    administrator = town.agent(Role.ADMINISTRATION)
    answer = administrator.send("/agents/services/nouveau", name="Élections", code="Élections")
    assert answer.status_code == 422
    administrator.send("/agents/services/nouveau", name="Élections", code="elections")
    assert [each.code for each in town.services.asked_for(DefineDepartment)] == ["elections"]


def test_the_home_shows_the_last_requests_and_what_the_town_waits_for() -> None:
    asked = mother.line(state=RequestState.INFORMATION_ASKED)
    page, app = Page(), Site().app
    with app.test_request_context():
        part = show_requests(page, enrolment_views.overview(requests=[asked]))
        nothing = show_requests(Page(), enrolment_views.overview())
    assert part is not None
    assert nothing is None
    assert [(task.action, task.href) for task in page.tasks] == [("Répondre", f"{MINE}{ID}")]


@pytest.mark.parametrize(
    ("has_account", "told"),
    [(True, "va dans l’espace de stockage du demandeur"), (False, "Le courrier est sur la page de suivi")],
)
def test_a_decision_says_where_its_letter_goes(town: Site, has_account: bool, told: str) -> None:
    town.services.answers[OpenRequest] = mother.file()
    town.services.answers[DecideRequest] = mother.file(mother.refused(has_account=has_account), acts=[])
    agent = town.agent(Role.REQUESTS)
    agent.submit(agent.read(f"{OFFICE}{ID}"), 2, outcome="refuse", letter="Rue du Département.")
    assert told in words(agent.read(f"{OFFICE}{ID}").main)


def test_an_agent_reads_since_when_the_letter_is_in_the_vault_or_why_not_yet(town: Site) -> None:
    put_at = mother.FILED + timedelta(hours=50, minutes=1)
    for place, told in (
        (
            {"letter_place": "vault", "letter_put_at": put_at},
            "du demandeur depuis le 22 novembre 2026 à 11 h 06",
        ),
        ({"letter_place": "coming"}, "en cours de dépôt dans l’espace de stockage"),
        ({"letter_place": "no_vault"}, "n’a pas encore d’espace de stockage"),
    ):
        town.services.answers[OpenRequest] = mother.file(mother.refused(has_account=True, **place), acts=[])
        assert told in words(town.agent(Role.REQUESTS).read(f"{OFFICE}{ID}").main)


def test_a_document_is_sent_where_there_is_a_vault_and_its_faults_are_said(town: Site) -> None:
    address = f"{OFFICE}{ID}/envoyer-un-document"
    agent = town.agent(Role.REQUESTS)
    for closed, status in ((mother.view(), 404), (mother.refused(has_account=True), 409)):
        town.services.answers[OpenRequest] = mother.file(closed)
        agent.get(address, status)
        assert not agent.read(f"{OFFICE}{ID}").select(f'a[href="{address}"]')
    town.services.answers[OpenRequest] = mother.file(mother.view(has_account=True))
    assert agent.read(f"{OFFICE}{ID}").select(f'a[href="{address}"]')
    page = agent.read(address)
    values = agent.filled(page.select_one('form[enctype="multipart/form-data"]'))

    def send(**fields: str) -> str:
        data = {**values, **fields, "file": (BytesIO(b""), "")}
        answer = agent.client.post(address, data=data, content_type="multipart/form-data")
        assert answer.status_code == 422
        return answer.get_data(as_text=True)

    assert "Écrivez votre texte." in send(purpose="write", words="")
    assert "Choisissez le fichier à envoyer" in send(purpose="write", words="Voici le plan.")
    town.agent(Role.BILLING).get(address, 403)


def test_what_the_town_sent_is_opened_in_the_vault(town: Site) -> None:
    sent = mother.step(StepKind.WROTE, Side.TOWN, "Voici le plan.").model_copy(update={"documents": [ID]})
    view = mother.view(has_account=True, steps=mother.history(sent))
    town.services.answers |= {ShowRequest: view, OpenRequest: mother.file(view)}
    assert town.citizen().read(f"{MINE}{ID}").select(f'a[href="/mon-espace/stockage/{ID}"]')
    assert "dans votre espace de stockage" in words(following(town, view).read(f"{TRACKING}/demande").main)
    assert "l’espace de stockage du demandeur" in words(town.agent(Role.REQUESTS).read(f"{OFFICE}{ID}").main)
    by_code = view.model_copy(update={"steps": [sent.model_copy(update={"by_code": True})]})
    opened = following(town, by_code).read(f"{TRACKING}/demande")
    assert opened.select(f'form[action="{TRACKING}/demande/documents/{ID}"]')
    town.services.answers[ShowRequest] = by_code
    own = town.citizen().read(f"{MINE}{ID}")
    assert own.select(f'a[href="{MINE}{ID}/documents/{ID}"]')
    assert "le code de suivi est demandé la première fois" in words(own.main)


def test_a_document_is_joined_only_by_who_follows_a_request_that_is_open(town: Site) -> None:
    town.anonymous().get(f"{TRACKING}/demande/joindre", 302)
    late = following(town, mother.refused())
    late.get(f"{TRACKING}/demande/joindre", 302)
    assert "plus aucun document ne peut y être joint" in words(late.read(f"{TRACKING}/demande").main)
    page = following(town, mother.view()).read(f"{TRACKING}/demande/joindre")
    assert page.select_one('form[enctype="multipart/form-data"]')
