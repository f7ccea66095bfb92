"""The whole system: every process watched, none that stays down."""

import urllib.request
from collections.abc import Iterator

import pytest

from deploy.local.processes import SERVICES, list_processes
from deploy.local.stack import EVERYTHING
from tests.providers.system import Town

PROCESSES = list_processes(EVERYTHING)


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.fixture(scope="module")
def running(town: Town) -> Iterator[Town]:
    fetch(town.gateway_url)  # the gateway counts from its first page on
    yield town
    town.supervisor.await_ready()


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_is_alive_ready_and_counted(running: Town, process: str) -> None:
    door = running.metrics_url(process)
    assert "process" in fetch(f"{door}/health/live")
    assert "ok" in fetch(f"{door}/health/ready")
    assert "espace_" in fetch(f"{door}/metrics")


def test_the_site_answers(running: Town) -> None:
    assert "Espace Citoyens" in fetch(running.gateway_url)


@pytest.mark.parametrize("process", [*SERVICES[:1], f"{SERVICES[0]}-relay", "gateway"])
def test_a_process_that_is_killed_comes_back(running: Town, process: str) -> None:
    before = running.supervisor.restarts(process)
    running.strike(process)
    assert running.supervisor.restarts(process) == before + 1
    assert "ok" in fetch(f"{running.metrics_url(process)}/health/ready")


def test_everybody_finds_the_broker_again_after_it_was_killed(running: Town) -> None:
    running.strike("rabbitmq")
    running.supervisor.await_ready(*PROCESSES, timeout=90)
