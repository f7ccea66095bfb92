"""The site as it is served: workers, threads, the operators' own port."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from deploy.local.rundir import find_free_port
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Served:
    site: str
    door: str


@pytest.fixture(scope="module")
def served(database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    site, door, nobody = find_free_port(), find_free_port(), find_free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "services"),
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path_factory.mktemp("counters")),
        "ESPACE_BIND": f"127.0.0.1:{site}",
        "ESPACE_METRICS_PORT": str(door),
        "ESPACE_DATABASE_URL": database("gateway"),
        "ESPACE_AMQP_URL": f"amqp://nobody:nothing@127.0.0.1:{nobody}/",
        "ESPACE_SECRET_KEY": "a key for tests only",
        "ESPACE_LOG_FORMAT": "json",
        "ESPACE_THREADS": "2",
    }
    config = ROOT / "services" / "gateway" / "gunicorn_config.py"
    command = [sys.executable, "-m", "gunicorn", "-c", str(config), "gateway.app:create_app()"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    served = Served(f"http://127.0.0.1:{site}", f"http://127.0.0.1:{door}")
    try:
        wait_until_live(served, process)
        yield served
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_live(served: Served, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{served.door}/health/live", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError("the site did not come up")


def test_pages_and_operators_have_each_their_port(served):
    assert "Espace Citoyens" in requests.get(f"{served.site}/", timeout=5).text
    assert requests.get(f"{served.site}/metrics", timeout=5).status_code == 404
    assert requests.get(f"{served.door}/", timeout=5).status_code == 404


def test_ready_tells_what_is_missing(served):
    answer = requests.get(f"{served.door}/health/ready", timeout=5)
    assert answer.status_code == 503
    outcome = json.loads(answer.text)
    assert outcome["database"] == "ok"
    assert outcome["broker"].startswith("ConnectionRefusedError")


def test_counts_of_all_workers_are_told_together(served):
    for _ in range(20):
        requests.get(f"{served.site}/actualites", timeout=5)
    metrics = requests.get(f"{served.door}/metrics", timeout=5).text
    line = next(
        line
        for line in metrics.splitlines()
        if line.startswith("espace_page_seconds_count") and 'endpoint="public.news.show"' in line
    )
    assert float(line.rpartition(" ")[2]) == 20.0
