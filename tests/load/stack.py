"""What a bench runs on: a private broker and database, gone afterwards."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.rabbitmq import ADMINISTRATOR
from deploy.local.stack import Stack
from tests.providers.databases import Databases


@dataclass(frozen=True)
class BenchStack:
    """Where the broker and the echo service's migrated database are. The echo enters as administrator."""

    amqp_url: str
    database_url: str


@contextmanager
def bench_stack() -> Iterator[BenchStack]:
    """PostgreSQL and RabbitMQ as `./espace up` runs them."""
    with tempfile.TemporaryDirectory(prefix="espace-bench-", ignore_cleanup_errors=True) as folder:
        stack = Stack(Path(folder), parts=("postgres", "rabbitmq"))
        stack.start()
        try:
            with Databases(stack.server).fresh("tests.echo") as database_url:
                yield BenchStack(stack.broker.url(ADMINISTRATOR), database_url)
        finally:
            stack.stop(at_once=True)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
