"""Facts from one transaction to another: told if and only if committed, applied exactly once, never lost."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from uuid import uuid4

import pika
from sqlalchemy.orm import Session

from chassis.outbox import tell, tell_all
from contracts.caller import Caller
from contracts.envelope import EXCHANGE
from contracts.events.enrolment import ActivityUpdated, PlaceUpdated
from tests.echo.echo import WriteNote
from tests.load.processes import ROOT
from tests.services.chassis.conftest import Echo
from tests.waiting import eventually


def a_place(name: str) -> PlaceUpdated:
    return PlaceUpdated(place_code=str(uuid4()), place_name=name)


def heard(echo: Echo, name: str) -> int:
    return len(echo.rows("SELECT text FROM heard WHERE text = :name", name=name))


def told_bodies(echo: Echo, name: str) -> list[str]:
    return [
        str(row[0]) for row in echo.rows("SELECT body FROM outbox WHERE body LIKE :like", like=f"%{name}%")
    ]


def depth(echo: Echo, queue: str) -> int:
    connection = pika.BlockingConnection(pika.URLParameters(echo.amqp_url))
    try:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count)
    finally:
        connection.close()


def publish(echo: Echo, body: bytes, routing_key: str) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(echo.amqp_url))
    connection.channel().basic_publish(EXCHANGE, routing_key, body)
    connection.close()


def test_a_fact_is_applied_with_the_correlation_id_of_the_request_that_caused_it(serving: Echo) -> None:
    caller = Caller(correlation_id="de-bout-en-bout")
    serving.services.ask(WriteNote(command_id=uuid4(), text="suivi"), caller)

    found = eventually(lambda: serving.rows("SELECT correlation_id FROM heard WHERE text = 'suivi'"))
    assert found == [("de-bout-en-bout",)]


def test_what_is_rolled_back_is_never_told(serving: Echo) -> None:
    with Session(serving.engine) as session:
        tell(session, a_place("annulé"), subject="1", at=datetime.now(UTC))
        session.rollback()
    with Session(serving.engine) as session:
        tell(session, a_place("gardé"), subject="1", at=datetime.now(UTC))
        session.commit()

    eventually(lambda: heard(serving, "gardé"))
    assert heard(serving, "annulé") == 0


def test_a_fact_told_twice_is_applied_once(serving: Echo) -> None:
    with Session(serving.engine) as session:
        tell(session, a_place("double"), subject="1", at=datetime.now(UTC))
        session.commit()
    eventually(lambda: heard(serving, "double"))

    publish(serving, told_bodies(serving, "double")[0].encode(), "place.updated")
    with Session(serving.engine) as session:
        tell(session, a_place("après le double"), subject="1", at=datetime.now(UTC))
        session.commit()

    eventually(lambda: heard(serving, "après le double"))
    assert heard(serving, "double") == 1


def test_a_handler_that_fails_is_tried_again_then_parked_and_can_be_replayed(serving: Echo) -> None:
    fact = ActivityUpdated(
        activity_code="x", activity_name="avalée de travers", unit="repas", child_care=False
    )
    with Session(serving.engine) as session:
        tell(session, fact, subject="x", at=datetime.now(UTC))
        session.commit()
    eventually(lambda: depth(serving, "echo.events.parked") == 1)
    assert heard(serving, "avalée de travers") == 0, "a failed try leaves no trace"
    assert heard(serving, "admise : avalée de travers") == 1, "the other handler's work stands, done once"

    serving.rows("INSERT INTO mended DEFAULT VALUES")
    replayed = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "chassis", "replay", "echo"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "services:.", "ESPACE_AMQP_URL": serving.amqp_url},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "1 facts put back" in replayed.stdout
    eventually(lambda: heard(serving, "avalée de travers") == 1)
    assert heard(serving, "admise : avalée de travers") == 1
    assert depth(serving, "echo.events.parked") == 0


def test_a_message_that_cannot_be_read_is_parked_at_once_and_the_next_one_applied(serving: Echo) -> None:
    before = depth(serving, "echo.events.parked")
    publish(serving, b'{"specversion": "1.0", "surprise": true}', "place.updated")
    with Session(serving.engine) as session:
        tell(session, a_place("la suite"), subject="1", at=datetime.now(UTC))
        session.commit()

    eventually(lambda: heard(serving, "la suite"))
    eventually(lambda: depth(serving, "echo.events.parked") == before + 1)


def test_facts_keep_their_order(serving: Echo) -> None:
    facts = [(a_place(f"ordre {number:04}"), "ordre", number) for number in range(300)]
    for first in range(0, 300, 50):
        with Session(serving.engine) as session:
            tell_all(session, facts[first : first + 50], at=datetime.now(UTC))
            session.commit()

    eventually(lambda: heard(serving, "ordre 0299"))
    found = serving.rows("SELECT text FROM heard WHERE text LIKE 'ordre %' ORDER BY ctid")
    assert [row[0] for row in found] == [f"ordre {number:04}" for number in range(300)]
