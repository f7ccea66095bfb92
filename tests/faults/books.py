"""What the databases hold in the end: read as each service's own role, compared across services."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pika
from sqlalchemy import Engine, create_engine, text

from deploy.local.processes import SERVICES
from tests.providers.system import Town
from tests.waiting import eventually

LISTENERS = ("accounts", "enrolment", "billing")


@dataclass(frozen=True)
class Books:
    """The databases and the queues of a town."""

    town: Town
    engines: dict[str, Engine]

    def rows(self, service: str, query: str, **values: Any) -> list[Any]:
        """The rows of a question to one service's database."""
        with self.engines[service].connect() as connection:
            return list(connection.execute(text(query), values).all())

    def value(self, service: str, query: str, **values: Any) -> Any:
        """The one value of a question."""
        [(value,)] = self.rows(service, query, **values)
        return value

    def untold(self) -> dict[str, int]:
        """Facts that a relay has still to tell, by service."""
        counts = {
            service: self.value(service, "SELECT count(*) FROM outbox WHERE published_at IS NULL")
            for service in SERVICES
        }
        return {service: count for service, count in counts.items() if count}

    def unapplied(self) -> dict[str, int]:
        """Facts told that a listener has not applied yet, by listener: what its queue is bound to, less its inbox."""
        told = {
            str(event_id): name
            for service in SERVICES
            for event_id, name in self.rows(service, "SELECT event_id, name FROM outbox")
        }
        missing: dict[str, int] = {}
        for listener in LISTENERS:
            path = f"/api/queues/{self.town.broker.vhost}/{listener}.events/bindings"
            wanted = {each["routing_key"] for each in self.town.broker.request("GET", path)}
            applied = {str(event_id) for (event_id,) in self.rows(listener, "SELECT event_id FROM inbox")}
            left = sum(1 for event_id, name in told.items() if name in wanted and event_id not in applied)
            if left:
                missing[listener] = left
        return missing

    def waiting(self, suffix: str) -> dict[str, int]:
        """Messages in the listeners' queues whose name ends so; only those that hold some."""
        found = {}
        parameters = pika.URLParameters(self.town.broker.url("administrator"))
        with pika.BlockingConnection(parameters) as connection:
            channel = connection.channel()
            for listener in LISTENERS:
                name = f"{listener}.events{suffix}"
                count = channel.queue_declare(name, passive=True).method.message_count
                if count:
                    found[name] = count
        return found

    def parked(self) -> dict[str, int]:
        """How many messages each listener gave up on; only those that did."""
        query = "SELECT count(*) FROM parked WHERE state = 'parked'"
        found = {listener: self.value(listener, query) for listener in LISTENERS}
        return {listener: count for listener, count in found.items() if count}

    def await_quiet(self, seconds: float = 200) -> None:
        """Returns once every fact is told and applied. Raises AssertionError naming what is not."""
        eventually(lambda: not self.untold() or _Because(f"untold: {self.untold()}"), seconds)
        eventually(lambda: not self.unapplied() or _Because(f"unapplied: {self.unapplied()}"), seconds)

    def await_drained(self) -> None:
        """Returns once the listeners' queues are empty."""
        eventually(lambda: not self.waiting("") or _Because(f"waiting: {self.waiting('')}"))

    # ------------------------------------------------------------ bookings

    def standing_bookings(self) -> dict[UUID, tuple[UUID, UUID, UUID]]:
        """Enrolment's own: booking → (session, child, family)."""
        rows = self.rows(
            "enrolment",
            "SELECT booking_id, session_id, child_id, family_id FROM booking WHERE cancelled_at IS NULL",
        )
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def billings_copy(self) -> dict[UUID, tuple[UUID, UUID, UUID]]:
        """The same, as billing keeps it."""
        rows = self.rows(
            "billing", "SELECT booking_id, session_id, child_id, family_id FROM booking WHERE standing"
        )
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def proofs(self) -> dict[UUID, set[tuple[UUID, bool]]]:
        """Command → what it changed: (session, booked or cancelled)."""
        found: dict[UUID, set[tuple[UUID, bool]]] = {}
        for command_id, session_id, made in self.rows(
            "enrolment", "SELECT command_id, session_id, made FROM proof"
        ):
            found.setdefault(command_id, set()).add((session_id, made))
        return found

    def proved_bookings(self) -> Counter[tuple[UUID, UUID]]:
        """What the proofs add up to: (child, session) → 1 where the last word is « booked »."""
        sums: Counter[tuple[UUID, UUID]] = Counter()
        for child_id, session_id, made in self.rows(
            "enrolment", "SELECT child_id, session_id, made FROM proof"
        ):
            sums[child_id, session_id] += 1 if made else -1
        return +sums

    def places(self) -> list[tuple[UUID, int, int, int]]:
        """(session, taken, counted bookings, capacity) of every session somebody ever booked."""
        rows = self.rows(
            "enrolment",
            "SELECT session_id, taken, count(booking_id) FILTER (WHERE cancelled_at IS NULL), capacity"
            " FROM session JOIN booking USING (session_id) GROUP BY session_id, taken, capacity",
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    # ------------------------------------------------------------ the bill

    def owed(self) -> Counter[tuple[UUID, UUID, UUID]]:
        """(family, child, session) that the newest sheets say must be paid, from enrolment's own books."""
        rows = self.rows(
            "enrolment",
            "SELECT l.value ->> 'family_id', l.value ->> 'child_id', session_id"
            " FROM (SELECT DISTINCT ON (session_id) * FROM sheet ORDER BY session_id, version DESC) s"
            " CROSS JOIN jsonb_array_elements(s.lines) l"
            " WHERE l.value ->> 'mark' IN ('present', 'absent_unjustified', 'present_without_booking')",
        )
        return Counter((UUID(family), UUID(child), session) for family, child, session in rows)

    def billed(self) -> Counter[tuple[UUID, UUID, UUID]]:
        """(family, child, session) → units on published invoices."""
        rows = self.rows(
            "billing", "SELECT family_id, child_id, session_id, sum(quantity) FROM charge GROUP BY 1, 2, 3"
        )
        return Counter({(row[0], row[1], row[2]): int(row[3]) for row in rows})


class _Because:
    """Something false that says why when it is printed."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self._words


def open_books(town: Town) -> Books:
    """The books of a running town. Connections are not kept: the servers are struck too."""
    from sqlalchemy.pool import NullPool

    return Books(
        town, {service: create_engine(town.database_url(service), poolclass=NullPool) for service in SERVICES}
    )
