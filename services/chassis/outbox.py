"""A fact is written in the transaction of the change it tells of; the relay does the telling."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.logs import correlation_id
from contracts.envelope import Envelope
from contracts.events.event import Event

Told = tuple[Event, UUID | str, int]
"""(event, subject, version)."""


_MOST_AT_ONCE = 5_000
"""Facts in one statement: some kilobytes each, in memory here and there until it is done."""

# An array a column: five values whatever the number of facts, where a row of values each had to be bound one by one.
_TELL = text(
    """
    INSERT INTO outbox (event_id, name, type, correlation_id, body)
    SELECT event_id, name, type, correlation_id, body
    FROM unnest(CAST(:event_id AS uuid[]), CAST(:name AS text[]), CAST(:type AS text[]),
                CAST(:correlation_id AS text[]), CAST(:body AS text[]))
        WITH ORDINALITY AS told (event_id, name, type, correlation_id, body, place)
    ORDER BY place
    """
)


def tell(session: Session, event: Event, *, subject: UUID | str, at: datetime, version: int = 1) -> UUID:
    """Puts `event` into the outbox: told if and only if `session` commits. Returns its id."""
    return tell_all(session, [(event, subject, version)], at=at)[0]


def tell_all(session: Session, facts: Iterable[Told], *, at: datetime) -> list[UUID]:
    """Many facts, told in the order given: one statement for each five thousand, and no more than these at once."""
    told: list[UUID] = []
    left = iter(facts)
    while rows := rows_of(islice(left, _MOST_AT_ONCE), at=at):
        told += [row["event_id"] for row in rows]
        session.execute(_TELL, {name: [str(row[name]) for row in rows] for name in rows[0]})
    return told


def rows_of(facts: Iterable[Told], *, at: datetime) -> list[dict[str, Any]]:
    """The outbox's rows for them, for a statement that writes them along with what they tell of."""
    rows = []
    for event, subject, version in facts:
        envelope = Envelope.model_construct(
            specversion="1.0",
            id=uuid4(),
            source=f"/espace/{event.told_by}",
            type=event.event_type(),
            subject=str(subject),
            time=at,
            datacontenttype="application/json",
            dataschema=f"/api/schemas/{event.name}.v{event.version}.json",
            correlationid=correlation_id(),
            aggregateversion=version,
            data=event.model_dump(mode="json"),
        )
        rows.append(
            {
                "event_id": envelope.id,
                "name": event.name,
                "type": envelope.type,
                "correlation_id": envelope.correlationid,
                "body": envelope.model_dump_json(),
            }
        )
    return rows
