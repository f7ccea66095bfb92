"""What a bench runs on: a private broker and database, gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.rabbitmq import ADMINISTRATOR
from deploy.local.stack import Stack
from tests.providers.databases import Databases


@dataclass(frozen=True)
class BenchStack:
    """Where the broker and the migrated databases are. Services enter as administrator."""

    amqp_url: str
    database_urls: dict[str, str]

    @property
    def database_url(self) -> str:
        """The echo service's."""
        return self.database_urls["tests.echo"]


@contextmanager
def bench_stack(*services: str) -> Iterator[BenchStack]:
    """PostgreSQL and RabbitMQ as `./espace up` runs them; a database for each service, the echo's if none is named."""
    with (
        tempfile.TemporaryDirectory(prefix="espace-bench-", ignore_cleanup_errors=True) as folder,
        ExitStack() as databases,
    ):
        stack = Stack(Path(folder), parts=("postgres", "rabbitmq"))
        stack.start()
        databases.callback(stack.stop, at_once=True)
        made = Databases(stack.server)
        urls = {name: databases.enter_context(made.fresh(name)) for name in services or ("tests.echo",)}
        yield BenchStack(stack.broker.url(ADMINISTRATOR), urls)
