"""Hot statements are prepared once on a connection, and say what they would have said."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import ARRAY, DateTime, Engine, Text, Uuid, bindparam, text

from chassis.database import PREPARED, engine_for

_ALL = text(
    "SELECT CAST(:word AS text) AS word, :ids AS ids, CAST(:at AS timestamptz) AS at, '7 %' LIKE '% \\%' AS percent,"
    " :word || '!' AS again"
).bindparams(
    bindparam("word", type_=Text),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("at", type_=DateTime(timezone=True)),
)
AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
IDS = [UUID(int=1), UUID(int=2)]


@pytest.fixture
def engine(database: Callable[[str], str]) -> Iterator[Engine]:
    engine = engine_for(database("tests.echo"), 1)
    yield engine
    engine.dispose()


def named(engine: Engine) -> int:
    """How many statements the pool's one connection has prepared."""
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one())


@pytest.mark.parametrize("word", ["l’été", "it's 100 %(word)s", "", None])
@pytest.mark.parametrize("ids", [IDS, []])
def test_a_prepared_statement_answers_as_any_other(engine: Engine, word: str | None, ids: list[UUID]) -> None:
    values = {"word": word, "ids": ids, "at": AT}
    with engine.connect() as connection:
        plain = connection.execute(_ALL, values).one()
        prepared = connection.execute(_ALL.execution_options(**PREPARED), values).one()
    assert prepared == plain
    assert prepared.at == AT


def test_it_is_prepared_once_and_outlives_a_transaction_that_failed(engine: Engine) -> None:
    hot = text("SELECT 10 / :n").bindparams(n=1).execution_options(**PREPARED)
    with pytest.raises(Exception, match="division by zero"), engine.begin() as connection:
        connection.execute(hot, {"n": 0})
    assert named(engine) == 1
    for n in (1, 2, 5):
        with engine.begin() as connection:
            assert connection.execute(hot, {"n": n}).scalar_one() == 10 // n
    assert named(engine) == 1


def test_a_connection_that_was_replaced_prepares_anew(engine: Engine) -> None:
    hot = text("SELECT CAST(:n AS int)").execution_options(**PREPARED)
    for _ in range(2):
        with engine.begin() as connection:
            assert connection.execute(hot, {"n": 3}).scalar_one() == 3
        engine.dispose()


def test_what_follows_a_lock_in_one_trip_sees_what_was_done_until_it_was_had(engine: Engine) -> None:
    lock = "SELECT FROM seen WHERE kind = 'turn' AND subject = %(subject)s FOR NO KEY UPDATE"
    look = (
        text("SELECT version FROM seen WHERE kind = 'count' AND subject = CAST(:subject AS text)")
        .bindparams(bindparam("subject", type_=Text))
        .execution_options(**PREPARED, ahead=lock)
    )
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO seen VALUES ('turn', 'a', 0), ('count', 'a', 0)"))

    def count_one() -> int:
        with engine.begin() as connection:
            seen = connection.execute(look, {"subject": "a"}).scalar_one()
            connection.execute(text("UPDATE seen SET version = :one WHERE kind = 'count'"), {"one": seen + 1})
            return int(seen)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(future.result() for future in [pool.submit(count_one) for _ in range(40)]) == [
            *range(40)
        ]
