"""What the double remembers: one SQLite file, one writer at a time."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS object (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
    created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, number);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, last_status TEXT NOT NULL DEFAULT '', done_at REAL);
CREATE TABLE IF NOT EXISTS mode (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """Objects by id, in order of creation. Threads share it: `transaction()` lets one in at a time."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            directory / "stripe_double.sqlite", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, and alone. May be nested: the outermost commits."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._db
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def put(self, body: Json) -> Json:
        """Keeps or replaces an object (its `object` field is its kind)."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO object (id, kind, created, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (body["id"], body["object"], body.get("created", 0), json.dumps(body)),
            )
        return body

    def get(self, kind: str, identifier: str) -> Json | None:
        """The object, or None when there is none of that kind and id."""
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM object WHERE kind = ? AND id = ?", (kind, identifier)
            ).fetchone()
        return json.loads(row["body"]) if row else None

    def newest_first(self, kind: str) -> list[Json]:
        """All objects of a kind, as Stripe's lists are ordered."""
        with self._lock:
            rows = self._db.execute(
                "SELECT body FROM object WHERE kind = ? ORDER BY number DESC", (kind,)
            ).fetchall()
        return [json.loads(row["body"]) for row in rows]

    def rows(self, query: str, arguments: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """A plain query."""
        with self._lock:
            return self._db.execute(query, arguments).fetchall()

    def modes(self) -> Json:
        """The mischief ordered at present (see `deliveries.MODES`)."""
        return {row["name"]: json.loads(row["value"]) for row in self.rows("SELECT name, value FROM mode")}

    def set_modes(self, modes: Json) -> None:
        """Changes the modes named, leaves the others."""
        with self.transaction() as db:
            for name, value in modes.items():
                db.execute(
                    "INSERT OR REPLACE INTO mode (name, value) VALUES (?, ?)", (name, json.dumps(value))
                )

    def forget_everything(self) -> None:
        """Back to the first day."""
        with self.transaction() as db:
            for table in ("object", "idempotency", "delivery", "mode"):
                db.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()
