"""Keeps programs running: prefixed lines, restart after a crash with a growing delay, a clean stop.

Tests drive it as well: `kill("billing")`, `await_ready("billing")`, `restarts("billing")`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.local.program import (
    EXITS_BEFORE_GIVING_UP,
    Program,
    compose_command,
    count_crashes,
    describe_exit,
    plan_delay,
)

Show = Callable[[str, str], None]
LINES_SHOWN_ON_FAILURE = 25


class PartFailed(RuntimeError):
    """A program did not come up. Says which, why, and ends with the last lines it wrote."""


class Supervisor:
    """Runs programs, each in its own process group, each watched by its own thread.

    show(name, line) receives what is worth a person's eyes; everything goes to `logs`/<name>.log.
    """

    def __init__(self, logs: Path, show: Show | None = None) -> None:
        self._logs = logs
        self._show = show or (lambda _name, _line: None)
        self._keepers: dict[str, _Keeper] = {}

    def start(self, program: Program) -> None:
        """Start it and keep it running until `stop`."""
        known = self._keepers.get(program.name)
        if known is not None and known.is_alive():
            raise ValueError(f"{program.name} already runs")
        self._keepers[program.name] = _Keeper(program, self._logs / f"{program.name}.log", self._show)
        self._keepers[program.name].start()

    def await_ready(self, *names: str, timeout: float | None = None) -> None:
        """Return once each is ready (all of them when none is named).

        Raises PartFailed when one ends again and again, or is not ready in time.
        """
        for name in names or tuple(self._keepers):
            self._keepers[name].await_ready(timeout)

    def stop(self, *names: str, at_once: bool = False) -> None:
        """Ask all of the named to stop, then wait for each within its grace (all when none is named).

        at_once: kill them, for stacks whose data nobody will look at again.
        """
        keepers = [self._keepers[name] for name in names or tuple(self._keepers)]
        for keeper in keepers:
            keeper.ask_to_stop(signal.SIGKILL if at_once else None)
        for keeper in keepers:
            keeper.await_stopped()

    def kill(self, name: str, with_signal: signal.Signals = signal.SIGKILL) -> int:
        """Strike the program as an accident would; it is started again. Returns the pid struck."""
        return self._keepers[name].strike(with_signal)

    def restart(self, name: str) -> None:
        """Stop it in its own time, start it again, wait until it is ready."""
        program = self._keepers[name].program
        self.stop(name)
        self.start(program)
        self.await_ready(name)

    def resume(self, name: str) -> None:
        """Start again what `stop` stopped."""
        self.start(self._keepers[name].program)

    def pid(self, name: str) -> int | None:
        """Its process id now, None between two lives."""
        return self._keepers[name].pid

    def restarts(self, name: str) -> int:
        """How many times it had to be started again."""
        return self._keepers[name].restarts

    def names(self) -> Iterable[str]:
        return tuple(self._keepers)

    def log_of(self, name: str) -> str:
        return self._keepers[name].log.read_text(errors="replace")


class _Keeper(threading.Thread):
    """The life, and lives, of one program.

    The child is tied to the thread that started it (PR_SET_PDEATHSIG), so this thread outlives it.
    """

    def __init__(self, program: Program, log: Path, show: Show) -> None:
        super().__init__(name=f"keep-{program.name}", daemon=True)
        self.program = program
        self.log = log
        self.restarts = 0
        self.exits = 0
        self._show = show
        self._process: subprocess.Popen[bytes] | None = None
        self._struck = False
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._tail: deque[str] = deque(maxlen=LINES_SHOWN_ON_FAILURE)
        self._why = ""

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def run(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.before"))
        crashes = 0
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                process = self._spawn()
            except OSError as error:
                self._why = f"cannot be started: {error}"
                self._say(self._why)
                self.exits = EXITS_BEFORE_GIVING_UP
                return
            if process is None:
                return
            code = self._watch(process)
            if self._stopping.is_set():
                return
            self.exits += 1
            # A blow from outside says nothing of the program's health: it starts again as after a first crash.
            crashes = 1 if self._struck else count_crashes(crashes, time.monotonic() - begun)
            self._struck = False
            delay = plan_delay(crashes)
            self._why = describe_exit(code)
            self._say(f"{self._why}; starts again in {delay:g} s")
            if self._stopping.wait(delay):
                return
            self.restarts += 1

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        as_root = os.geteuid() == 0
        with self._guard:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(
                compose_command(self.program),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(self.program.env) or None,
                cwd=self.program.cwd,
                start_new_session=True,
                user=self.program.user if as_root else None,
                group=self.program.user if as_root else None,
                extra_groups=[] if as_root and self.program.user else None,
            )
        return self._process

    def _watch(self, process: subprocess.Popen[bytes]) -> int:
        """Copy what it writes until it ends; then clear away what it left in its group."""
        pump = threading.Thread(target=self._pump, args=(process,), daemon=True)
        pump.start()
        code = process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        pump.join(timeout=2)
        return code

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with self.log.open("ab") as log, process.stdout as lines:
            for raw in lines:
                log.write(raw)
                log.flush()
                line = raw.decode(errors="replace").rstrip("\n")
                self._tail.append(line)
                if not self.program.quiet:
                    self._show(self.program.name, line)

    def _say(self, line: str) -> None:
        with self.log.open("ab") as log:
            log.write(f"-- {line}\n".encode())
        self._show(self.program.name, line)

    def await_ready(self, timeout: float | None) -> None:
        deadline = time.monotonic() + (timeout or self.program.start_timeout)
        exits_before = self.exits
        while True:
            if self.pid is not None and self.program.ready():
                return
            if self.exits - exits_before >= EXITS_BEFORE_GIVING_UP or not self.is_alive():
                raise self._failure(self._why or "was stopped before it was ready")
            if time.monotonic() > deadline:
                raise self._failure(f"was not ready after {timeout or self.program.start_timeout:g} s")
            time.sleep(0.05)

    def _failure(self, why: str) -> PartFailed:
        time.sleep(0.1)  # let the pump take the last lines
        tail = "\n".join(f"    {line}" for line in self._tail)
        return PartFailed(f"{self.program.name} {why}. Its log: {self.log}. Its last lines:\n{tail}")

    def strike(self, with_signal: signal.Signals) -> int:
        pid = self.pid
        if pid is None:
            raise ProcessLookupError(f"{self.program.name} is not running")
        self._struck |= with_signal is signal.SIGKILL
        os.kill(pid, with_signal)
        if with_signal is signal.SIGKILL:
            while self.pid == pid:  # so that `await_ready` cannot mean the dead one
                time.sleep(0.01)
        return pid

    def ask_to_stop(self, with_signal: signal.Signals | None = None) -> None:
        with self._guard:
            self._stopping.set()
            pid = self.pid
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, with_signal or self.program.stop_signal)

    def await_stopped(self) -> None:
        self.join(self.program.grace)
        if self.is_alive():
            self._say(f"did not stop within {self.program.grace:g} s and is killed")
            if self._process is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            self.join(5)


def show_on_terminal(name: str, line: str) -> None:
    """`name | line`, in colour on a terminal; one write a line, so that threads do not mix them."""
    prefix = f"{name:<16} | "
    if sys.stdout.isatty():
        prefix = f"\x1b[{31 + sum(map(ord, name)) % 6}m{prefix}\x1b[0m"
    sys.stdout.write(f"{prefix}{line}\n")
    sys.stdout.flush()
