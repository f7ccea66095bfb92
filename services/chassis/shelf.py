"""Empties the parked queues beside a service's listening queues: `@parks` on the method that keeps what lies there."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import eventlet
import kombu
import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from chassis import parked_message
from chassis.consumer import FactQueue, Facts
from chassis.parked_message import ParkedMessage

log = structlog.get_logger()
S = TypeVar("S")
_AGAIN_AFTER = 2.0
"""Seconds until a message is tried again that the database did not take."""


class Shelf:
    """The parked queue beside one of the service's listening queues."""

    def __init__(self, facts: Facts, entry: "Parking") -> None:
        self._facts = facts
        self._entry = entry
        self._stopped = False

    @property
    def queue(self) -> Any:
        """The queue to consume."""
        return kombu.Queue(
            self._facts.queues.parked, durable=True, queue_arguments={"x-queue-type": "quorum"}
        )

    def declare(self, channel: Any) -> None:
        """The listener declares it."""
        self._facts.declare(channel)

    def stop(self) -> None:
        """No more tries."""
        self._stopped = True

    def handle_message(self, body: Any, message: Any) -> None:
        del body
        found = parked_message.read(
            self._facts.queues.main,
            message.body if isinstance(message.body, bytes) else message.body.encode(),
            message.headers or {},
            self._facts.sender(message),
            self._facts.clock.now(),
        )
        self._keep(found, message)

    def _keep(self, found: ParkedMessage, message: Any) -> None:
        consumer = self._entry.queue_consumer
        try:
            self._entry.container.spawn_worker(
                self._entry,
                (found,),
                {},
                context_data={},
                handle_result=partial(self._finish, found, message),
            )
        except ContainerBeingKilled:
            consumer.requeue_message(message)

    def _finish(self, found: ParkedMessage, message: Any, worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        """Lets go of it when its row is there. Until then it stays ours: given back, it would count as delivered
        again, and brokers drop what was delivered too often."""
        del worker_ctx
        if exc_info is None:
            self._entry.queue_consumer.ack_message(message)
            log.warning("parked", queue=found.queue, type=found.type, id=found.mark, failure=found.failure)
        else:
            log.error("a parked message could not be kept; again", queue=found.queue, exc_info=exc_info)
            self._entry.container.spawn_managed_thread(partial(self._again, found, message))
        return result, None

    def _again(self, found: ParkedMessage, message: Any) -> None:
        eventlet.sleep(_AGAIN_AFTER)
        if message.channel.connection and not self._stopped:
            self._keep(found, message)


class Parking(Entrypoint):
    """The entrypoint behind `@parks`: all the parked queues of a service, on the connection of its facts."""

    queue_consumer = FactQueue()

    def setup(self) -> None:
        listening = [each for each in self.container.subextensions if isinstance(each, Facts)]
        self._shelves = [Shelf(facts, self) for facts in listening]
        for shelf in self._shelves:
            self.queue_consumer.register_provider(shelf)

    def stop(self) -> None:
        for shelf in self._shelves:
            shelf.stop()
            self.queue_consumer.unregister_provider(shelf)


def parks(method: Callable[[S, ParkedMessage], None]) -> Callable[[S, ParkedMessage], None]:
    """Makes a method the one that keeps what was given up on."""
    Parking.decorator()(method)
    return method
