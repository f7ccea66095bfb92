"""Prometheus metrics under one prefix, defined once per process however often a module asks for them."""

from functools import cache

from prometheus_client import Counter, Gauge, Histogram

_PREFIX = "espace_"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


@cache
def counter(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Counter:
    """`espace_<name>`: only ever grows."""
    return Counter(_PREFIX + name, help_text, labels)


@cache
def gauge(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Gauge:
    """`espace_<name>`: goes up and down; across the gateway's workers the newest value counts."""
    return Gauge(_PREFIX + name, help_text, labels, multiprocess_mode="mostrecent")


@cache
def histogram(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Histogram:
    """`espace_<name>` in seconds."""
    return Histogram(_PREFIX + name, help_text, labels, buckets=_SECONDS)


RPC_SECONDS = histogram("rpc_seconds", "Time to answer a call, by method and outcome", ("method", "outcome"))
RPC_EXPIRED = counter("rpc_expired_total", "Calls never run because their caller had given up", ("method",))
RPC_REFUSED = counter("rpc_refused_total", "Refusals by method and error code", ("method", "code"))
CALL_SECONDS = histogram("call_seconds", "Round trip of a call as its caller sees it", ("method", "outcome"))
OUTBOX_DEPTH = gauge("outbox_depth", "Facts written and not yet confirmed by the broker", ("service",))
OUTBOX_AGE = gauge("outbox_age_seconds", "Age of the oldest fact not yet told", ("service",))
OUTBOX_TOLD = counter("outbox_told_total", "Facts confirmed by the broker", ("service", "event"))
FACTS = counter("facts_total", "Facts handled, by outcome", ("handler", "outcome"))
QUEUE_DEPTH = gauge("queue_depth", "Messages waiting, by queue (parked queues included)", ("queue",))
PARKED = gauge("parked", "Facts and orders given up on that wait for a decision", ("service", "type"))
TIMER_RUNS = counter(
    "timer_runs_total", "What is done by the clock, by outcome: done or failed", ("timer", "outcome")
)
