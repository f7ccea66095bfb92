"""Several selects in one trip say what each of them would have said."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    ARRAY,
    Date,
    DateTime,
    Engine,
    Integer,
    Text,
    any_,
    bindparam,
    cast,
    column,
    event,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from chassis.database import engine_for, sessions_for
from chassis.one_trip import OneTrip

AT = datetime(2026, 10, 25, 0, 30, 0, 120000, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    number: int
    word: str
    at: datetime | None
    day: date
    who: UUID


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    nothing: list[dict[str, Any]]


_ROWS = (
    func.generate_series(literal_column("1"), literal_column("3"))
    .table_valued(column("number", Integer), name="given")
    .render_derived()
)
_PAGE = OneTrip(
    Page,
    rows=select(
        _ROWS.c.number,
        (cast(bindparam("word"), Text) + " %").label("word"),
        cast(literal(AT), DateTime(timezone=True)).label("at"),
        cast(literal(date(2026, 11, 26)), Date).label("day"),
        literal(UUID(int=7)).label("who"),
    )
    .where(_ROWS.c.number == any_(bindparam("wanted", type_=ARRAY(Integer))))
    .order_by(_ROWS.c.number.desc()),
    nothing=select(_ROWS.c.number).where(_ROWS.c.number > 9),
)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with sessions_for(engine).begin() as session:
        yield session


@pytest.fixture
def engine(database: Callable[[str], str]) -> Iterator[Engine]:
    engine = engine_for(database("tests.echo"), 1)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("word", ["l’été", "it's 100 %(word)s", ""])
def test_rows_come_typed_and_in_their_order(session: Session, word: str) -> None:
    page = _PAGE.read(session, word=word, wanted=[1, 2])
    rest = (f"{word} %", AT, date(2026, 11, 26), UUID(int=7))
    assert page == Page(rows=[Row(2, *rest), Row(1, *rest)], nothing=[])


def test_it_is_one_statement_prepared_once(session: Session, engine: Engine) -> None:
    ran: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *seen: ran.append(seen[2]))
    for _ in range(2):
        _PAGE.read(session, word="", wanted=[3])
    assert len(ran) == 2
    prepared = session.connection().exec_driver_sql("SELECT count(*) FROM pg_prepared_statements")
    assert prepared.scalar_one() == 1


def test_a_value_forgotten_or_unknown_is_a_fault_not_an_empty_page(session: Session) -> None:
    with pytest.raises(TypeError, match="wanted"):
        _PAGE.read(session, word="")
    with pytest.raises(TypeError, match="wante"):
        _PAGE.read(session, word="", wanted=[], wante=[])


def test_of_a_session_that_only_looks_it_opens_no_transaction(engine: Engine) -> None:
    with sessions_for(engine)() as session:
        assert _PAGE.read(session, word="é", wanted=[2]).rows[0].word == "é %"
        assert not session.in_transaction()
    with engine.begin() as connection:  # the pool's one connection: it serves transactions as before
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one() == 1
        connection.exec_driver_sql("CREATE TABLE kept (number int)")
        connection.rollback()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT to_regclass('kept')").scalar_one() is None


def test_a_look_that_failed_leaves_no_broken_connection(
    engine: Engine, database: Callable[[str], str]
) -> None:
    bad = OneTrip(
        Page, rows=select((1 / cast(bindparam("n"), Integer)).label("number")), nothing=select(_ROWS.c.number)
    )
    with sessions_for(engine)() as session:
        with pytest.raises(OperationalError):
            bad.read(session, n=0)
        lost = session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    other = engine_for(database("tests.echo"), 1)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": lost})
    other.dispose()
    with sessions_for(engine)() as session:
        with pytest.raises(OperationalError):
            _PAGE.read(session, word="", wanted=[1])
        assert len(_PAGE.read(session, word="", wanted=[1]).rows) == 1
