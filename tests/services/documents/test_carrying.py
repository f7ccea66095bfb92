"""« Déjà fourni »: the town's key reaches the enrolment that it may serve for, and no other."""

import threading
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from contracts.caller import Caller, Role
from contracts.documents.shares import OpenShare, ShareDocument, ShareDraft, SubjectShares
from contracts.documents.vault import DeleteDocument, DescribeDocument
from contracts.errors import NotAllowed, NotFound
from contracts.events.enrolments import EnrolmentRequested
from contracts.events.given import GivenBefore
from documents import carrying, requests
from documents.request_models import DepartmentAgent, FiledRequest
from gateway.vault import keys
from gateway.vault.sealing import new_file_key
from tests.services.documents.conftest import Vaults, agent
from tests.services.documents.test_service import Parent

KEY = new_file_key()


@pytest.fixture
def parent(vaults: Vaults) -> Parent:
    return Parent(vaults)


def today(vaults: Vaults) -> date:
    return vaults.clock.now().date()


def give(parent: Parent, document_id: UUID, kind: str = "enrolment", subject: UUID | None = None) -> UUID:
    """The share made of it."""
    town = parent.vaults.service.town.public
    share = ShareDraft(
        subject_kind=kind,
        subject_id=subject or uuid4(),
        requests_public_key=town,
        sealed_key=keys.seal_key(KEY, document_id, town),
    )
    command = ShareDocument(command_id=uuid4(), document_id=document_id, share=share)
    return parent.vaults.ask(command, parent.caller).share_id


def asked(parent: Parent, document_id: UUID, given_with: UUID, **more: object) -> EnrolmentRequested:
    known = {
        "share_id": uuid4(),
        "given_with": given_with,
        "document_id": document_id,
        "document_type": "assurance",
        "account_id": parent.caller.account_id,
    }
    return EnrolmentRequested(
        enrolment_id=uuid4(),
        child_id=uuid4(),
        child_name="Léa Fontanel",
        family_id=uuid4(),
        activity_code="mercredi",
        activity_name="Mercredi",
        place_code="ecole",
        school_year="2026-2027",
        awaits_decision=True,
        given_before=[GivenBefore.model_validate({**known, **more})],
    )


def carry(vaults: Vaults, fact: EnrolmentRequested) -> None:
    now = vaults.clock.now()
    with vaults.service.begin() as session:
        subject = carrying.Subject("enrolment", fact.enrolment_id)
        carrying.carry(session, subject, fact.given_before, vaults.service.town, now, now.date())


def pass_on(vaults: Vaults, subject: carrying.Subject, before: GivenBefore) -> None:
    now = vaults.clock.now()
    with vaults.service.begin() as session:
        carrying.carry(session, subject, [before], vaults.service.town, now, now.date())


def told(parent: Parent) -> list[tuple[str, dict]]:
    rows = parent.vaults.rows("SELECT name, (body::json)->'data' FROM outbox ORDER BY id")
    kinds = ("document.shared", "document.withheld")
    owner = str(parent.caller.account_id)
    return [(name, data) for name, data in rows if name in kinds and data["account_id"] == owner]


def of(vaults: Vaults, subject: UUID, *roles: Role) -> list:
    return vaults.ask(SubjectShares(subject_kind="enrolment", subject_id=subject), agent(*roles))


def test_what_was_given_serves_again_and_its_reading_is_written_down_there(vaults, parent):
    document_id = parent.store(document_type="assurance")
    first = give(parent, document_id)
    fact = asked(parent, document_id, first)
    for _ in range(2):
        carry(vaults, fact)  # told twice: once
    [share] = of(vaults, fact.enrolment_id, Role.REQUESTS)
    assert share.share_id == fact.given_before[0].share_id
    one_off = keys.new_pair()
    opened = vaults.ask(
        OpenShare(command_id=uuid4(), share_id=share.share_id, one_off_key=one_off.public),
        agent(Role.REQUESTS),
    )
    assert keys.open_key(opened.sealed_key, document_id, one_off.private) == KEY
    with pytest.raises(NotAllowed):
        of(vaults, fact.enrolment_id, Role.BILLING)
    shares = {each.share_id: each for document in parent.documents() for each in document.shares}
    assert [len(shares[each].openings) for each in (share.share_id, first)] == [1, 0]
    shared = [data for name, data in told(parent) if name == "document.shared"]
    assert [each["carried_from"] for each in shared] == [None, str(first)]
    assert shared[0]["valid_until"] == shared[1]["valid_until"]


