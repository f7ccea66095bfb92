"""The supervisor on small real programs: kept alive, told apart, stopped."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.program import Program
from deploy.local.supervisor import PartFailed, Supervisor

SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(60)"
POLITE = """
import signal, sys, time
def leave(*_):
    time.sleep(0.3)
    print('drained', flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print('up', flush=True)
time.sleep(60)
"""
DEAF = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)"
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
print(f'child {child.pid}', flush=True)
time.sleep(60)
"""


class Lines(list[tuple[str, str]]):
    """What the supervisor showed."""

    def show(self, name: str, line: str) -> None:
        self.append((name, line))


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def supervisor(tmp_path: Path, lines: Lines) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, lines.show)
    yield supervisor
    supervisor.stop(at_once=True)


def make_program(
    code: str, name: str = "part", ready: Callable[[], bool] = lambda: True, **more: float
) -> Program:
    return Program(name=name, argv=(sys.executable, "-c", code), ready=ready, **more)  # type: ignore[arg-type]


def wait_for(is_so: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_lines_carry_the_name_of_who_wrote_them(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(make_program(SLEEPER, "left"))
    supervisor.start(make_program(SLEEPER, "right"))
    wait_for(lambda: {("left", "up"), ("right", "up")} <= set(lines))


def test_a_killed_program_lives_again_with_another_pid(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(make_program(SLEEPER))
    supervisor.await_ready("part")
    struck = supervisor.kill("part")
    supervisor.await_ready("part")
    assert supervisor.pid("part") not in (None, struck)
    assert supervisor.restarts("part") == 1
    assert ("part", "ended with signal SIGKILL; starts again in 0.5 s") in lines


def test_blows_from_outside_do_not_add_up_to_a_longer_wait(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(make_program(SLEEPER))
    for _ in range(2):
        supervisor.await_ready("part")
        supervisor.kill("part")
    wait_for(lambda: lines.count(("part", "ended with signal SIGKILL; starts again in 0.5 s")) == 2)


def test_what_was_stopped_is_resumed(supervisor: Supervisor) -> None:
    supervisor.start(make_program(POLITE))
    supervisor.await_ready("part")
    supervisor.stop("part")
    assert supervisor.pid("part") is None
    supervisor.resume("part")
    supervisor.await_ready("part")


def test_what_a_dead_program_leaves_behind_is_cleared_away(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(make_program(PARENT))
    wait_for(lambda: lines)
    child = int(lines[0][1].split()[1])
    supervisor.kill("part")
    wait_for(lambda: not is_alive(child))


def test_a_polite_program_may_finish_what_it_does(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(make_program(POLITE))
    wait_for(lambda: ("part", "up") in lines)
    supervisor.stop("part")
    assert lines[-1] == ("part", "drained")
    assert supervisor.restarts("part") == 0


def test_a_deaf_program_is_killed_after_its_grace(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(make_program(DEAF, grace=0.3))
    wait_for(lambda: ("part", "up") in lines)
    supervisor.stop("part")
    assert ("part", "did not stop within 0.3 s and is killed") in lines
    assert supervisor.pid("part") is None


def test_a_program_that_cannot_come_up_says_which_and_why(supervisor: Supervisor) -> None:
    supervisor.start(
        make_program("import sys; print('no such database'); sys.exit(3)", "billing", lambda: False)
    )
    with pytest.raises(PartFailed, match=r"(?s)billing ended with status 3.*no such database"):
        supervisor.await_ready("billing")


def test_a_program_that_does_not_exist_says_so(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.program.shutil.which", lambda _name: None)
    supervisor.start(Program(name="ghost", argv=("/nowhere/ghost",), ready=lambda: True))
    with pytest.raises(PartFailed, match="ghost cannot be started"):
        supervisor.await_ready("ghost")


def test_a_program_that_is_never_ready_is_given_up_in_time(supervisor: Supervisor) -> None:
    supervisor.start(make_program(SLEEPER, ready=lambda: False, start_timeout=0.3))
    with pytest.raises(PartFailed, match=r"was not ready after 0\.3 s"):
        supervisor.await_ready("part")


def test_a_restart_asks_politely_and_waits(supervisor: Supervisor, lines: Lines) -> None:
    supervisor.start(make_program(POLITE))
    wait_for(lambda: ("part", "up") in lines)
    before = supervisor.pid("part")
    supervisor.restart("part")
    assert supervisor.pid("part") != before
    assert ("part", "drained") in lines


def test_one_program_is_not_started_twice(supervisor: Supervisor) -> None:
    supervisor.start(make_program(SLEEPER))
    with pytest.raises(ValueError, match="already runs"):
        supervisor.start(make_program(SLEEPER))


def test_an_accident_that_is_no_kill_is_mended_too(supervisor: Supervisor) -> None:
    supervisor.start(make_program(SLEEPER))
    supervisor.await_ready("part")
    supervisor.kill("part", signal.SIGTERM)
    wait_for(lambda: supervisor.restarts("part") == 1)
