"""« Déjà fourni »: what a household gave to the town serves again for something else, and nothing is uploaded.

The key sealed to the town is copied to a share of the new subject: agents of that matter open it from then on, each
opening written down there. Enrolment says which documents, because it knows the households and hears the parent's
act; here it is judged once more, on the locked document: one that its owner took out, whose date has passed, that the
town cannot read any more or that is not for this purpose is withheld, and enrolment asks for another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.events.documents import DocumentWithheld
from contracts.events.given import GivenBefore
from contracts.serving import REQUEST, Reach, passes
from documents.models import Document, DocumentType, Share
from documents.request_models import FiledRequest
from documents.shares import TERM_MONTHS, tell_shared
from documents.town_key import TownKey
from documents.types import months_later


@dataclass(frozen=True)
class Subject:
    """What it is given with now: a kind of `documents.readers`, and which one."""

    kind: str
    subject_id: UUID


def carry(
    session: Session,
    subject: Subject,
    given_before: Sequence[GivenBefore],
    town: TownKey,
    now: datetime,
    today: date,
) -> None:
    """Passes on, or withholds, what was given before. The documents' rows are locked in the order of their ids."""
    for given in sorted(given_before, key=lambda each: each.document_id):
        document = session.scalar(
            select(Document).where(Document.document_id == given.document_id).with_for_update()
        )
        source = session.get(Share, given.given_with)
        if document is None or source is None:
            _withhold(session, subject, given, document, now)
            continue
        kind = session.get_one(DocumentType, document.document_type)
        if not _may_serve(session, document, kind, source, subject, given, town, today):
            _withhold(session, subject, given, document, now)
            continue
        there = session.scalar(
            select(Share.share_id).where(
                Share.document_id == document.document_id,
                Share.subject_kind == subject.kind,
                Share.subject_id == subject.subject_id,
            )
        )
        if there is not None:
            if there != given.share_id:  # the parent has given it for this very matter meanwhile
                _withhold(session, subject, given, document, now)
            continue
        share = Share(
            share_id=given.share_id,
            document_id=document.document_id,
            account_id=document.account_id,
            subject_kind=subject.kind,
            subject_id=subject.subject_id,
            requests_public_key=source.requests_public_key,
            sealed_key=source.sealed_key,
            shared_at=now,
            readable_until=months_later(today, TERM_MONTHS),
            serves_until=_until(document, source),
            carried_from=source.share_id,
        )
        session.add(share)
        tell_shared(session, document, share, given.account_id, Reach(kind.serves), now)


def _may_serve(
    session: Session,
    document: Document,
    kind: DocumentType,
    source: Share,
    subject: Subject,
    given: GivenBefore,
    town: TownKey,
    today: date,
) -> bool:
    until = _until(document, source)
    return (
        document.deleted_at is None
        and document.account_id == given.account_id
        and document.document_type == given.document_type
        and source.document_id == document.document_id
        and passes(document.document_type, Reach(kind.serves), source.subject_kind, subject.kind)
        and source.closed_at is None
        and (source.subject_kind != REQUEST or session.get(FiledRequest, source.subject_id) is not None)
        and source.readable_until >= today
        and source.requests_public_key == town.public
        and (until is None or until >= today)
    )


def _until(document: Document, source: Share) -> date | None:
    """What it served until when it was given, or the date that its owner has put on it since, if that is earlier."""
    return min(
        (each for each in (source.serves_until, document.valid_until) if each is not None), default=None
    )


def _withhold(
    session: Session, subject: Subject, given: GivenBefore, document: Document | None, now: datetime
) -> None:
    version = 1
    if document is not None:
        document.version += 1
        version = document.version
    told = DocumentWithheld(
        share_id=given.share_id,
        document_id=given.document_id,
        document_type=given.document_type,
        account_id=given.account_id,
        subject_kind=subject.kind,
        subject_id=subject.subject_id,
    )
    tell(session, told, subject=given.document_id, version=version, at=now)
