"""The launcher's decisions: verbs, stamps, the town's time."""

import inspect
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.local.launcher import install
from deploy.local.launcher.clock import plan_offset
from deploy.local.launcher.locks import compose_command
from deploy.local.launcher.verbs import VERBS, main
from deploy.local.stack import parse_server

REAL = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_every_verb_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 0
    said = capsys.readouterr().out
    for name, verb in VERBS.items():
        first_line = (inspect.getdoc(verb) or "").splitlines()[0]
        assert first_line.endswith((".", "]."))
        assert f"  {name:<8} {first_line}" in said


def test_an_unknown_verb_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upp"]) == 1
    assert capsys.readouterr().err == "espace: there is no verb upp; ./espace help lists them\n"


@pytest.mark.parametrize(
    ("wish", "ahead"),
    [
        ("real", timedelta()),
        ("+7d", timedelta(days=8)),
        ("-2h", timedelta(hours=22)),
        ("+30min", timedelta(days=1, minutes=30)),
        ("+1w", timedelta(days=8)),
        ("2026-11-24T10:00", timedelta(days=1)),
        ("2026-11-24T10:00Z", timedelta(days=1, hours=1)),
        ("2027-07-01T10:00", timedelta(days=219, hours=23)),
    ],
)
def test_steps_add_up_and_moments_are_read_in_paris(wish: str, ahead: timedelta) -> None:
    assert plan_offset(wish, REAL, shown=REAL + timedelta(days=1)) == ahead


@pytest.mark.parametrize("wish", ["demain", "+7", "7d", ""])
def test_what_is_no_moment_is_refused(wish: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        plan_offset(wish, REAL, REAL)


def test_a_stamp_changes_with_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a")
    without = install.digest([one, other])
    other.write_text("")
    assert install.digest([one, other]) == without
    other.write_text("b")
    assert install.digest([one, other]) != without


def test_without_the_right_to_install_the_command_to_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "as_root", lambda: None)
    monkeypatch.setattr(install.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(install.Missing, match="Run: sudo apt-get install rabbitmq-server"):
        install.install_packages(["rabbitmq-server"])


def test_images_ship_the_versions_that_were_tested() -> None:
    assert "requirements/dev.txt" in compose_command("billing", upgrade=True)
    assert "--upgrade" not in compose_command("billing", upgrade=True)
    assert "--upgrade" in compose_command("dev", upgrade=True)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://admin:s%40cret@db.town.example:5433/postgres",
            ("db.town.example", 5433, "admin", "s@cret"),
        ),
        (
            "postgresql+psycopg2://admin:x@/postgres?host=%2Frun%2Fpg&port=5432",
            ("/run/pg", 5432, "admin", "x"),
        ),
        ("postgresql://admin:x@db/postgres", ("db", 5432, "admin", "x")),
    ],
)
def test_a_superusers_address_is_understood(url: str, expected: tuple[str, int, str, str]) -> None:
    server = parse_server(url)
    assert (server.host, server.port, server.user, server.password) == expected
