"""The embedded parts, each in a folder of its own, on free ports, killed when the tests end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.postgres import Server
from deploy.local.rabbitmq import Broker
from deploy.local.seaweed import ObjectStore
from deploy.local.stack import Stack


@contextmanager
def run_part(folder: Path, part: str) -> Iterator[Stack]:
    """A stack of one part."""
    stack = Stack(folder, parts=(part,))
    stack.start()
    try:
        yield stack
    finally:
        stack.stop(at_once=True)


class Embedded:
    """The provider that needs nothing but the wheels and the system's RabbitMQ."""

    @contextmanager
    def postgres(self, folder: Path) -> Iterator[Server]:
        with run_part(folder, "postgres") as stack:
            yield stack.server

    @contextmanager
    def rabbitmq(self, folder: Path) -> Iterator[Broker]:
        with run_part(folder, "rabbitmq") as stack:
            yield stack.broker

    @contextmanager
    def objectstore(self, folder: Path) -> Iterator[ObjectStore]:
        with run_part(folder, "seaweedfs") as stack:
            yield stack.store
