"""The listening side of orders that other municipal systems give: `@obeys(TakeRequestOver)` on a service's method.

The way of facts (`consumer.py`): a queue of its own, `<service>.orders`, the inbox, retries, parking. Two things
differ. Who gives an order must be known: without a `user_id`, which the broker holds to the sender's connection, it is
parked; with one, it becomes the envelope's `source`. And an order that is refused will be refused again: it is parked
at once, with the reason, for somebody to read.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.orm import Session

from chassis.consumer import Facts, Subscription, expose_in_inbox
from contracts.envelope import Envelope
from contracts.errors import DomainError
from contracts.orders.order import EXCHANGE, Order

O = TypeVar("O", bound=Order)  # noqa: E741 -- one letter, as the type variables of its neighbours
S = TypeVar("S")
KIND = "orders"


class Orders(Facts):
    """The service's one queue of orders."""

    exchange = EXCHANGE
    kind = KIND

    def handle_message(self, body: Any, message: Any) -> None:
        sender = message.properties.get("user_id")
        if not sender:
            self._give_back(message, "no user_id: nobody knows whose order it is", tries=self.queues.tries)
            return
        super().handle_message(body, message)

    def read(self, message: Any) -> Envelope:
        """The envelope, with the sender that the broker vouches for in the place of what it says of itself."""
        envelope = Envelope.model_validate_json(message.body)
        return envelope.model_copy(update={"source": str(message.properties["user_id"])})

    def tries_spent(self, message: Any, failure: BaseException) -> int:
        """A refusal is for good."""
        if isinstance(failure, DomainError | ValidationError):
            return self.queues.tries
        return super().tries_spent(message, failure)


class Obedience(Subscription):
    """The entrypoint behind `@obeys`."""

    facts = Orders()


def obeys(
    order: type[O],
) -> Callable[[Callable[[S, Session, O, Envelope], None]], Callable[[S, O, Envelope], bool]]:
    """Makes a method the one that obeys `order`: `(self, session, order, envelope)`, in the inbox's transaction.

    `envelope.source` is the broker user who sent it. Raises DomainError to refuse.
    """

    def expose(method: Callable[[S, Session, O, Envelope], None]) -> Callable[[S, O, Envelope], bool]:
        applied = expose_in_inbox(method)
        Obedience.decorator(order)(applied)
        return applied

    return expose
