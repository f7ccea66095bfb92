"""Nameko's container, with a worker's life reduced to what our services use of it, and a first act before it serves."""

import sys
import time
from typing import Any

import structlog
from nameko.containers import ServiceContainer
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()
AGAIN_AFTER = 1.0
"""Seconds until the first acts are tried again, when the database does not answer yet or lacks a table."""


class Container(ServiceContainer):
    """Gives the dependencies, runs the method, hands over the outcome.

    Nameko also makes a call id and a stack of them for each worker, times six steps and calls three hooks of every
    provider; we have our own correlation id and metrics, and no provider with such a hook. A provider that needs one
    belongs in a method's `with` block instead: Nameko's teardown runs after the answer has left.
    """

    def start(self) -> None:
        """Sets up, does what comes first (`chassis.service.first`), then serves: calls, facts, timers, health page."""
        self.started = True
        self.extensions.all.setup()
        self._do_first()
        self.extensions.all.start()

    def _do_first(self) -> None:
        service = self.service_cls()
        for provider in self.dependencies:
            setattr(service, provider.attr_name, provider.get_dependency(None))
        acts = [
            each for each in dir(self.service_cls) if hasattr(getattr(self.service_cls, each), "comes_first")
        ]
        for act in acts:
            while True:
                try:
                    getattr(service, act)()
                    break
                except DBAPIError as problem:
                    log.warning("not ready to serve", first=act, problem=str(problem))
                    time.sleep(AGAIN_AFTER)

    def _run_worker(self, worker_ctx: Any, handle_result: Any) -> None:
        for provider in self.dependencies:
            setattr(worker_ctx.service, provider.attr_name, provider.get_dependency(worker_ctx))
        result = exc_info = None
        try:
            result = getattr(worker_ctx.service, worker_ctx.entrypoint.method_name)(*worker_ctx.args)
        except Exception:
            exc_info = sys.exc_info()
        try:
            handle_result(worker_ctx, result, exc_info)
        finally:
            del exc_info
