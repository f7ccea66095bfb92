"""A private RabbitMQ node from the system's `rabbitmq-server` package, and its HTTP interface.

Node name, cookie, data, plugins, ports and even the port mapper (epmd) are this stack's own: a broker the
machine may already run is neither seen nor disturbed. Everything listens on loopback.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy.local.probes import answers, listens
from deploy.local.program import Program
from deploy.local.rundir import RunDir, write_private
from deploy.rabbitmq.definitions import ADMINISTRATOR, USERS, VHOST, compose_definitions, compose_vhost

LIBRARY = Path("/usr/lib/rabbitmq/lib")
# Two schedulers that sleep instead of spinning: a laptop's fan stays quiet.
ERLANG_FLAGS = "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"


class BrokerMissing(RuntimeError):
    """RabbitMQ is not installed."""


@dataclass(frozen=True)
class Broker:
    """Where a broker is and how each user enters it."""

    host: str
    port: int
    management_port: int
    passwords: dict[str, str]
    vhost: str = VHOST

    def url(self, user: str, vhost: str | None = None) -> str:
        """The AMQP address of a user (`accounts`, …, `gateway`, `subscriber`, `administrator`)."""
        place = quote(vhost or self.vhost, safe="")
        return f"amqp://{user}:{quote(self.passwords[user])}@{self.host}:{self.port}/{place}"

    def load_definitions(self, definitions: dict[str, Any]) -> None:
        self.request("POST", "/api/definitions", definitions)

    def make_vhost(self, vhost: str) -> None:
        """An empty virtual host with the same users, permissions, exchanges and policies."""
        self.load_definitions(compose_vhost(vhost, list(self.passwords)))

    def drop_vhost(self, vhost: str) -> None:
        self.request("DELETE", f"/api/vhosts/{quote(vhost, safe='')}")

    def list_queues(self, vhost: str | None = None) -> list[dict[str, Any]]:
        """Each queue as the management interface describes it; `messages` lags by up to five seconds."""
        queues = self.request("GET", f"/api/queues/{quote(vhost or self.vhost, safe='')}")
        return queues if isinstance(queues, list) else []

    def request(self, method: str, path: str, body: object = None) -> Any:
        """Ask the management interface as administrator. Raises RuntimeError on a refusal."""
        connection = http.client.HTTPConnection(self.host, self.management_port, timeout=30)
        login = f"{ADMINISTRATOR}:{self.passwords[ADMINISTRATOR]}".encode()
        headers = {
            "Authorization": "Basic " + base64.b64encode(login).decode(),
            "Content-Type": "application/json",
        }
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text.decode(errors='replace')[:300]}")
        return json.loads(text) if text else None


def find_server_script() -> Path:
    """The package's own start script; Debian's wrapper in PATH would change user and share a node.

    Raises BrokerMissing.
    """
    scripts = sorted(LIBRARY.glob("rabbitmq_server-*/sbin/rabbitmq-server"))
    if not scripts:
        raise BrokerMissing("rabbitmq-server is not installed: apt-get install rabbitmq-server")
    return scripts[-1]


def make_passwords(run_dir: RunDir, users: Iterable[str] = USERS) -> dict[str, str]:
    return {user: run_dir.secret(f"amqp-{user}") for user in users}


class RabbitMQ:
    """The embedded node."""

    name = "rabbitmq"

    def __init__(self, run_dir: RunDir) -> None:
        self._run_dir = run_dir
        self._home = run_dir.directory("rabbitmq")
        self.broker = Broker(
            "127.0.0.1", run_dir.port("amqp"), run_dir.port("amqp-management"), make_passwords(run_dir)
        )

    def prepare(self) -> None:
        """Write the node's configuration; the definitions are applied again at every start."""
        find_server_script()
        definitions = self._home / "definitions.json"
        write_private(definitions, json.dumps(compose_definitions(self.broker.passwords)))
        (self._home / "enabled_plugins").write_text("[rabbitmq_management,rabbitmq_prometheus].\n")
        (self._home / "environment.conf").write_text("# All settings come from the environment.\n")
        (self._home / "rabbitmq.conf").write_text(
            "\n".join(
                [
                    f"listeners.tcp.1 = 127.0.0.1:{self.broker.port}",
                    "management.tcp.ip = 127.0.0.1",
                    f"management.tcp.port = {self.broker.management_port}",
                    "prometheus.tcp.ip = 127.0.0.1",
                    f"prometheus.tcp.port = {self._run_dir.port('amqp-metrics')}",
                    f"load_definitions = {definitions}",
                    "disk_free_limit.absolute = 200MB",
                    "vm_memory_high_watermark.absolute = 1GB",
                    "log.file = false",
                    "log.console = true",
                    "log.console.level = warning",
                    "",
                ]
            )
        )

    def programs(self) -> list[Program]:
        environment = self._environment()
        epmd = shutil.which("epmd") or "epmd"
        mapper_port = self._run_dir.port("epmd")
        return [
            Program(
                name="epmd",
                argv=(epmd, "-address", "127.0.0.1", "-port", str(mapper_port)),
                ready=lambda: listens(mapper_port),
                env=environment,
                quiet=True,
                grace=5,
            ),
            Program(
                name=self.name,
                argv=(str(find_server_script()),),
                ready=lambda: listens(self.broker.port) and answers(self.broker.management_port),
                env=environment,
                cwd=self._home,
                quiet=True,
            ),
        ]

    def _environment(self) -> dict[str, str]:
        home = self._home
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "RUNNING_UNDER_SYSTEMD": "true",  # the script then becomes the node instead of watching over it
            "RABBITMQ_NODENAME": "espace@localhost",
            "RABBITMQ_CONF_ENV_FILE": str(home / "environment.conf"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(home / "data"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "generated"),
            "RABBITMQ_PID_FILE": str(home / "pid"),
            "RABBITMQ_DIST_PORT": str(self._run_dir.port("amqp-dist")),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_FLAGS,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._run_dir.port("epmd")),
        }
