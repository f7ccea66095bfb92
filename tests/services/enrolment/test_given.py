"""« Déjà fourni »: what a household gave and is still valid is not asked of it again."""

import threading
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts import serving
from contracts.caller import SYSTEM, Caller, Role
from contracts.enrolment.enrolments import EnrolmentView, RequestEnrolment, WithdrawEnrolment
from contracts.enrolment.given import GiveAgain, GivenForFamily, Takes
from contracts.errors import NotAllowed, NotFound
from contracts.events.documents import DocumentDeleted, DocumentShared, DocumentWithheld
from contracts.events.enrolments import EnrolmentState
from contracts.events.given import GivenBefore, GivenReused
from contracts.serving import Reach, Whose
from enrolment.catalogue import offer
from enrolment.enrolling import enrolment_views, enrolments
from enrolment.given import memory
from enrolment.given.models import GivenDocument
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town
from tests.services.enrolment.counter import Counter
from tests.unit.gateway.doubles import SetClock

TODAY = NOW.date()
UNTIL = date(2027, 8, 31)
REACHES = {"assurance": Reach.CHILD, "quotient_familial": Reach.HOUSEHOLD}
LATER = NOW + timedelta(days=20)


@pytest.fixture
def asking(town: Town) -> Town:
    """Both activities ask for the insurance; the canteen accepts at once."""
    with town.begin() as session:
        for terms in (
            mother.canteen(documents=("assurance",)),
            mother.wednesday(documents=("assurance", "quotient_familial")),
        ):
            offer.define_activity(session, mother.define(terms), SYSTEM, NOW)
    return town


def give(
    town: Town, subject_id: UUID, caller: Caller, kind: str = "assurance", **more: object
) -> DocumentShared:
    """Documents tells of a document given by this parent."""
    assert caller.account_id is not None
    told = {
        "share_id": uuid4(),
        "document_id": uuid4(),
        "document_type": kind,
        "account_id": caller.account_id,
        "subject_kind": "enrolment",
        "subject_id": subject_id,
        "valid_until": UNTIL,
        "readable_until": date(2027, 11, 23),
        "serves": REACHES[kind],
    }
    fact = DocumentShared(**{**told, **more})  # type: ignore[arg-type]
    with town.begin() as session:
        if fact.subject_kind == serving.FAMILY:
            memory.keep(session, memory.gift_of(fact, NOW), Whose(fact.account_id, fact.subject_id))
        else:
            enrolments.attach(session, fact, NOW)
    return fact


def enrol(town: Town, child_id: UUID, caller: Caller, activity: str, *reuse: str) -> UUID:
    ask = RequestEnrolment(
        command_id=uuid4(),
        child_id=child_id,
        activity_code=activity,
        place_code=mother.SCHOOL,
        reuse=list(reuse),
    )
    with town.begin() as session:
        return enrolments.request(session, ask, caller, LATER)


def show(town: Town, enrolment_id: UUID, caller: Caller, today: date = TODAY) -> EnrolmentView:
    with town.begin() as session:
        return enrolment_views.show(session, enrolment_id, caller, today)


def offered(town: Town, child_id: UUID, caller: Caller, activity: str = "mercredi") -> list[str]:
    """The documents that this activity would not ask for."""
    with town.begin() as session:
        view = enrolment_views.choices(session, child_id, caller, LATER)
    [choice] = [each for each in view.choices if each.activity.terms.code == activity]
    return [each.document_type for each in choice.given]


def asked_of_documents(town: Town) -> list[GivenBefore]:
    with town.begin() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT (body::json)->'data'->'given_before' FROM outbox WHERE name = 'enrolment.requested' ORDER BY id DESC"
        )
        return [GivenBefore.model_validate(each) for each in rows.scalars().first() or []]


def carry(town: Town, subject_id: UUID, caller: Caller, asked: GivenBefore, fact: DocumentShared) -> None:
    """Documents tells that it passed on to this enrolment what was given before."""
    give(
        town,
        subject_id,
        caller,
        share_id=asked.share_id,
        document_id=fact.document_id,
        carried_from=fact.share_id,
    )


