"""The base of every order: its name, the service that obeys it, its version. It travels in a fact's envelope."""

from typing import ClassVar

from contracts.envelope import TYPE_PREFIX
from contracts.messages import View

EXCHANGE = "espace.orders"


class Order(View):
    """An order of another system. `obeyed_by`: the service that owns what it is about."""

    name: ClassVar[str]
    obeyed_by: ClassVar[str]
    version: ClassVar[int] = 1
    registry: ClassVar[dict[str, type["Order"]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        if cls.event_type() in Order.registry:
            raise TypeError(f"two orders are called {cls.event_type()}")
        Order.registry[cls.event_type()] = cls

    @classmethod
    def event_type(cls) -> str:
        """The CloudEvents `type`: `fr.espace-citoyens.request.decide.v1`."""
        return f"{TYPE_PREFIX}{cls.name}.v{cls.version}"
