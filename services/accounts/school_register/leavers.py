"""Who is in the register of a school and not in its file any more.

A file that looks whole makes leavers of them; one with unreadable rows, or in which hardly anybody is left, does not:
then they are shown, and stay unless the agent says so. Nobody is deleted: a leaver keeps file, family and history.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

ALIKE = 0.78
"""As for the two files of one export: « Mathis Durand » and « Matis Durant » are the same child, spelt otherwise."""


@dataclass(frozen=True)
class Pupil:
    """A child by what a file knows of it."""

    name_key: str
    birth_date: date


def need_confirmation(present: int, leaving: int) -> bool:
    """More than half would leave. In a year of three levels, a third leaves and some move; half is another file."""
    return leaving * 2 > present


def look_whole(present: int, absent: int, unreadable: int) -> bool:
    """Every row could be read, and at least half of the school is still there."""
    return not unreadable and not need_confirmation(present, absent)


def respelt(absent: Iterable[Pupil], newcomers: Mapping[int, Pupil]) -> dict[Pupil, int]:
    """Absent pupils who may be a newcomer spelt otherwise, born on the same day: pupil → line. One each."""
    found: dict[Pupil, int] = {}
    free = dict(newcomers)
    for pupil in sorted(absent, key=lambda each: (each.name_key, each.birth_date)):
        scored = [
            (SequenceMatcher(None, pupil.name_key, other.name_key).ratio(), -line)
            for line, other in free.items()
            if other.birth_date == pupil.birth_date
        ]
        if scored and max(scored)[0] >= ALIKE:
            line = -max(scored)[1]
            found[pupil] = line
            del free[line]
    return found
