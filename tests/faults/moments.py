"""Killing a process at the very moment one means, without guessing how long anything takes.

A lock held on a table stops a transaction in its middle; the broker, stopped, keeps an answer from leaving.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.faults.books import Books
from tests.providers.system import Town
from tests.waiting import eventually


@contextmanager
def held(books: Books, service: str, table: str, mode: str = "ACCESS EXCLUSIVE") -> Iterator[None]:
    """Nobody gets at the table. The service gives up after eight seconds (`lock_timeout`): be quick."""
    with books.engines[service].connect() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN {mode} MODE"))
        yield
        connection.rollback()


def await_stuck(books: Books, service: str, table: str) -> None:
    """Returns once a transaction waits at a table that is held."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = to_regclass(:table)"
    eventually(lambda: books.value(service, query, table=table) > 0)


def await_alone(town: Town, service: str) -> None:
    """Returns once the last transaction of a killed process is over: the server ends it when it finds nobody there."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid() AND state <> 'idle'"
    )
    engine = create_engine(town.server.url(service), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        eventually(lambda: connection.scalar(query, {"name": service}) == 0)


@contextmanager
def stopped(town: Town, process: str) -> Iterator[None]:
    """The process stands still, connections open: the network's worst manners."""
    pid = town.supervisor.pid(process)
    assert pid is not None
    os.killpg(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(pid, signal.SIGCONT)
