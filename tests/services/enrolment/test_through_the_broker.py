"""The service and its relay as real processes: what others tell arrives, calls are answered, facts go out."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker

from chassis.client import Services
from chassis.clock import set_clock
from contracts.caller import LETTERS, SYSTEM, Caller, Role
from contracts.enrolment.bookings import CellState, ChangeBookings, MonthPage, Refusal
from contracts.enrolment.departments import ListDepartments
from contracts.enrolment.drafts import SaveAnswers, StartDraft
from contracts.enrolment.enrolments import MyEnrolments, RequestEnrolment
from contracts.enrolment.home import Overview
from contracts.enrolment.letters import LettersDue
from contracts.enrolment.procedures import ListProcedures, MakeProcedure, ProceduresView, PublishProcedure
from contracts.enrolment.requests import ClaimRequest, FollowRequest, MyRequests, Side, SubmittedView
from contracts.envelope import EXCHANGE, Envelope
from contracts.errors import NotFound
from contracts.events.accounts import AccountAddressConfirmed
from contracts.events.documents import DocumentShared
from contracts.events.enrolments import EnrolmentState
from contracts.events.event import Event
from contracts.events.requests import RequestState
from contracts.parked import ListParked, ParkedFailure, ParkedLine
from deploy.local.rabbitmq import ADMINISTRATOR, Broker
from deploy.local.rundir import find_free_port
from enrolment.procedures import shipping
from tests.load.processes import running
from tests.mothers import enrolment as mother
from tests.mothers import requests
from tests.services.chassis.conftest import ready
from tests.services.enrolment.conftest import NOW
from tests.waiting import eventually


@dataclass
class Enrolment:
    """The running service, and the broker's exchange as others use it."""

    broker: Broker
    services: Services
    at_first: ProceduresView  # the first answer that the new town gave

    def tell(self, fact: Event, subject: UUID, version: int = 1) -> None:
        envelope = Envelope(
            id=uuid4(),
            source=f"/espace/{fact.told_by}",
            type=fact.event_type(),
            subject=str(subject),
            time=datetime(2026, 11, 23, 9, tzinfo=UTC),
            dataschema=f"/schemas/{fact.name}.v1.json",
            aggregateversion=version,
            data=fact.model_dump(mode="json"),
        )
        with pika.BlockingConnection(pika.URLParameters(self.broker.url(ADMINISTRATOR))) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            properties = pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2)
            body = envelope.model_dump_json().encode()
            channel.basic_publish(EXCHANGE, fact.name, body, properties, mandatory=True)

    def await_that(self, is_so: Callable[[], bool]) -> None:
        eventually(is_so)


