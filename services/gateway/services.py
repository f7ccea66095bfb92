"""The call to another service: adds who asks and the trace, and counts, so that a page stays within its means."""

from collections import Counter
from typing import Any, TypeVar, overload

from flask import g, request

from contracts.caller import Caller
from contracts.messages import Question
from gateway.browser import browser_session
from gateway.wiring import wiring

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")


def caller() -> Caller:
    """Who is in front of this browser request, as every service will see them."""
    signed_in = browser_session.current()
    address = request.remote_addr or ""
    if signed_in is None:
        return Caller(address=address, correlation_id=g.correlation_id)
    return Caller(
        kind=signed_in.kind,
        account_id=signed_in.account_id,
        name=signed_in.name,
        roles=signed_in.roles,
        address=address,
        correlation_id=g.correlation_id,
    )


def ask(question: Question[A]) -> A:
    """The answer of the service that owns the question. Raises the DomainError it refuses with."""
    _count(question)
    return wiring().client.ask(question, caller())


@overload
def ask_all(a: Question[A], b: Question[B], /) -> tuple[A, B]: ...
@overload
def ask_all(a: Question[A], b: Question[B], c: Question[C], /) -> tuple[A, B, C]: ...
@overload
def ask_all(a: Question[A], b: Question[B], c: Question[C], d: Question[D], /) -> tuple[A, B, C, D]: ...
def ask_all(*questions: Question[Any]) -> tuple[Any, ...]:
    """Asks all at once and waits for the slowest. Raises the first refusal, in the order of the questions."""
    answers = ask_each(list(questions))
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return tuple(answers)


def ask_each(questions: list[Question[Any]]) -> list[Any]:
    """Like `ask_all`, but a refusal stands in its place as the exception: for pages that do with what there is."""
    for question in questions:
        _count(question)
    return wiring().client.try_all(caller(), *questions) if questions else []


def calls() -> Counter[str]:
    """How many calls this browser request has made, by service."""
    if "calls" not in g:
        g.calls = Counter()
    counted: Counter[str] = g.calls
    return counted


def _count(question: Question[Any]) -> None:
    calls()[question.service()] += 1
