"""Waiting for what another process does, without guessing how long it takes."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds, as long as no test waits for something else: a machine under load may need most of them, a calm one none."""


def eventually(look: Callable[[], T], seconds: float = PATIENCE) -> T:
    """The first true value that `look` gives. Raises AssertionError with its last one when none comes."""
    stop = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > stop:
            raise AssertionError(f"still {found!r} after {seconds} s")
        time.sleep(0.05)
