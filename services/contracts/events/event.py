"""The base of every fact: its name, its teller, its version."""

from typing import ClassVar

from contracts.envelope import TYPE_PREFIX
from contracts.messages import View


class Event(View):
    """A fact. `told_by`: the service that owns the subject."""

    name: ClassVar[str]
    told_by: ClassVar[str]
    version: ClassVar[int] = 1
    registry: ClassVar[dict[str, type["Event"]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        if cls.event_type() in Event.registry:
            raise TypeError(f"two events are called {cls.event_type()}")
        Event.registry[cls.event_type()] = cls

    @classmethod
    def event_type(cls) -> str:
        """The CloudEvents `type`: `fr.espace-citoyens.booking.made.v1`."""
        return f"{TYPE_PREFIX}{cls.name}.v{cls.version}"
