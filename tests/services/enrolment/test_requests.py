"""Requests on the side of whoever filed them, and by themselves: filed, followed, claimed, erased."""

import threading
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.caller import Caller
from contracts.enrolment.drafts import (
    AdoptDraft,
    DraftIncomplete,
    DraftSent,
    DropDraft,
    FormChanged,
    OpenDraft,
    SaveAnswers,
)
from contracts.enrolment.requests import (
    ClaimRequest,
    DecideRequest,
    DocumentNotThere,
    FollowRequest,
    MyRequests,
    RequestQueue,
    ShowRequest,
    StepKind,
    WithdrawRequest,
)
from contracts.errors import NotFound, NotSignedIn, TooManyAttempts
from contracts.events.requests import RequestState
from enrolment.entries.requests import REQUESTS
from enrolment.procedures.models import RequestDraft
from enrolment.requests import claiming, documents, erasing
from tests.mothers import enrolment
from tests.mothers import requests as mother
from tests.services.enrolment.conftest import NOW, Town
from tests.services.enrolment.counterpart import ANYBODY, Counter, attach


@pytest.fixture
def counter(town: Town) -> Counter:
    return Counter(town)


# ---------------------------------------------------------------- filing


def test_a_request_has_a_number_of_the_year_a_delay_and_one_fact_without_free_words(counter: Counter) -> None:
    first, second = counter.file(), counter.file()
    assert [first.number, second.number] == ["2026-000001", "2026-000002"]
    view = counter.view(first.request_id)
    assert (view.line.state, view.line.due_on) == (RequestState.RECEIVED, date(2026, 12, 23))
    assert view.silence_on == date(2027, 1, 23)
    assert [field.name for field in view.pages[0].fields] == ["name", "subject", "words", "child", "paper"]
    told, _ = counter.facts("request.submitted")
    assert {each["field"]: each["text"] for each in told["answers"]} == {
        "name": "Nadia Ferrand",
        "subject": "La voirie",
        "contact_email": "nadia.ferrand@exemple.fr",
    }
    assert "trottoir" not in str(told)
    assert first.code not in str(told)
    assert told["department_name"] == mother.DEPARTMENT


def test_sent_twice_it_is_one_request_and_the_code_shown_last_opens_it(counter: Counter) -> None:
    secret = mother.new_secret()
    ask = mother.submit(counter.draft(secret=secret), secret)
    first, again = (counter.service.submit_request(ask, ANYBODY) for _ in range(2))
    assert (first.request_id, first.number) == (again.request_id, again.number)
    assert len(counter.facts("request.submitted")) == 1
    counter.service.follow_request(FollowRequest(number=again.number, code=again.code), ANYBODY)
    with pytest.raises(NotFound):
        counter.service.submit_request(mother.submit(ask.draft_id, secret), ANYBODY)


def test_what_becomes_of_requests_is_counted_once_however_often_it_is_ordered(counter: Counter) -> None:
    def counted(outcome: str) -> float:
        return float(REQUESTS.labels(outcome)._value.get())

    before = {outcome: counted(outcome) for outcome in ("submitted", "accepted", "withdrawn")}
    parent = enrolment.parent()
    submit = mother.submit(counter.draft(parent))
    for _ in range(2):
        counter.service.submit_request(submit, parent)
    decide = DecideRequest(
        command_id=uuid4(),
        request_id=submit.draft_id,
        version=counter.version(submit.draft_id),
        accepted=True,
    )
    other = counter.file(parent)
    withdraw = WithdrawRequest(
        command_id=uuid4(), request_id=other.request_id, version=counter.version(other.request_id)
    )
    for _ in range(2):
        counter.service.decide_request(decide, counter.agent)
        counter.service.withdraw_request(withdraw, parent)
    assert {outcome: counted(outcome) - value for outcome, value in before.items()} == {
        "submitted": 2.0,
        "accepted": 1.0,
        "withdrawn": 1.0,
    }


def test_two_at_once_file_one_request(counter: Counter) -> None:
    secret = mother.new_secret()
    draft_id, made, refused = counter.draft(secret=secret), [], []

    def submit() -> None:
        try:
            made.append(counter.submit(draft_id, secret, ANYBODY))
        except NotFound as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(made), len(refused)) == (1, 3)
    assert counter.town.count("SELECT count(*) FROM request") == 1


def test_what_an_account_has_sent_says_so_to_its_other_tabs_and_to_nobody_else(counter: Counter) -> None:
    parent = enrolment.parent()
    draft_id = counter.draft(parent)
    counter.submit(draft_id, None, parent)
    page = SaveAnswers(command_id=uuid4(), draft_id=draft_id, page="contact", answers={})
    for late in (OpenDraft(draft_id=draft_id), page, DropDraft(command_id=uuid4(), draft_id=draft_id)):
        with pytest.raises(DraftSent):
            getattr(counter.service, late.method())(late, parent)
    with pytest.raises(DraftSent):
        counter.submit(draft_id, None, parent)
    for stranger in (enrolment.parent(), ANYBODY):
        with pytest.raises(NotFound) as refusal:
            counter.service.open_draft(OpenDraft(draft_id=draft_id, secret=mother.new_secret()), stranger)
        assert type(refusal.value) is NotFound
    assert counter.town.count("SELECT count(*) FROM request") == 1


