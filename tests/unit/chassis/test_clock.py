"""The clock that tests and the demonstration move."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.clock import FileClock, SystemClock, clock_from, set_clock

NOON = datetime(2026, 12, 4, 12, 0, tzinfo=UTC)


def test_a_stopped_clock_says_the_same_to_every_process_that_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    set_clock(file, frozen=NOON)

    assert FileClock(file).now() == NOON
    assert FileClock(file).now() == NOON


def test_a_clock_already_read_follows_when_it_is_moved(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    set_clock(file, frozen=NOON)
    clock = FileClock(file)
    clock.now()

    set_clock(file, frozen=NOON + timedelta(days=30))

    assert clock.now() == NOON + timedelta(days=30)


def test_a_shifted_clock_runs_on(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    set_clock(file, offset=timedelta(days=7))
    clock = FileClock(file)

    first, real, second = clock.now(), datetime.now(UTC), clock.now()

    assert first <= real + timedelta(days=7) <= second


def test_without_the_file_the_time_is_real(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    set_clock(file, frozen=NOON)
    clock = FileClock(file)
    clock.now()
    file.unlink()

    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)


def test_a_time_given_in_paris_is_told_in_utc(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    set_clock(file, frozen=datetime.fromisoformat("2026-07-14T10:00:00+02:00"))

    assert FileClock(file).now().isoformat() == "2026-07-14T08:00:00+00:00"


def test_in_service_the_clock_is_the_system_s() -> None:
    assert isinstance(clock_from(None), SystemClock)
