"""What to run and how to keep it: a value, and the decisions about restarts as plain functions."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# A service drains its running calls at SIGTERM: the longest handler may take 30 s.
GRACE = 35.0
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
# A program that lived this long was well: its next crash is a first one again.
STEADY = 60.0
# Exits before the first "ready" that mean it will not come up by trying again.
EXITS_BEFORE_GIVING_UP = 3


@dataclass(frozen=True)
class Program:
    """One long-lived program.

    ready: a probe, cheap, that never raises.
    start_timeout, grace: seconds.
    user: run as this account when the stack itself runs as root (PostgreSQL refuses root).
    quiet: its lines go to its log file only.
    """

    name: str
    argv: tuple[str, ...]
    ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: str | None = None
    start_timeout: float = 60.0
    grace: float = GRACE
    stop_signal: signal.Signals = signal.SIGTERM
    quiet: bool = False


def plan_delay(crashes: int) -> float:
    """Seconds before the next start after so many crashes in a row (1, 2, …)."""
    return min(FIRST_DELAY * 2.0 ** (crashes - 1), LONGEST_DELAY)


def count_crashes(before: int, lived: float) -> int:
    """Crashes in a row, this one included, given how many seconds the program lived."""
    return 1 if lived >= STEADY else before + 1


def describe_exit(code: int) -> str:
    """« ended with signal SIGKILL » or « ended with status 3 »."""
    if code < 0:
        return f"ended with signal {signal.Signals(-code).name}"
    return f"ended with status {code}"


def compose_command(program: Program) -> tuple[str, ...]:
    """The command line, tied to its parent's life: a killed supervisor is a power cut, and leaves no orphan behind."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return program.argv
    return (setpriv, "--pdeathsig", "KILL", "--", *program.argv)
