"""Another municipal system listens: prints each booking, published invoice, payment and refund, as it happens.

    pip install pika
    ESPACE_AMQP_URL=amqp://subscriber:…@host:5672/espace python3 subscriber.py cuisine

The queue is this system's own: durable and replicated, it keeps what is told while this program is away. A fact is
acknowledged once printed, so it comes at least once: what must count once looks at `id`.
"""

import json
import os
import sys
import time
from contextlib import suppress

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker
from pika.spec import Basic, BasicProperties

EXCHANGE = "espace.events"
FACTS = ["booking.*", "invoice.published", "payment.received", "refund.*"]
LOST = (AMQPConnectionError, ChannelClosedByBroker)


def listen(url: str, queue: str) -> None:
    """Prints facts until the connection is lost."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
        for fact in FACTS:
            channel.queue_bind(queue, EXCHANGE, fact)
        channel.basic_qos(prefetch_count=50)
        channel.basic_consume(queue, show)
        print(f"{queue} écoute {', '.join(FACTS)}", file=sys.stderr, flush=True)
        channel.start_consuming()


def show(channel: BlockingChannel, delivery: Basic.Deliver, _: BasicProperties, body: bytes) -> None:
    """One CloudEvent, one line; then it may be forgotten by the broker."""
    event = json.loads(body)
    print(event["time"], event["type"], event["id"], json.dumps(event["data"]), flush=True)
    channel.basic_ack(delivery.delivery_tag)


def main() -> None:
    url, system = os.environ["ESPACE_AMQP_URL"], sys.argv[1] if len(sys.argv) > 1 else "exemple"
    queue = f"{pika.URLParameters(url).credentials.username}.{system}"
    while True:
        try:
            listen(url, queue)
        except LOST as lost:
            print(f"connexion perdue ({type(lost).__name__}), nouvel essai", file=sys.stderr, flush=True)
            time.sleep(2)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
