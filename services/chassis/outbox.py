"""A fact is written in the transaction of the change it tells of; the relay does the telling."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from chassis.logs import correlation_id
from chassis.tables import outbox
from contracts.envelope import Envelope
from contracts.events.event import Event


def tell(session: Session, event: Event, *, subject: UUID | str, at: datetime, version: int = 1) -> UUID:
    """Puts `event` into the outbox: told if and only if `session` commits. Returns its id."""
    return tell_all(session, [(event, subject, version)], at=at)[0]


def tell_all(session: Session, facts: list[tuple[Event, UUID | str, int]], *, at: datetime) -> list[UUID]:
    """Many facts `(event, subject, version)` in one statement, told in the order given."""
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
    if rows:
        session.execute(insert(outbox), rows)
    return [row["event_id"] for row in rows]  # type: ignore[misc]
