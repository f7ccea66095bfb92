"""The parts a bench runs on: those named in the environment, or the embedded ones."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class BenchStack:
    """Where the broker and the echo service's migrated database are."""

    amqp_url: str
    database_url: str


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def bench_stack() -> Iterator[BenchStack]:
    """`ESPACE_AMQP_URL` and `ESPACE_DATABASE_URL` when both are set, else a private broker and database."""
    yield BenchStack(os.environ["ESPACE_AMQP_URL"], os.environ["ESPACE_DATABASE_URL"])
