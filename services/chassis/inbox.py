"""At least once on the wire, exactly once in the database."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.tables import inbox, seen


def first_time(session: Session, event_id: UUID, handler: str) -> bool:
    """True once per event and handler; the mark commits with the effect, or not at all."""
    statement = insert(inbox).values(event_id=event_id, handler=handler).on_conflict_do_nothing()
    return session.execute(statement.returning(inbox.c.event_id)).first() is not None


def newer(session: Session, kind: str, subject: UUID | str, version: int) -> bool:
    """True when `version` of the subject is newer than any applied before; remembers it.

    Retries may turn the order of two facts around: a copy must not go back to what was.
    """
    statement = insert(seen).values(kind=kind, subject=str(subject), version=version)
    statement = statement.on_conflict_do_update(
        index_elements=[seen.c.kind, seen.c.subject],
        set_={"version": statement.excluded.version},
        where=seen.c.version < statement.excluded.version,
    )
    return session.execute(statement.returning(seen.c.version)).first() is not None
