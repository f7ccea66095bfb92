"""Brings a service's database to the tables its code expects: the frame's own, then the service's."""

from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

_HERE = Path(__file__).parent / "migrations"
_LOCK = 0x65737061  # one migration at a time, however many replicas start together


def migrate(service: str, url: str) -> None:
    """Applies what is missing. Safe to run from every replica at once; each run is one transaction."""
    engine = create_engine(url, connect_args={"options": "-c lock_timeout=30000"})
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            upgrade(connection, _HERE / "frame", "frame_version")
            own = _migrations_of(service)
            if own.is_dir():
                upgrade(connection, own, "service_version")
    finally:
        engine.dispose()


def upgrade(connection: Connection, revisions: Path, version_table: str) -> None:
    """Runs the revisions of one folder inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("version_locations", str(revisions))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table
    command.upgrade(config, "head")


def _migrations_of(service: str) -> Path:
    spec = find_spec(service)
    if spec is None or spec.origin is None:
        raise LookupError(f"no service is called {service!r}")
    return Path(spec.origin).parent / "migrations"
