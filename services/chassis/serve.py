"""Runs a service's Nameko container until SIGTERM, which lets running calls finish."""

import gc
import importlib
import inspect

from chassis.settings import Settings


def serve(name: str, settings: Settings) -> None:
    """Finds the Service of `<name>/service.py` and runs it. Raises LookupError when there is none."""
    from nameko.cli.run import run

    service = service_class(name)
    keep_loaded()
    run([service], configuration(settings))


def keep_loaded() -> None:
    """Takes what is loaded out of the collector's sight: it stays as long as the process does.

    A full collection went through every module, some 80 ms in the middle of whatever call set it off.
    """
    gc.collect()
    gc.freeze()


def service_class(name: str) -> type:
    """The one Service defined in `<name>.service`."""
    from chassis.service import Service

    module = importlib.import_module(f"{name}.service")
    for _, candidate in inspect.getmembers(module, inspect.isclass):
        if issubclass(candidate, Service) and candidate.__module__ == module.__name__:
            return candidate
    raise LookupError(f"{name}/service.py defines no Service")


def configuration(settings: Settings) -> dict[str, object]:
    """Nameko's configuration. `pyamqp://` because `amqp://` tries to import librabbitmq at every publish."""
    return {
        "AMQP_URI": settings.need("amqp_url").replace("amqp://", "pyamqp://", 1),
        "SERVICE_CONTAINER_CLS": "chassis.container.Container",
        "SETTINGS": settings,
        "max_workers": settings.max_workers,
        "HEARTBEAT": 30,
    }
