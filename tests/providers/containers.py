"""The official images, by testcontainers; the same versions as docker-compose.yml."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from testcontainers.core.container import DockerContainer

from deploy.local.postgres import SUPERUSER, Server, run_sql
from deploy.local.probes import answers, fetch_status
from deploy.local.rabbitmq import Broker
from deploy.local.seaweed import ACCESS_KEY, ObjectStore, compose_identities
from deploy.rabbitmq.definitions import ADMINISTRATOR, USERS, compose_definitions

POSTGRES = "postgres:18"
RABBITMQ = "rabbitmq:4.2-management"
SEAWEEDFS = "chrislusf/seaweedfs:4.48"
PATIENCE = 120.0


class Containers:
    """The provider that needs a Docker engine."""

    @contextmanager
    def postgres(self, folder: Path) -> Iterator[Server]:
        password = secrets.token_hex(16)
        container = (
            DockerContainer(POSTGRES)
            .with_env("POSTGRES_PASSWORD", password)
            .with_env(
                "POSTGRES_INITDB_ARGS",
                "--encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C",
            )
            .with_command("-c fsync=off -c max_connections=200")
            .with_exposed_ports(5432)
        )
        with container:
            host, port = container.get_container_host_ip(), int(container.get_exposed_port(5432))
            server = Server(host, port, SUPERUSER, password)
            await_that(lambda: can_ask(server), "PostgreSQL answers")
            yield server

    @contextmanager
    def rabbitmq(self, folder: Path) -> Iterator[Broker]:
        passwords = {user: secrets.token_hex(16) for user in USERS}
        container = (
            DockerContainer(RABBITMQ)
            .with_env("RABBITMQ_DEFAULT_USER", ADMINISTRATOR)
            .with_env("RABBITMQ_DEFAULT_PASS", passwords[ADMINISTRATOR])
            .with_exposed_ports(5672, 15672)
        )
        with container:
            broker = Broker(
                container.get_container_host_ip(),
                int(container.get_exposed_port(5672)),
                int(container.get_exposed_port(15672)),
                passwords,
            )
            await_that(lambda: answers(broker.management_port, host=broker.host), "RabbitMQ answers")
            broker.load_definitions(compose_definitions(passwords))
            yield broker

    @contextmanager
    def objectstore(self, folder: Path) -> Iterator[ObjectStore]:
        secret = secrets.token_hex(16)
        config = folder / "s3.json"
        config.write_text(json.dumps(compose_identities(ObjectStore("", 0, ACCESS_KEY, secret))))
        container = (
            DockerContainer(SEAWEEDFS)
            .with_volume_mapping(str(config), "/etc/s3.json", "ro")
            .with_command("server -s3 -s3.config=/etc/s3.json -volume.max=100")
            .with_exposed_ports(8333)
        )
        with container:
            host, port = container.get_container_host_ip(), int(container.get_exposed_port(8333))
            await_that(lambda: fetch_status(port, "/", host) == 403, "the object store answers")
            yield ObjectStore(host, port, ACCESS_KEY, secret)


def can_ask(server: Server) -> bool:
    """The image starts its server twice: listening alone says nothing."""
    try:
        return run_sql(server, "SELECT 1") == "1"
    except RuntimeError:
        return False


def await_that(is_so: Callable[[], bool], what: str) -> None:
    """Return once it is so. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {PATIENCE:g} s: {what}")
        time.sleep(0.2)