@pytest.fixture(scope="module")
def enrolment(
    database: Callable[[str], str], vhost: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Enrolment]:
    clock: Path = tmp_path_factory.mktemp("clock") / "clock.json"
    set_clock(clock, frozen=NOW)
    port, relay_port = find_free_port(), find_free_port()
    environment = {
        "ESPACE_AMQP_URL": vhost.url("enrolment"),
        "ESPACE_DATABASE_URL": database("enrolment"),
        "ESPACE_CLOCK_FILE": str(clock),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    services = Services(vhost.url("gateway"), timeout=10)
    serve = ["-W", "ignore", "-m", "chassis", "serve", "enrolment"]
    relay = ["-W", "ignore", "-m", "chassis", "relay", "enrolment"]
    with (
        running(serve, environment | {"ESPACE_METRICS_PORT": str(port)}, lambda: ready(port)),
        running(relay, environment | {"ESPACE_METRICS_PORT": str(relay_port)}, lambda: ready(relay_port)),
    ):
        at_first = services.ask(ListProcedures(), Caller())
        for command in (mother.define_school(), mother.define(mother.canteen(documents=("assurance",)))):
            services.ask(command, SYSTEM)
        services.ask(mother.offer(), SYSTEM)
        assert services.ask(mother.open_sessions(), SYSTEM) == 28
        yield Enrolment(vhost, services, at_first)
    services.close()


@pytest.fixture(scope="module")
def parent(enrolment: Enrolment) -> Caller:
    return mother.parent()


def test_a_new_town_offers_what_the_software_ships_from_its_first_answer_on(enrolment: Enrolment) -> None:
    assert {card.code for card in enrolment.at_first.procedures} == set(shipping.shipped())


def test_from_the_family_told_to_the_booking_told(enrolment: Enrolment, parent: Caller) -> None:
    child = mother.child()
    family = mother.family([child.child_id], [parent.account_id or uuid4()])
    with pytest.raises(NotFound):
        enrolment.services.ask(MonthPage(child_id=child.child_id, month=date(2026, 11, 1)), parent)
    enrolment.tell(family, family.family_id, version=2)
    enrolment.tell(child, child.child_id)
    enrolment.await_that(lambda: len(enrolment.services.ask(Overview(), parent).children) == 1)
    # An older picture of the family comes late: it changes nothing.
    enrolment.tell(family.model_copy(update={"guardians": []}), family.family_id, version=1)

    request = RequestEnrolment(
        command_id=uuid4(), child_id=child.child_id, activity_code="cantine", place_code=mother.SCHOOL
    )
    requested = enrolment.services.ask(request, parent)
    assert requested.missing_documents == ["assurance"]
    shared = DocumentShared(
        share_id=uuid4(),
        document_id=uuid4(),
        document_type="assurance",
        account_id=parent.account_id or uuid4(),
        subject_kind="enrolment",
        subject_id=requested.enrolment_id,
    )
    enrolment.tell(shared, shared.share_id)
    enrolment.await_that(
        lambda: enrolment.services.ask(MyEnrolments(), parent)[0].state is EnrolmentState.ACCEPTED
    )

    with pika.BlockingConnection(pika.URLParameters(enrolment.broker.url("subscriber"))) as connection:
        channel = connection.channel()
        channel.queue_declare("subscriber.test", durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind("subscriber.test", EXCHANGE, "booking.*")
        month = enrolment.services.ask(MonthPage(child_id=child.child_id, month=date(2026, 11, 1)), parent)
        cells = {day.day: day.cells[0] for day in month.days if day.cells}
        late, free = cells[date(2026, 11, 23)], cells[date(2026, 11, 27)]
        assert (late.state, free.state) == (CellState.LOCKED, CellState.OPEN)
        save = ChangeBookings(
            command_id=uuid4(), child_id=child.child_id, additions=[late.session_id, free.session_id]
        )
        answer = enrolment.services.ask(save, parent)
        assert enrolment.services.ask(save, parent) == answer
        assert [each.day for each in answer.changed] == [date(2026, 11, 27)]
        assert [each.why for each in answer.refused] == [Refusal.TOO_LATE]
        told = []

        def took_one() -> bool:
            _, _, body = channel.basic_get("subscriber.test", auto_ack=True)
            if body:
                told.append(json.loads(body))
            return bool(told)

        enrolment.await_that(took_one)
    assert told[0]["type"] == "fr.espace-citoyens.booking.made.v1"
    assert told[0]["data"]["family_id"] == str(family.family_id)


ANYBODY = Caller()
EXAMPLE = Path(__file__).parents[3] / "deploy" / "subscriber" / "take_over.py"


def publish_form(enrolment: Enrolment, code: str) -> None:
    """The form of `mothers.requests`, offered under this code."""
    administrator, ask = mother.agent(Role.ADMINISTRATION), enrolment.services.ask
    made = ask(MakeProcedure(command_id=uuid4(), code=code, form=requests.form()), administrator)
    ask(PublishProcedure(command_id=uuid4(), code=code, revision=made.revision), administrator)


def file_request(enrolment: Enrolment, code: str, caller: Caller = ANYBODY) -> SubmittedView:
    """Filed by somebody without an account, or by a parent."""
    ask, secret = enrolment.services.ask, None if caller.account_id else requests.new_secret()
    draft = ask(StartDraft(command_id=uuid4(), code=code, secret=secret), caller)
    for page in ("demande", "contact"):
        save = SaveAnswers(
            command_id=uuid4(),
            draft_id=draft.draft_id,
            secret=secret,
            page=page,
            answers=requests.answers(),
        )
        ask(save, caller)
    return ask(requests.submit(draft.draft_id, secret), caller)


def state_of(enrolment: Enrolment, filed: SubmittedView) -> RequestState:
    asked = FollowRequest(number=filed.number, code=filed.code)
    return enrolment.services.ask(asked, Caller()).line.state


def parked(enrolment: Enrolment) -> list[ParkedLine]:
    """The orders that were not obeyed."""
    lines = enrolment.services.ask(ListParked.of("enrolment")(), SYSTEM).lines
    return [line for line in lines if line.queue == "enrolment.orders"]


def give(enrolment: Enrolment, name: str, data: dict[str, str], user: str | None = "subscriber") -> None:
    """An order of another system; without `user` it does not say whose."""
    envelope = Envelope(
        id=uuid4(),
        source="/anybody",
        type=f"fr.espace-citoyens.{name}.v1",
        subject=data["request_id"],
        time=datetime(2026, 11, 23, 9, tzinfo=UTC),
        dataschema="",
        data=data,
    )
    with pika.BlockingConnection(pika.URLParameters(enrolment.broker.url("subscriber"))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        properties = pika.BasicProperties(user_id=user, delivery_mode=2)
        body = envelope.model_dump_json().encode()
        channel.basic_publish("espace.orders", name, body, properties, mandatory=True)


@pytest.fixture
def example(enrolment: Enrolment) -> Iterator[None]:
    """The example, listening for requests of the procedure `voirie`."""
    environment = {**os.environ, "ESPACE_AMQP_URL": enrolment.broker.url("subscriber")}
    program = subprocess.Popen([sys.executable, str(EXAMPLE), "technique", "voirie"], env=environment)

    def listens() -> bool:
        with pika.BlockingConnection(pika.URLParameters(enrolment.broker.url(ADMINISTRATOR))) as connection:
            try:
                declared = connection.channel().queue_declare("subscriber.technique", passive=True)
            except ChannelClosedByBroker:
                return False
            return int(declared.method.consumer_count) > 0

    enrolment.await_that(listens)
    yield
    program.terminate()
    program.wait(10)


def test_another_system_takes_a_request_over_and_its_letter_comes_due(
    enrolment: Enrolment, example: None
) -> None:
    enrolment.services.ask(requests.department(system="subscriber"), SYSTEM)
    publish_form(enrolment, "voirie")
    filed = file_request(enrolment, "voirie", mother.parent())
    enrolment.await_that(lambda: state_of(enrolment, filed) is RequestState.ACCEPTED)
    view = enrolment.services.ask(FollowRequest(number=filed.number, code=filed.code), Caller())
    assert view.decided_by == "Service technique"
    assert [step.side for step in view.steps[1:]] == [Side.SYSTEM, Side.SYSTEM]
    assert enrolment.services.ask(LettersDue(), LETTERS).request_ids == [filed.request_id]
    assert parked(enrolment) == []


def test_what_another_system_may_not_order_is_parked_with_its_reason_and_changes_nothing(
    enrolment: Enrolment,
) -> None:
    publish_form(enrolment, "archives")
    filed = file_request(enrolment, "archives")
    stranger = str(uuid4())
    [department] = [
        each for each in enrolment.services.ask(ListDepartments(), SYSTEM) if each.name == requests.DEPARTMENT
    ]
    enrolment.services.ask(
        requests.department(code=department.code, version=department.version, system=""), SYSTEM
    )
    request_id = str(filed.request_id)
    give(enrolment, "request.decide", {"request_id": request_id, "outcome": "accepted"})
    give(enrolment, "request.take_over", {"request_id": stranger})
    give(enrolment, "request.decide", {"request_id": request_id, "outcome": "maybe"})
    give(enrolment, "request.take_over", {"request_id": request_id}, user=None)
    enrolment.await_that(lambda: len(parked(enrolment)) == 4)
    whys = {line.failure for line in parked(enrolment)}
    assert whys == {"NotAllowed", "NotFound", ParkedFailure.UNREADABLE, ParkedFailure.NO_SENDER}
    assert {line.tries for line in parked(enrolment)} == {1}, "a refusal is for good"
    assert state_of(enrolment, filed) is RequestState.RECEIVED


def test_an_account_older_than_the_facts_of_its_address_claims_what_it_filed_without_one(
    enrolment: Enrolment,
) -> None:
    publish_form(enrolment, "registres")
    filed, parent = file_request(enrolment, "registres"), mother.parent()
    assert parent.account_id is not None
    address = str(requests.answers()["contact_email"])
    enrolment.tell(AccountAddressConfirmed(account_id=parent.account_id, email=address), parent.account_id)
    enrolment.await_that(
        lambda: (
            filed.request_id
            in {each.request_id for each in enrolment.services.ask(MyRequests(), parent).claimable}
        )
    )
    claimed = enrolment.services.ask(ClaimRequest(command_id=uuid4(), request_id=filed.request_id), parent)
    assert claimed.number == filed.number