def a_child_whose_insurance_was_given(town: Town) -> tuple[UUID, Caller, DocumentShared]:
    child = mother.child()
    _, [parent] = town.family(child)
    canteen = enrol(town, child.child_id, parent, "cantine")
    fact = give(town, canteen, parent)
    return child.child_id, parent, fact


def test_a_second_enrolment_does_not_ask_for_what_the_first_was_given(asking: Town) -> None:
    child_id, parent, fact = a_child_whose_insurance_was_given(asking)
    assert offered(asking, child_id, parent) == ["assurance"]
    wednesday = enrol(asking, child_id, parent, "mercredi", "assurance")
    view = show(asking, wednesday, parent)
    assert view.missing_documents == ["quotient_familial"]
    [joined] = view.attachments
    assert (joined.received_at, joined.valid_until) == (NOW, UNTIL)
    assert joined.given_before
    assert joined.is_coming
    [asked] = asked_of_documents(asking)
    assert (asked.given_with, asked.document_id) == (fact.share_id, fact.document_id)

    carry(asking, wednesday, parent, asked, fact)
    [joined] = show(asking, wednesday, parent).attachments
    assert joined.given_before
    assert not joined.is_coming
    assert joined.received_at == NOW


def test_it_is_the_parent_s_choice(asking: Town) -> None:
    child_id, parent, _ = a_child_whose_insurance_was_given(asking)
    wednesday = enrol(asking, child_id, parent, "mercredi")
    assert show(asking, wednesday, parent).missing_documents == ["assurance", "quotient_familial"]
    assert asked_of_documents(asking) == []


def test_an_at_once_activity_is_accepted_when_documents_has_passed_it_on_and_not_before(asking: Town) -> None:
    child = mother.child()
    _, [parent] = asking.family(child)
    wednesday = enrol(asking, child.child_id, parent, "mercredi")
    fact = give(asking, wednesday, parent)
    canteen = enrol(asking, child.child_id, parent, "cantine", "assurance")
    view = show(asking, canteen, parent)
    assert (view.state, view.missing_documents) == (EnrolmentState.REQUESTED, [])
    [asked] = asked_of_documents(asking)
    carry(asking, canteen, parent, asked, fact)
    assert show(asking, canteen, parent).state is EnrolmentState.ACCEPTED


def test_what_was_taken_out_meanwhile_is_asked_for(asking: Town) -> None:
    child_id, parent, fact = a_child_whose_insurance_was_given(asking)
    wednesday = enrol(asking, child_id, parent, "mercredi", "assurance")
    [asked] = asked_of_documents(asking)
    withheld = DocumentWithheld(
        share_id=asked.share_id,
        document_id=fact.document_id,
        document_type="assurance",
        account_id=fact.account_id,
        subject_kind="enrolment",
        subject_id=wednesday,
    )
    with asking.begin() as session:
        assert [enrolments.withhold(session, withheld, NOW) for _ in range(2)] == [True, False]
        memory.forget_document(
            session, DocumentDeleted(document_id=fact.document_id, account_id=fact.account_id)
        )
    view = show(asking, wednesday, parent)
    assert (view.attachments, view.missing_documents) == ([], ["assurance", "quotient_familial"])
    assert offered(asking, child_id, parent) == []
    [told] = asked_for(asking)
    assert (told["document_type"], told["enrolment_id"]) == ("assurance", str(wednesday))


def asked_for(town: Town) -> list[dict[str, object]]:
    with town.begin() as session:
        rows = session.scalars(
            text("SELECT body::jsonb -> 'data' FROM outbox WHERE name = 'enrolment.document_asked'")
        )
        return list(rows)


