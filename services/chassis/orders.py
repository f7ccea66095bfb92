"""The listening side of orders that other municipal systems give: `@obeys(TakeRequestOver)` on a service's method.

The way of facts (`consumer.py`): a queue of its own, `<service>.orders`, the inbox, retries, parking. Two things
differ. Who gives an order must be known: without a `user_id`, which the broker holds to the sender's connection, it is
parked; with one, it becomes the envelope's `source`. And an order that is refused will be refused again: it is parked
at once, with the reason, for somebody to read; so is one that this release does not know, since nobody else hears it.

A copy that waits, or is put back, is published by ourselves: a header has who sent the first. It counts only on what
the broker says is ours, so that nobody can put another's name in it.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError
from sqlalchemy.orm import Session

from chassis.consumer import Facts, Subscription, expose_in_inbox
from chassis.parked_message import SENDER, Failure
from contracts.envelope import Envelope
from contracts.errors import DomainError
from contracts.orders.order import EXCHANGE, Order
from contracts.parked import ParkedFailure

O = TypeVar("O", bound=Order)  # noqa: E741 -- one letter, as the type variables of its neighbours
S = TypeVar("S")
KIND = "orders"


class Orders(Facts):
    """The service's one queue of orders."""

    exchange = EXCHANGE
    kind = KIND

    def handle_message(self, body: Any, message: Any) -> None:
        if not self.sender(message):
            self._give_back(message, Failure(ParkedFailure.NO_SENDER), tries=self.queues.tries)
            return
        super().handle_message(body, message)

    def read(self, message: Any) -> Envelope:
        """The envelope, with the sender that the broker vouches for in the place of what it says of itself."""
        envelope = Envelope.model_validate_json(message.body)
        return envelope.model_copy(update={"source": self.sender(message)})

    def passes_over(self, envelope: Envelope) -> bool:
        """Never: it was given to us."""
        del envelope
        return False

    @property
    def _own_user(self) -> str:
        return unquote(urlsplit(self.container.config["AMQP_URI"]).username or "")

    def sender(self, message: Any) -> str:
        """Who gave the order; empty: nobody knows."""
        user = str(message.properties.get("user_id") or "")
        return str((message.headers or {}).get(SENDER, user)) if user == self._own_user else user

    def vouched(self, message: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Ours by `user_id`, with whose order it is."""
        return {SENDER: self.sender(message)}, {"user_id": self._own_user}

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
