"""The one clock that whatever decides by time is given.

In service it is the system's. Where `ESPACE_CLOCK_FILE` names a file, that file shifts or stops it for every
process at once, so that tests and the demonstration live a month in a minute:

    {"offset_seconds": 604800}                   a week ahead, and running
    {"frozen": "2026-12-04T09:59:59+01:00"}      stopped

What talks to outside clocks (signatures of webhooks, one-time codes, cookies) keeps real time.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Clock(Protocol):
    """Tells the time: `now()` is aware, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """Real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FileClock:
    """Real time shifted or stopped by a file, read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._offset = timedelta()
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        self._read()
        return self._frozen or datetime.now(UTC) + self._offset

    def _read(self) -> None:
        try:
            stat = os.stat(self._path)
        except FileNotFoundError:
            self._stamp, self._offset, self._frozen = None, timedelta(), None
            return
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp == self._stamp:
            return
        content = json.loads(self._path.read_text() or "{}")
        frozen = content.get("frozen")
        self._frozen = datetime.fromisoformat(frozen).astimezone(UTC) if frozen else None
        self._offset = timedelta(seconds=content.get("offset_seconds", 0))
        self._stamp = stamp


def set_clock(path: Path, *, frozen: datetime | None = None, offset: timedelta = timedelta()) -> None:
    """Moves the clock of every process that reads `path`: replaced whole, so that nobody reads a half."""
    content: dict[str, object] = {"offset_seconds": offset.total_seconds()}
    if frozen is not None:
        content = {"frozen": frozen.isoformat()}
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(content))
    beside.replace(path)


def clock_from(path: Path | None) -> Clock:
    """The clock the settings ask for."""
    return FileClock(path) if path else SystemClock()