def test_a_kind_bounds_the_date_that_its_owner_gives_and_the_date_bounds_the_kind(vaults, parent):
    far, near = today(vaults) + timedelta(days=3000), today(vaults) + timedelta(days=3)
    for kind, own in (("quotient_familial", far), ("quotient_familial", near), ("autre", None)):
        give(parent, parent.store(document_type=kind, valid_until=own))
    until = [data["valid_until"] for _, data in told(parent)]
    assert until == [f"{today(vaults).year}-12-31", near.isoformat(), None]
    assert [data["serves"] for _, data in told(parent)] == ["household", "household", "nothing"]


def taken_out(parent: Parent, document_id: UUID) -> None:
    parent.vaults.ask(DeleteDocument(command_id=uuid4(), document_id=document_id), parent.caller)


def dated_yesterday(parent: Parent, document_id: UUID) -> None:
    describe(parent, document_id, valid_until=today(parent.vaults) - timedelta(days=1))


def said_to_be_another(parent: Parent, document_id: UUID) -> None:
    describe(parent, document_id, document_type="autre")


def describe(parent: Parent, document_id: UUID, **more: object) -> None:
    said = {"document_type": "assurance", "sealed_description": b"s" * 50, **more}
    parent.vaults.ask(DescribeDocument(command_id=uuid4(), document_id=document_id, **said), parent.caller)


def a_year_later(parent: Parent, document_id: UUID) -> None:
    parent.vaults.clock.at += timedelta(days=370)


@pytest.mark.parametrize("meanwhile", [taken_out, dated_yesterday, said_to_be_another, a_year_later])
def test_what_serves_no_more_by_now_is_withheld(vaults, parent, meanwhile):
    document_id = parent.store(document_type="assurance")
    fact = asked(parent, document_id, give(parent, document_id))
    meanwhile(parent, document_id)
    carry(vaults, fact)
    name, data = told(parent)[-1]
    assert (name, data["share_id"]) == ("document.withheld", str(fact.given_before[0].share_id))
    assert of(vaults, fact.enrolment_id, Role.REQUESTS) == []


@pytest.mark.parametrize("kind", ["absence", "health", "line_objection", "request"])  # a draft, not filed
def test_what_was_given_to_another_post_stays_there(vaults, parent, kind):
    document_id = parent.store(document_type="assurance")
    fact = asked(parent, document_id, give(parent, document_id, kind))
    carry(vaults, fact)
    assert told(parent)[-1][0] == "document.withheld"
    assert of(vaults, fact.enrolment_id, Role.REQUESTS) == []


def test_a_health_sheet_s_vaccinations_serve_an_enrolment(vaults, parent):
    document_id = parent.store(document_type="vaccinations")
    fact = asked(parent, document_id, give(parent, document_id, "health"), document_type="vaccinations")
    carry(vaults, fact)
    assert len(of(vaults, fact.enrolment_id, Role.REQUESTS)) == 1


def test_a_certificate_serves_another_absence_and_nothing_else(vaults, parent):
    document_id = parent.store(document_type="certificat_medical")
    first, second = give(parent, document_id, "absence"), uuid4()
    [before] = asked(parent, document_id, first, document_type="certificat_medical").given_before
    for kind in ("request", "family", "health"):
        pass_on(vaults, carrying.Subject(kind, uuid4()), before)
        assert told(parent)[-1][0] == "document.withheld"
    pass_on(vaults, carrying.Subject("absence", second), before)
    [share] = vaults.ask(SubjectShares(subject_kind="absence", subject_id=second), agent(Role.REQUESTS))
    assert share.share_id == before.share_id


# ---------------------------------------------------------------- with a request


