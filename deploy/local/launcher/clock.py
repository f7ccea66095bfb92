"""`./espace clock`: shows or moves the town's time, through the file that every process reads."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta

from chassis.clock import PARIS, FileClock, set_clock
from deploy.local.launcher.verbs import run_folder

STEP = re.compile(r"([+-])(\d+)(min|h|d|w)")
UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def plan_offset(wish: str, real: datetime, shown: datetime) -> timedelta:
    """How far ahead of real time the town shall live. `real` and `shown` are aware.

    Raises ValueError when the wish is neither a step, nor a moment, nor `real`.
    """
    if wish == "real":
        return timedelta()
    if step := STEP.fullmatch(wish):
        sign = 1 if step[1] == "+" else -1
        return shown - real + sign * int(step[2]) * UNITS[step[3]]
    moment = datetime.fromisoformat(wish)
    return (moment if moment.tzinfo else moment.replace(tzinfo=PARIS)) - real


def main(arguments: list[str]) -> int:
    path = run_folder() / "clock.json"
    clock = FileClock(path)
    if arguments:
        real = datetime.now(UTC)
        try:
            offset = plan_offset(arguments[0], real, clock.now())
        except ValueError:
            print(
                f"espace: {arguments[0]!r} is no moment; try 2027-03-01T08:00, +7d, -2h, real",
                file=sys.stderr,
            )
            return 2
        path.parent.mkdir(parents=True, exist_ok=True)
        set_clock(path, offset=offset)
    print(clock.now().astimezone(PARIS).strftime("%A %d %B %Y, %H:%M:%S (Paris)"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
