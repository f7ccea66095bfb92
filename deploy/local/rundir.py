"""A stack's private directory: data, logs, sockets, generated secrets and the ports it listens on."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import itertools
import json
import os
import random
import secrets
import socket
import tempfile
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from typing import IO

PORT_BASE = 8600
# One port per listener, at a fixed distance from the base: the addresses of a stack never change.
PORT_OFFSETS = {
    "gateway": 0,
    "mail": 1,
    "stripe": 2,
    "smtp": 3,
    "s3": 4,
    "amqp": 5,
    "amqp-management": 6,
    "amqp-metrics": 7,
    "amqp-dist": 8,
    "epmd": 9,
    "gateway-metrics": 10,
    "accounts": 11,
    "accounts-relay": 12,
    "enrolment": 13,
    "enrolment-relay": 14,
    "billing": 15,
    "billing-relay": 16,
    "documents": 17,
    "documents-relay": 18,
    "pop3": 19,
    "gateway-letters": 20,
    "weed-master": 21,
    "weed-master-grpc": 22,
    "weed-volume": 23,
    "weed-volume-grpc": 24,
    "weed-filer": 25,
    "weed-filer-grpc": 26,
    "s3-grpc": 27,
    "weed-metrics": 28,
    "payfip": 29,
}
# Where free ports are drawn from, and how many of them a process keeps for its stacks.
PORTS = range(20000, 32000)
PORTS_OF_A_PROCESS = 500
_marks: list[socket.socket] = []
# A socket's path may be 107 bytes long, `/.s.PGSQL.5432.lock` included.
LONGEST_SOCKET_DIRECTORY = 85


class AlreadyRunning(RuntimeError):
    """Another process keeps a stack in this directory."""


class RunDir:
    """The directory of one stack. `port_base=None` picks free ports, for tests that run side by side."""

    def __init__(self, root: Path | str, port_base: int | None = PORT_BASE) -> None:
        self.root = Path(root).resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        self._port_base = port_base
        self._ports: dict[str, int] = {}
        self._lock: IO[str] | None = None

    def path(self, *names: str) -> Path:
        """A path below the root; its parent directories exist."""
        path = self.root.joinpath(*names)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def directory(self, *names: str) -> Path:
        path = self.root.joinpath(*names)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def socket_directory(self, name: str) -> Path:
        """A directory short enough for a unix socket, the same at every start."""
        path = self.root / name
        if len(os.fsencode(path)) > LONGEST_SOCKET_DIRECTORY:
            digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
            path = Path(tempfile.gettempdir()) / f"espace-{os.getuid()}-{digest}" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def port(self, name: str) -> int:
        """The port of one listener."""
        if name not in self._ports:
            if self._port_base is None:
                self._ports[name] = find_free_port(taken=set(self._ports.values()))
            else:
                self._ports[name] = self._port_base + PORT_OFFSETS[name]
        return self._ports[name]

    def secret(self, name: str, make: Callable[[], str] = secrets.token_hex) -> str:
        """A secret drawn at first use and kept from then on, readable by the owner alone."""
        path = self.path("secrets.json")
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        if name not in known:
            known[name] = make()
            write_private(path, json.dumps(known, indent=1))
        return known[name]

    def lock(self) -> None:
        """Hold the directory until this process ends.

        Raises AlreadyRunning when another process holds it.
        """
        handle = self.path("lock").open("a")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise AlreadyRunning(f"a stack already runs in {self.root}") from None
        self._lock = handle

    def unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def write_private(path: Path, text: str) -> None:
    """Write atomically a file that only its owner reads."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    fresh.replace(path)


def draw_x25519_key() -> str:
    """Thirty-two random bytes in base64: any such value is an X25519 private key."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def find_free_port(taken: Collection[int] = ()) -> int:
    """A loopback port nobody listens on, outside the range the kernel gives to outgoing connections.

    None is drawn a second time before all others were.
    """
    turn = _turn()
    for _ in own_ports():
        port = next(turn)
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no free port in {own_ports()}")


@cache
def _turn() -> Iterator[int]:
    ports = own_ports()
    return itertools.cycle(random.SystemRandom().sample(ports, len(ports)))


@cache
def own_ports() -> range:
    """Ports from which this process alone draws: one that was drawn looks free to others until it is listened on.

    Held by a name in Linux's abstract namespace, which goes with the process.
    """
    for start in random.SystemRandom().sample(PORTS[::PORTS_OF_A_PROCESS], len(PORTS) // PORTS_OF_A_PROCESS):
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0espace-ports-{start}")
        except OSError:
            mark.close()
        else:
            _marks.append(mark)
            return range(start, start + PORTS_OF_A_PROCESS)
    return PORTS


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