def file(vaults: Vaults, request_id: UUID, account_id: UUID | None, *agents: Caller) -> None:
    """Enrolment has told of a request, and of the agents of its department."""
    with vaults.service.begin() as session:
        department = f"d-{request_id.hex[:8]}"
        session.add(FiledRequest(request_id=request_id, department_code=department, account_id=account_id))
        session.add_all(
            DepartmentAgent(department_code=department, agent_id=each.account_id) for each in agents
        )


def test_the_department_of_a_request_opens_what_the_other_guardian_had_given(vaults, parent):
    document_id = parent.store(document_type="justificatif_domicile")
    [before] = asked(
        parent, document_id, give(parent, document_id), document_type="justificatif_domicile"
    ).given_before
    request_id, colleague, stranger = uuid4(), agent(Role.REQUESTS), agent(Role.REQUESTS)
    pass_on(vaults, carrying.Subject("request", request_id), before)
    file(vaults, request_id, uuid4(), colleague)
    ask = SubjectShares(subject_kind="request", subject_id=request_id)
    [share] = vaults.ask(ask, colleague)
    one_off = keys.new_pair()
    opening = OpenShare(command_id=uuid4(), share_id=share.share_id, one_off_key=one_off.public)
    with pytest.raises(NotFound):
        vaults.ask(opening, stranger)
    opened = vaults.ask(opening, colleague)
    assert keys.open_key(opened.sealed_key, document_id, one_off.private) == KEY
    [document] = parent.documents()
    assert [len(each.openings) for each in document.shares if each.subject_kind == "request"] == [1]


def test_what_a_filed_request_was_given_serves_and_of_an_erased_one_nothing(vaults, parent):
    document_id, request_id = parent.store(document_type="assurance"), uuid4()
    fact = asked(parent, document_id, give(parent, document_id, "request", request_id))
    file(vaults, request_id, parent.caller.account_id)
    carry(vaults, fact)
    assert len(of(vaults, fact.enrolment_id, Role.REQUESTS)) == 1
    with vaults.service.begin() as session:
        requests.forget(session, request_id, vaults.clock.now())
    later = asked(parent, document_id, fact.given_before[0].given_with)
    carry(vaults, later)
    assert of(vaults, later.enrolment_id, Role.REQUESTS) == []


def test_two_requests_at_once_and_the_owner_taking_it_out_end_in_one_order(vaults, parent):
    """Each request has the document, or is told that it has not; whatever comes first, nobody waits for ever."""
    document_id = parent.store(document_type="assurance")
    first = give(parent, document_id)
    wanted = [(uuid4(), asked(parent, document_id, first).given_before[0]) for _ in range(4)]
    works = [
        partial(pass_on, vaults, carrying.Subject("request", request_id), before)
        for request_id, before in wanted
        for _ in range(2)
    ]
    works.insert(4, partial(taken_out, parent, document_id))
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = {before.share_id: set() for _, before in wanted}
    for name, data in told(parent):
        if UUID(data["share_id"]) in answers:
            answers[UUID(data["share_id"])].add(name)
    assert all(len(each) >= 1 for each in answers.values())
    for request_id, before in wanted:
        shares = vaults.rows("SELECT share_id FROM share WHERE subject_id = :id", id=request_id)
        assert [row.share_id for row in shares] == (
            [before.share_id] if "document.shared" in answers[before.share_id] else []
        )
        shared = [d for n, d in told(parent) if n == "document.shared" and d["subject_id"] == str(request_id)]
        assert len(shared) <= 1


def test_what_the_parent_gave_for_the_enrolment_meanwhile_is_not_there_twice(vaults, parent):
    document_id = parent.store(document_type="assurance")
    fact = asked(parent, document_id, give(parent, document_id))
    own = give(parent, document_id, subject=fact.enrolment_id)
    carry(vaults, fact)
    assert told(parent)[-1][0] == "document.withheld"
    assert [each.share_id for each in of(vaults, fact.enrolment_id, Role.REQUESTS)] == [own]


def test_one_account_s_document_does_not_pass_for_another_s(vaults, parent):
    document_id = parent.store(document_type="assurance")
    fact = asked(parent, document_id, give(parent, document_id), account_id=uuid4())
    carry(vaults, fact)
    assert of(vaults, fact.enrolment_id, Role.REQUESTS) == []
