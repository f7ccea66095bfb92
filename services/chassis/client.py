"""The caller's side: typed questions to any service, over one connection per thread.

    family = services.ask(OpenFamily(family_id=…), caller)                 # FamilyView, says the type checker
    family, invoices = services.ask_all(caller, OpenFamily(…), MyInvoices(…))   # in parallel, one wait

A call is transient and expires with its caller's patience: a service that was down never runs what nobody waits
for any more. Answers come back by RabbitMQ's direct reply-to, on the channel the question left by. A connection
lost on the way is opened again and the call repeated within the same deadline: questions are harmless to repeat and
commands carry their idempotency key.
"""

import itertools
import socket
import threading
import time
from functools import cache
from typing import Any, TypeVar, overload
from urllib.parse import unquote, urlsplit

import amqp
from amqp.exceptions import AMQPError
from pydantic import TypeAdapter

from chassis import metrics, wire
from chassis.transport import Connection
from contracts.caller import Caller
from contracts.errors import DomainError, ServiceUnavailable
from contracts.messages import Question

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")

_LOST = (AMQPError, OSError, AttributeError)


class _Route:
    """What is worked out once per kind of question: where it goes, how its answer is read, where its time counts."""

    def __init__(self, question: type[Question[Any]]) -> None:
        self.service = question.service()
        self.key = f"{self.service}.{question.method()}"
        self.reply: TypeAdapter[Any] = wire.reply_adapter(question)
        self.seconds = {
            word: metrics.CALL_SECONDS.labels(self.key, word)
            for word in ("ok", "refused", "failed", "timeout")
        }


@cache
def _route(question: type[Question[Any]]) -> _Route:
    return _Route(question)


class Services:
    """Where the questions go. Thread-safe: each thread has a connection of its own, opened when first needed."""

    def __init__(self, amqp_url: str, timeout: float = 5.0) -> None:
        self._address = urlsplit(amqp_url)
        self.timeout = timeout
        self._local = threading.local()

    def ask(self, question: Question[A], caller: Caller, timeout: float | None = None) -> A:
        """The answer. Raises the service's DomainError, ServiceUnavailable after `timeout` seconds, RemoteFailure."""
        outcome: A | Exception = self._exchange((question,), caller, timeout or self.timeout)[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @overload
    def ask_all(self, caller: Caller, first: Question[A], /) -> tuple[A]: ...
    @overload
    def ask_all(self, caller: Caller, first: Question[A], second: Question[B], /) -> tuple[A, B]: ...
    @overload
    def ask_all(
        self, caller: Caller, first: Question[A], second: Question[B], third: Question[C], /
    ) -> tuple[A, B, C]: ...
    @overload
    def ask_all(
        self,
        caller: Caller,
        first: Question[A],
        second: Question[B],
        third: Question[C],
        fourth: Question[D],
        /,
    ) -> tuple[A, B, C, D]: ...
    @overload
    def ask_all(self, caller: Caller, /, *questions: Question[Any]) -> tuple[Any, ...]: ...

    def ask_all(self, caller: Caller, /, *questions: Question[Any]) -> tuple[Any, ...]:
        """All answers, asked at once and awaited together. Raises the first refusal in the order asked."""
        outcomes = self._exchange(questions, caller, self.timeout)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        return tuple(outcomes)

    def try_all(self, caller: Caller, *questions: Question[Any]) -> list[Any]:
        """Like `ask_all`, but a refusal stands in the list instead of being raised: for pages made of parts."""
        return self._exchange(questions, caller, self.timeout)

    def close(self) -> None:
        """Closes this thread's connection."""
        line: _Line | None = getattr(self._local, "line", None)
        if line is not None:
            line.close()
            self._local.line = None

    def _exchange(self, questions: tuple[Question[Any], ...], caller: Caller, timeout: float) -> list[Any]:
        started = time.perf_counter()
        deadline = time.monotonic() + timeout
        written = caller.model_dump_json(exclude_defaults=True)
        answers: list[Any] = [None] * len(questions)
        waiting = dict(enumerate(questions))
        while waiting:
            try:
                line: _Line | None = getattr(self._local, "line", None)
                if line is None:
                    line = self._local.line = _Line(self._address, timeout)
                line.exchange(waiting, answers, written, deadline)
            except TimeoutError:
                # A late answer finds nobody: replies are told apart by correlation id.
                break
            except _LOST:
                self.close_lost()
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)
        for place, question in waiting.items():
            answers[place] = ServiceUnavailable(service=question.service())
        elapsed = time.perf_counter() - started
        for question, answer in zip(questions, answers, strict=True):
            _route(type(question)).seconds[_outcome(answer)].observe(elapsed)
        return answers

    def close_lost(self) -> None:
        """Lets go of a connection that broke, without a word to the other side."""
        line: _Line | None = getattr(self._local, "line", None)
        self._local.line = None
        if line is not None:
            line.abandon()


