"""Processes a bench starts, and what they cost."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of the children it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / _TICK


def tree_cpu_seconds(pid: int) -> float:
    """The same, with the children still running (a server and its workers)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return cpu_seconds(pid) + sum(tree_cpu_seconds(int(child)) for child in children)


def peak_megabytes(pid: int | str) -> float:
    """The most resident memory that a process ever had, what it shares included; 0 when it runs elsewhere."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


@contextmanager
def running(
    arguments: Sequence[str], environment: dict[str, str], ready: Callable[[], bool]
) -> Iterator[int]:
    """A Python process that is ready when `ready` says so, and ended afterwards; yields its pid."""
    path = os.pathsep.join([str(ROOT / "services"), str(ROOT)])
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.DEVNULL,  # its log; what it cannot do goes to stderr
    )
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"{arguments} ended with {process.returncode}")
            if ready():
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"{arguments} is not ready after 30 s")
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