@pytest.mark.parametrize("meanwhile", ["another was given", "it was given up"])
def test_nothing_is_asked_where_nobody_waits_for_it(asking: Town, meanwhile: str) -> None:
    child_id, parent, fact = a_child_whose_insurance_was_given(asking)
    wednesday = enrol(asking, child_id, parent, "mercredi", "assurance")
    [asked] = asked_of_documents(asking)
    if meanwhile == "another was given":
        give(asking, wednesday, parent)
    else:
        with asking.begin() as session:
            withdraw = WithdrawEnrolment(command_id=uuid4(), enrolment_id=wednesday)
            enrolments.withdraw(session, withdraw, parent, NOW)
    withheld = DocumentWithheld(
        share_id=asked.share_id,
        document_id=fact.document_id,
        document_type="assurance",
        account_id=fact.account_id,
        subject_kind="enrolment",
        subject_id=wednesday,
    )
    with asking.begin() as session:
        assert not enrolments.withhold(session, withheld, NOW)
    assert asked_for(asking) == []


def test_what_expires_before_the_decision_is_asked_for_again(asking: Town) -> None:
    child_id, parent, fact = a_child_whose_insurance_was_given(asking)
    wednesday = enrol(asking, child_id, parent, "mercredi", "assurance")
    [asked] = asked_of_documents(asking)
    carry(asking, wednesday, parent, asked, fact)
    assert show(asking, wednesday, parent, UNTIL).missing_documents == ["quotient_familial"]
    view = show(asking, wednesday, parent, UNTIL + timedelta(days=1))
    assert view.missing_documents == ["assurance", "quotient_familial"]


@pytest.mark.parametrize(
    "more",
    [
        {"valid_until": TODAY},  # its own date, or its kind's
        {"valid_until": None, "readable_until": TODAY},  # the town cannot read it any more
    ],
)
def test_what_serves_no_more_is_not_offered_and_not_kept(asking: Town, more: dict[str, object]) -> None:
    child = mother.child()
    _, [parent] = asking.family(child)
    give(asking, enrol(asking, child.child_id, parent, "cantine"), parent, **more)
    assert offered(asking, child.child_id, parent) == []
    wednesday = enrol(asking, child.child_id, parent, "mercredi", "assurance")
    assert "assurance" in show(asking, wednesday, parent).missing_documents
    with asking.begin() as session:
        memory.purge(session, TODAY)
        assert session.query(GivenDocument).count() == 1
        memory.purge(session, TODAY + timedelta(days=1))
        assert session.query(GivenDocument).count() == 0


def test_a_brother_is_asked_for_his_insurance_and_not_for_the_household_s_quotient(asking: Town) -> None:
    lea, tom = mother.child(), mother.child(first_name="Tom")
    _, [mum, dad] = asking.family(lea, tom, accounts=2)
    wednesday = enrol(asking, lea.child_id, mum, "mercredi")
    give(asking, wednesday, mum)
    give(asking, wednesday, mum, "quotient_familial", valid_until=date(2026, 12, 31))
    assert offered(asking, tom.child_id, dad) == ["quotient_familial"]


def test_the_family_file_s_quotient_serves_and_a_stranger_s_gift_to_it_does_not(asking: Town) -> None:
    child = mother.child()
    family_id, [parent] = asking.family(child)
    stranger = mother.parent()
    about = {"subject_kind": "family", "valid_until": date(2026, 12, 31)}
    give(asking, family_id, stranger, "quotient_familial", **about)
    assert offered(asking, child.child_id, parent) == []
    give(asking, family_id, parent, "quotient_familial", **about)
    give(asking, family_id, parent, "assurance", **about)  # of which child it does not say
    assert offered(asking, child.child_id, parent) == ["quotient_familial"]


def test_the_other_household_s_documents_serve_there_and_not_here(asking: Town) -> None:
    child = mother.child()
    _, [mum] = asking.family(child)
    _, [dad] = asking.family(child)
    canteen = enrol(asking, child.child_id, mum, "cantine")
    give(asking, canteen, dad)  # for the same enrolment, which is the child's
    assert offered(asking, child.child_id, dad) == []
    assert offered(asking, child.child_id, mum) == []
    give(asking, canteen, mum)
    assert offered(asking, child.child_id, dad) == []
    assert offered(asking, child.child_id, mum) == ["assurance"]


