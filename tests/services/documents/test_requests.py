"""Documents of requests: opened by the department in charge alone, given without an account, letters into vaults."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from contracts import tracking_code
from contracts.caller import Caller, Role
from contracts.documents.letters import LetterKey, PutLetter
from contracts.documents.refusals import DepositsFull, KeysChanged, UnknownSubject, UploadLost
from contracts.documents.sealed import BUCKET
from contracts.documents.shares import (
    DepositDocument,
    OpenShare,
    ShareDocument,
    ShareDraft,
    SubjectShares,
    UnshareDocument,
)
from contracts.documents.vault import OpenVault
from contracts.enrolment.requests import FollowRequest, OpenRequest, Side, StepKind, WriteToRequester
from contracts.errors import NotFound
from contracts.events.requests import DepartmentUpdated, RequestFact
from documents import drafts, letters, mine, requests
from gateway.public import tracking as tracking_pages
from gateway.public import tracking_documents
from gateway.staff import request_sending
from gateway.vault import keys
from tests.mothers import request_views
from tests.mothers.documents import a_pdf, a_pdf_with_a_script
from tests.services.documents.conftest import Vaults, agent, citizen, sign_in
from tests.services.documents.test_service import Parent

ANYBODY = Caller()
DEPARTMENT = "mairie_plus"


@pytest.fixture
def parent(vaults: Vaults) -> Parent:
    return Parent(vaults)


def file(vaults: Vaults, request_id: UUID, account_id: UUID | None, department: str = DEPARTMENT) -> None:
    fact = RequestFact(
        request_id=request_id,
        number="2026-000001",
        procedure_code="demande-generale",
        title="Demande générale",
        department_code=department,
        department_name="Mairie [+]",
        account_id=account_id,
        email="nadia@exemple.fr",
    )
    with vaults.service.begin() as session:
        requests.keep_request(session, fact)


def employ(vaults: Vaults, *agents: Caller, department: str = DEPARTMENT) -> None:
    ids = [each.account_id for each in agents if each.account_id]
    with vaults.service.begin() as session:
        requests.keep_department(
            session,
            DepartmentUpdated(department_code=department, department_name=department, agent_ids=ids),
        )


def tell(vaults: Vaults, *documents: UUID) -> None:
    """Enrolment tells of the message that these go with."""
    with vaults.service.begin() as session:
        letters.arrive(session, documents, vaults.clock.now())


def opening(share_id: UUID) -> OpenShare:
    return OpenShare(command_id=uuid4(), share_id=share_id, one_off_key=keys.new_pair().public)


def sealed(vaults: Vaults, request_id: UUID, kind: str = "request") -> DepositDocument:
    """A deposit whose object is in the bucket."""
    document_id = uuid4()
    vaults.objects.ensure(BUCKET)

    size = vaults.objects.put(BUCKET, str(document_id), io.BytesIO(b"sealed" * 40))
    share = ShareDraft(
        subject_kind=kind,
        subject_id=request_id,
        requests_public_key=vaults.service.town.public,
        sealed_key=keys.seal_key(b"k" * 32, document_id, vaults.service.town.public),
    )
    return DepositDocument(
        command_id=uuid4(),
        document_id=document_id,
        document_type="autre",
        size=200,
        object_size=size,
        sealed_description=b"x" * 60,
        share=share,
    )


def test_agents_open_the_documents_of_their_department_s_requests_and_no_others(vaults, parent):
    mine, other = agent(Role.REQUESTS), agent(Role.REQUESTS)
    employ(vaults, mine)
    employ(vaults, other, department="voirie")
    document_id, request_id = parent.store(), uuid4()
    draft = parent.draft(document_id, request_id).model_copy(update={"subject_kind": "request"})
    share = vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=draft), parent.caller)
    listing = SubjectShares(subject_kind="request", subject_id=request_id)
    for question in (listing, opening(share.share_id)):
        with pytest.raises(NotFound):  # a draft: not filed yet
            vaults.ask(question, mine)
    file(vaults, request_id, parent.caller.account_id)
    for question in (listing, opening(share.share_id)):
        with pytest.raises(NotFound):
            vaults.ask(question, other)
    assert [each.share_id for each in vaults.ask(listing, mine)] == [share.share_id]
    vaults.ask(opening(share.share_id), mine)
    file(vaults, request_id, parent.caller.account_id, "voirie")
    with pytest.raises(NotFound):
        vaults.ask(opening(share.share_id), mine)
    vaults.ask(opening(share.share_id), other)
    with vaults.service.begin() as session:
        requests.forget(session, request_id, vaults.clock.now())
    with pytest.raises(NotFound):
        vaults.ask(opening(share.share_id), other)


def test_what_somebody_else_attached_under_a_request_is_not_its_own(vaults, parent):
    mine = agent(Role.REQUESTS)
    employ(vaults, mine)
    document_id, request_id = parent.store(), uuid4()
    draft = parent.draft(document_id, request_id).model_copy(update={"subject_kind": "request"})
    share = vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=draft), parent.caller)
    file(vaults, request_id, uuid4())
    assert vaults.ask(SubjectShares(subject_kind="request", subject_id=request_id), mine) == []
    with pytest.raises(NotFound):
        vaults.ask(opening(share.share_id), mine)


def test_a_document_given_without_an_account_is_in_no_vault_and_goes_with_its_request(vaults):
    mine, request_id = agent(Role.REQUESTS), uuid4()
    employ(vaults, mine)
    ask = sealed(vaults, request_id)
    assert vaults.ask(ask, ANYBODY) == vaults.ask(ask, ANYBODY)
    file(vaults, request_id, None)
    [listed] = vaults.ask(SubjectShares(subject_kind="request", subject_id=request_id), mine)
    assert listed.account_id is None
    vaults.ask(opening(listed.share_id), mine)
    vaults.service.remove_finished()
    assert vaults.objects.describe(BUCKET, str(ask.document_id)).size
    with vaults.service.begin() as session:
        requests.forget(session, request_id, vaults.clock.now())
    vaults.service.remove_finished()
    with pytest.raises(NotFound):
        vaults.objects.describe(BUCKET, str(ask.document_id))


def test_what_was_given_for_a_request_that_was_never_filed_goes_after_two_days(vaults):
    filed, never = uuid4(), uuid4()
    for request_id in (filed, never):
        vaults.ask(sealed(vaults, request_id), ANYBODY)
    file(vaults, filed, None)
    vaults.clock.at += timedelta(days=3)
    vaults.service.end_unfiled()
    still = vaults.rows("SELECT subject_id FROM share WHERE closed_at IS NULL AND account_id IS NULL")
    assert filed in [row[0] for row in still]
    assert never not in [row[0] for row in still]


def test_a_deposit_must_have_its_object_a_request_and_room(vaults):
    request_id = uuid4()
    with pytest.raises(UnknownSubject):
        vaults.ask(sealed(vaults, request_id, "health"), ANYBODY)
    with pytest.raises(UploadLost):
        vaults.ask(sealed(vaults, request_id).model_copy(update={"document_id": uuid4()}), ANYBODY)
    for _ in range(requests.MOST_DEPOSITS):
        vaults.ask(sealed(vaults, request_id), ANYBODY)
    with pytest.raises(DepositsFull):
        vaults.ask(sealed(vaults, request_id), ANYBODY)


def test_two_files_given_at_once_cannot_both_be_the_last(vaults, monkeypatch):
    monkeypatch.setattr(requests, "MOST_DEPOSITS", 2)
    request_id = uuid4()
    given = [sealed(vaults, request_id) for _ in range(6)]

    def give(command: DepositDocument) -> bool:
        try:
            vaults.ask(command, ANYBODY)
        except DepositsFull:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(give, given)) == 2


def test_the_town_s_letter_goes_into_the_requester_s_vault_and_only_they_open_it(vaults, parent):
    mine, other, request_id = agent(Role.REQUESTS), agent(Role.REQUESTS), uuid4()
    employ(vaults, mine)
    parent.store()
    file(vaults, request_id, parent.caller.account_id)
    with pytest.raises(NotFound):
        vaults.ask(LetterKey(request_id=request_id), other)
    public = vaults.ask(LetterKey(request_id=request_id), mine).public_key
    given = sealed(vaults, request_id)
    ask = PutLetter(
        command_id=uuid4(),
        request_id=request_id,
        document_id=given.document_id,
        size=200,
        object_size=given.object_size,
        public_key=public,
        sealed_key=keys.seal_key(b"k" * 32, given.document_id, public),
        sealed_description=b"x" * 60,
    )
    with pytest.raises(NotFound):
        vaults.ask(ask, other)
    changed = {"public_key": keys.new_pair().public, "command_id": uuid4()}
    with pytest.raises(KeysChanged):
        vaults.ask(ask.model_copy(update=changed), mine)
    assert vaults.ask(ask, mine) == vaults.ask(ask, mine) == given.document_id
    assert given.document_id not in {each.document_id for each in parent.documents()}
    for _ in range(2):
        tell(vaults, given.document_id)
    kept = {each.document_id: each for each in parent.documents()}
    assert kept[given.document_id].document_type == "courrier"
    file(vaults, request_id, None)
    assert vaults.ask(LetterKey(request_id=request_id), mine).public_key is None


# ---------------------------------------------------------------- an account that closes, a draft given up


def close(vaults: Vaults, parent: Parent) -> None:
    with vaults.service.begin() as session:
        mine.erase(session, parent.caller.citizen(), vaults.clock.now())


def join(parent: Parent, subject_id: UUID) -> UUID:
    """A document of the vault, joined to what has this id."""
    document_id = parent.store()
    share = parent.draft(document_id, subject_id).model_copy(update={"subject_kind": "request"})
    parent.vaults.ask(ShareDocument(command_id=uuid4(), document_id=document_id, share=share), parent.caller)
    return document_id


@pytest.mark.parametrize("closed_first", [True, False])
def test_what_a_closed_account_gave_with_a_request_stays_the_request_s_until_it_is_erased(
    vaults, parent, closed_first
):
    request_id, reader = uuid4(), agent(Role.REQUESTS)
    employ(vaults, reader)
    document_id = join(parent, request_id)
    file(vaults, request_id, parent.caller.account_id)
    for act in (lambda: close(vaults, parent), lambda: file(vaults, request_id, None))[
        :: 1 if closed_first else -1
    ]:
        act()
    file(vaults, request_id, uuid4())  # taken by another account with the same address
    vaults.service.remove_finished()
    [share] = vaults.ask(SubjectShares(subject_kind="request", subject_id=request_id), reader)
    assert vaults.ask(opening(share.share_id), reader).document_id == document_id
    with vaults.service.begin() as session:
        requests.forget(session, request_id, vaults.clock.now())
    vaults.service.remove_finished()
    assert str(document_id) not in vaults.keys_in_bucket()


def test_a_closed_vault_takes_in_nothing_more(vaults, parent):
    request_id, reader = uuid4(), agent(Role.REQUESTS)
    employ(vaults, reader)
    join(parent, request_id)  # its row stands on the account's keys
    file(vaults, request_id, parent.caller.account_id)
    object_size = vaults.objects.put(BUCKET, str(request_id), io.BytesIO(b"letter" * 9))
    letter = PutLetter(
        command_id=uuid4(),
        request_id=request_id,
        document_id=request_id,
        size=20,
        object_size=object_size,
        public_key=parent.pair.public,
        sealed_key=keys.seal_key(b"k" * 32, request_id, parent.pair.public),
        sealed_description=b"x" * 60,
    )
    close(vaults, parent)
    with pytest.raises(NotFound):
        vaults.ask(letter, reader)


def unshare(parent: Parent, document_id: UUID, draft_id: UUID) -> bool:
    command = UnshareDocument(command_id=uuid4(), document_id=document_id, draft_id=draft_id)
    return parent.vaults.ask(command, parent.caller)


def test_a_document_is_taken_back_from_a_draft_and_not_from_what_was_filed(vaults, parent):
    draft_id = uuid4()
    document_id, other = join(parent, draft_id), join(parent, draft_id)
    with pytest.raises(NotFound):
        unshare(Parent(vaults), document_id, draft_id)
    assert not unshare(parent, document_id, uuid4())
    assert unshare(parent, document_id, draft_id)
    assert not unshare(parent, document_id, draft_id)
    shares = {each.document_id: len(each.shares) for each in parent.documents()}
    assert shares == {document_id: 0, other: 1}
    file(vaults, draft_id, parent.caller.account_id)
    assert not unshare(parent, other, draft_id)
    reader = agent(Role.REQUESTS)
    employ(vaults, reader)
    [share] = vaults.ask(SubjectShares(subject_kind="request", subject_id=draft_id), reader)
    assert vaults.ask(opening(share.share_id), reader).document_id == other


def test_what_was_joined_to_a_draft_that_was_given_up_goes_unless_joined_again(vaults, parent):
    draft_id, anonymous = uuid4(), uuid4()
    document_id, again = join(parent, draft_id), join(parent, draft_id)
    deposit = sealed(vaults, anonymous)
    vaults.ask(deposit, ANYBODY)
    before = vaults.clock.now()
    vaults.clock.at += timedelta(seconds=1)
    unshare(parent, again, draft_id)
    share = parent.draft(again, draft_id).model_copy(update={"subject_kind": "request"})
    vaults.ask(ShareDocument(command_id=uuid4(), document_id=again, share=share), parent.caller)
    with vaults.service.begin() as session:
        drafts.take_back(session, draft_id, None, before)
        drafts.take_back(session, anonymous, [deposit.document_id], before)
    shares = {each.document_id: len(each.shares) for each in parent.documents()}
    assert shares == {document_id: 0, again: 1}
    vaults.service.remove_finished()
    assert str(deposit.document_id) not in vaults.keys_in_bucket()


def test_a_file_of_an_agent_is_checked_and_only_the_requester_opens_it(vaults, vault_site, monkeypatch):
    parent, request_id, mine = sign_in(vault_site), request_views.ID, agent(Role.REQUESTS)
    file(vaults, request_id, parent.account_id)
    employ(vaults, mine)
    written = []

    def ask(question):
        if isinstance(question, OpenRequest):
            return request_views.file(request_views.view(has_account=True))
        written.append(question)
        return None

    monkeypatch.setattr(request_sending, "ask", ask)
    desk = vault_site.agent(Role.REQUESTS, account_id=mine.account_id)
    address = f"/agents/demandes/{request_id}/envoyer-un-document"
    said = {"purpose": "write", "words": "Voici le plan."}

    def send(data: bytes):
        values = desk.filled(desk.read(address).select_one('form[enctype="multipart/form-data"]'))
        return desk.client.post(
            address,
            data={**values, **said, "file": (io.BytesIO(data), "plan.pdf")},
            content_type="multipart/form-data",
        )

    assert send(a_pdf_with_a_script()).status_code == 422
    assert written == []
    data = a_pdf("Plan")
    assert send(data).status_code == 303

    [order] = written
    assert vaults.ask(OpenVault(), citizen(parent.account_id)).documents == []
    tell(vaults, *order.documents)
    [document] = vaults.ask(OpenVault(), citizen(parent.account_id)).documents
    assert order.documents == (document.document_id,)
    assert vaults.documents_in_bucket() >= {str(document.document_id)}
    got = parent.client.get(parent.post(f"/mon-espace/stockage/{document.document_id}/telecharger").location)
    assert got.data == data


def test_a_file_sent_without_an_account_opens_with_the_tracking_code_and_goes_with_the_request(
    vaults, vault_site, monkeypatch
):
    request_id, mine, code = request_views.ID, agent(Role.REQUESTS), "7K3M-9QXA-02TD-H5WZ"
    vaults.execute("DELETE FROM filed_request")
    file(vaults, request_id, None)
    employ(vaults, mine)
    sent = request_views.step(StepKind.WROTE, Side.TOWN, "Voici le plan.")

    def ask(question):
        if isinstance(question, OpenRequest):
            return request_views.file(code_key=tracking_code.public_half(code))
        if isinstance(question, WriteToRequester):
            nonlocal sent
            sent = sent.model_copy(
                update={"documents": list(question.documents), "by_code": question.by_code}
            )
            tell(vaults, *question.documents)
            return None
        if isinstance(question, FollowRequest):
            return request_views.view(steps=[sent])
        return vaults.ask(question, Caller())

    for module in (request_sending, tracking_documents, tracking_pages):
        monkeypatch.setattr(module, "ask", ask)
    desk = vault_site.agent(Role.REQUESTS, account_id=mine.account_id)
    address = f"/agents/demandes/{request_id}/envoyer-un-document"
    values = desk.filled(desk.read(address).select_one('form[enctype="multipart/form-data"]'))
    data = a_pdf("Plan")
    values |= {"purpose": "write", "words": "Voici le plan.", "file": (io.BytesIO(data), "plan.pdf")}
    assert desk.client.post(address, data=values, content_type="multipart/form-data").status_code == 303
    [document_id] = sent.documents
    assert vaults.rows("SELECT account_id FROM document WHERE document_id = :id", id=document_id) == [(None,)]

    def fetch(typed: str):
        visitor = vault_site.anonymous()
        with visitor.client.session_transaction() as cookie:
            cookie["request_followed"] = {"request_id": str(request_id), "number": "1", "code": typed}
        return visitor, visitor.post(f"/suivre-une-demande/demande/documents/{document_id}")

    visitor, answer = fetch(code.lower())
    assert visitor.client.get(answer.location).data == data
    # A code that enrolment let through, and is not the one it was sealed to, opens nothing.
    assert fetch("0000-0000-0000-0000")[1].status_code >= 400
    with vaults.service.begin() as session:
        requests.forget(session, request_id, vaults.clock.now())
    assert fetch(code)[1].status_code == 404
