"""PostgreSQL, one database and one role per service.

Transactions are READ COMMITTED and short; what takes places or money locks rows in a stated order. Statements are
bounded in time at the connection, because a greenlet's timeout in the middle of a query costs the connection.
"""

from sqlalchemy import Engine, MetaData, create_engine
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
)


def metadata_for(service: str) -> MetaData:
    """The metadata of a service's tables: constraints are named, so that migrations can speak of them."""
    return MetaData(naming_convention=NAMING, info={"service": service})


def engine_for(url: str, connections: int = 10) -> Engine:
    """A pool as large as the number of workers: a worker never waits for a connection."""
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=2,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"options": _OPTIONS, "connect_timeout": 5},
    )


def sessions_for(engine: Engine) -> sessionmaker[Session]:
    """`with sessions.begin() as session:` is one transaction, committed at the end of the block."""
    return sessionmaker(engine, expire_on_commit=False)
