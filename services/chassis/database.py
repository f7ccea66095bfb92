"""PostgreSQL, one database and one role per service.

Transactions are READ COMMITTED and short; what takes places or money locks rows in a stated order. Statements are
bounded in time at the connection, because a greenlet's timeout in the middle of a query costs the connection.
"""

import hashlib
import re
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_OPTIONS = (
    "-c statement_timeout=20000 -c lock_timeout=8000"
    " -c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
    # Of what is prepared (see PREPARED) one plan is kept, not one made for each set of values.
    " -c plan_cache_mode=force_generic_plan"
)


REST = 1.0
"""Seconds after which a connection is tried before it is used again. A database that fell is not back sooner, so that
whatever a call finds untried would have failed at the ping as well; under load a ping was two trips of every call."""


def metadata_for(service: str) -> MetaData:
    """The metadata of a service's tables: constraints are named, so that migrations can speak of them."""
    return MetaData(naming_convention=NAMING, info={"service": service})


def engine_for(url: str, connections: int = 10) -> Engine:
    """A pool as large as the number of workers: a worker never waits for a connection."""
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=2,
        pool_recycle=1800,
        json_deserializer=orjson.loads,
        hide_parameters=True,  # errors are logged, and what is bound may be a family's
        connect_args={"options": _OPTIONS, "connect_timeout": 5},
    )
    _try_the_rested(engine)
    _prepare_the_hot(engine)
    return engine


def _try_the_rested(engine: Engine) -> None:
    """Connections that have lain for a while are pinged; the pool replaces one that does not answer."""

    @event.listens_for(engine, "checkin")
    def lay_down(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def take_up(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("rests_since")
        if since is None or time.monotonic() - since < REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as failure:
            raise DisconnectionError from failure


PREPARED = {"prepared": True}
"""Execution options of a statement that runs so often that planning it costs more than running it. Its text must not
change with its values (`= ANY(array)`, not an expanding `IN`), and shows the type of each: by what it is compared with
or written to, or by a CAST. The connection is ours alone: no pooler lending it by transaction stands in between.

Beside it, `ahead`: a statement that goes first in the same trip, with some of the same values (`%(name)s::UUID`) and no
answer that is read. A lock, so that what follows, which sees the world as it begins, begins once the lock is had."""

_PLACE = re.compile(r"%\((\w+)\)s((?:::[A-Z]+(?: WITH(?:OUT)? TIME ZONE)?(?:\(\d+\))?(?:\[\])?)?)|%%")


def _prepare_the_hot(engine: Engine) -> None:
    """Statements marked `PREPARED` are prepared once on each connection, then executed by name.

    psycopg2 has no other way to keep a plan: every statement it sends is planned anew.
    """

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def by_name(
        connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool
    ) -> tuple[str, Any]:
        options = context.execution_options
        if many or not options.get("prepared"):
            return statement, values
        calls = filter(None, (options.get("ahead"), statement))
        return "; ".join(_prepare(each, connection.info, cursor) for each in calls), values


def run_alone(engine: Engine, statement: str, values: Mapping[str, Any]) -> Any:
    """The one value that a hot statement (see PREPARED) answers, outside any transaction. Raises OperationalError.

    What looks once sees one instant anyway, and what writes once is written whole or not at all: BEGIN and COMMIT, each
    a trip of its own, cost more than most statements.
    """
    try:
        connection = engine.raw_connection()
        driver: Any = connection.dbapi_connection
        try:
            driver.autocommit = True
            cursor = connection.cursor()
            cursor.execute(_prepare(statement, connection.info, cursor), values)
            [[value]] = cursor.fetchall()
            driver.autocommit = False
        except BaseException:
            connection.invalidate()
            raise
        connection.close()
    except engine.dialect.loaded_dbapi.Error as failure:
        raise OperationalError(statement, dict(values), failure) from failure
    return value


def _prepare(statement: str, of_connection: dict[Any, Any], cursor: Any) -> str:
    """Prepares a statement where its connection does not know it yet; what executes it."""
    name, prepare, execute = _named(statement)
    known: set[str] = of_connection.setdefault("prepared", set())
    if name not in known:
        cursor.execute(prepare)
        known.add(name)
    return execute


@cache
def _named(statement: str) -> tuple[str, str, str]:
    """(name, PREPARE …, EXECUTE …) of a statement with `%(name)s` placeholders and the casts behind them."""
    given: dict[str, str] = {}

    def numbered(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%"
        given.setdefault(place[1], place[0])
        return f"${list(given).index(place[1]) + 1}{place[2]}"

    body = _PLACE.sub(numbered, statement)
    name = f"hot_{hashlib.sha256(statement.encode()).hexdigest()[:16]}"
    values = f"({', '.join(given.values())})" if given else ""
    return name, f"PREPARE {name} AS {body}", f"EXECUTE {name} {values}"


def sessions_for(engine: Engine) -> sessionmaker[Session]:
    """`with sessions.begin() as session:` is one transaction, committed at the end of the block."""
    return sessionmaker(engine, expire_on_commit=False)
