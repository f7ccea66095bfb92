"""« Déjà fourni »: the town's key reaches the enrolment that it may serve for, and no other."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.caller import Role
from contracts.documents import (
    DeleteDocument,
    DescribeDocument,
    OpenShare,
    ShareDocument,
    ShareDraft,
    SubjectShares,
)
from contracts.errors import NotAllowed
from contracts.events.enrolment import EnrolmentRequested, GivenBefore
from documents import carrying
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
        carrying.carry(session, fact, vaults.service.town, now, now.date())


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
    assert [data["serves_household"] for _, data in told(parent)] == [True, True, False]


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


@pytest.mark.parametrize("kind", ["absence", "health", "line_objection", "request"])
def test_what_was_given_to_another_post_stays_there(vaults, parent, kind):
    document_id = parent.store(document_type="assurance")
    fact = asked(parent, document_id, give(parent, document_id, kind))
    carry(vaults, fact)
    assert told(parent)[-1][0] == "document.withheld"
    assert of(vaults, fact.enrolment_id, Role.REQUESTS) == []


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
