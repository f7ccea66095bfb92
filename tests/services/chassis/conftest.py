"""The echo service and its relay as real processes, on a fresh virtual host and database."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, create_engine, text

from chassis.client import Services
from deploy.local.rabbitmq import ADMINISTRATOR, Broker
from deploy.local.rundir import find_free_port
from tests.load.processes import running


@dataclass(frozen=True)
class Echo:
    """Where the echo service lives, and how to start its processes."""

    amqp_url: str
    database_url: str
    engine: Engine
    services: Services
    broker: Broker

    @contextmanager
    def process(self, verb: str) -> Iterator[int]:
        """`serve` or `relay`, ready; yields the pid."""
        port = find_free_port()
        environment = {
            "ESPACE_AMQP_URL": self.amqp_url,
            "ESPACE_DATABASE_URL": self.database_url,
            "ESPACE_METRICS_PORT": str(port),
            "ESPACE_FACT_DELAYS": "[1, 1]",
            "ESPACE_FACT_TRIES": "3",
            "PYTHONDONTWRITEBYTECODE": "",
        }
        with running(
            ["-W", "ignore", "-m", "chassis", verb, "tests.echo"], environment, lambda: ready(port)
        ) as pid:
            yield pid

    def rows(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """What a statement finds, or nothing where it finds nothing to return; committed."""
        with self.engine.begin() as connection:
            found = connection.execute(text(statement), values)
            return [tuple(row) for row in found] if found.returns_rows else []

    def count(self, table: str) -> int:
        return int(str(self.rows(f"SELECT count(*) FROM {table}")[0][0]))


def ready(port: int) -> bool:
    """True when the process's own health page says so."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
            return set(json.load(answer).values()) == {"ok"}
    except OSError:
        return False


@pytest.fixture(scope="module")
def echo(database: Callable[[str], str], vhost: Broker) -> Iterator[Echo]:
    url = database("tests.echo")
    engine = create_engine(url)
    services = Services(vhost.url(ADMINISTRATOR), timeout=10)
    yield Echo(vhost.url(ADMINISTRATOR), url, engine, services, vhost)
    services.close()
    engine.dispose()


@pytest.fixture(scope="module")
def serving(echo: Echo) -> Iterator[Echo]:
    """The echo, answering and telling."""
    with echo.process("serve"), echo.process("relay"):
        yield echo


Starter = Callable[[str], AbstractContextManager[int]]
