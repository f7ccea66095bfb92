"""What a bench runs on: the private broker and database that `./espace bench` starts and names in the environment."""

import os
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class BenchStack:
    """Where the broker and the echo service's migrated database are."""

    amqp_url: str
    database_url: str


def bench_stack() -> BenchStack:
    """Raises KeyError when the bench was not started by `./espace bench`."""
    return BenchStack(os.environ["ESPACE_AMQP_URL"], os.environ["ESPACE_DATABASE_URL"])


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
