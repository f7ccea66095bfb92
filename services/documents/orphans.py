"""Objects that nobody owns: uploads that broke off, documents taken out. And rows whose object is gone.

An object comes before its row, so a young object without a row may be an upload about to be entered. `STALE` bounds
that: an object this old is entered no more (`may_be_entered`), and only such are removed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol
from uuid import UUID

from sqlalchemy import exists, select, union_all
from sqlalchemy.orm import Session

from contracts.documents.sealed import PREVIEW
from documents.models import Document, Share
from documents.request_models import ComingFile

STALE = timedelta(hours=2)
_BATCH = 500


class StoredObject(Protocol):
    """What a listing of the bucket says of an object. Dates are the store's, in real time."""

    @property
    def key(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def modified_at(self) -> datetime: ...


def may_be_entered(found: StoredObject, object_size: int, real_now: datetime) -> bool:
    """The object is the one described, and young enough that the collector leaves it alone for a good while."""
    return found.size == object_size and real_now - found.modified_at < STALE / 2


def unowned(session: Session, objects: Iterable[StoredObject], real_now: datetime) -> Iterator[str]:
    """The keys of stale objects that no document has. One statement per five hundred objects."""
    stale = (each.key for each in objects if real_now - each.modified_at >= STALE)
    while batch := list(islice(stale, _BATCH)):
        ids = [document_id for key in batch if (document_id := _id_of(key)) is not None]
        owners = (
            select(each.document_id).where(each.document_id.in_(ids)) for each in (Document, ComingFile)
        )
        known = {str(each) for each in session.scalars(union_all(*owners))}
        yield from (key for key in batch if key.removesuffix(PREVIEW) not in known)


def take_finished(session: Session, document_id: UUID | None = None) -> Document | None:
    """A document taken out of its vault and no longer shared, locked; another process takes another one.

    `document_id`: that one, if it is such.
    """
    shared = exists().where(Share.document_id == Document.document_id, Share.closed_at.is_(None))
    finished = select(Document).where(Document.deleted_at.is_not(None), ~shared)
    if document_id is not None:
        finished = finished.where(Document.document_id == document_id)
    return session.scalar(finished.order_by(Document.deleted_at).limit(1).with_for_update(skip_locked=True))


def keys_of(document_id: UUID) -> tuple[str, str]:
    """A document's objects: itself, and its preview, which it need not have."""
    return str(document_id), f"{document_id}{PREVIEW}"


def _id_of(key: str) -> UUID | None:
    try:
        return UUID(key.removesuffix(PREVIEW))
    except ValueError:
        return None
