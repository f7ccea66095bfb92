"""A stack's directory: what it draws it keeps, and nobody else reads it."""

import base64
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import rundir
from deploy.local.rundir import PORT_OFFSETS, AlreadyRunning, RunDir, draw_x25519_key
from deploy.local.surroundings import ROOT


def test_a_secret_is_drawn_once(tmp_path: Path) -> None:
    first = RunDir(tmp_path).secret("pepper")
    assert RunDir(tmp_path).secret("pepper") == first
    assert RunDir(tmp_path).secret("other") != first


def test_only_the_owner_reads_the_secrets(tmp_path: Path) -> None:
    RunDir(tmp_path).secret("pepper")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_a_requests_key_is_thirty_two_bytes() -> None:
    assert len(base64.b64decode(draw_x25519_key())) == 32


def test_fixed_ports_are_all_different_and_follow_the_base(tmp_path: Path) -> None:
    run_dir = RunDir(tmp_path, port_base=9000)
    ports = [run_dir.port(name) for name in PORT_OFFSETS]
    assert len(set(ports)) == len(ports)
    assert run_dir.port("gateway") == 9000


def test_free_ports_stay_the_same_for_a_stack(tmp_path: Path) -> None:
    run_dir = RunDir(tmp_path, port_base=None)
    assert run_dir.port("gateway") == run_dir.port("gateway")
    assert len({run_dir.port(name) for name in PORT_OFFSETS}) == len(PORT_OFFSETS)


def test_two_stacks_do_not_share_a_directory(tmp_path: Path) -> None:
    first, second = RunDir(tmp_path), RunDir(tmp_path)
    first.lock()
    with pytest.raises(AlreadyRunning):
        second.lock()
    first.unlock()
    second.lock()
    second.unlock()


def test_a_socket_has_a_short_path_wherever_the_checkout_is(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    place = RunDir(deep).socket_directory("postgres")
    assert len(str(place / ".s.PGSQL.5432.lock")) < 107
    assert place == RunDir(deep).socket_directory("postgres")


def test_no_two_processes_draw_the_same_port(tmp_path: Path) -> None:
    own = rundir.own_ports()
    assert RunDir(tmp_path, port_base=None).port("gateway") in own
    ask = "from deploy.local.rundir import own_ports; ports = own_ports(); print(ports.start, ports.stop)"
    others = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    start, stop = map(int, others.stdout.split())
    assert not set(own) & set(range(start, stop))


def test_where_every_share_of_the_ports_is_held_all_of_them_are_drawn_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rundir, "PORTS", range(rundir.own_ports().start, rundir.own_ports().stop))
    assert rundir.own_ports.__wrapped__() == rundir.PORTS
