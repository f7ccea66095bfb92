"""Files that the town sent before a request was claimed: opened with its code once, and from then on by the vault."""

import io
from contextlib import closing
from uuid import UUID, uuid4

import pytest

from contracts import tracking_code
from contracts.caller import Caller, Role
from contracts.documents.letters import ClaimedLetter, ClaimLetters, LettersByCode, PutLetter
from contracts.documents.refusals import KeysChanged
from contracts.documents.vault import OpenVault
from contracts.enrolment.requests import FollowRequest, Side, StepKind
from contracts.errors import NotFound
from gateway.public import tracking, tracking_documents
from gateway.vault import keys, letters
from gateway.vault.documents import seal_upload
from gateway.vault.intake import Inspected
from tests.mothers import request_views
from tests.mothers.documents import a_pdf
from tests.services.documents.conftest import Vaults, agent, citizen, sign_in
from tests.services.documents.test_requests import employ, file, tell

CODE, OTHER = "7K3M-9QXA-02TD-H5WZ", "0000-0000-0000-0000"
PAPERS = [a_pdf("plan"), a_pdf("arrêté")]


@pytest.fixture
def request_id(vaults: Vaults) -> UUID:
    found = uuid4()
    file(vaults, found, None)
    return found


@pytest.fixture
def sent(vaults: Vaults, vault_site, request_id: UUID) -> list[UUID]:
    """Two files of an agent, for somebody without an account."""
    clerk, ids = agent(Role.REQUESTS), []
    employ(vaults, clerk)
    public = tracking_code.public_half(CODE)
    with vault_site.app.app_context():
        for paper in PAPERS:
            with closing(Inspected(io.BytesIO(paper))) as source:
                upload = seal_upload(source)
            ids.append(vaults.ask(PutLetter(**letters.sealed(request_id, "Plan", upload, public)), clerk))
    tell(vaults, *ids)
    return ids


@pytest.fixture
def parent(vaults: Vaults, vault_site, sent: list[UUID], request_id: UUID):
    """Who claims the request afterwards."""
    browser = sign_in(vault_site)
    file(vaults, request_id, browser.account_id)
    return browser


def address(request_id: UUID, document_id: UUID) -> str:
    return f"/mon-espace/demandes/{request_id}/documents/{document_id}"


def type_code(browser, page: str, code: str):
    form = browser.filled(browser.read(page).select_one("main form"))
    return browser.client.post(page, data={**form, "tracking_code": code})


def test_the_code_typed_once_puts_all_of_them_into_the_vault(vaults, parent, sent, request_id):
    page = address(request_id, sent[0])
    assert "2 documents" in parent.read(page).main.get_text()
    assert type_code(parent, page, OTHER).status_code == 422
    assert parent.read("/mon-espace/stockage/").main.get_text().count("Plan") == 0
    answer = type_code(parent, page, CODE.lower().replace("-", " "))
    assert answer.location == f"/mon-espace/stockage/{sent[0]}"
    for document_id, paper in zip(sent, PAPERS, strict=True):
        granted = parent.post(f"/mon-espace/stockage/{document_id}/telecharger")
        assert parent.client.get(granted.location).data == paper
        # The link of the request's history goes straight there from now on.
        assert parent.client.get(address(request_id, document_id)).location.endswith(str(document_id))


def test_who_follows_by_code_is_told_where_it_went(vaults, vault_site, parent, sent, request_id, monkeypatch):
    type_code(parent, address(request_id, sent[0]), CODE)
    step = request_views.step(StepKind.WROTE, Side.TOWN, "Voici le plan.")
    step = step.model_copy(update={"documents": sent, "by_code": True})
    line = request_views.line(request_id=request_id)
    shown = request_views.view(line=line, has_account=True, steps=[step])
    for module in (tracking, tracking_documents):
        monkeypatch.setattr(
            module,
            "ask",
            lambda each: shown if isinstance(each, FollowRequest) else vaults.ask(each, Caller()),
        )
    visitor = vault_site.anonymous()
    with visitor.client.session_transaction() as cookie:
        cookie["request_followed"] = {"request_id": str(request_id), "number": "1", "code": CODE}
    answer = visitor.post(f"/suivre-une-demande/demande/documents/{sent[0]}")
    assert answer.status_code == 303
    assert "est maintenant dans l’espace de stockage" in visitor.read(answer.location).get_text()


def test_only_the_account_that_claimed_it_takes_them_and_into_its_own_vault(
    vaults, vault_site, parent, sent, request_id
):
    claimed = ClaimLetters(
        command_id=uuid4(),
        request_id=request_id,
        public_key=keys.public_half(parent.private),
        letters=[ClaimedLetter(document_id=sent[0], sealed_key=keys.seal_key(b"k" * 32, sent[0], b"p" * 32))],
    )
    stranger = sign_in(vault_site)
    theirs = claimed.model_copy(update={"public_key": keys.public_half(stranger.private)})
    for question in (LettersByCode(request_id=request_id), theirs):
        with pytest.raises(NotFound):
            vaults.ask(question, citizen(stranger.account_id))
    with pytest.raises(KeysChanged):
        vaults.ask(theirs, citizen(parent.account_id))
    again = claimed.model_copy(update={"command_id": uuid4()})
    assert [vaults.ask(each, citizen(parent.account_id)) for each in (claimed, claimed, again)] == [
        [sent[0]],
        [sent[0]],
        [],
    ]
    assert len(vaults.ask(OpenVault(), citizen(parent.account_id)).documents) == 1


def test_with_the_vault_closed_the_page_says_to_open_it_first(vaults, vault_site, parent, sent, request_id):
    closed = vault_site.citizen(account_id=parent.account_id)
    main = closed.read(address(request_id, sent[0])).main
    assert "Votre espace de stockage est fermé" in main.get_text()
    assert main.select("form") == []
