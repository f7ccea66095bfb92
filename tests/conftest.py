"""What every test may ask for. Each part starts when the first test asks, and serves the whole run.

    postgres      the PostgreSQL server (deploy.local.postgres.Server): `run_sql(postgres, "…")`
    rabbitmq      the broker (deploy.local.rabbitmq.Broker): `rabbitmq.url("billing")`, `rabbitmq.list_queues()`
    objectstore   the S3 store (deploy.local.seaweed.ObjectStore): `objectstore.url`
    database      per module: `database("billing")` → the address of a fresh, migrated database; the same one
                  each time the module asks again, dropped after its last test
    vhost         per module: the broker with a fresh virtual host: `vhost.url("billing")`, `vhost.list_queues()`
    town          the whole system, shared by the run (tests.providers.system.Town): `town.gateway_url`,
                  `town.mail.page_url + "/messages.json"`, `town.stripe.url`, `town.set_clock(moment)`,
                  `town.supervisor.kill("billing")`, `town.strike("rabbitmq")`
    own_town      per module: one to break, for the fault tests

Where they come from: tests.providers (containers when a Docker engine answers, else the embedded parts; the
whole system is always the embedded one). `town` and `own_town` cost half a minute; ask for less when less will do.

`-n 2 --dist loadfile` runs modules side by side: every process has parts of its own. Tests marked `alone`, all that ask
for a broker or a town, are better off with the machine to themselves: `-m "not alone"` leaves them out (see .ci/run).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from deploy.local.postgres import Server
from deploy.local.rabbitmq import Broker
from deploy.local.seaweed import ObjectStore
from tests.providers.choose import choose_provider
from tests.providers.databases import Databases
from tests.providers.system import Town, run_town
from tests.providers.vhosts import fresh_vhost

# A rule is held to what it says, not to how long a busy machine takes to say it.
settings.register_profile("espace", deadline=None)
settings.load_profile("espace")


TOWNS = ("tests/journeys/", "tests/faults/", "tests/services/stack/")
"""Folders whose tests share one town, from the first to the last."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: has the machine to itself where tests run side by side")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what is not to be torn apart or hurried when tests run side by side."""
    for item in items:
        if item.nodeid.startswith(TOWNS) or "rabbitmq" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.alone)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with choose_provider().postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with choose_provider().rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as broker:
        yield broker


@pytest.fixture(scope="session")
def objectstore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with choose_provider().objectstore(tmp_path_factory.mktemp("objectstore")) as store:
        yield store


@pytest.fixture(scope="session")
def databases(postgres: Server) -> Databases:
    return Databases(postgres)


@pytest.fixture(scope="module")
def database(databases: Databases) -> Iterator[Callable[[str], str]]:
    given: dict[str, str] = {}
    with ExitStack() as open_databases:

        def give(service: str) -> str:
            if service not in given:
                given[service] = open_databases.enter_context(databases.fresh(service))
            return given[service]

        yield give


@pytest.fixture(scope="module")
def vhost(rabbitmq: Broker) -> Iterator[Broker]:
    with fresh_vhost(rabbitmq) as broker:
        yield broker


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with run_town(tmp_path_factory.mktemp("town")) as running:
        yield running


@pytest.fixture(scope="module")
def own_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with run_town(tmp_path_factory.mktemp("own-town")) as running:
        yield running