def give_again(
    town: Town, subject_id: UUID, caller: Caller, kind: str = "enrolment", what: str = "assurance"
) -> bool:
    """By the service's own entry, as from the enrolment's page or the quotient's."""
    counter = Counter(town.sessions, SetClock(LATER))
    ask = GiveAgain(command_id=uuid4(), subject_kind=Takes(kind), subject_id=subject_id, document_type=what)
    done: bool = counter.ask(ask, caller)
    return done


def test_what_was_given_after_another_enrolment_asked_for_it_serves_there_by_one_press(asking: Town) -> None:
    child = mother.child()
    _, [mum, dad] = asking.family(child, accounts=2)
    canteen, wednesday = (enrol(asking, child.child_id, mum, each) for each in ("cantine", "mercredi"))
    assert not give_again(asking, wednesday, dad), "nothing was given yet"
    fact = give(asking, canteen, mum)
    view = show(asking, wednesday, dad)
    assert [each.document_type for each in view.given] == ["assurance"]
    assert "assurance" in view.missing_documents

    outcomes: list[bool] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(give_again(asking, wednesday, dad))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, True]
    view = show(asking, wednesday, dad)
    assert (view.missing_documents, view.given) == (["quotient_familial"], [])
    [told] = reused(asking)
    assert (told.subject_id, [each.given_with for each in told.given_before]) == (wednesday, [fact.share_id])
    for stranger in (mother.parent(), mother.agent(Role.REQUESTS)):
        with pytest.raises((NotFound, NotAllowed)):
            give_again(asking, wednesday, stranger)


def test_the_family_s_file_takes_the_quotient_that_an_enrolment_was_given_once(asking: Town) -> None:
    child = mother.child()
    family_id, [parent] = asking.family(child)
    wednesday = enrol(asking, child.child_id, parent, "mercredi")
    fact = give(asking, wednesday, parent, "quotient_familial", valid_until=date(2026, 12, 31))
    counter = Counter(asking.sessions, SetClock(LATER))
    ask = GivenForFamily(family_id=family_id, document_types=["quotient_familial", "assurance"])
    assert [each.document_type for each in counter.ask(ask, parent).given] == ["quotient_familial"]
    assert give_again(asking, family_id, parent, "family", "quotient_familial")
    [told] = reused(asking)
    [before] = told.given_before
    carried = {"subject_kind": "family", "document_id": fact.document_id, "carried_from": fact.share_id}
    give(asking, family_id, parent, "quotient_familial", share_id=before.share_id, **carried)
    assert counter.ask(ask, parent).given == []
    assert not give_again(asking, family_id, parent, "family", "quotient_familial")
    with pytest.raises(NotFound):
        counter.ask(ask, mother.parent())


def test_a_health_sheet_s_vaccinations_serve_an_enrolment_and_its_pai_does_not(asking: Town) -> None:
    child = mother.child()
    _, [parent] = asking.family(child)
    vaccinated = mother.wednesday(documents=("vaccinations", "certificat_medical"))
    with asking.begin() as session:
        offer.define_activity(session, mother.define(vaccinated), SYSTEM, NOW)
        for kind, reach in (("vaccinations", Reach.CHILD), ("certificat_medical", Reach.MATTER)):
            fact = DocumentShared(
                share_id=uuid4(),
                document_id=uuid4(),
                document_type=kind,
                account_id=parent.account_id,
                subject_kind="health",
                subject_id=child.child_id,
                readable_until=date(2027, 11, 23),
                serves=reach,
            )
            assert parent.account_id is not None
            whose = memory.household_of(session, parent.account_id, child.child_id)
            memory.keep(session, memory.gift_of(fact, NOW), whose)
    assert offered(asking, child.child_id, parent) == ["vaccinations"]


def reused(town: Town) -> list[GivenReused]:
    """What documents was asked to pass on, with something that waited."""
    with town.begin() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT (body::json)->'data' FROM outbox WHERE name = 'given.reused' ORDER BY id"
        )
        return [GivenReused.model_validate(each) for each in rows.scalars()]
