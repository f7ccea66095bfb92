"""Tells the outbox: one plain process per service database, beside the service.

One loop on one thread watches two sockets: the broker's and PostgreSQL's. Facts are read in id order where
`published_at` is empty (never by "greater than the last id": ids are drawn before commit, and a slow transaction's
fact would be passed over for ever), published persistently and `mandatory`, a whole batch on its way at once, and
marked only when the broker has confirmed them. A relay that dies between confirm and mark tells some facts again;
the listeners' inboxes know them. One relay per database is active at a time (an advisory lock), so that facts of
one subject keep their order; another one stands by.
"""

import contextlib
import hashlib
import select
import signal
import time
from collections.abc import Callable
from typing import Any

import pika
import psycopg2
import psycopg2.extensions
import structlog
from pika.adapters.select_connection import SelectConnection
from sqlalchemy.engine import make_url

from chassis import health, metrics, topology
from chassis.parked_message import SENDER
from chassis.settings import Settings
from contracts.envelope import CONTENT_TYPE, EXCHANGE

log = structlog.get_logger()

BATCH = 250
POLL_SECONDS = 5.0
KEEP_PUBLISHED_DAYS = 14
KEEP_MARKS_DAYS = 60
SWEEP_SECONDS = 3600.0


class Outbox:
    """The database side: a batch at a time, locked until it is marked."""

    def __init__(self, url: str, service: str) -> None:
        self.service = service
        parts = make_url(url)
        self._connection = psycopg2.connect(
            host=parts.host or parts.query.get("host"),
            port=parts.port,
            user=parts.username,
            password=parts.password,
            dbname=parts.database,
            connect_timeout=5,
            application_name=f"{service}.relay",
            options="-c statement_timeout=20000 -c timezone=UTC",
        )
        self._lock_key = int.from_bytes(hashlib.sha256(f"relay:{service}".encode()).digest()[:7])

    def become_active(self) -> bool:
        """True when no other relay tells this outbox; held until the connection ends."""
        self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (self._lock_key,))
            row = cursor.fetchone()
            active = bool(row and row[0])
            if active:
                cursor.execute("LISTEN outbox")
        self._connection.autocommit = False
        return active

    def next_batch(self, limit: int = BATCH) -> list[tuple[Any, ...]]:
        """`(id, event id, routing key, type, correlation id, body, queue, sender)` in id order, locked until `mark` or
        `release`. Queue and sender: of what is put back (`chassis.parked`)."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, event_id::text, name, type, correlation_id, body, queue, sender FROM outbox"
                " WHERE published_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                (limit,),
            )
            return cursor.fetchall()

    def mark(self, ids: list[int]) -> None:
        """Marks the confirmed ones and lets go of the rest."""
        if ids:
            with self._connection.cursor() as cursor:
                cursor.execute("UPDATE outbox SET published_at = now() WHERE id = ANY(%s)", (ids,))
        self._connection.commit()

    def release(self) -> None:
        """Lets go of a batch that was not told. Raises psycopg2.Error when the connection is lost."""
        self._connection.rollback()

    def measure(self, *, within_batch: bool = False) -> None:
        """Depth and age for the dashboards. `within_batch`: the batch's locks are kept.

        The database's present time, not the transaction's: a batch that the broker does not confirm grows old too.
        """
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(written_at)), 0)"
                " FROM outbox WHERE published_at IS NULL"
            )
            row = cursor.fetchone()
            if row:
                metrics.OUTBOX_DEPTH.labels(self.service).set(row[0])
                metrics.OUTBOX_AGE.labels(self.service).set(float(row[1]))
        if not within_batch:
            self._connection.commit()

    def sweep(self) -> None:
        """Deletes what nobody will ask for any more: facts told, marks of facts and commands long done."""
        with self._connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM outbox WHERE published_at < now() - make_interval(days => %s)",
                (KEEP_PUBLISHED_DAYS,),
            )
            cursor.execute(
                "DELETE FROM command WHERE done_at < now() - make_interval(days => %s)", (KEEP_MARKS_DAYS,)
            )
            # What is parked may still be put back: the handlers that did apply it must know it then.
            cursor.execute(
                "DELETE FROM inbox WHERE applied_at < now() - make_interval(days => %s) AND NOT EXISTS"
                " (SELECT FROM parked WHERE parked.event_id = inbox.event_id AND body IS NOT NULL)",
                (KEEP_MARKS_DAYS,),
            )
        self._connection.commit()

    def fileno(self) -> int:
        """The socket that a NOTIFY arrives at."""
        number: int = self._connection.fileno()
        return number

    def notified(self) -> bool:
        """Reads what arrived; True when it was a wake-up."""
        self._connection.poll()
        woken = bool(self._connection.notifies)
        self._connection.notifies.clear()
        return woken

    def check(self) -> None:
        """Readiness: raises when the connection is gone."""
        if self._connection.closed:
            raise ConnectionError("no connection to the database")

    def close(self) -> None:
        with contextlib.suppress(psycopg2.Error):
            self._connection.close()


class Relay:
    """The broker side. `run` returns when the connection ends; the caller starts another."""

    def __init__(self, amqp_url: str, outbox: Outbox, on_idle: Callable[[], None] | None = None) -> None:
        self._outbox = outbox
        self._on_idle = on_idle
        self._unconfirmed: dict[int, int] = {}
        self._confirmed: list[int] = []
        self._unroutable: set[str] = set()
        self._names: dict[int, str] = {}
        self._tag = 0
        self._more = False
        self._working = False
        self._woken = False
        self.failure: BaseException | None = None
        self.stopping = False
        parameters = pika.URLParameters(amqp_url)
        self._user = parameters.credentials.username
        parameters.heartbeat = 20
        parameters.socket_timeout = 5
        parameters.client_properties = {"connection_name": f"{outbox.service}.relay"}
        self._connection = SelectConnection(
            parameters,
            on_open_callback=self._opened,
            on_open_error_callback=self._lost,
            on_close_callback=self._lost,
        )

    def run(self) -> None:
        """Turns until the connection is lost or `stop` was called. Raises what went wrong."""
        self._connection.ioloop.start()
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """From a signal handler: ends the loop when the batch on its way is marked."""
        self.stopping = True
        self._connection.ioloop.add_callback_threadsafe(self._stop_when_idle)

    def check(self) -> None:
        """Readiness: raises when the broker is away."""
        if not self._connection.is_open:
            raise ConnectionError("no connection to the broker")

    def _opened(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._channel_open)

    def _channel_open(self, channel: Any) -> None:
        self._channel = channel
        channel.add_on_close_callback(lambda _, reason: self._fail(reason))
        channel.add_on_return_callback(self._returned)
        # An audit queue takes every fact, so that one which nobody has subscribed to yet is not an error.
        channel.exchange_declare(EXCHANGE, "topic", durable=True)
        channel.queue_declare(topology.AUDIT_QUEUE, durable=True, arguments=topology.AUDIT_ARGUMENTS)
        channel.queue_bind(topology.AUDIT_QUEUE, EXCHANGE, "#")
        channel.confirm_delivery(self._answered, callback=self._ready)

    def _ready(self, _: Any) -> None:
        loop = self._connection.ioloop
        loop.add_handler(self._outbox.fileno(), self._database_readable, loop.READ)
        self._pump()
        self._poll()
        self._measure()
        self._sweep()

    def _poll(self) -> None:
        """The slow truth behind the wake-ups."""
        self._pump()
        self._connection.ioloop.call_later(POLL_SECONDS, self._poll)

    def _measure(self) -> None:
        self._guarded(lambda: self._outbox.measure(within_batch=self._working))
        self._connection.ioloop.call_later(10, self._measure)

    def _sweep(self) -> None:
        """The broom, once an hour, when nothing is on its way."""
        if not self._working:
            self._guarded(self._outbox.sweep)
        self._connection.ioloop.call_later(5 if self._working else SWEEP_SECONDS, self._sweep)

    def _database_readable(self, *_: Any) -> None:
        def read() -> None:
            if self._outbox.notified():
                self._pump()

        self._guarded(read)

    def _pump(self) -> None:
        """Publishes the next batch, unless one is on its way; then a wake-up is remembered."""
        if self._working:
            self._woken = True
            return
        if not self.stopping:
            self._guarded(self._publish_batch)

    def _publish_batch(self) -> None:
        batch = self._outbox.next_batch()
        if not batch:
            self._outbox.mark([])
            if self._on_idle:
                self._on_idle()
            return
        self._working, self._more = True, len(batch) == BATCH
        for row_id, event_id, name, kind, correlation, body, queue, sender in batch:
            self._tag += 1
            self._unconfirmed[self._tag] = row_id
            self._names[row_id] = name
            self._channel.basic_publish(
                "" if queue else EXCHANGE,
                queue or name,
                body.encode(),
                pika.BasicProperties(
                    content_type=CONTENT_TYPE,
                    content_encoding="utf-8",
                    delivery_mode=2,
                    message_id=event_id,
                    type=kind,
                    app_id=self._outbox.service,
                    user_id=None if sender is None else self._user,
                    headers={"correlation_id": correlation} | ({} if sender is None else {SENDER: sender}),
                ),
                mandatory=True,
            )

    def _answered(self, frame: Any) -> None:
        """A confirm or a refusal, of one message or of all up to it."""
        tag = frame.method.delivery_tag
        tags = [t for t in self._unconfirmed if t <= tag] if frame.method.multiple else [tag]
        told = isinstance(frame.method, pika.spec.Basic.Ack)
        for answered in tags:
            row_id = self._unconfirmed.pop(answered)
            if told:
                self._confirmed.append(row_id)
            else:
                log.error("fact refused by the broker; it will be told again", row=row_id)
        if not self._unconfirmed:
            self._guarded(self._finish_batch)

    def _finish_batch(self) -> None:
        self._outbox.mark(self._confirmed)
        for row_id in self._confirmed:
            metrics.OUTBOX_TOLD.labels(self._outbox.service, self._names[row_id]).inc()
        refused = len(self._names) - len(self._confirmed)
        again = self._more or self._woken
        self._confirmed, self._names = [], {}
        self._working = self._more = self._woken = False
        if self.stopping:
            self._stop_when_idle()
        elif refused:
            self._connection.ioloop.call_later(1, self._pump)
        elif again:
            self._pump()
        elif self._on_idle:
            self._on_idle()

    def _returned(self, _channel: Any, method: Any, properties: Any, _body: Any) -> None:
        """No queue took it, not even the audit queue: somebody undid the furniture. Start over and declare it."""
        self._fail(LookupError(f"no queue for {method.routing_key} ({properties.message_id})"))

    def _stop_when_idle(self) -> None:
        if not self._working:
            self._connection.ioloop.stop()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as problem:
            self._fail(problem)

    def _lost(self, _: Any, reason: BaseException) -> None:
        self._fail(reason)

    def _fail(self, reason: BaseException) -> None:
        if self.failure is None:
            self.failure = reason
        self._connection.ioloop.stop()

    def close(self) -> None:
        """Lets go of the socket."""
        with contextlib.suppress(Exception):
            if self._connection.is_open:
                self._connection.close()


def relay(service: str, settings: Settings) -> None:
    """Tells `service`'s facts until SIGTERM, whatever the broker and the database do meanwhile."""
    parts: dict[str, Any] = {"relay": None, "outbox": None, "stopping": False}

    def check(name: str, waits: str) -> health.Check:
        def ready() -> None:
            if parts[name] is None:
                raise ConnectionError(waits)
            parts[name].check()

        return ready

    def stop(*_: Any) -> None:
        parts["stopping"] = True
        if parts["relay"] is not None:
            parts["relay"].stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    health.serve(
        settings.metrics_address,
        settings.metrics_port,
        {
            "database": check("outbox", "connecting"),
            "broker": check("relay", "connecting, or waiting for the database"),
        },
    )
    pause = 0.5
    while not parts["stopping"]:
        started = time.monotonic()
        try:
            if parts["outbox"] is None:
                parts["outbox"] = Outbox(settings.need("database_url"), service)
            if _wait_for_turn(parts):
                parts["outbox"].measure()  # what waits must be seen to grow old while the broker is away, too
                parts["relay"] = Relay(settings.need("amqp_url"), parts["outbox"])
                parts["relay"].run()
        except Exception as problem:
            log.warning("relay starts again", reason=f"{type(problem).__name__}: {problem}")
        finally:
            _let_go(parts)
        if not parts["stopping"]:
            pause = 0.5 if time.monotonic() - started > 30 else min(pause * 2, 10)
            time.sleep(pause)
    if parts["outbox"] is not None:
        parts["outbox"].close()


def _let_go(parts: dict[str, Any]) -> None:
    """Closes the broker's side; the database's only when it is lost too, so that each is blamed for its own."""
    if parts["relay"] is not None:
        parts["relay"].close()
        parts["relay"] = None
    if parts["outbox"] is not None:
        try:
            parts["outbox"].release()
        except psycopg2.Error:
            parts["outbox"].close()
            parts["outbox"] = None


def _wait_for_turn(parts: dict[str, Any]) -> bool:
    """Stands by until no other relay is active; False when told to stop."""
    while not parts["stopping"]:
        if parts["outbox"].become_active():
            return True
        select.select([], [], [], 2)
    return False
