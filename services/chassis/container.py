"""Nameko's container, with a worker's life reduced to what our services use of it."""

import sys
from typing import Any

from nameko.containers import ServiceContainer


class Container(ServiceContainer):
    """Gives the dependencies, runs the method, hands over the outcome.

    Nameko also makes a call id and a stack of them for each worker, times six steps and calls three hooks of every
    provider; we have our own correlation id and metrics, and no provider with such a hook. A provider that needs one
    belongs in a method's `with` block instead: Nameko's teardown runs after the answer has left.
    """

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
