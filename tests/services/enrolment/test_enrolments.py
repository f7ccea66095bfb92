"""Enrolments: asked, completed by a document, decided, given up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID, uuid4

import pytest

from contracts.caller import SYSTEM, Caller, Role
from contracts.enrolment.enrolments import DecideEnrolment, EnrolmentQueue, WithdrawEnrolment
from contracts.enrolment.refusals import AlreadyEnrolled, PlaceDoesNotFit, StillBooked, WrongState
from contracts.errors import Conflict, Invalid, NotAllowed, NotFound
from contracts.events.documents import DocumentShared
from contracts.events.enrolments import EnrolmentState
from enrolment.catalogue import offer
from enrolment.enrolling import deciding, enrolment_views, enrolments
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town

REQUESTS = mother.agent(Role.REQUESTS)


def share(enrolment_id: UUID, caller: Caller, document_type: str = "assurance") -> DocumentShared:
    assert caller.account_id is not None
    return DocumentShared(
        share_id=uuid4(),
        document_id=uuid4(),
        document_type=document_type,
        account_id=caller.account_id,
        subject_kind="enrolment",
        subject_id=enrolment_id,
    )


def state(town: Town, enrolment_id: UUID) -> EnrolmentState:
    with town.begin() as session:
        return enrolment_views.show(session, enrolment_id, REQUESTS, NOW.date()).state


def demand(town: Town, *documents: str, **differing: object) -> None:
    with town.begin() as session:
        terms = mother.canteen(documents=documents, **differing)
        offer.define_activity(session, mother.define(terms), SYSTEM, NOW)


def test_an_at_once_activity_accepts_at_once(town: Town) -> None:
    child = mother.child()
    _, [parent] = town.family(child)
    assert state(town, town.enrol(child.child_id, parent)) is EnrolmentState.ACCEPTED
    assert town.told() == ["enrolment.requested", "enrolment.accepted"]


def test_the_last_document_accepts_an_at_once_activity(town: Town) -> None:
    demand(town, "assurance", "quotient_familial")
    child = mother.child()
    _, [parent] = town.family(child)
    enrolment_id = town.enrol(child.child_id, parent)
    assert state(town, enrolment_id) is EnrolmentState.REQUESTED
    with town.begin() as session:
        first = share(enrolment_id, parent)
        assert enrolments.attach(session, first, NOW)
        assert enrolments.attach(session, first, NOW)  # told twice
        view = enrolment_views.show(session, enrolment_id, parent, NOW.date())
        assert view.missing_documents == ["quotient_familial"]
        assert [each.document_type for each in view.attachments] == ["assurance"]
    assert state(town, enrolment_id) is EnrolmentState.REQUESTED
    with town.begin() as session:
        assert enrolments.attach(session, share(enrolment_id, parent, "quotient_familial"), NOW)
    assert state(town, enrolment_id) is EnrolmentState.ACCEPTED
    assert town.told() == ["activity.updated", "enrolment.requested", "enrolment.accepted"]


def test_a_strangers_document_changes_nothing(town: Town) -> None:
    demand(town, "assurance")
    child = mother.child()
    _, [parent] = town.family(child)
    enrolment_id = town.enrol(child.child_id, parent)
    with town.begin() as session:
        assert not enrolments.attach(session, share(enrolment_id, mother.parent()), NOW)
        assert not enrolments.attach(session, share(uuid4(), parent), NOW)
    assert state(town, enrolment_id) is EnrolmentState.REQUESTED
    assert town.count("SELECT count(*) FROM attachment") == 0


def test_an_agent_decides_once_on_what_was_shown(town: Town) -> None:
    child = mother.child()
    _, [parent] = town.family(child)
    enrolment_id = town.enrol(child.child_id, parent, "mercredi")
    with town.begin() as session:
        queue = enrolment_views.queue(session, EnrolmentQueue(), REQUESTS, NOW.date())
    assert (queue.total, queue.enrolments[0].enrolment_id) == (1, enrolment_id)
    accept = DecideEnrolment(command_id=uuid4(), enrolment_id=enrolment_id, accept=True, version=1)
    with town.begin() as session, pytest.raises(Conflict):
        deciding.decide(session, accept.model_copy(update={"version": 7}), REQUESTS, NOW)
    with town.begin() as session:
        deciding.decide(session, accept, REQUESTS, NOW)
    assert state(town, enrolment_id) is EnrolmentState.ACCEPTED
    with town.begin() as session, pytest.raises(WrongState):
        deciding.decide(session, accept.model_copy(update={"version": 2}), REQUESTS, NOW)


def test_a_refusal_needs_a_reason_which_the_parent_reads(town: Town) -> None:
    child = mother.child()
    _, [parent] = town.family(child)
    enrolment_id = town.enrol(child.child_id, parent, "mercredi")
    refuse = DecideEnrolment(command_id=uuid4(), enrolment_id=enrolment_id, accept=False, version=1)
    with town.begin() as session, pytest.raises(Invalid):
        deciding.decide(session, refuse, REQUESTS, NOW)
    with town.begin() as session, pytest.raises(NotAllowed):
        deciding.decide(session, refuse, mother.agent(Role.BILLING), NOW)
    with town.begin() as session:
        deciding.decide(session, refuse.model_copy(update={"reason": "Groupe complet."}), REQUESTS, NOW)
    with town.begin() as session:
        view = enrolment_views.show(session, enrolment_id, parent, NOW.date())
    assert (view.state, view.reason) == (EnrolmentState.REFUSED, "Groupe complet.")
    assert town.told()[-1] == "enrolment.refused"
    town.enrol(child.child_id, parent, "mercredi")  # may ask again


def test_not_twice_even_at_once_from_both_households(town: Town) -> None:
    child = mother.child()
    _, [mum] = town.family(child)
    _, [dad] = town.family(child)

    def enrol(caller: Caller) -> str:
        try:
            town.enrol(child.child_id, caller)
        except AlreadyEnrolled:
            return "already"
        return "enrolled"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enrol, [mum, dad])) == ["already", "enrolled"]
    with town.begin() as session:
        seen_by = {
            caller.name: [
                each.requested_by for each in enrolment_views.of_account(session, caller, NOW.date())
            ]
            for caller in (mum,)
        }
        others = enrolment_views.of_account(session, dad, NOW.date())
    assert sorted([*seen_by[mum.name], *(each.requested_by for each in others)]) == ["", "Parent1 Fontanel"]


def test_the_school_must_fit(town: Town) -> None:
    child = mother.child(place_code="0261002B")
    _, [parent] = town.family(child)
    with pytest.raises(PlaceDoesNotFit):
        town.enrol(child.child_id, parent)
    town.enrol(child.child_id, parent, "mercredi")  # offered to any
    with pytest.raises(PlaceDoesNotFit):
        town.enrol(child.child_id, parent, "piscine")


def test_only_a_guardian_or_the_town(town: Town) -> None:
    child = mother.child()
    family_id, _ = town.family(child)
    with pytest.raises(NotFound):
        town.enrol(child.child_id, mother.parent())
    with pytest.raises(NotAllowed):
        town.enrol(child.child_id, mother.agent(Role.BILLING), family_id=family_id)
    enrolment_id = town.enrol(child.child_id, REQUESTS, "mercredi", family_id=family_id)
    assert state(town, enrolment_id) is EnrolmentState.ACCEPTED  # the agent's word is the decision
    with town.begin() as session, pytest.raises(NotFound):
        enrolment_views.show(session, enrolment_id, mother.parent(), NOW.date())


def test_given_up_only_when_nothing_to_come_is_booked(town: Town) -> None:
    child = mother.child()
    _, [parent] = town.family(child)
    enrolment_id = town.enrol(child.child_id, parent)
    town.book(child.child_id, parent, date(2026, 11, 27))
    withdraw = WithdrawEnrolment(command_id=uuid4(), enrolment_id=enrolment_id)
    with town.begin() as session, pytest.raises(StillBooked) as refusal:
        enrolments.withdraw(session, withdraw, parent, NOW)
    assert refusal.value.details == {"days": 1}
    with town.begin() as session:
        session.connection().exec_driver_sql("UPDATE booking SET cancelled_at = now()")
        enrolments.withdraw(session, withdraw, parent, NOW)
    assert state(town, enrolment_id) is EnrolmentState.WITHDRAWN
    assert town.told()[-1] == "enrolment.withdrawn"


def test_the_choices_say_what_is_left_to_ask(town: Town) -> None:
    child = mother.child()
    _, [parent] = town.family(child)
    town.enrol(child.child_id, parent)
    with town.begin() as session:
        view = enrolment_views.choices(session, child.child_id, parent, NOW)
    found = {each.activity.terms.code: each for each in view.choices}
    assert view.child.place_name == "École Saint-Nicolas"
    assert found["cantine"].enrolment is not None
    assert found["mercredi"].enrolment is None
    assert [place.code for place in found["mercredi"].places] == [mother.SCHOOL]
