"""Requests from filing to erasure: what each side may do, what is told, what is kept."""

import threading
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.caller import Caller, Role
from contracts.enrolment.drafts import AdoptDraft, DraftIncomplete, FormChanged
from contracts.enrolment.requests import (
    Act,
    AssignRequest,
    ClaimRequest,
    DecideRequest,
    DepartmentChanged,
    DocumentNotThere,
    FollowRequest,
    ForwardRequest,
    HandleRequest,
    ListDepartments,
    MyRequests,
    OpenRequest,
    RequestChanged,
    RequestClosed,
    RequestQueue,
    ShowRequest,
    StepKind,
    WithdrawRequest,
    WriteToRequester,
    WriteToTown,
)
from contracts.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooManyAttempts
from contracts.events.requests import RequestState
from enrolment import mine
from enrolment.entries.requests import REQUESTS
from enrolment.procedures.models import RequestDraft
from enrolment.requests import claiming, departments, documents, erasing
from gateway.papers.records_words import LABELS
from tests.mothers import enrolment
from tests.mothers import requests as mother
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.services.enrolment.counterpart import ANYBODY, Counter


@pytest.fixture
def counter(town: Town) -> Counter:
    return Counter(town)


def attach(
    counter: Counter, request_id: UUID, account_id: UUID | None, document_id: UUID | None = None
) -> UUID:
    found = document_id or uuid4()
    with counter.town.begin() as session:
        documents.keep(session, uuid4(), request_id, found, "justificatif_domicile", account_id, NOW)
    return found


def words(counter: Counter, request_id: UUID, kind: StepKind) -> list[str]:
    return [step.words for step in counter.view(request_id).steps if step.kind is kind]


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


# ---------------------------------------------------------------- both sides


def test_what_is_asked_stops_the_delay_and_the_answer_starts_it_again(counter: Counter) -> None:
    filed = counter.file()
    counter.ask_for(filed.request_id, "Quelle est l’adresse exacte ?")
    assert counter.view(filed.request_id).paused
    counter.clock.at = NOW + timedelta(days=5)
    wrong = WriteToTown(
        command_id=uuid4(), request_id=filed.request_id, code="wrong", words="12 rue Pêcherie"
    )
    with pytest.raises(NotFound):
        counter.service.write_to_town(wrong, ANYBODY)
    right = wrong.model_copy(update={"command_id": uuid4(), "code": filed.code})
    view = counter.service.write_to_town(right, ANYBODY)
    assert (view.line.state, view.line.due_on) == (RequestState.IN_PROGRESS, date(2026, 12, 28))
    assert view.silence_on == date(2027, 1, 28)
    assert [step.kind for step in view.steps] == [StepKind.SUBMITTED, StepKind.ASKED, StepKind.ANSWERED]
    counter.service.write_to_town(right, ANYBODY)
    assert words(counter, filed.request_id, StepKind.ANSWERED) == ["12 rue Pêcherie"]
    [told] = counter.facts("request.requester_wrote")
    assert (told["resumed"], "Pêcherie" in str(told)) == (True, False)


def test_notes_are_for_agents_and_neither_shown_nor_exported(counter: Counter) -> None:
    parent = enrolment.parent()
    filed = counter.file(parent)
    note = WriteToRequester(
        command_id=uuid4(), request_id=filed.request_id, words="Voir avec la voirie", internal=True
    )
    file = counter.service.write_to_requester(note, counter.agent)
    assert [step.words for step in file.request.steps if step.kind is StepKind.NOTED] == [
        "Voir avec la voirie"
    ]
    assert words(counter, filed.request_id, StepKind.NOTED) == []
    assert parent.account_id is not None
    with counter.town.begin() as session:
        kept = mine.records(session, parent.account_id, NOW.date())["requests"]
    assert kept[0]["internal_notes"] == 1
    assert "voirie" not in str(kept[0]["history"])
    assert counter.facts("request.town_wrote") == []
    keys = set(kept[0]) | {key for row in kept[0]["history"] + kept[0]["replies"] for key in row}
    assert sorted(key for key in keys if key not in LABELS and not key.endswith("_id")) == []


def test_a_refusal_has_its_reasons_and_ends_it_for_both(counter: Counter) -> None:
    filed = counter.file()
    with pytest.raises(Invalid):
        counter.decide(filed.request_id, accepted=False)
    counter.decide(filed.request_id, accepted=False, words="La rue est départementale.")
    view = counter.view(filed.request_id)
    assert (view.line.state, view.letter) == (RequestState.REFUSED, "La rue est départementale.")
    assert view.kept_until == date(2027, 11, 23)
    [told] = counter.facts("request.decided")
    assert (told["state"], "départementale" in str(told)) == ("refused", False)
    late = WriteToTown(command_id=uuid4(), request_id=filed.request_id, code=filed.code, words="Mais si.")
    with pytest.raises(RequestClosed):
        counter.service.write_to_town(late, ANYBODY)
    with pytest.raises(RequestChanged):
        counter.decide(filed.request_id)


def test_an_agent_who_decides_on_what_was_withdrawn_meanwhile_is_told(counter: Counter) -> None:
    parent = enrolment.parent()
    filed = counter.file(parent)
    seen = counter.version(filed.request_id)
    withdraw = WithdrawRequest(command_id=uuid4(), request_id=filed.request_id, version=seen)
    view = counter.service.withdraw_request(withdraw, parent)
    assert (view.line.state, view.may_withdraw, view.may_write) == (RequestState.WITHDRAWN, False, False)
    take = HandleRequest(command_id=uuid4(), request_id=filed.request_id, version=seen, act=Act.TAKE)
    with pytest.raises(RequestChanged):
        counter.service.handle_request(take, counter.agent)


