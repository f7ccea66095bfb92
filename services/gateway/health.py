"""`/health/live`, `/health/ready`, `/metrics`: for those who run the site, never for those who visit it.

With ESPACE_METRICS_PORT they are answered on that port, which serves nothing else. Without it, on the site's own port,
but only to this machine itself: a request that came through a proxy carries X-Forwarded-For and finds nothing.
"""

import os
import socket
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector

from chassis import health
from gateway.settings import GatewaySettings

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]

_PATHS = ("/metrics", "/health/live", "/health/ready")
_LOOPBACK = ("127.0.0.1", "::1")


def watch(site: Application, settings: GatewaySettings, checks: dict[str, health.Check]) -> Application:
    """The site, with its operators' door."""
    door = _door(checks)

    def respond(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        at_door = bool(settings.metrics_port) and environ.get("SERVER_PORT") == str(settings.metrics_port)
        asked = environ.get("PATH_INFO") in _PATHS
        if at_door or (asked and not settings.metrics_port and _is_local(environ)):
            return door(environ, start)
        return site(environ, start)

    return respond


def broker_check(amqp_url: str) -> health.Check:
    """The broker accepts connections. Calls have their own metrics; this one must cost nothing."""
    address = urlsplit(amqp_url)

    def check() -> None:
        socket.create_connection((address.hostname or "", address.port or 5672), timeout=2).close()

    return check


def _door(checks: dict[str, health.Check]) -> Application:
    probes = health.application(checks)

    def respond(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == "/metrics" and os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
            counted: Iterable[bytes] = make_wsgi_app(registry)(environ, start)
            return counted
        return probes(environ, start)

    return respond


def _is_local(environ: dict[str, Any]) -> bool:
    return environ.get("REMOTE_ADDR") in _LOOPBACK and "HTTP_X_FORWARDED_FOR" not in environ
