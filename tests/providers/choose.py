"""Which provider: a Docker engine that answers wins; ESPACE_TEST_PROVIDER=embedded|containers decides otherwise."""

import os
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Protocol

from deploy.local.postgres import Server
from deploy.local.rabbitmq import Broker
from deploy.local.seaweed import ObjectStore


class Provider(Protocol):
    """Gives each part for as long as its context lasts; `folder` is empty and its own."""

    def postgres(self, folder: Path) -> AbstractContextManager[Server]: ...

    def rabbitmq(self, folder: Path) -> AbstractContextManager[Broker]: ...

    def objectstore(self, folder: Path) -> AbstractContextManager[ObjectStore]: ...


@cache
def choose_provider() -> Provider:
    """The provider of this test run."""
    wish = os.environ.get("ESPACE_TEST_PROVIDER", "")
    if wish == "containers" or (not wish and has_engine()):
        from tests.providers.containers import Containers

        return Containers()
    from tests.providers.embedded import Embedded

    return Embedded()


def has_engine() -> bool:
    """True when a Docker engine answers."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=3)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (DockerException, OSError):
        return False
