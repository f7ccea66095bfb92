"""The migrations make the tables that the code expects."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

import billing.service  # noqa: F401 -- brings every table of the service
from billing.models import Base
from chassis.tables import frame

FRAME = {*frame.tables, "frame_version", "service_version"}


def test_the_migrations_and_the_models_say_the_same(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda thing, name, kind, *_: not (kind == "table" and name in FRAME),
            },
        )

        assert compare_metadata(context, Base.metadata) == []
