"""docker compose, the images, the alerts and the dashboard say the same as the code."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.images.secrets import write_folders
from deploy.local.processes import GATEWAY, LETTERS, SERVICES
from deploy.local.surroundings import ROOT

DEFINED = re.compile(r'(?:counter|gauge|histogram)\(\s*"([a-z_]+)"')
USED = re.compile(r"\bespace_([a-z_]+)")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    write_folders(folder, {})
    return folder


def read_variables(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def list_defined_metrics() -> set[str]:
    names: set[str] = set()
    for path in (ROOT / "services").rglob("*.py"):
        if "node_modules" not in path.parts:
            names.update(DEFINED.findall(path.read_text()))
    return names | {f"{name}{suffix}" for name in names for suffix in ("_bucket", "_count", "_sum")}


def test_every_process_of_the_system_is_described(compose: dict[str, Any]) -> None:
    for service in SERVICES:
        assert {service, f"{service}-relay", f"{service}-migrate"} <= set(compose)
    assert {GATEWAY, LETTERS, f"{GATEWAY}-migrate"} <= set(compose)


def test_a_container_sees_its_own_secrets_and_no_others(compose: dict[str, Any], drawn: Path) -> None:
    for name, container in compose.items():
        mounted = [
            volume["volume"]["subpath"]
            for volume in container.get("volumes", [])
            if isinstance(volume, dict) and volume["source"] == "secrets"
        ]
        if name == "secrets":
            continue
        assert "secrets:/secrets" not in container.get("volumes", [])
        assert mounted in ([], [name]), name
        assert all((drawn / folder).is_dir() for folder in mounted), name


def test_nothing_is_reachable_from_other_machines(compose: dict[str, Any]) -> None:
    published = [port for container in compose.values() for port in container.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_what_stops_a_service_waits_longer_than_its_longest_handler(compose: dict[str, Any]) -> None:
    for name in (*SERVICES, GATEWAY):
        assert int(compose[name]["stop_grace_period"].removesuffix("s")) > 30


def test_passwords_are_drawn_once(drawn: Path) -> None:
    before = (drawn / "billing" / "environment").read_text()
    definitions = (drawn / "rabbitmq" / "definitions.json").read_text()
    write_folders(drawn, {})
    assert (drawn / "billing" / "environment").read_text() == before
    assert (drawn / "rabbitmq" / "definitions.json").read_text() == definitions


def test_a_towns_own_settings_go_to_whom_they_concern(tmp_path: Path) -> None:
    write_folders(
        tmp_path, {"ESPACE_STRIPE_KEY": "sk_live_x", "ESPACE_SMTP_URL": "smtp://relay.town.example"}
    )
    assert read_variables(tmp_path / "billing" / "environment")["ESPACE_STRIPE_KEY"] == "sk_live_x"
    assert (
        read_variables(tmp_path / "accounts" / "environment")["ESPACE_SMTP_URL"]
        == "smtp://relay.town.example"
    )
    assert "ESPACE_STRIPE_KEY" not in read_variables(tmp_path / "gateway" / "environment")


@pytest.mark.parametrize("name", ["alerts.yml", "prometheus.yml"])
def test_prometheus_reads_its_files(name: str) -> None:
    assert yaml.safe_load((ROOT / "deploy" / "prometheus" / name).read_text())


def test_prometheus_watches_every_process() -> None:
    watched = (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text()
    for process in (*SERVICES, *(f"{service}-relay" for service in SERVICES), GATEWAY, LETTERS):
        assert f'"{process}:9000"' in watched


@pytest.mark.parametrize("path", ["prometheus/alerts.yml", "grafana/dashboards/espace.json"])
def test_only_metrics_that_exist_are_asked_for(path: str) -> None:
    used = set(USED.findall((ROOT / "deploy" / path).read_text()))
    assert used
    assert used <= list_defined_metrics()


def test_panels_of_the_dashboard_are_told_apart() -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "dashboards" / "espace.json").read_text())
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    assert all(panel["title"] for panel in dashboard["panels"])
