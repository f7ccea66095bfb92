"""Something a service makes once per process, from the settings, and gives to each of its workers.

class DocumentsService(Service):
    objects: Objects = part(Objects)
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from nameko.extensions import DependencyProvider

from chassis.settings import Settings

T = TypeVar("T")


class _Part(DependencyProvider):
    def __init__(self, make: Callable[[Settings], Any]) -> None:
        self.make = make

    def setup(self) -> None:
        self.made = self.make(self.container.config["SETTINGS"])

    def get_dependency(self, worker_ctx: Any) -> Any:
        del worker_ctx
        return self.made


def part(make: Callable[[Settings], T]) -> T:
    """What `make` makes when the process starts; a setting that is missing stops the start, by its name."""
    return cast("T", _Part(make))
