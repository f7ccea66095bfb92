"""Decision letters on their way into vaults: which come due, for whom, and when again."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.caller import LETTERS, SYSTEM, Caller
from contracts.enrolment.letters import LetterNotDue, LettersDue, LettersDueView, NoteLetter, TakeLetter
from contracts.enrolment.requests import ClaimRequest, LetterPlace, RequestView
from contracts.errors import NotAllowed
from contracts.orders.requests import DecideRequestOver, Outcome
from enrolment.requests import claiming, erasing, orders
from tests.mothers import enrolment
from tests.mothers import requests as mother
from tests.services.enrolment.conftest import NOW, Town
from tests.services.enrolment.counterpart import Counter


@pytest.fixture
def counter(town: Town) -> Counter:
    return Counter(town)


@pytest.fixture
def parent() -> Caller:
    return enrolment.parent()


def due(counter: Counter) -> LettersDueView:
    answer: LettersDueView = counter.service.letters_due(LettersDue(), LETTERS)
    return answer


def take(counter: Counter, request_id: UUID) -> RequestView:
    ask = TakeLetter(command_id=uuid4(), request_id=request_id)
    view: RequestView = counter.service.take_letter(ask, LETTERS)
    return view


def note(counter: Counter, request_id: UUID, *, is_put: bool = True) -> bool:
    ask = NoteLetter(command_id=uuid4(), request_id=request_id, is_put=is_put)
    return bool(counter.service.note_letter(ask, LETTERS))


def test_a_decision_comes_due_at_once_and_is_noted_once(counter: Counter, parent: Caller) -> None:
    filed = counter.file(parent)
    assert due(counter).request_ids == []
    counter.decide(filed.request_id, words="C’est fait.")
    assert due(counter) == LettersDueView(
        request_ids=[filed.request_id], waiting=1, oldest_seconds=0, without_vault=0
    )
    assert counter.view(filed.request_id).letter_place is LetterPlace.COMING
    assert take(counter, filed.request_id).letter == "C’est fait."
    assert due(counter).request_ids == []
    counter.clock.at = NOW + timedelta(seconds=5)
    assert [note(counter, filed.request_id) for _ in range(2)] == [True, False]
    view = counter.view(filed.request_id)
    assert (view.letter_place, view.letter_put_at) == (LetterPlace.VAULT, counter.clock.at)
    counter.clock.at = NOW + timedelta(days=9)
    assert due(counter) == LettersDueView(request_ids=[], waiting=0, oldest_seconds=0, without_vault=0)


def test_an_order_of_another_system_makes_a_letter_too(counter: Counter, parent: Caller) -> None:
    filed = counter.file(parent)
    counter.service.define_department(mother.department(version=1, system="voirie"), SYSTEM)
    order = DecideRequestOver(request_id=filed.request_id, outcome=Outcome.ACCEPTED, decided_by="Voirie")
    with counter.town.begin() as session:
        assert orders.decide(session, order, "voirie", NOW)
    assert due(counter).request_ids == [filed.request_id]
    assert take(counter, filed.request_id).decided_by == "Voirie"


def test_what_a_try_left_undone_comes_due_again_later_each_time(counter: Counter, parent: Caller) -> None:
    filed = counter.file(parent)
    counter.decide(filed.request_id)
    waits = []
    for _ in range(13):
        take(counter, filed.request_id)  # and the process dies
        began = counter.clock.at
        while not due(counter).request_ids:
            with pytest.raises(LetterNotDue):
                take(counter, filed.request_id)
            counter.clock.at += timedelta(seconds=30)
        waits.append(counter.clock.at - began)
    assert waits[:4] == [timedelta(seconds=each) for each in (30, 60, 120, 240)]
    assert waits[-1] == timedelta(hours=6)
    assert due(counter).oldest_seconds > 3600


def test_a_vault_that_is_not_there_is_looked_for_again_and_holds_up_no_alert(
    counter: Counter, parent: Caller
) -> None:
    filed = counter.file(parent)
    counter.decide(filed.request_id)
    take(counter, filed.request_id)
    note(counter, filed.request_id, is_put=False)
    assert counter.view(filed.request_id).letter_place is LetterPlace.NO_VAULT
    counter.clock.at = NOW + timedelta(hours=7)
    assert due(counter) == LettersDueView(
        request_ids=[filed.request_id], waiting=0, oldest_seconds=0, without_vault=1
    )
    take(counter, filed.request_id)
    note(counter, filed.request_id)
    assert counter.view(filed.request_id).letter_place is LetterPlace.VAULT


def test_without_an_account_there_is_no_letter_to_put_until_it_is_claimed(
    counter: Counter, parent: Caller
) -> None:
    filed = counter.file()
    counter.decide(filed.request_id)
    assert (due(counter).request_ids, counter.view(filed.request_id).letter_place) == ([], LetterPlace.PAGE)
    assert parent.account_id is not None
    with counter.town.begin() as session:
        claiming.keep_address(session, parent.account_id, "nadia.ferrand@exemple.fr")
    counter.service.claim_request(ClaimRequest(command_id=uuid4(), request_id=filed.request_id), parent)
    assert due(counter).request_ids == [filed.request_id]


def test_what_is_erased_with_its_account_or_its_time_is_put_nowhere(counter: Counter, parent: Caller) -> None:
    closed, old = counter.file(parent), counter.file(enrolment.parent())
    for each in (closed, old):
        counter.decide(each.request_id)
    take(counter, closed.request_id)
    assert parent.account_id is not None
    with counter.town.begin() as session:
        erasing.close_account(session, parent.account_id, NOW)
        erasing.erase(session, old.request_id, NOW)
    assert due(counter).waiting == 0
    assert not note(counter, closed.request_id)
    with pytest.raises(LetterNotDue):
        take(counter, old.request_id)


def test_of_two_at_once_one_has_the_letter(counter: Counter, parent: Caller) -> None:
    filed = counter.file(parent)
    counter.decide(filed.request_id)
    outcomes: list[Any] = []
    start = threading.Barrier(4)

    def try_it() -> None:
        start.wait()
        try:
            outcomes.append(take(counter, filed.request_id).line.number)
        except LetterNotDue as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted([filed.number, *["letter_not_due"] * 3])


@pytest.mark.parametrize("kind", ["agent", "parent", "anybody", "system"])
def test_nobody_else_reads_a_request_that_way(counter: Counter, parent: Caller, kind: str) -> None:
    filed = counter.file(parent)
    counter.decide(filed.request_id)
    caller = {"agent": counter.agent, "parent": parent, "anybody": Caller(), "system": SYSTEM}[kind]
    given = {"command_id": uuid4(), "request_id": filed.request_id}
    for method, ask in (
        ("letters_due", LettersDue()),
        ("take_letter", TakeLetter(**given)),
        ("note_letter", NoteLetter(**given, is_put=True)),
    ):
        with pytest.raises(NotAllowed):
            getattr(counter.service, method)(ask, caller)