def test_a_draft_is_filed_by_its_owner_whole_and_on_the_form_that_is_in_use(counter: Counter) -> None:
    parent, secret = enrolment.parent(), mother.new_secret()
    draft_id = counter.draft(parent)
    for caller, given in ((enrolment.parent(), None), (ANYBODY, mother.new_secret())):
        with pytest.raises(NotFound):
            counter.submit(draft_id, given, caller)
    with counter.town.begin() as session:
        session.get_one(RequestDraft, draft_id).answers = {"name": "Nadia"}
    with pytest.raises(DraftIncomplete):
        counter.submit(draft_id, None, parent)
    other = counter.draft(secret=secret)
    counter.publish(mother.form(title="Demande générale à la mairie"))
    with pytest.raises(FormChanged):
        counter.submit(other, secret, ANYBODY)
    assert counter.town.count("SELECT count(*) FROM request") == 0


def test_a_document_of_somebody_else_and_one_that_is_not_there_are_refused_alike(counter: Counter) -> None:
    parent, stranger = enrolment.parent(), enrolment.parent()
    theirs = attach(counter, uuid4(), stranger.account_id)
    draft_id = counter.draft(parent, paper=[str(theirs)])
    with pytest.raises(DocumentNotThere):
        counter.submit(draft_id, None, parent)
    # Even put under this very draft, it is not of this account.
    attach(counter, draft_id, stranger.account_id, theirs)
    with pytest.raises(DocumentNotThere):
        counter.submit(draft_id, None, parent)
    own = attach(counter, draft_id, parent.account_id, theirs)
    filed = counter.submit(draft_id, None, parent)
    [told] = counter.facts("request.submitted")
    assert told["documents"] == [str(own)]
    assert [each.document_id for each in counter.view(filed.request_id).documents] == [own]


def test_what_was_joined_before_signing_in_goes_with_the_draft(counter: Counter) -> None:
    secret, parent = mother.new_secret(), enrolment.parent()
    paper = uuid4()
    draft_id = counter.draft(secret=secret, paper=[str(paper)])
    attach(counter, draft_id, None, paper)
    counter.service.adopt_draft(AdoptDraft(command_id=uuid4(), draft_id=draft_id, secret=secret), parent)
    with pytest.raises(NotFound):
        counter.submit(draft_id, secret, ANYBODY)

    filed = counter.submit(draft_id, None, parent)
    assert [each.document_id for each in counter.view(filed.request_id).documents] == [paper]
    assert counter.service.show_request(ShowRequest(request_id=filed.request_id), parent).has_account


# ---------------------------------------------------------------- following


def test_number_and_code_open_it_and_a_wrong_one_says_nothing(counter: Counter) -> None:
    filed = counter.file()
    view = counter.service.follow_request(
        FollowRequest(number=f" {filed.number}", code=filed.code.lower()), ANYBODY
    )
    assert view.line.number == filed.number
    refusals = []
    for number, code in ((filed.number, "0000-0000-0000-0000"), ("2026-999999", filed.code)):
        with pytest.raises(NotFound) as refusal:
            counter.service.follow_request(FollowRequest(number=number, code=code), ANYBODY)
        refusals.append(refusal.value.details)
    assert refusals == [{}, {}]


def test_guessing_at_a_code_is_slowed_down_and_the_right_one_waits_too(counter: Counter) -> None:
    filed = counter.file()
    spellings = (filed.number, filed.number.replace("-", " "), f"n° {filed.number}") * 2
    for number in spellings:
        with pytest.raises(NotFound):
            counter.service.follow_request(FollowRequest(number=number, code="wrong"), ANYBODY)
    with pytest.raises(TooManyAttempts):
        counter.service.follow_request(FollowRequest(number=filed.number, code=filed.code), ANYBODY)
    elsewhere = Caller(
        address="198.51.100.9"
    )  # whose request it is: a stranger's guesses do not keep them out
    counter.service.follow_request(FollowRequest(number=filed.number, code=filed.code), elsewhere)
    counter.clock.at = NOW + timedelta(hours=1)
    counter.service.follow_request(FollowRequest(number=filed.number, code=filed.code), ANYBODY)


def test_a_request_is_read_by_its_account_alone(counter: Counter) -> None:
    parent = enrolment.parent()
    filed = counter.file(parent)
    assert counter.service.show_request(ShowRequest(request_id=filed.request_id), parent).has_account
    for caller, error in ((enrolment.parent(), NotFound), (ANYBODY, NotSignedIn)):
        with pytest.raises(error):
            counter.service.show_request(ShowRequest(request_id=filed.request_id), caller)
    lines = counter.service.my_requests(MyRequests(), parent)
    assert [each.number for each in lines.requests] == [filed.number]
    assert counter.service.my_requests(MyRequests(), enrolment.parent()).requests == []


