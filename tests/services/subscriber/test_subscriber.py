"""The example that other systems start from, run as they would, against the real broker."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pika
import pytest

from contracts.envelope import EXCHANGE, Envelope
from contracts.events.attendance import AttendanceSettled
from contracts.events.billing import PaymentReceived
from contracts.events.bookings import BookingMade
from contracts.events.event import Event
from deploy.local.rabbitmq import Broker
from tests.waiting import eventually

PROGRAM = Path(__file__).parents[3] / "deploy" / "subscriber" / "subscriber.py"


def booking() -> BookingMade:
    return BookingMade(
        booking_id=uuid4(),
        session_id=uuid4(),
        child_id=uuid4(),
        family_id=uuid4(),
        activity_code="cantine",
        place_code="0261001A",
        day=date(2026, 12, 3),
    )


def payment() -> PaymentReceived:
    return PaymentReceived(
        payment_id=uuid4(),
        invoice_id=uuid4(),
        invoice_number="2026-000001",
        family_id=uuid4(),
        account_id=None,
        amount_cents=8420,
    )


def sheet() -> AttendanceSettled:
    return AttendanceSettled(
        session_id=uuid4(), activity_code="cantine", place_code="0261001A", day=date(2026, 12, 3), lines=[]
    )


def tell(broker: Broker, *facts: Event) -> list[str]:
    """Publishes as the relay does. Answers the ids."""
    ids = []
    with pika.BlockingConnection(pika.URLParameters(broker.url("administrator"))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        for fact in facts:
            envelope = Envelope(
                id=uuid4(),
                source="/espace/enrolment",
                type=fact.event_type(),
                subject="1",
                time=datetime(2026, 11, 23, 9, tzinfo=UTC),
                dataschema="/schemas/x.json",
                data=fact.model_dump(mode="json"),
            )
            channel.basic_publish(EXCHANGE, fact.name, envelope.model_dump_json().encode())
            ids.append(str(envelope.id))
    return ids


@contextmanager
def running(broker: Broker, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program, until its queue is bound; ended afterwards."""
    environment = {"ESPACE_AMQP_URL": broker.url("subscriber"), "PATH": os.environ["PATH"]}
    errors = output.with_suffix(".err")
    with output.open("ab") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), "cuisine"], env=environment, stdout=out, stderr=err
        )
        try:
            eventually(lambda: "écoute" in errors.read_text())
            yield process
        finally:
            process.kill()
            process.wait()


def seen(output: Path) -> list[str]:
    return [line.split(" ", 3)[2] for line in output.read_text().splitlines()]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    path = tmp_path / "facts.txt"
    path.touch()
    return path


def test_it_prints_what_it_asked_for_and_nothing_else(vhost: Broker, output: Path) -> None:
    with running(vhost, output):
        booked, _settled, paid = tell(vhost, booking(), sheet(), payment())
        eventually(lambda: len(seen(output)) == 2)
        assert seen(output) == [booked, paid]
    data = json.loads(output.read_text().splitlines()[1].split(" ", 3)[3])
    assert data["amount_cents"] == 8420


def test_what_is_told_while_it_is_away_waits_for_it(vhost: Broker, output: Path) -> None:
    with running(vhost, output):
        pass
    missed = tell(vhost, booking(), booking())
    with running(vhost, output):
        eventually(lambda: missed == seen(output)[-2:])


def test_it_comes_back_when_its_connection_is_cut(vhost: Broker, output: Path) -> None:
    with running(vhost, output) as process:
        errors = output.with_suffix(".err")
        eventually(lambda: cut_connections(vhost) > 0)
        eventually(lambda: errors.read_text().count("écoute") == 2)
        [booked] = tell(vhost, booking())
        eventually(lambda: booked in seen(output))
        assert process.poll() is None


def cut_connections(broker: Broker) -> int:
    """Closes the subscriber's connections from the broker's side."""
    found = [
        each for each in broker.request("GET", "/api/connections") or [] if each.get("user") == "subscriber"
    ]
    for each in found:
        broker.request("DELETE", f"/api/connections/{each['name'].replace(' ', '%20').replace('>', '%3E')}")
    return len(found)


def test_it_is_as_short_as_it_is_said_to_be() -> None:
    assert len(PROGRAM.read_text().splitlines()) < 60
