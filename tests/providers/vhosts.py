"""Fresh virtual hosts: the whole topology, users and permissions, and no message of anybody else."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from deploy.local.rabbitmq import Broker

_numbers = itertools.count(1)


@contextmanager
def fresh_vhost(broker: Broker) -> Iterator[Broker]:
    """The broker, with `vhost` a new one; dropped at the end."""
    name = f"test-{next(_numbers)}"
    broker.make_vhost(name)
    try:
        yield replace(broker, vhost=name)
    finally:
        broker.drop_vhost(name)
