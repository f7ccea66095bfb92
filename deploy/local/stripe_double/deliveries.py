"""Webhooks on their way: signed as Stripe signs, retried until a 2xx, and misbehaving on demand.

Modes (all off at first):
    lose            how many of the next notifications never leave (-1: all)
    repeat          how many more times each is sent
    delay_seconds   how late each leaves
    shuffle         the ones that wait leave in any order, a few seconds apart
    hold            nothing leaves until it is switched off
"""

import hashlib
import hmac
import json
import random
import threading
import time
import urllib.error
import urllib.request
from typing import Any

from deploy.local.stripe_double.settings import DoubleSettings
from deploy.local.stripe_double.store import Store

MODES: dict[str, Any] = {
    "lose": 0,
    "repeat": 0,
    "delay_seconds": 0.0,
    "shuffle": False,
    "hold": False,
    "fail_api": 0,
}
_RETRY_SECONDS = (1, 2, 4, 8, 15, 30, 60, 60, 60, 60)  # Stripe's three days, lived faster


def signature(payload: bytes, secret: str, at: int | None = None) -> str:
    """The `Stripe-Signature` header: HMAC-SHA256 over `timestamp.payload`."""
    stamp = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


class Deliveries:
    """A thread that sends what is due. State is in the store: what waited before a restart still leaves."""

    def __init__(self, store: Store, settings: DoubleSettings) -> None:
        self._store = store
        self._settings = settings
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="deliveries")

    def start(self) -> None:
        """Begins sending."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the notification being sent."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def modes(self) -> dict[str, Any]:
        """The present mischief."""
        return MODES | self._store.modes()

    def schedule(self, event_id: str, *, obey_modes: bool = True) -> None:
        """Puts an event on its way: as many times, as late, or not at all, as the modes say."""
        modes = self.modes() if obey_modes else MODES
        with self._store.transaction() as db:
            if modes["lose"]:
                if modes["lose"] > 0:
                    self._store.set_modes({"lose": modes["lose"] - 1})
                self._add(db, event_id, "lost", 0.0)
                return
            for copy in range(1 + int(modes["repeat"])):
                jitter = random.uniform(0, 3) if modes["shuffle"] else 0.3 * copy
                self._add(db, event_id, "waiting", time.time() + float(modes["delay_seconds"]) + jitter)
        self._wake.set()

    def wake(self) -> None:
        """Looks again, now."""
        self._wake.set()

    @staticmethod
    def _add(db: Any, event_id: str, state: str, due_at: float) -> None:
        db.execute(
            "INSERT INTO delivery (event_id, state, due_at) VALUES (?, ?, ?)", (event_id, state, due_at)
        )

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                sent = self._send_due()
            except Exception as problem:
                print(f"delivery failed: {problem!r}", flush=True)
                sent = False
            if not sent:
                self._wake.wait(0.2)
                self._wake.clear()

    def _send_due(self) -> bool:
        if self.modes()["hold"]:
            return False
        rows = self._store.rows(
            "SELECT id, event_id, attempts FROM delivery"
            " WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, id LIMIT 1",
            (time.time(),),
        )
        for row in rows:
            event = self._store.get("event", row["event_id"])
            outcome = self.send(json.dumps(event, indent=2).encode()) if event else "event forgotten"
            self._record(row["id"], row["attempts"] + 1, outcome)
        return bool(rows)

    def send(self, payload: bytes, secret: str = "") -> str:
        """Posts one notification now; the HTTP status, or what went wrong."""
        if not self._settings.webhook_url:
            return "no address"
        request = urllib.request.Request(
            self._settings.webhook_url,
            data=payload,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
                "Stripe-Signature": signature(payload, secret or self._settings.webhook_secret),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return str(answer.status)
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return str(refusal.code)
        except OSError as problem:
            return f"{type(problem).__name__}: {problem}"

    def _record(self, identifier: int, attempts: int, outcome: str) -> None:
        if outcome.startswith("2"):
            state, due_at = "delivered", time.time()
        elif attempts > len(_RETRY_SECONDS) or not self._settings.webhook_url:
            state, due_at = "given up", time.time()
        else:
            state, due_at = "waiting", time.time() + _RETRY_SECONDS[attempts - 1]
        with self._store.transaction() as db:
            db.execute(
                "UPDATE delivery SET state = ?, due_at = ?, attempts = ?, last_status = ?, done_at = ? WHERE id = ?",
                (state, due_at, attempts, outcome, None if state == "waiting" else time.time(), identifier),
            )
