"""CPU work off the event loop: it would hold up every other call and the broker's heartbeat."""

import os
from collections.abc import Callable
from functools import cache
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs `work` in a real thread where the process runs on eventlet; calls it plainly elsewhere.

    Worth it only for work that lets go of the interpreter (Argon2, C libraries).
    """
    try:
        from eventlet import patcher, tpool
    except ImportError:
        return work(*args, **kwargs)
    if not patcher.is_monkey_patched("thread"):
        return work(*args, **kwargs)
    _one_thread_per_core()
    return cast("T", tpool.execute(work, *args, **kwargs))


@cache
def _one_thread_per_core() -> None:
    """More threads than cores finish nothing earlier: they share the caches and each keeps its own memory."""
    from eventlet import tpool

    tpool.set_num_threads(len(os.sched_getaffinity(0)))
