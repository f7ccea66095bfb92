"""The gateway's side of an examination: a child is born with the upload, fed while it arrives, heard at its end.

What the child holds is bounded by its own limits; here passes one piece at a time. Two examinations at once in a
process are judged, others wait their turn.
"""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore, Timer

from structlog import get_logger

from gateway.vault.examination.flaws import Flaw, Flawed
from gateway.vault.examination.nursery import NURSERY
from gateway.vault.examination.packing import unpack

log = get_logger()

PATIENCE = 100.0
"""Seconds of real time from the end of the upload to the end of the examination, where the machine is busy."""

MOST_PREVIEW = 4 * 1024 * 1024
_AT_ONCE = BoundedSemaphore(2)


class Busy(Exception):
    """Too many examinations wait already, or none can be begun."""


@dataclass(frozen=True)
class Verdict:
    """What is known of a file that is fit. `size`: bytes made of photographs; 0 for a PDF, kept as it is."""

    pages: int
    size: int


class Examination:
    """One file, or several to be bound, before the child. Feed it everything, then ask for the verdict; close it."""

    def __init__(self, task: str = "look") -> None:
        """Raises Busy where the machine has no process left to give."""
        try:
            self._child = NURSERY.fork(task)
        except OSError as failure:
            log.error("no examination", failure=repr(failure))
            raise Busy from None
        self._binds = task == "bind"
        self._clock: Timer | None = None
        self._holds_turn = False
        self._left = 0

    def feed(self, data: bytes) -> None:
        """Passes a piece on. A child that has died already says so at the end."""
        if data:
            self._write(len(data).to_bytes(4, "big") + data)

    def end_file(self) -> None:
        """What is fed from here on belongs to the next file."""
        self._write(bytes(4))

    def finish(self, order: Sequence[int] = ()) -> Verdict:
        """Ends the last file and waits for the verdict; `order`: of those to be bound. Raises Flawed, Busy."""
        if not _AT_ONCE.acquire(timeout=PATIENCE):
            raise Busy
        self._holds_turn = True
        self._clock = Timer(PATIENCE, self._child.kill)
        self._clock.daemon = True
        self._clock.start()
        # Each of several files has been ended by `end_file`; one alone is ended here.
        self._write(bytes((0, 0, 0, 0, len(order), *order)) if self._binds else bytes(8))
        line = self._child.back.readline(1000)
        if not line:
            log.warning("examination died")
            raise Flawed(Flaw.TOO_HARD)
        said = json.loads(line)
        if said["flaw"] is not None:
            raise Flawed(Flaw(said["flaw"]))
        self._left = int(said["size"])
        return Verdict(int(said["pages"]), self._left)

    def read(self, size: int) -> bytes:
        """The document made of photographs, to its end. After the verdict. Raises Flawed."""
        data = self._child.back.read(min(size, self._left))
        if self._left and not data:
            raise Flawed(Flaw.TOO_HARD)
        self._left -= len(data)
        return data

    def preview(self) -> list[bytes]:
        """A thumbnail, then the first pages, as JPEG; nothing when they could not be drawn. After the verdict."""
        length = int.from_bytes(self._child.back.read(4), "big")
        packed = self._child.back.read(length) if length <= MOST_PREVIEW else b""
        self._end_turn()
        return unpack(packed) if len(packed) == length else []

    def close(self) -> None:
        """Ends the child, whatever it is doing."""
        if self._clock is not None:
            self._clock.cancel()
        self._child.let_go()
        self._end_turn()

    def _end_turn(self) -> None:
        if self._holds_turn:
            self._holds_turn = False
            _AT_ONCE.release()

    def _write(self, data: bytes) -> None:
        # A child that has died or given up takes no more: `finish` hears why.
        with contextlib.suppress(BrokenPipeError):
            self._child.to.write(data)
            self._child.to.flush()
