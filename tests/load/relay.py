"""Facts per second through outbox, relay and confirmed publish, beside bare pika confirming one by one.

Both publish the same messages, persistent and `mandatory`, to the same exchange with the same quorum queues bound.
Ours counts from the first fact written (in transactions of twenty, as a busy service writes them) to the last one
confirmed and marked; bare pika has its messages ready in memory. `lost`: facts written and not in the queue.
"""

import os
import time
from datetime import UTC, datetime
from uuid import uuid4

import pika
from sqlalchemy import text

from chassis.database import engine_for, sessions_for
from chassis.outbox import tell_all
from contracts.envelope import EXCHANGE
from contracts.events.bookings import BookingMade
from deploy.local.rundir import find_free_port
from tests.load.processes import running
from tests.load.rpc import answers_http
from tests.load.stack import bench_stack

FACTS, ROUNDS, PER_TRANSACTION = 5_000, 3, 20
QUEUE = "bench.facts"


def a_booking() -> BookingMade:
    """A fact of the usual size."""
    return BookingMade(
        booking_id=uuid4(),
        session_id=uuid4(),
        child_id=uuid4(),
        family_id=uuid4(),
        activity_code="cantine",
        place_code="0261001A",
        day=datetime.now(UTC).date(),
        changed_by=uuid4(),
    )


def publish_bare(url: str, bodies: list[bytes]) -> float:
    """Seconds that pika needs, waiting for each confirm before the next message."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.confirm_delivery()
    properties = pika.BasicProperties(delivery_mode=2, content_type="application/cloudevents+json")
    started = time.perf_counter()
    for body in bodies:
        channel.basic_publish(EXCHANGE, "booking.made", body, properties, mandatory=True)
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def publish_ours(database_url: str) -> float:
    """Seconds from the first fact written to the last one marked."""
    engine = engine_for(database_url, 2)
    begin = sessions_for(engine).begin
    facts = [(a_booking(), str(number), 1) for number in range(FACTS)]
    started = time.perf_counter()
    for first in range(0, FACTS, PER_TRANSACTION):
        with begin() as session:
            tell_all(session, facts[first : first + PER_TRANSACTION], at=datetime.now(UTC))
    with engine.connect() as connection:
        waiting = text("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)")
        while connection.execute(waiting).scalar_one():
            connection.rollback()
            time.sleep(0.02)
    seconds = time.perf_counter() - started
    engine.dispose()
    return seconds


def take_all(url: str) -> int:
    """How many messages the queue holds; empties it."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    count = 0
    while True:
        method, _, _ = channel.basic_get(QUEUE, auto_ack=True)
        if method is None:
            break
        count += 1
    connection.close()
    return count


def bind_queue(url: str) -> None:
    """A listener's quorum queue, as any service has one."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.exchange_declare(EXCHANGE, "topic", durable=True)
    channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(QUEUE, EXCHANGE, "booking.*")
    connection.close()


def main() -> None:
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    with bench_stack() as stack:
        bind_queue(stack.amqp_url)
        health = find_free_port()
        environment = {
            "ESPACE_AMQP_URL": stack.amqp_url,
            "ESPACE_DATABASE_URL": stack.database_url,
            "ESPACE_METRICS_PORT": str(health),
        }
        bodies = [a_booking().model_dump_json().encode() + b" " * 350 for _ in range(FACTS)]
        ours = bare = 0.0
        lost = 0
        relay = ["-m", "chassis", "relay", "echo"]
        with running(relay, environment, answers_http(health, "/health/ready")):
            for _ in range(ROUNDS):
                bare += publish_bare(stack.amqp_url, bodies)
                take_all(stack.amqp_url)
                ours += publish_ours(stack.database_url)
                lost += FACTS - take_all(stack.amqp_url)
        count = FACTS * ROUNDS
        print(f"{'':32}{'facts/s':>10}   ({ROUNDS} × {FACTS}, in turns)")
        print(f"{'outbox, relay, confirmed':32}{count / ours:10.0f}")
        print(f"{'bare pika, one by one':32}{count / bare:10.0f}")
        print(f"relay ratio={bare / ours:.2f} lost={lost}", flush=True)


if __name__ == "__main__":
    main()
