"""The service's side of a call: Nameko's entrypoint and wire format, without what a question does not need.

A stock round trip publishes every reply through a second connection, persistently, waiting for a confirm, and
parses every body twice. Here the reply leaves on the channel the call came in by, transient and unconfirmed (the
caller's timeout covers its loss), straight to the caller's direct reply-to; body and answer are read and written
by their pydantic types in one pass. A call whose caller has given up by its deadline is dropped unrun.
"""

import inspect
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import amqp
import kombu
import orjson
import structlog
from nameko.exceptions import (
    ContainerBeingKilled,
    MalformedRequest,
    MethodNotFound,
    safe_for_serialization,
    serialize,
)
from nameko.messaging import QueueConsumer
from nameko.rpc import Rpc, RpcConsumer
from pydantic import TypeAdapter, ValidationError

from chassis import logs, metrics, wire
from chassis.transport import BufferedTransport, KombuTransport
from contracts.caller import Caller
from contracts.errors import DomainError, Invalid
from contracts.messages import Command, Question

log = structlog.get_logger()
A = TypeVar("A")
S = TypeVar("S")
_ANONYMOUS = Caller()


class CallQueue(QueueConsumer):
    """The connection that calls come in by and answers leave by. Bodies are left for their types to read."""

    ready = False

    @property
    def connection(self) -> Any:
        config = self.container.config
        return kombu.Connection(config["AMQP_URI"], transport=KombuTransport, heartbeat=config["HEARTBEAT"])

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        for provider in self._providers:
            consumer = consumer_cls(
                queues=[provider.queue], on_message=partial(self.handle_message, provider, None)
            )
            consumer.qos(prefetch_count=self.prefetch_count)
            self._consumers[provider] = consumer
        return self._consumers.values()

    def handle_message(self, provider: Any, body: Any, message: Any) -> None:
        # Nameko spawns a managed thread here only to spawn a worker from it. The pool blocks when it is full, and
        # it is full exactly when the prefetch is used up, so that taking the worker directly never waits long.
        provider.handle_message(body, message)

    def on_iteration(self) -> None:
        # Answers leave by this connection: when stopping, it stays open until the running calls have answered.
        self._cancel_consumers_if_requested()
        if not self._consumers and not self.container._worker_threads:
            self.should_stop = True

    def on_consume_ready(self, connection: Any, channel: Any, consumers: Any, **kwargs: Any) -> None:
        self.ready = True
        super().on_consume_ready(connection, channel, consumers, **kwargs)

    def on_connection_error(self, exc: Any, interval: Any) -> None:
        self.ready = False
        super().on_connection_error(exc, interval)

    def check(self) -> None:
        """Readiness: raises when the broker is away."""
        if not self.ready:
            raise ConnectionError("not consuming from the broker")


class Calls(RpcConsumer):
    """One queue per service, `rpc-<service>`, shared by all its methods."""

    queue_consumer = CallQueue()

    def get_provider_for_method(self, routing_key: str) -> Any:
        method = routing_key.rpartition(".")[2]
        for provider in self._providers:
            if provider.method_name == method:
                return provider
        raise MethodNotFound(method)

    def handle_message(self, body: Any, message: Any) -> None:
        try:
            provider = self.get_provider_for_method(message.delivery_info["routing_key"])
            provider.handle_message(body, message)
        except ContainerBeingKilled:
            self.requeue_message(message)
        except Exception:
            self.reply(message, orjson.dumps({"result": None, "error": serialize(sys.exc_info()[1])}))

    def reply(self, message: Any, body: bytes) -> None:
        """Answers, then acknowledges: a service that dies in between answers again, which commands allow for."""
        properties = message.properties
        reply_to = properties.get("reply_to")
        try:
            transport = message.channel.connection.transport
            gathers = isinstance(transport, BufferedTransport)  # TLS connections have py-amqp's own
            if gathers:
                transport.hold()
            try:
                if reply_to:
                    answer = amqp.Message(
                        body,
                        correlation_id=properties.get("correlation_id"),
                        content_type="application/json",
                        content_encoding="utf-8",
                        delivery_mode=1,
                    )
                    direct = reply_to.startswith(wire.DIRECT_REPLY)
                    message.channel.basic_publish(answer, "" if direct else wire.EXCHANGE, reply_to)
                message.channel.basic_ack(message.delivery_tag)
            finally:
                if gathers:
                    transport.let_go()
        except (OSError, amqp.AMQPError, AttributeError) as lost:
            # The broker has the call back and delivers it again; a caller still waiting gets that answer.
            log.warning("reply lost with its connection", error=str(lost))


