"""A fact is written in the transaction of the change it tells of; the relay does the telling."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from chassis.logs import correlation_id
from chassis.tables import outbox
from contracts.envelope import Envelope
from contracts.events.event import Event

Told = tuple[Event, UUID | str, int]
"""(event, subject, version)."""


def tell(session: Session, event: Event, *, subject: UUID | str, at: datetime, version: int = 1) -> UUID:
    """Puts `event` into the outbox: told if and only if `session` commits. Returns its id."""
    return tell_all(session, [(event, subject, version)], at=at)[0]


def tell_all(session: Session, facts: list[Told], *, at: datetime) -> list[UUID]:
    """Many facts in one statement, told in the order given."""
    rows = rows_of(facts, at=at)
    if rows:
        session.execute(insert(outbox), rows)
    return [row["event_id"] for row in rows]


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
