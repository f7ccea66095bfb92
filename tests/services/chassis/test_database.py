"""The pool outlives its connections."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from chassis import database as chassis_database
from chassis.database import engine_for


@pytest.fixture
def engine(database: Callable[[str], str]) -> Iterator[Engine]:
    made = engine_for(database("tests.echo"), 4)
    yield made
    made.dispose()


def backend(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def end(engine: Engine, pid: int) -> None:
    """Ends a connection from outside, as a database that restarts does."""
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


def test_a_connection_that_was_lost_while_it_rested_is_replaced(
    engine: Engine, database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chassis_database, "REST", 0.0)
    lost = backend(engine)
    elsewhere = engine_for(database("tests.echo"), 1)
    end(elsewhere, lost)
    elsewhere.dispose()

    assert backend(engine) != lost


def test_a_connection_in_use_is_used_again_untried(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    pings: list[object] = []
    monkeypatch.setattr(engine.dialect, "do_ping", pings.append)

    assert backend(engine) == backend(engine)
    assert pings == []
