"""The service and its relay as real processes: what others tell arrives, calls are answered, facts go out."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pika
import pytest

from chassis.client import Services
from chassis.clock import set_clock
from contracts.caller import SYSTEM, Caller
from contracts.enrolment.bookings import CellState, ChangeBookings, MonthPage, Refusal
from contracts.enrolment.enrolments import MyEnrolments, RequestEnrolment
from contracts.enrolment.home import Overview
from contracts.envelope import EXCHANGE, Envelope
from contracts.errors import NotFound
from contracts.events.documents import DocumentShared
from contracts.events.enrolment import EnrolmentState
from contracts.events.event import Event
from deploy.local.rabbitmq import ADMINISTRATOR, Broker
from tests.load.processes import running
from tests.load.stack import free_port
from tests.mothers import enrolment as mother
from tests.services.chassis.conftest import ready
from tests.services.enrolment.conftest import NOW


@dataclass
class Enrolment:
    """The running service, and the broker's exchange as others use it."""

    broker: Broker
    services: Services

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
        deadline = time.monotonic() + 20
        while not is_so():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def enrolment(
    database: Callable[[str], str], vhost: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Enrolment]:
    clock: Path = tmp_path_factory.mktemp("clock") / "clock.json"
    set_clock(clock, frozen=NOW)
    port, relay_port = free_port(), free_port()
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
        for command in (mother.define_school(), mother.define(mother.canteen(documents=("assurance",)))):
            services.ask(command, SYSTEM)
        services.ask(mother.offer(), SYSTEM)
        assert services.ask(mother.open_sessions(), SYSTEM) == 28
        yield Enrolment(vhost, services)
    services.close()


@pytest.fixture(scope="module")
def parent(enrolment: Enrolment) -> Caller:
    return mother.parent()


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