# ---------------------------------------------------------------- by itself


def test_a_delay_is_told_of_when_it_ends_soon_and_when_it_is_over_once_each(counter: Counter) -> None:
    filed = counter.file()
    for days in (26, 27, 28, 31, 32):
        counter.clock.at = NOW + timedelta(days=days)
        counter.service.warn_of_delays()
    told = counter.facts("request.due")
    assert [each["late"] for each in told] == [False, True]
    assert told[0]["department_email"] == "mairie@exemple.fr"
    late = counter.service.request_queue(RequestQueue(late=True), counter.agent)
    assert [(each.line.number, each.late) for each in late.requests] == [(filed.number, True)]


def test_what_waits_for_the_requester_is_not_late(counter: Counter) -> None:
    filed = counter.file()
    counter.ask_for(filed.request_id, "Quelle adresse ?")
    counter.clock.at = NOW + timedelta(days=60)
    counter.service.warn_of_delays()
    assert counter.facts("request.due") == []


def test_after_its_retention_number_dates_and_state_are_left(counter: Counter) -> None:
    filed = counter.file()
    attach(counter, filed.request_id, None)
    counter.ask_for(filed.request_id, "Quelle adresse ?")
    counter.decide(filed.request_id, words="C’est fait.")
    counter.clock.at = NOW + timedelta(days=360)
    counter.service.erase_requests()
    assert not counter.view(filed.request_id).erased
    counter.clock.at = NOW + timedelta(days=366)
    for _ in range(2):
        counter.service.erase_requests()
    view = counter.view(filed.request_id)
    assert (view.erased, view.answers, view.email, view.letter, view.documents) == (True, {}, "", "", [])
    assert (view.line.number, view.line.state) == (filed.number, RequestState.ACCEPTED)
    assert {step.words + step.by_name for step in view.steps} == {""}
    assert len(counter.facts("request.erased")) == 1
    with pytest.raises(NotFound):
        counter.service.follow_request(FollowRequest(number=filed.number, code=filed.code), ANYBODY)


def test_an_account_that_closes_leaves_what_is_open_to_its_code_and_nothing_else(counter: Counter) -> None:
    parent = enrolment.parent()
    assert parent.account_id is not None
    done, running = counter.file(parent), counter.file(parent)
    counter.decide(done.request_id)
    with counter.town.begin() as session:
        erasing.close_account(session, parent.account_id, NOW)
    [told] = counter.facts("request.released")
    assert (told["request_id"], told["account_id"]) == (str(running.request_id), None)
    assert counter.view(done.request_id).erased
    view = counter.service.follow_request(FollowRequest(number=running.number, code=running.code), ANYBODY)
    assert not view.has_account


def test_a_request_without_account_is_claimed_with_the_same_confirmed_address(counter: Counter) -> None:
    filed = counter.file()
    parent, stranger = enrolment.parent(), enrolment.parent()
    claim = ClaimRequest(command_id=uuid4(), request_id=filed.request_id)

    def confirms(caller: Caller, email: str) -> None:
        assert caller.account_id is not None
        with counter.town.begin() as session:
            claiming.keep_address(session, caller.account_id, email)

    confirms(stranger, "autre@exemple.fr")
    for caller in (parent, stranger):
        with pytest.raises(NotFound):
            counter.service.claim_request(claim, caller)
    confirms(parent, "Nadia.Ferrand@exemple.fr")
    listed: Any = counter.service.my_requests(MyRequests(), parent)
    assert [each.number for each in listed.claimable] == [filed.number]
    counter.service.claim_request(claim, parent)
    listed = counter.service.my_requests(MyRequests(), parent)
    assert ([each.number for each in listed.requests], listed.claimable) == ([filed.number], [])
    [told] = counter.facts("request.claimed")
    assert told["account_id"] == str(parent.account_id)


def test_a_document_attached_later_is_in_the_history_and_a_stranger_s_is_not(counter: Counter) -> None:
    parent = enrolment.parent()
    filed = counter.file(parent)
    attach(counter, filed.request_id, parent.account_id)
    attach(counter, filed.request_id, uuid4())
    view = counter.view(filed.request_id)
    assert len(view.documents) == 1
    assert [step.kind for step in view.steps] == [StepKind.SUBMITTED, StepKind.ATTACHED]
    with counter.town.begin() as session:
        documents.note_opening(session, filed.request_id, "Paul Durand", "justificatif_domicile", NOW)
    opened = counter.view(filed.request_id).steps[-1]
    assert (opened.kind, opened.by_name) == (StepKind.OPENED, "Paul Durand")
