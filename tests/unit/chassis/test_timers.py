"""What is done by the clock is counted, whether it held or not, and goes on."""

import sys
from collections.abc import Callable
from typing import Any

from prometheus_client import REGISTRY

from chassis.service import _Every


class Box:
    """A container that runs nothing."""

    service_name = "box"
    shared_extensions: dict[Any, Any] = {}  # noqa: RUF012 -- Nameko looks for it


def count(outcome: str) -> float | None:
    return REGISTRY.get_sample_value("espace_timer_runs_total", {"timer": "box.sweep", "outcome": outcome})


def test_a_timer_that_fails_is_counted_and_ticks_again() -> None:
    box = Box()  # timers hold their container weakly
    timer = _Every(60).bind(box, "sweep")
    timer.setup()
    assert (count("done"), count("failed")) == (0, 0), (
        "both are there before anything happens: alerts compare them"
    )

    def tick(work: Callable[[], object]) -> Any:
        failure = None
        try:
            work()
        except ZeroDivisionError:
            failure = sys.exc_info()
        outcome = timer.handle_result(None, None, failure)
        timer.worker_complete.wait()
        timer.worker_complete.reset()
        return outcome

    assert tick(lambda: 1 / 0) == (None, None), "the container is not told, and lives"
    assert tick(lambda: 1) == (None, None)
    assert (count("done"), count("failed")) == (1, 1)
