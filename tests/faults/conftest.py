"""One town for all fault tests: it has a life of its own, and is broken again and again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from chassis.client import Services
from tests.faults.books import Books, open_books
from tests.faults.people import Parent, settle
from tests.providers.system import Town, run_town

PARIS = ZoneInfo("Europe/Paris")
TODAY = datetime(2026, 11, 24, 10, 0, tzinfo=PARIS)
"""December can be booked, this week cannot any more."""
AFTERWARDS = datetime(2027, 1, 4, 10, 0, tzinfo=PARIS)
"""December is over."""


@dataclass
class Life:
    """The town, those who live in it, and its books."""

    town: Town
    services: Services
    parents: list[Parent]
    books: Books

    def be_at(self, moment: datetime) -> None:
        """The town's clock runs on from there."""
        self.town.shift_clock(moment - datetime.now(UTC))

    @property
    def amqp_url(self) -> str:
        """The broker, for another caller."""
        return self.town.amqp_url("gateway")


@pytest.fixture(scope="package")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """Settled and quiet at the first test; every process is ready again before each later module."""
    with run_town(tmp_path_factory.mktemp("struck-town")) as town:
        town.shift_clock(TODAY - datetime.now(UTC))
        services = Services(town.amqp_url("gateway"), timeout=15)
        books = open_books(town)
        yield Life(town, services, settle(town, services, date(2026, 11, 24)), books)
        services.close()