class Call(Rpc):
    """The entrypoint behind `@answers`."""

    rpc_consumer = Calls()

    def __init__(self, question: type[Question[Any]]) -> None:
        self.question = question
        super().__init__(expected_exceptions=DomainError)

    def setup(self) -> None:
        self.request: TypeAdapter[Any] = wire.question_adapter(self.question)
        self.answer = self.question.answer_adapter()
        self.label = f"{self.container.service_name}.{self.method_name}"
        self.seconds = {
            word: metrics.RPC_SECONDS.labels(self.label, word) for word in ("ok", "refused", "failed")
        }
        super().setup()

    def handle_message(self, body: Any, message: Any) -> None:
        headers = message.headers or {}
        started = time.perf_counter()
        deadline = headers.get(wire.HEADER_DEADLINE)
        if deadline is not None and time.time() > float(deadline):
            metrics.RPC_EXPIRED.labels(self.label).inc()
            message.channel.basic_ack(message.delivery_tag)
            return
        try:
            question = self.request.validate_json(message.body)["args"][0]
        except ValidationError as problem:
            fields = {
                ".".join(str(part) for part in error["loc"]): error["type"] for error in problem.errors()
            }
            log.warning("malformed call", method=self.label, fields=fields)
            raise (Invalid(problems=fields) if fields else MalformedRequest(str(problem))) from None
        written = headers.get(wire.HEADER_CALLER)
        caller = Caller.model_validate_json(written) if written else _ANONYMOUS
        self.container.spawn_worker(
            self,
            (question, caller),
            {},
            context_data={},
            handle_result=partial(self.finish, message, caller, started),
        )

    def finish(
        self,
        message: Any,
        caller: Caller,
        started: float,
        worker_ctx: Any,
        result: Any,
        exc_info: Any,
    ) -> Any:
        """Writes the answer or the refusal. A fault is logged here, a refusal counted and named."""
        del worker_ctx
        outcome = "ok"
        if exc_info is None:
            try:
                body = b'{"result":' + self.answer.dump_json(result) + b',"error":null}'
            except Exception:
                exc_info = sys.exc_info()
        if exc_info is not None:
            problem = exc_info[1]
            result = None
            if isinstance(problem, DomainError):
                outcome = "refused"
                metrics.RPC_REFUSED.labels(self.label, problem.code).inc()
                log.info(
                    "refused",
                    method=self.label,
                    code=problem.code,
                    by=str(caller.account_id or caller.kind),
                    correlation_id=caller.correlation_id,
                )
            else:
                outcome = "failed"
                log.error(
                    "failed", method=self.label, correlation_id=caller.correlation_id, exc_info=exc_info
                )
            body = orjson.dumps({"result": None, "error": serialize(problem)}, default=safe_for_serialization)
        elif issubclass(self.question, Command):
            # What changes something leaves a line that follows its browser request; questions are only counted.
            log.info(
                "done",
                method=self.label,
                by=str(caller.account_id or caller.kind),
                correlation_id=caller.correlation_id,
            )
        self.rpc_consumer.reply(message, body)
        self.seconds[outcome].observe(time.perf_counter() - started)
        return result, None


def answers(
    question: type[Question[A]],
) -> Callable[[Callable[[S, Any, Caller], A]], Callable[[S, Any, Caller], A]]:
    """Makes a service's method the one that answers `question`; the type checker compares what it returns.

    Raises TypeError at import when the method's name or parameter is not the question's: a contract broken in
    silence would be found by a parent.
    """

    def expose(method: Callable[[S, Any, Caller], A]) -> Callable[[S, Any, Caller], A]:
        if method.__name__ != question.method():
            raise TypeError(f"{question.__name__} is answered by {question.method()}, not {method.__name__}")
        asked = list(inspect.signature(method).parameters.values())[1].annotation
        if asked not in (question, question.__name__):
            raise TypeError(f"{method.__name__} takes {asked}, but answers {question.__name__}")

        def followed(self: S, ask: Any, caller: Caller = _ANONYMOUS) -> A:
            logs.follow(caller.correlation_id)
            return method(self, ask, caller)

        followed.__name__ = method.__name__
        followed.__qualname__ = method.__qualname__
        followed.__doc__ = method.__doc__
        Call.decorator(question)(followed)
        return followed

    return expose
