"""The listening side of facts: `@subscribes(FamilyUpdated)` on a service's method.

Nameko's own event handler acknowledges a message whose handler raised, and the fact is lost. Here one queue per
service feeds all its handlers, one message at a time and on a connection of its own, so that facts keep their order
and a flood of them leaves the calls alone. The inbox mark, the effect and the facts it causes commit together; then
the message is acknowledged. A failure waits in a retry queue, longer each time; after the last try, or at once when
the message cannot be read, it is parked with its reason: `parking.py` makes it a row for somebody to decide about.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import eventlet
import kombu
import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, SharedExtension
from pydantic import ValidationError
from sqlalchemy.orm import Session

from chassis import logs, metrics, parked_message, topology
from chassis.clock import Clock, clock_from
from chassis.inbox import first_time
from chassis.parked_message import Failure
from chassis.rpc import CallQueue
from chassis.settings import Settings
from contracts import catalogue
from contracts.envelope import CONTENT_TYPE, EXCHANGE, TYPE_PREFIX, Envelope
from contracts.events.event import Event
from contracts.orders.order import Order
from contracts.parked import ParkedFailure

log = structlog.get_logger()
E = TypeVar("E", bound=Event)
M = TypeVar("M")
S = TypeVar("S")
Failures = tuple[tuple[str, Exception], ...]
"""(the handler's name, what it raised)."""


class FactQueue(CallQueue):
    """A connection for facts alone, one unacknowledged message at a time."""

    prefetch_count = 1

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        for provider in self._providers:
            provider.declare(channel)
        return super().get_consumers(consumer_cls, channel)


class Facts(SharedExtension):
    """The service's one queue of facts, bound to the names its handlers subscribe to."""

    queue_consumer = FactQueue()
    exchange = EXCHANGE
    kind = "events"

    def __init__(self) -> None:
        self.handlers: dict[str, list[Subscription]] = {}
        self._stopped = False
        super().__init__()

    def setup(self) -> None:
        settings: Settings = self.container.config["SETTINGS"]
        self.clock: Clock = clock_from(settings.clock_file)
        self.queue_consumer.register_provider(self)

    def start(self) -> None:
        self._watch = self.container.spawn_managed_thread(self._watch_depths)

    @property
    def queues(self) -> topology.Queues:
        settings: Settings = self.container.config["SETTINGS"]
        return topology.Queues(
            self.container.service_name, settings.fact_delays, settings.fact_tries, self.kind
        )

    def add(self, handler: "Subscription") -> None:
        """Called by each handler's setup, before the queue is declared."""
        self.handlers.setdefault(handler.event.event_type(), []).append(handler)

    @property
    def queue(self) -> Any:
        exchange = kombu.Exchange(self.exchange, type="topic", durable=True)
        names = {handler.event.name for several in self.handlers.values() for handler in several}
        bindings = [kombu.binding(exchange, routing_key=name) for name in sorted(names)]
        return kombu.Queue(
            self.queues.main, bindings=bindings, durable=True, queue_arguments=self.queues.main_arguments()
        )

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            self._watch.kill()
            self.queue_consumer.unregister_provider(self)

    def handle_message(self, body: Any, message: Any) -> None:
        del body
        try:
            envelope = self.read(message)
            handlers = self.handlers.get(envelope.type)
            if handlers is None and not self.passes_over(envelope):
                self._give_back(message, Failure(ParkedFailure.UNKNOWN), tries=self.queues.tries)
                return
            if handlers is None:
                metrics.FACTS.labels(f"{self.container.service_name}.none", "ignored").inc()
                self._settle(message)
                return
            fact = handlers[0].event.model_validate(envelope.data)
        except ValidationError as problem:
            self._give_back(message, Failure.unreadable(problem), tries=self.queues.tries)
            return
        self._apply(handlers, fact, envelope, message)

    def _apply(
        self,
        handlers: list["Subscription"],
        fact: Event | Order,
        envelope: Envelope,
        message: Any,
        failures: Failures = (),
    ) -> None:
        """One handler after the other, in no order that may be counted on: one that fails keeps none of the others
        from applying the fact. After the last, the message is let go of, or tried again if any failed: those that
        have applied the fact find it in their inbox."""
        handler, *others = handlers
        try:
            self.container.spawn_worker(
                handler,
                (fact, envelope),
                {},
                context_data={},
                handle_result=partial(self._finish, others, fact, envelope, message, failures),
            )
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def _finish(
        self,
        others: list["Subscription"],
        fact: Event | Order,
        envelope: Envelope,
        message: Any,
        failures: Failures,
        worker_ctx: Any,
        result: Any,
        exc_info: Any,
    ) -> Any:
        label = f"{self.container.service_name}.{worker_ctx.entrypoint.method_name}"
        said = {"handler": label, "fact": envelope.type, "id": str(envelope.id)}
        if exc_info is None:
            outcome = "applied" if result else "repeated"
            metrics.FACTS.labels(label, outcome).inc()
            log.info(f"fact {outcome}", **said, correlation_id=envelope.correlationid)
        else:
            tries = self._tries(message)
            failures = (*failures, (worker_ctx.entrypoint.method_name, exc_info[1]))
            metrics.FACTS.labels(label, "parked" if tries >= self.queues.tries else "failed").inc()
            log.error(
                "fact not applied",
                **said,
                tries=tries,
                correlation_id=envelope.correlationid,
                exc_info=exc_info,
            )
        if others:
            # Not within this worker, whose place in the pool the next one may need.
            self.container.spawn_managed_thread(
                partial(self._apply, others, fact, envelope, message, failures)
            )
        elif failures:
            handler_name, problem = failures[0]
            self._give_back(message, Failure.of(problem, handler_name), self.tries_spent(message, problem))
        else:
            self._settle(message)
        return result, None

    def read(self, message: Any) -> Envelope:
        """The envelope of a message. Raises ValidationError."""
        return Envelope.model_validate_json(message.body)

    def passes_over(self, envelope: Envelope) -> bool:
        """True of a fact that nobody here listens to and that our release knows: bound by an earlier one, or another
        version told beside the one we hear. One of a name that is not known is of a later release, or not ours."""
        name = envelope.type.removeprefix(TYPE_PREFIX).rpartition(".v")[0]
        return any(event.name == name for event in catalogue.events())

    def sender(self, message: Any) -> str | None:
        """Whom the broker vouches for. Nobody asks that of facts."""
        del message
        return None

    def vouched(self, message: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """(headers, properties) by which a copy keeps its sender."""
        del message
        return {}, {}

    def tries_spent(self, message: Any, failure: BaseException) -> int:
        """How many tries a failure leaves behind it; all of them parks the message."""
        del failure
        return self._tries(message)

    @staticmethod
    def _tries(message: Any) -> int:
        """How often this fact has been tried, this time included."""
        return parked_message.tries_in(message.headers or {}) + 1

    def _settle(self, message: Any) -> None:
        self.queue_consumer.ack_message(message)

    def _give_back(self, message: Any, failure: Failure, tries: int) -> None:
        """Puts a copy where it waits or is parked, confirmed by the broker, and only then lets go of this one."""
        parks = tries >= self.queues.tries
        target = self.queues.parked if parks else self.queues.retry(tries)
        before = message.headers or {}
        headers = parked_message.headers_after(
            before, failure, self._tries(message), self.clock.now(), parks=parks
        )
        sender, properties = self.vouched(message)
        try:
            with kombu.Connection(
                self.container.config["AMQP_URI"], transport_options={"confirm_publish": True}
            ) as line:
                kombu.Producer(line).publish(
                    message.body,
                    routing_key=target,
                    exchange="",
                    headers={**headers, **sender},
                    **properties,
                    delivery_mode=2,
                    mandatory=True,
                    content_type=CONTENT_TYPE,
                    content_encoding="utf-8",
                    serializer=None,
                    retry=False,
                    message_id=message.properties.get("message_id"),
                    timeout=10,
                )
        except Exception:
            log.error("could not set a fact aside; it stays in the queue", exc_info=sys.exc_info())
            eventlet.sleep(1)
            self.queue_consumer.requeue_message(message)
            return
        self._settle(message)

    def declare(self, channel: Any) -> None:
        """Declares the retry and parked queues before the main one can refer to them."""
        for level in self.queues.levels:
            kombu.Queue(
                self.queues.retry(level),
                durable=True,
                queue_arguments=self.queues.retry_arguments(level),
                channel=channel,
            ).declare()
        kombu.Queue(
            self.queues.parked, durable=True, queue_arguments={"x-queue-type": "quorum"}, channel=channel
        ).declare()

    def _watch_depths(self) -> None:
        """Every ten seconds, how many facts wait, and how many are parked."""
        names = [self.queues.main, self.queues.parked]
        names += [self.queues.retry(level) for level in self.queues.levels]
        while True:
            eventlet.sleep(10)
            try:
                with kombu.Connection(self.container.config["AMQP_URI"]) as line:
                    for name in names:
                        found = kombu.Queue(name, channel=line.default_channel).queue_declare(passive=True)
                        metrics.QUEUE_DEPTH.labels(name).set(found.message_count)
            except Exception as problem:
                log.warning("cannot see the queues", error=str(problem))


class Subscription(Entrypoint):
    """The entrypoint behind `@subscribes`."""

    facts = Facts()

    def __init__(self, event: type[Event] | type[Order]) -> None:
        self.event = event
        super().__init__()

    def setup(self) -> None:
        self.facts.add(self)

    def stop(self) -> None:
        self.facts.stop()


def subscribes(
    event: type[E],
) -> Callable[[Callable[[S, Session, E, Envelope], None]], Callable[[S, E, Envelope], bool]]:
    """Makes a method the handler of `event`: `(self, session, fact, envelope)`, inside the inbox's transaction."""

    def expose(method: Callable[[S, Session, E, Envelope], None]) -> Callable[[S, E, Envelope], bool]:
        applied = expose_in_inbox(method)
        Subscription.decorator(event)(applied)
        return applied

    return expose


def expose_in_inbox(
    method: Callable[[S, Session, M, Envelope], None],
) -> Callable[[S, M, Envelope], bool]:
    """The method in the inbox's transaction: done once for a message's id; says whether it was."""

    def applied(self: S, message: M, envelope: Envelope) -> bool:
        logs.follow(envelope.correlationid)
        with self.begin() as session:  # type: ignore[attr-defined]
            if not first_time(session, envelope.id, method.__name__):
                return False
            method(self, session, message, envelope)
        return True

    applied.__name__ = method.__name__
    applied.__qualname__ = method.__qualname__
    applied.__doc__ = method.__doc__
    return applied