# ---------------------------------------------------------------- departments


def test_a_request_is_there_for_the_agents_of_its_department_alone(counter: Counter) -> None:
    filed = counter.file()
    ask = OpenRequest(request_id=filed.request_id)
    assert counter.service.open_request(ask, counter.agent).acts
    with pytest.raises(NotFound):
        counter.service.open_request(ask, enrolment.agent(Role.REQUESTS))
    with pytest.raises(NotAllowed):
        counter.service.open_request(ask, enrolment.agent(Role.BILLING))
    empty = counter.service.request_queue(RequestQueue(), enrolment.agent(Role.REQUESTS))
    assert (empty.total, empty.departments) == (0, [])


def test_an_agent_who_opens_an_account_s_request_leaves_a_line_in_the_record(counter: Counter) -> None:
    parent = enrolment.parent()
    theirs, nobodys = counter.file(parent), counter.file()
    for filed in (theirs, nobodys):
        counter.service.open_request(OpenRequest(request_id=filed.request_id), counter.agent)
    counter.service.request_queue(RequestQueue(), counter.agent)
    [told] = counter.facts("request.consulted")
    assert (told["number"], told["account_id"]) == (theirs.number, str(parent.account_id))
    assert told["agent_name"] == "Paul Durand"


def test_forwarded_it_is_another_department_s_and_the_first_one_sees_it_no_more(counter: Counter) -> None:
    other = enrolment.agent(Role.REQUESTS, name="Zoé Michel")
    assert other.account_id is not None
    with counter.town.begin() as session:
        roads = mother.department(
            other.account_id, code="roads", name="Voirie", agents={other.account_id: "Zoé Michel"}
        )
        departments.define(session, roads, NOW)
    filed = counter.file()
    forward = ForwardRequest(
        command_id=uuid4(),
        request_id=filed.request_id,
        version=counter.version(filed.request_id),
        department_code="roads",
        words="C’est pour vous.",
    )
    counter.service.forward_request(forward, counter.agent)
    with pytest.raises(NotFound):
        counter.service.open_request(OpenRequest(request_id=filed.request_id), counter.agent)
    file = counter.service.open_request(OpenRequest(request_id=filed.request_id), other)
    assert file.request.line.department_name == "Voirie"
    stranger = AssignRequest(
        command_id=uuid4(),
        request_id=filed.request_id,
        version=file.request.line.version,
        agent_id=counter.agent.account_id,
    )
    with pytest.raises(Invalid):
        counter.service.assign_request(stranger, other)
    own = stranger.model_copy(update={"command_id": uuid4(), "agent_id": other.account_id})
    assert counter.service.assign_request(own, other).agent_name == "Zoé Michel"
    queue = counter.service.request_queue(RequestQueue(mine=True), other)
    assert [each.line.number for each in queue.requests] == [filed.number]


def test_departments_are_an_administrator_s_and_tell_who_belongs_to_them(counter: Counter) -> None:
    administrator = enrolment.agent(Role.ADMINISTRATION)
    [known] = counter.service.list_departments(ListDepartments(), administrator)
    change = mother.department(uuid4(), version=known.version)
    counter.service.define_department(change, administrator)
    [told] = counter.facts("department.updated")
    assert told["agent_ids"] == [str(each) for each in change.agents]
    with pytest.raises(DepartmentChanged):
        counter.service.define_department(change.model_copy(update={"command_id": uuid4()}), administrator)
    with pytest.raises(NotAllowed):
        counter.service.define_department(change, counter.agent)


def test_a_form_that_names_a_department_nobody_made_loses_no_request(counter: Counter) -> None:
    counter.publish(mother.form(department="Service inconnu"), code="autre")
    with counter.town.begin() as session:
        made = departments.named(session, "Service inconnu", NOW)
        again = departments.named(session, "Service inconnu", NOW)
        assert made.code == again.code == "service_1"


def test_the_list_takes_as_many_statements_for_many_requests_as_for_one(
    counter: Counter, statements: Statements
) -> None:
    counts = []
    for wanted in (1, 6):
        while counter.town.count("SELECT count(*) FROM request") < wanted:
            counter.file()
        with statements:
            statements.run.clear()
            queue = counter.service.request_queue(RequestQueue(), counter.agent)
        counts.append(len(statements.run))
        assert queue.total == wanted
    assert counts[0] == counts[1] <= 6


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


def test_what_the_town_sends_is_in_the_history_of_an_account_s_request_alone(counter: Counter) -> None:
    parent, paper = enrolment.parent(), uuid4()
    filed, without = counter.file(parent), counter.file()
    said: dict[str, Any] = {"words": "Voici le plan.", "documents": (paper,)}
    for request_id, more in ((without.request_id, {}), (filed.request_id, {"internal": True})):
        refused = WriteToRequester(command_id=uuid4(), request_id=request_id, **said, **more)
        with pytest.raises(Invalid):
            counter.service.write_to_requester(refused, counter.agent)
    written = WriteToRequester(command_id=uuid4(), request_id=filed.request_id, **said)
    for _ in range(2):
        counter.service.write_to_requester(written, counter.agent)
    ask = HandleRequest(
        command_id=uuid4(),
        request_id=filed.request_id,
        version=counter.version(filed.request_id),
        act=Act.ASK,
        **said,
    )
    counter.service.handle_request(ask, counter.agent)

    steps = counter.service.show_request(ShowRequest(request_id=filed.request_id), parent).steps
    assert [(step.kind, step.documents) for step in steps[1:]] == [
        (StepKind.WROTE, [paper]),
        (StepKind.ASKED, [paper]),
    ]


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
