"""Where examinations come from: one process that has loaded what reads PDF and pictures, and forks for each file.

Loading takes longer than looking. Each file has its own fork all the same, with its own bounds, made from a process
that never held a file; it is started at the first upload of a gateway's process, without the gateway's environment,
and ends with it.
"""

import atexit
import fcntl
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO, cast

_SERVICES = str(Path(__file__).parents[3])

_PIPE = 1024 * 1024
_PATIENCE = 30.0
"""Seconds for a fork, loading included."""


@dataclass(frozen=True)
class Born:
    """A child's two ends, and a hold on it that never means another process."""

    to: BinaryIO
    back: BinaryIO
    hold: int

    def kill(self) -> None:
        """Ends it, whatever it is doing; nothing happens when it is over."""
        try:
            signal.pidfd_send_signal(self.hold, signal.SIGKILL)
        except ProcessLookupError:
            return

    def let_go(self) -> None:
        """Kills it and closes all."""
        self.kill()
        os.close(self.hold)
        for pipe in (self.to, self.back):
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # what it was still to be told


class Nursery:
    """The forking process of this process. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owner = 0
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, task: str) -> Born:
        """A child for a task of `limits.PROCESSOR`. Raises OSError."""
        with self._lock:
            if self._owner == os.getpid():
                try:
                    return self._ask(task)
                except OSError:
                    self._end()  # somebody ended it: there is another
            self._start()
            return self._ask(task)

    def _start(self) -> None:
        ours, its = socket.socketpair()
        ours.settimeout(_PATIENCE)
        # Nothing of the gateway's environment: it holds the keys and addresses of everything.
        environment = {"PYTHONPATH": _SERVICES, "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}
        with its:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-B", "-m", "gateway.vault.examination.child"],
                stdin=its.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd="/",
            )
        if self._owner != os.getpid():
            atexit.register(self._end)
        self._line, self._owner = ours, os.getpid()

    def _ask(self, task: str) -> Born:
        line = cast("socket.socket", self._line)
        its_in, our_out = os.pipe()
        our_in, its_out = os.pipe()
        with suppress(
            OSError
        ):  # larger than usual, so that feeder and fed take fewer turns; more than a user may
            fcntl.fcntl(our_out, fcntl.F_SETPIPE_SZ, _PIPE)
        try:
            socket.send_fds(line, [task.encode()], [its_in, its_out])
            _, holds, _, _ = socket.recv_fds(line, 1, 1)
            if not holds:
                raise ConnectionResetError
        except OSError:
            os.close(our_out)
            os.close(our_in)
            raise
        finally:
            os.close(its_in)
            os.close(its_out)
        return Born(os.fdopen(our_out, "wb"), os.fdopen(our_in, "rb"), holds[0])

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()


NURSERY = Nursery()
