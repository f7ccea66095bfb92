"""Decision letters are put into vaults by themselves, once, whoever dies meanwhile: rounds over the real service."""

import io
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pypdf import PdfReader

from contracts.caller import LETTERS, SYSTEM, Caller, Role
from contracts.documents.keys import StartOver
from contracts.documents.letters import DecisionPlace, PutDecision
from contracts.documents.vault import DeleteDocument, DocumentView
from contracts.enrolment.letters import LettersDueView
from contracts.errors import NotAllowed, NotFound, ServiceUnavailable
from contracts.events.requests import RequestState
from documents import mine, requests
from gateway.letters import rounds
from gateway.vault import keys
from gateway.vault.documents import open_view
from gateway.vault.sealing import unseal
from tests.mothers import request_views
from tests.services.documents.conftest import Vaults, agent
from tests.services.documents.test_requests import employ, file, sealed
from tests.services.documents.test_service import Parent, a_wrap


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Enrolment:
    """Enrolment's side: one decided request, due until it is noted."""

    def __init__(self, vaults: Vaults, monkeypatch: pytest.MonkeyPatch) -> None:
        self.request_id, self.noted = uuid4(), []
        line = request_views.line(request_id=self.request_id, state=RequestState.REFUSED)
        self.view = request_views.refused(has_account=True).model_copy(update={"line": line})
        for method in ("letters_due", "take_letter", "note_letter"):
            monkeypatch.setattr(vaults.service, method, getattr(self, method), raising=False)

    def letters_due(self, ask, caller):
        caller.carries_letters()
        ids = [] if self.noted == [True] else [self.request_id]
        return LettersDueView(request_ids=ids, waiting=len(ids), oldest_seconds=0, without_vault=0)

    def take_letter(self, ask, caller):
        caller.carries_letters()
        return self.view

    def note_letter(self, ask, caller):
        caller.carries_letters()
        self.noted.append(ask.is_put)
        return True


@pytest.fixture
def parent(vaults: Vaults) -> Parent:
    return Parent(vaults)


@pytest.fixture
def enrolment(vaults: Vaults, parent: Parent, vault_site, monkeypatch) -> Iterator[Enrolment]:
    """A request of the parent's, decided; the object store is at hand as in the process of letters."""
    double = Enrolment(vaults, monkeypatch)
    file(vaults, double.request_id, parent.caller.account_id)
    with vault_site.app.app_context():
        yield double


def letters_of(parent: Parent) -> list[DocumentView]:
    return [each for each in parent.documents() if each.document_type == "courrier"]


def test_the_letter_lies_in_the_vault_and_only_its_owner_reads_it(vaults, parent, enrolment):
    assert rounds.go(vaults) == 1
    assert enrolment.noted == [True]
    [letter] = letters_of(parent)
    opened = open_view(letter, parent.pair.private)
    assert opened.description.file_name == "Réponse à la demande 2026-000123.pdf"
    with vaults.objects.get("vault", str(letter.document_id)) as stored:
        clear = b"".join(bytes(each) for each in unseal(opened.file_key, letter.document_id, stored))
    assert "tribunal administratif" in PdfReader(io.BytesIO(clear)).pages[0].extract_text()
    assert rounds.go(vaults) == 0


@pytest.mark.parametrize("moment", ["seal_upload", "put_decision", "note_letter"])
def test_a_process_that_dies_leaves_the_letter_to_the_next_and_one_letter(
    vaults, parent, enrolment, monkeypatch, moment
):
    """Before and after the object is stored, and between the letter and the word of it."""

    def die(*_):
        raise Killed

    with monkeypatch.context() as struck:
        struck.setattr(*((rounds, moment) if moment == "seal_upload" else (vaults.service, moment)), die)
        with pytest.raises(Killed):
            rounds.go(vaults)
    assert enrolment.noted == []
    for _ in range(2):
        rounds.go(vaults)
    assert (len(letters_of(parent)), enrolment.noted) == (1, [True])


def test_an_answer_that_is_lost_costs_no_letter_its_file(vaults, parent, enrolment, monkeypatch):
    real = vaults.service.put_decision

    def put_and_say_nothing(ask, caller):
        real(ask, caller)
        raise ServiceUnavailable(service="documents")

    with monkeypatch.context() as deaf:
        deaf.setattr(vaults.service, "put_decision", put_and_say_nothing)
        assert rounds.go(vaults) == 0
    assert rounds.go(vaults) == 1
    [letter] = letters_of(parent)
    assert str(letter.document_id) in vaults.keys_in_bucket()


