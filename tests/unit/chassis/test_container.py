"""What a service does before it answers anything."""

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from chassis import container
from chassis.container import Container
from chassis.service import Service, first


class Town(Service):
    """Writes down what happens to it; its database is away at first."""

    name = "town"
    happened: list[str] = []  # noqa: RUF012 -- the container makes the instance

    @first
    def install(self) -> None:
        self.happened.append("tried")
        if self.happened.count("tried") < 3:
            raise OperationalError("SELECT 1", {}, Exception("the database is starting"))
        self.happened.append("installed")

    def serve(self) -> None:
        """Not done by itself."""
        self.happened.append("served")


class Extensions:
    """Nameko's, of which only the order counts here."""

    def __init__(self, happened: list[str]) -> None:
        self.all = self
        self.setup = lambda: happened.append("set up")
        self.start = lambda: happened.append("started")


def test_what_comes_first_is_done_before_the_service_is_there_however_long_the_database_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Bare(Container):
        dependencies: Any = ()
        extensions: Any = Extensions(Town.happened)

        def __init__(self) -> None:
            self.service_cls = Town

    monkeypatch.setattr(container, "AGAIN_AFTER", 0.0)
    Bare().start()

    assert Town.happened == ["set up", "tried", "tried", "tried", "installed", "started"]