class _Line:
    """One connection and channel, used by one thread."""

    def __init__(self, address: Any, timeout: float) -> None:
        self._connection = Connection(
            host=f"{address.hostname}:{address.port or 5672}",
            userid=unquote(address.username or "guest"),
            password=unquote(address.password or "guest"),
            virtual_host=unquote(address.path[1:]) or "/",
            connect_timeout=min(timeout, 3.0),
            heartbeat=0,  # nobody would beat between two requests; a dead peer shows at the next call
            socket_settings={socket.TCP_NODELAY: 1},
        )
        self._connection.connect()
        self._channel = self._connection.channel()
        self._channel.basic_consume(wire.DIRECT_REPLY, no_ack=True, callback=self._received)
        self._ids = itertools.count()
        self._replies: dict[str, bytes] = {}
        self._expected: dict[str, int] = {}

    def exchange(
        self,
        waiting: dict[int, Question[Any]],
        answers: list[Any],
        caller: str,
        deadline: float,
    ) -> None:
        """Sends all of `waiting`, then moves each answered one to `answers`. Raises TimeoutError."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        headers = {
            wire.HEADER_CALLER: caller,
            wire.HEADER_DEADLINE: f"{time.time() + left:.3f}",
        }
        expiration = str(max(1, int(left * 1000)))
        self._expected.clear()
        self._replies.clear()
        transport = self._connection.transport
        transport.hold()  # all leave in one write
        try:
            for place, question in waiting.items():
                mark = str(next(self._ids))
                self._expected[mark] = place
                message = amqp.Message(
                    b'{"args":[' + question.__pydantic_serializer__.to_json(question) + b'],"kwargs":{}}',
                    content_type="application/json",
                    content_encoding="utf-8",
                    delivery_mode=1,
                    reply_to=wire.DIRECT_REPLY,
                    correlation_id=mark,
                    expiration=expiration,
                    application_headers=headers,
                )
                self._channel.basic_publish(message, wire.EXCHANGE, _route(type(question)).key)
        finally:
            transport.let_go()
        while self._expected:
            # One timeout for the whole wait: py-amqp would set and reset one around each of three frames.
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._connection.transport.sock.settimeout(left)
            self._connection.drain_events()
            for mark, body in self._replies.items():
                place = self._expected.pop(mark)
                answers[place] = _read(waiting.pop(place), body)
            self._replies.clear()

    def _received(self, message: Any) -> None:
        mark = message.properties.get("correlation_id")
        if mark in self._expected:
            self._replies[mark] = message.body if isinstance(message.body, bytes) else message.body.encode()

    def close(self) -> None:
        try:
            self._connection.close()
        except _LOST:
            self.abandon()

    def abandon(self) -> None:
        try:
            self._connection.collect()
        except _LOST:
            return


def _read(question: Question[Any], body: bytes) -> Any:
    reply = _route(type(question)).reply.validate_json(body)
    return reply["result"] if reply["error"] is None else wire.error_from(reply["error"])


def _outcome(answer: Any) -> str:
    if isinstance(answer, ServiceUnavailable):
        return "timeout"
    if isinstance(answer, DomainError):
        return "refused"
    return "failed" if isinstance(answer, Exception) else "ok"
