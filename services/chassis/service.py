"""What every service class is built on.

class EnrolmentService(Service):
    name = "enrolment"

    @answers(MonthPage)
    def month_page(self, ask: MonthPage, caller: Caller) -> MonthView: ...

    @subscribes(FamilyUpdated)
    def keep_family(self, session: Session, fact: FamilyUpdated, envelope: Envelope) -> None: ...

    @every(seconds=60)
    def release_stale(self) -> None: ...

    @first
    def install(self) -> None: ...
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import structlog
from nameko.extensions import DependencyProvider
from nameko.timer import Timer
from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis import health, logs, metrics
from chassis.clock import Clock, SystemClock, clock_from
from chassis.consumer import FactQueue, subscribes
from chassis.database import engine_for, sessions_for
from chassis.orders import obeys
from chassis.rpc import CallQueue, answers
from chassis.settings import Settings

log = structlog.get_logger()
S = TypeVar("S")


class Transactions(DependencyProvider):
    """Gives each worker `begin()`; a transaction lives exactly as long as its `with` block."""

    def setup(self) -> None:
        settings: Settings = self.container.config["SETTINGS"]
        self.engine = engine_for(settings.need("database_url"), self.container.max_workers)
        self.sessions = sessions_for(self.engine)

    def get_dependency(self, worker_ctx: Any) -> Callable[[], AbstractContextManager[Session]]:
        return self.sessions.begin

    def check(self) -> None:
        """Readiness: raises when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def stop(self) -> None:
        self.engine.dispose()

    kill = stop


class Looks(DependencyProvider):
    """Gives each worker `look()`: a session that keeps nothing, and of which a `OneTrip` needs no transaction."""

    def get_dependency(self, worker_ctx: Any) -> Callable[[], AbstractContextManager[Session]]:
        for provider in self.container.dependencies:
            if isinstance(provider, Transactions):
                return provider.sessions
        raise LookupError("a service that looks has transactions")


class TownClock(DependencyProvider):
    """Gives each worker the one clock."""

    def setup(self) -> None:
        settings: Settings = self.container.config["SETTINGS"]
        self.clock = clock_from(settings.clock_file)

    def get_dependency(self, worker_ctx: Any) -> Clock:
        return self.clock


class RealClock(DependencyProvider):
    """Gives each worker real time, for what shares it with a clock that is not ours (one-time codes, signatures)."""

    def get_dependency(self, worker_ctx: Any) -> Clock:
        return SystemClock()


class Installation(DependencyProvider):
    """Gives each worker the settings."""

    def get_dependency(self, worker_ctx: Any) -> Settings:
        settings: Settings = self.container.config["SETTINGS"]
        return settings


class Health(DependencyProvider):
    """Serves the process's port; ready when its database and its queues are."""

    def start(self) -> None:
        settings: Settings = self.container.config["SETTINGS"]
        checks: dict[str, health.Check] = {}
        for provider in self.container.dependencies:
            if isinstance(provider, Transactions):
                checks["database"] = provider.check
        for extension in self.container.subextensions:
            if isinstance(extension, FactQueue) and extension._providers:
                checks["facts"] = extension.check
            elif isinstance(extension, CallQueue) and extension._providers:
                checks["calls"] = extension.check
        self.server = health.serve(settings.metrics_address, settings.metrics_port, checks)

    def get_dependency(self, worker_ctx: Any) -> None:
        return None


class Service:
    """A Nameko service with the chassis' parts as attributes."""

    name: str
    begin: Callable[[], AbstractContextManager[Session]] = Transactions()
    look: Callable[[], AbstractContextManager[Session]] = Looks()
    clock: Clock = TownClock()
    settings: Settings = Installation()
    health = Health()


class _Every(Timer):
    """A timer whose failure is logged, counted and tried again at the next tick."""

    def setup(self) -> None:
        timer = f"{self.container.service_name}.{self.method_name}"
        self.runs = {word: metrics.TIMER_RUNS.labels(timer, word) for word in ("done", "failed")}
        super().setup()

    def handle_result(self, worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        self.runs["done" if exc_info is None else "failed"].inc()
        if exc_info is not None:
            log.error("timer failed", method=self.method_name, exc_info=exc_info)
        return super().handle_result(worker_ctx, result, None)


def every(seconds: float) -> Callable[[Callable[[S], None]], Callable[[S], None]]:
    """Runs a method again and again. Two replicas may run it at once: it takes its work with SKIP LOCKED."""

    def expose(method: Callable[[S], None]) -> Callable[[S], None]:
        def ticked(self: S) -> None:
            logs.follow("")
            method(self)

        ticked.__name__ = method.__name__
        ticked.__qualname__ = method.__qualname__
        ticked.__doc__ = method.__doc__
        _Every.decorator(seconds)(ticked)
        return ticked

    return expose


def first(method: Callable[[S], None]) -> Callable[[S], None]:
    """Runs a method as each process starts, before it is ready or answers anything; again while the database is away.

    Several processes may run it at once, and each release does: it changes nothing where there is nothing to do.
    """
    method.comes_first = True  # type: ignore[attr-defined]
    return method


__all__ = ["RealClock", "Service", "answers", "every", "first", "obeys", "subscribes"]
