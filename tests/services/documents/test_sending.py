"""A message and its file are one: refused, lost or repeated, there is never a file without its words."""

import io
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.caller import Caller, Role
from contracts.documents.keys import StartOver
from contracts.documents.sealed import BUCKET
from contracts.documents.vault import OpenVault
from contracts.enrolment.requests import FollowRequest, OpenRequest, RequestClosed, WriteToRequester
from contracts.errors import Conflict, ServiceUnavailable
from contracts.events.requests import RequestState
from documents import orphans
from gateway.public import tracking_documents
from gateway.staff import request_sending
from gateway.vault import keys
from tests.mothers import request_views
from tests.mothers.documents import a_pdf
from tests.services.documents.conftest import Vaults, agent, citizen, sign_in
from tests.services.documents.test_requests import employ, file, tell
from tests.services.documents.test_service import a_wrap

REQUEST = request_views.ID
ADDRESS = f"/agents/demandes/{REQUEST}/envoyer-un-document"


class Desk:
    """An agent at the form, and enrolment behind it: `answers` is what it does with each message."""

    def __init__(self, vaults: Vaults, site, monkeypatch: pytest.MonkeyPatch) -> None:
        self.vaults, self.parent, self.answers = vaults, sign_in(site), []
        self.messages: list[WriteToRequester] = []
        self.view = request_views.view(has_account=True)
        clerk = agent(Role.REQUESTS)
        file(vaults, REQUEST, self.parent.account_id)
        employ(vaults, clerk)
        monkeypatch.setattr(request_sending, "ask", self.ask)
        self.browser = site.agent(Role.REQUESTS, account_id=clerk.account_id)
        page = self.browser.read(ADDRESS)
        self.form = self.browser.filled(page.select_one('form[enctype="multipart/form-data"]'))

    def ask(self, question):
        if isinstance(question, OpenRequest):
            return request_views.file(self.view)
        outcome = self.answers.pop(0)
        self.messages.append(question)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def send(self):
        said = {
            "purpose": "write",
            "words": "Voici le plan.",
            "file": (io.BytesIO(a_pdf("Plan")), "plan.pdf"),
        }
        return self.browser.client.post(
            ADDRESS, data={**self.form, **said}, content_type="multipart/form-data"
        )

    def in_vault(self) -> list[UUID]:
        vault = self.vaults.ask(OpenVault(), citizen(self.parent.account_id))
        return [each.document_id for each in vault.documents]


@pytest.fixture
def desk(vaults, vault_site, monkeypatch) -> Desk:
    return Desk(vaults, vault_site, monkeypatch)


def collected(vaults: Vaults) -> set[str]:
    """What the collector would remove three hours from now."""
    later = datetime.now(UTC) + timedelta(hours=3)
    with vaults.service.begin() as session:
        return set(orphans.unowned(session, vaults.objects.list(BUCKET), later))


def test_a_request_that_is_withdrawn_while_the_file_arrives_leaves_no_file(vaults, desk):
    desk.answers = [RequestClosed()]
    shown = desk.ask

    def withdrawn_meanwhile(question):
        if desk.messages:
            desk.view = request_views.view(RequestState.WITHDRAWN, has_account=True)
        return shown(question)

    request_sending.ask = withdrawn_meanwhile  # the fixture puts the real one back
    answer = desk.send()
    assert answer.status_code == 409
    assert "Cette demande est terminée" in answer.text
    assert "Voici le plan." in answer.text, "what was typed can be copied"
    assert desk.in_vault() == []
    [document_id] = desk.messages[0].documents
    assert str(document_id) not in collected(vaults), "the message might still be told of"
    vaults.clock.at += timedelta(days=15)
    vaults.service.end_unfiled()
    tell(vaults, document_id)
    assert desk.in_vault() == []
    assert str(document_id) in collected(vaults)


def test_a_gateway_that_dies_between_file_and_message_leaves_no_file(vaults, desk):
    class Killed(BaseException):
        """The process is gone."""

    desk.answers = [Killed()]
    with pytest.raises(Killed):
        desk.send()
    assert desk.in_vault() == []


def test_a_form_sent_again_because_no_answer_came_is_one_message_with_one_file(vaults, desk):
    desk.answers = [ServiceUnavailable(service="enrolment"), Conflict()]
    assert desk.send().status_code >= 500
    assert desk.send().status_code == 303
    first, again = desk.messages
    assert first.command_id == again.command_id
    tell(vaults, *first.documents)  # it was sent all the same
    assert desk.in_vault() == list(first.documents)
    assert str(first.documents[0]) in vaults.keys_in_bucket()


def test_a_vault_begun_anew_before_the_message_is_told_of_takes_in_nothing_it_could_not_open(vaults, desk):
    desk.answers = [None]
    assert desk.send().status_code == 303
    fresh = keys.new_pair()
    begin = StartOver(
        command_id=uuid4(),
        replaces=keys.public_half(desk.parent.private),
        public_key=fresh.public,
        password_wrap=a_wrap(fresh),
    )
    vaults.ask(begin, citizen(desk.parent.account_id))
    tell(vaults, *desk.messages[0].documents)
    assert desk.in_vault() == []


def test_a_file_given_with_the_code_and_sent_twice_at_once_is_with_the_request_once(
    vaults, vault_site, monkeypatch
):
    request_id, before, together = uuid4(), vaults.documents_in_bucket(), threading.Barrier(2)
    file(vaults, request_id, None)
    shown = request_views.view(line=request_views.line(request_id=request_id))

    def follow(questions):
        return [
            shown if isinstance(each, FollowRequest) else vaults.ask(each, Caller()) for each in questions
        ]

    monkeypatch.setattr(tracking_documents, "ask_each", follow)
    visitor, codes = vault_site.anonymous(), []
    with visitor.client.session_transaction() as cookie:
        cookie["request_followed"] = {"request_id": str(request_id), "number": "1", "code": "7K3M"}
    address = "/suivre-une-demande/demande/joindre"
    form = visitor.filled(visitor.read(address).select_one("main form")) | {"document_type": "autre"}

    def press() -> None:
        together.wait(10)
        answer = visitor.client.post(
            address,
            data={**form, "file": (io.BytesIO(a_pdf("banc")), "banc.pdf")},
            content_type="multipart/form-data",
        )
        codes.append(answer.status_code)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert codes == [303, 303]
    shares = vaults.rows("SELECT document_id FROM share WHERE subject_id = :id", id=request_id)
    assert len(shares) == 1
    assert vaults.documents_in_bucket() - before == {str(shares[0][0])}