def test_two_processes_put_one_letter_and_leave_one_object(vaults, parent, enrolment, vault_site):
    before, together = vaults.documents_in_bucket(), threading.Barrier(2)
    real, results = vaults.service.put_decision, []

    def put_together(ask, caller):
        together.wait(20)
        return real(ask, caller)

    vaults.service.put_decision = put_together

    def run() -> None:
        with vault_site.app.app_context():
            results.append(rounds.put(vaults, enrolment.request_id))

    try:
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        del vaults.service.put_decision
    assert sorted(results) == [rounds.Outcome.PUT, rounds.Outcome.THERE]
    [letter] = letters_of(parent)
    assert vaults.documents_in_bucket() - before == {str(letter.document_id)}


def test_a_letter_that_its_owner_deleted_does_not_come_back(vaults, parent, enrolment):
    rounds.go(vaults)
    [letter] = letters_of(parent)
    vaults.ask(DeleteDocument(command_id=uuid4(), document_id=letter.document_id), parent.caller)
    vaults.service.remove_finished()
    assert rounds.put(vaults, enrolment.request_id) is rounds.Outcome.THERE
    assert letters_of(parent) == []


def test_a_vault_that_is_not_there_yet_is_said_and_served_when_it_is(vaults, enrolment, monkeypatch):
    newcomer = agent()  # any account without keys
    file(vaults, enrolment.request_id, newcomer.account_id)
    assert rounds.put(vaults, enrolment.request_id) is rounds.Outcome.NO_VAULT
    assert enrolment.noted == [False]


def test_a_vault_begun_anew_meanwhile_gets_the_letter_at_the_next_try(vaults, parent, enrolment, monkeypatch):
    real, fresh = vaults.service.put_decision, keys.new_pair()

    def start_over_first(ask, caller):
        begin = StartOver(
            command_id=uuid4(),
            replaces=parent.pair.public,
            public_key=fresh.public,
            password_wrap=a_wrap(fresh),
        )
        vaults.ask(begin, parent.caller)
        return real(ask, caller)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(vaults.service, "put_decision", start_over_first)
        assert rounds.put(vaults, enrolment.request_id) is rounds.Outcome.FAILED
    assert rounds.put(vaults, enrolment.request_id) is rounds.Outcome.PUT
    [letter] = letters_of(parent)
    assert open_view(letter, fresh.private).description.name


def test_one_letter_that_cannot_be_printed_holds_up_no_other(vaults, parent, enrolment, monkeypatch):
    other = uuid4()
    file(vaults, other, parent.caller.account_id)
    line = request_views.line(request_id=other, state=RequestState.REFUSED)
    views = {
        enrolment.request_id: enrolment.view,
        other: enrolment.view.model_copy(update={"line": line}),
    }
    due = LettersDueView(request_ids=list(views), waiting=2, oldest_seconds=0, without_vault=0)
    monkeypatch.setattr(vaults.service, "letters_due", lambda *_: due)
    real = rounds.request_papers.letter

    def print_it(view):
        if view.line.request_id == enrolment.request_id:
            raise ValueError("no glyph, no paper")
        return real(view)

    monkeypatch.setattr(rounds.request_papers, "letter", print_it)
    monkeypatch.setattr(vaults.service, "take_letter", lambda ask, _: views[ask.request_id])
    assert rounds.go(vaults) == 1
    assert len(letters_of(parent)) == 1


def test_a_closed_or_erased_requester_gets_nothing_and_the_right_is_this_process_s_alone(
    vaults, parent, enrolment
):
    request_id, clerk = enrolment.request_id, agent(Role.REQUESTS)
    employ(vaults, clerk)
    given = sealed(vaults, request_id)
    put = PutDecision(
        command_id=uuid4(),
        request_id=request_id,
        document_id=given.document_id,
        size=200,
        object_size=given.object_size,
        public_key=parent.pair.public,
        sealed_key=keys.seal_key(b"k" * 32, given.document_id, parent.pair.public),
        sealed_description=b"x" * 60,
    )
    for caller in (clerk, parent.caller, SYSTEM, Caller()):
        for question in (DecisionPlace(request_id=request_id), put):
            with pytest.raises(NotAllowed):
                vaults.ask(question, caller)
    parent.store()  # its row keeps the closed account's keys
    with vaults.service.begin() as session:
        mine.erase(session, parent.caller.citizen(), vaults.clock.now())
    assert vaults.ask(DecisionPlace(request_id=request_id), LETTERS).public_key is None
    with pytest.raises(NotFound):
        vaults.ask(put, LETTERS)
    with vaults.service.begin() as session:
        requests.forget(session, request_id, vaults.clock.now())
    with pytest.raises(NotFound):
        vaults.ask(DecisionPlace(request_id=request_id), LETTERS)
