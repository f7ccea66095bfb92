"""The bare part that calls are measured against: request and direct reply with py-amqp, and nothing else."""

import sys
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp

QUEUE = "bench.bare"
REPLY = "amq.rabbitmq.reply-to"


def connect(url: str) -> amqp.Connection:
    """A plain connection without heartbeat."""
    parts = urlsplit(url)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port}",
        userid=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        virtual_host=unquote(parts.path[1:]),
        heartbeat=0,
    )
    connection.connect()
    return connection


class BareCaller:
    """Sends a body to the bare server and waits for the same body."""

    def __init__(self, url: str) -> None:
        self._connection = connect(url)
        self._channel = self._connection.channel()
        self._reply: Any = None
        self._channel.basic_consume(REPLY, no_ack=True, callback=self._received)
        self._count = 0

    def _received(self, message: Any) -> None:
        self._reply = message

    def call(self, body: bytes) -> Any:
        self._reply = None
        self._count += 1
        message = amqp.Message(body, reply_to=REPLY, correlation_id=str(self._count), delivery_mode=1)
        self._channel.basic_publish(message, "", QUEUE)
        while self._reply is None:
            self._connection.drain_events(timeout=10)
        return self._reply.body


def serve(url: str) -> None:
    """Sends every body back, acknowledging as any careful consumer does."""
    connection = connect(url)
    channel = connection.channel()
    channel.queue_declare(QUEUE, durable=False, auto_delete=True)
    channel.basic_qos(0, 10, False)

    def answer(message: Any) -> None:
        reply = amqp.Message(
            message.body, correlation_id=message.properties["correlation_id"], delivery_mode=1
        )
        channel.basic_publish(reply, "", message.properties["reply_to"])
        channel.basic_ack(message.delivery_tag)

    channel.basic_consume(QUEUE, callback=answer)
    print("ready", flush=True)
    while True:
        connection.drain_events()


if __name__ == "__main__":
    serve(sys.argv[1])
