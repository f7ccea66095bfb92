"""Quick questions to a part: is it there, is it ready? Each answers within a second and never raises."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """True when something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def listens_at(path: str) -> bool:
    """The same for a unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def answers(port: int, path: str = "/", host: str = "127.0.0.1") -> bool:
    """True when an HTTP GET is answered with a success; /health/ready says 503 until it is."""
    return fetch_status(port, path, host) in range(200, 400)


def fetch_status(port: int, path: str, host: str = "127.0.0.1") -> int | None:
    """The status of an HTTP GET, None when nobody answers."""
    return _get(port, path, host)[0]


def fetch_json(port: int, path: str, host: str = "127.0.0.1") -> Any:
    """The JSON an HTTP GET answers, None when there is none."""
    try:
        return json.loads(_get(port, path, host)[1])
    except ValueError:
        return None


def _get(port: int, path: str, host: str) -> tuple[int | None, bytes]:
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None, b""
    finally:
        connection.close()
