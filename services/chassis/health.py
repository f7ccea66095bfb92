"""`/health/live`, `/health/ready` and `/metrics` of a process, on a port of its own.

Live: the process answers. Ready: everything it needs answers too; each check is named, and says why it fails.
"""

import json
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import make_wsgi_app

Check = Callable[[], None]
"""Returns when all is well; raises, with a reason, when not."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Probes every few seconds are no news."""


def report(checks: dict[str, Check]) -> tuple[bool, dict[str, str]]:
    """Runs the checks: (all well, {name: "ok" or the reason})."""
    outcome = {}
    for name, check in checks.items():
        try:
            check()
            outcome[name] = "ok"
        except Exception as problem:
            outcome[name] = f"{type(problem).__name__}: {problem}"
    return all(word == "ok" for word in outcome.values()), outcome


def application(checks: dict[str, Check]) -> Callable[..., Iterable[bytes]]:
    """The WSGI application behind the port."""
    metrics = make_wsgi_app()

    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            answer: Iterable[bytes] = metrics(environ, start_response)
            return answer
        if path == "/health/live":
            well, body = True, {"process": "ok"}
        elif path == "/health/ready":
            well, body = report(checks)
        else:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not here\n"]
        status = "200 OK" if well else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    return respond


def serve(address: str, port: int, checks: dict[str, Check]) -> WSGIServer | None:
    """Starts answering in the background; nothing when no port was given."""
    if not port:
        return None
    server = make_server(address, port, application(checks), server_class=_Server, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True, name="health").start()
    return server
