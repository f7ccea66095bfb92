"""When the owner of a document opened it: beside the town's openings, so that a stranger's would be seen too."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import DateTime, exists, func, insert, literal, select
from sqlalchemy.orm import Session

from documents.models import Document, Reading

ONE_READING = timedelta(minutes=10)
"""Pages looked at one after the other are one reading."""

SHOWN = 5


def note(session: Session, document_id: UUID, now: datetime) -> None:
    """Writes down that the owner reads a document, whose row the caller has locked."""
    last = session.scalar(select(func.max(Reading.read_at)).where(Reading.document_id == document_id))
    if last is None or now - last >= ONE_READING:
        session.add(Reading(reading_id=uuid4(), document_id=document_id, read_at=now))
        session.flush()


def note_all(session: Session, account_id: UUID, now: datetime) -> None:
    """Writes down that the owner reads all of a vault: one lock for its documents, one statement for the rest."""
    whole = select(Document.document_id).where(
        Document.account_id == account_id, Document.deleted_at.is_(None)
    )
    session.execute(whole.order_by(Document.document_id).with_for_update())
    recent = exists().where(Reading.document_id == Document.document_id, Reading.read_at > now - ONE_READING)
    rows = whole.add_columns(func.gen_random_uuid(), literal(now, DateTime(timezone=True))).where(~recent)
    session.execute(insert(Reading).from_select(["document_id", "reading_id", "read_at"], rows))


def latest(session: Session, document_id: UUID) -> list[datetime]:
    """The latest readings of a document, newest first, `SHOWN` at most."""
    statement = (
        select(Reading.read_at)
        .where(Reading.document_id == document_id)
        .order_by(Reading.read_at.desc())
        .limit(SHOWN)
    )
    return list(session.scalars(statement))


def of_documents(session: Session, document_ids: Sequence[UUID]) -> dict[UUID, list[datetime]]:
    """All readings of documents, newest first: one statement."""
    statement = (
        select(Reading.document_id, Reading.read_at)
        .where(Reading.document_id.in_(document_ids))
        .order_by(Reading.read_at.desc())
    )
    found: dict[UUID, list[datetime]] = {}
    for document_id, read_at in session.execute(statement):
        found.setdefault(document_id, []).append(read_at)
    return found
