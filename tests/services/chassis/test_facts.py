"""Facts from one transaction to another: told if and only if committed, applied exactly once, never lost."""

from datetime import UTC, datetime
from uuid import uuid4

import pika
from sqlalchemy.orm import Session

from chassis.outbox import tell, tell_all
from contracts.caller import Caller
from contracts.envelope import EXCHANGE
from contracts.events.offer import PlaceUpdated
from tests.echo.echo import WriteNote
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


def test_facts_keep_their_order(serving: Echo) -> None:
    facts = [(a_place(f"ordre {number:04}"), "ordre", number) for number in range(300)]
    for first in range(0, 300, 50):
        with Session(serving.engine) as session:
            tell_all(session, facts[first : first + 50], at=datetime.now(UTC))
            session.commit()

    eventually(lambda: heard(serving, "ordre 0299"))
    found = serving.rows("SELECT text FROM heard WHERE text LIKE 'ordre %' ORDER BY ctid")
    assert [row[0] for row in found] == [f"ordre {number:04}" for number in range(300)]
