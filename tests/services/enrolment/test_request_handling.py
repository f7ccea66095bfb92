"""Requests between their two sides: asked, answered, decided, sent documents; the departments in charge."""

import threading
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts import tracking_code
from contracts.caller import Caller, Role
from contracts.enrolment.departments import DepartmentChanged, ListDepartments
from contracts.enrolment.procedure_forms import ProcedureForm
from contracts.enrolment.requests import (
    Act,
    AssignRequest,
    FollowRequest,
    ForwardRequest,
    HandleRequest,
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
from contracts.errors import Invalid, NotAllowed, NotFound
from contracts.events.requests import RequestState
from enrolment import mine
from enrolment.requests import departments
from enrolment.requests.models import Request
from gateway.papers.records_words import LABELS
from tests.mothers import enrolment
from tests.mothers import requests as mother
from tests.services.enrolment.conftest import NOW, Statements, Town
from tests.services.enrolment.counterpart import ANYBODY, Counter, words


@pytest.fixture
def counter(town: Town) -> Counter:
    return Counter(town)


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


def test_what_the_town_sends_is_in_the_history_and_sealed_to_the_code_where_there_is_no_account(
    counter: Counter,
) -> None:
    parent, paper = enrolment.parent(), uuid4()
    filed, without = counter.file(parent), counter.file()
    said: dict[str, Any] = {"words": "Voici le plan.", "documents": (paper,)}
    note = WriteToRequester(command_id=uuid4(), request_id=filed.request_id, internal=True, **said)
    with pytest.raises(Invalid):
        counter.service.write_to_requester(note, counter.agent)
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
    assert counter.service.handle_request(ask, counter.agent).code_key is None
    steps = counter.service.show_request(ShowRequest(request_id=filed.request_id), parent).steps
    assert [(step.kind, step.documents, step.by_code) for step in steps[1:]] == [
        (StepKind.WROTE, [paper], False),
        (StepKind.ASKED, [paper], False),
    ]

    with counter.town.begin() as session:  # as those that were filed before there was a key
        session.get_one(Request, without.request_id).code_key = None
    written = WriteToRequester(command_id=uuid4(), request_id=without.request_id, by_code=True, **said)
    with pytest.raises(Invalid):
        counter.service.write_to_requester(written, counter.agent)
    followed = FollowRequest(number=without.number, code=without.code.lower())
    counter.service.follow_request(followed, ANYBODY)
    file = counter.service.write_to_requester(written, counter.agent)
    assert file.code_key == tracking_code.public_half(without.code)
    last = counter.service.follow_request(followed, ANYBODY).steps[-1]
    assert (last.documents, last.by_code) == ([paper], True)
    told = [each["documents"] for each in counter.facts("request.town_wrote")]
    assert (told, counter.facts("request.information_asked")[0]["documents"]) == (
        [[str(paper)]] * 2,
        [str(paper)],
    )


def test_a_message_with_a_file_is_refused_where_nobody_could_open_it_or_it_is_closed(
    counter: Counter,
) -> None:
    parent = enrolment.parent()
    filed, without = counter.file(parent), counter.file()
    for request_id, by_code in ((filed.request_id, True), (without.request_id, False)):
        ask = WriteToRequester(
            command_id=uuid4(), request_id=request_id, words="Voici.", documents=(uuid4(),), by_code=by_code
        )
        with pytest.raises(RequestChanged):  # claimed, or released, while the file was on its way
            counter.service.write_to_requester(ask, counter.agent)
    withdraw = WithdrawRequest(
        command_id=uuid4(), request_id=filed.request_id, version=counter.version(filed.request_id)
    )
    counter.service.withdraw_request(withdraw, parent)
    late = WriteToRequester(command_id=uuid4(), request_id=filed.request_id, words="Voici.")
    with pytest.raises(RequestClosed):
        counter.service.write_to_requester(late, counter.agent)
    note = WriteToRequester(
        command_id=uuid4(), request_id=filed.request_id, words="Pour mémoire.", internal=True
    )
    counter.service.write_to_requester(note, counter.agent)
    assert counter.facts("request.town_wrote") == []


def test_a_message_and_a_withdrawal_at_once_are_one_after_the_other(counter: Counter) -> None:
    parent, paper = enrolment.parent(), uuid4()
    filed, start, refused = counter.file(parent), threading.Barrier(2), []
    withdraw = WithdrawRequest(
        command_id=uuid4(), request_id=filed.request_id, version=counter.version(filed.request_id)
    )
    send = WriteToRequester(
        command_id=uuid4(), request_id=filed.request_id, words="Voici.", documents=(paper,)
    )

    def act(method: str, ask: Any, caller: Caller) -> None:
        start.wait()
        try:
            getattr(counter.service, method)(ask, caller)
        except (RequestClosed, RequestChanged):
            refused.append(method)

    acts = [("withdraw_request", withdraw, parent), ("write_to_requester", send, counter.agent)]
    threads = [threading.Thread(target=act, args=each) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever came second read what the first had made of it; a fact names the file exactly where it was sent.
    assert len(refused) == 1
    told = [each["documents"] for each in counter.facts("request.town_wrote")]
    assert told == ([] if refused == ["write_to_requester"] else [[str(paper)]])
    assert len(counter.facts("request.withdrawn")) == 1 - refused.count("withdraw_request")


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


def test_the_list_says_who_asks_and_finds_by_number_address_or_any_word(counter: Counter) -> None:
    names = mother.form().model_dump()
    names["pages"][0]["fields"][0]["prefill"] = "last_name"
    plain = counter.file(name="Ferrand", words="Un trottoir abîmé, devant l’école.")
    counter.publish(ProcedureForm.model_validate(names))
    secret = mother.new_secret()
    sent = mother.submit(counter.draft(secret=secret, name="Nom%_Étrange", words="Une fuite d’eau."), secret)
    named = counter.service.submit_request(sent.model_copy(update={"number": 2}), ANYBODY)

    def found(words: str, *, is_open: bool = True) -> list[tuple[str, str]]:
        queue = counter.service.request_queue(RequestQueue(words=words, is_open=is_open), counter.agent)
        return [(each.line.number, each.requester) for each in queue.requests]

    first, second = (plain.number, "nadia.ferrand@exemple.fr"), (named.number, "Nom%_Étrange")
    assert found("") == found("nadia.ferrand@") == found("2026-0000") == [first, second]
    assert found(plain.number) == found("TROTTOIR Abîmé") == [first]
    assert found("m%_é") == found("fuite") == [second]
    assert found("%") == [second]
    assert found("name") == found("fuite", is_open=False) == []


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
