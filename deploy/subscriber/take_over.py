"""Another municipal system answers requests: hears of each, takes over those of its procedure, decides them.

    pip install pika
    ESPACE_AMQP_URL=amqp://subscriber:…@host:5672/espace python3 take_over.py voirie signalement

`signalement` is the code of a procedure. An administrator has written this system's broker user (`subscriber`) on the
page of the department in charge; else the orders are parked. This example accepts whatever it hears of, in words of its
own: a real one would show the request to somebody, and decide when they have.
"""

import json
import os
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker
from pika.spec import BasicProperties

FACTS, ORDERS = "espace.events", "espace.orders"
LOST = (AMQPConnectionError, ChannelClosedByBroker)


def listen(url: str, system: str, procedure: str) -> None:
    """Takes requests over until the connection is lost."""
    parameters = pika.URLParameters(url)
    user = parameters.credentials.username
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        queue = f"{user}.{system}"
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(queue, FACTS, "request.submitted")
        channel.basic_qos(prefetch_count=1)
        print(f"{queue} traite les demandes « {procedure} »", file=sys.stderr, flush=True)
        for delivery, _, body in channel.consume(queue):
            fact = json.loads(body)
            if fact["data"]["procedure_code"] == procedure:
                work(channel, user, fact)
            channel.basic_ack(delivery.delivery_tag)


def work(channel: BlockingChannel, user: str, fact: dict[str, object]) -> None:
    """Takes one over and decides it. The ids come from the fact's own: heard twice, nothing is ordered twice."""
    data: dict[str, str] = fact["data"]  # type: ignore[assignment]
    order(channel, user, "request.take_over", str(fact["id"]), {"request_id": data["request_id"]})
    decision = {
        "request_id": data["request_id"],
        "outcome": "accepted",
        "words": f"Votre demande « {data['title']} » est traitée par les services techniques.",
        "decided_by": "Service technique",
    }
    order(channel, user, "request.decide", str(fact["id"]), decision)
    print(data["number"], "traitée", flush=True)


def order(channel: BlockingChannel, user: str, name: str, cause: str, data: dict[str, str]) -> None:
    """One order, confirmed by the broker: `mandatory` says when nobody is there to obey."""
    envelope = {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, f"{name}:{cause}")),
        "source": f"/{user}",
        "type": f"fr.espace-citoyens.{name}.v1",
        "subject": data["request_id"],
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "dataschema": f"/api/schemas/{name}.v1.json",
        "data": data,
    }
    # The broker refuses a `user_id` that is not this connection's user: that is how it vouches for the sender.
    properties = BasicProperties(user_id=user, delivery_mode=2, content_type="application/cloudevents+json")
    channel.basic_publish(ORDERS, name, json.dumps(envelope).encode(), properties, mandatory=True)


def main() -> None:
    url, system, procedure = os.environ["ESPACE_AMQP_URL"], sys.argv[1], sys.argv[2]
    while True:
        try:
            listen(url, system, procedure)
        except LOST as lost:
            print(f"connexion perdue ({type(lost).__name__}), nouvel essai", file=sys.stderr, flush=True)
            time.sleep(2)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
