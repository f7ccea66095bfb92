"""Documents that parents gave to their family's file: listed for agents, marked once one has been opened.

The documents themselves stay sealed with `documents`; this is what accounts heard of them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.household.families import labels_of
from accounts.models import Family, Guardian
from accounts.quotient.quotient_models import GivenDocument
from contracts.accounts.given import GivenDocumentRow, GivenDocumentsPage, ListGivenDocuments
from contracts.accounts.quotients import GivenDocumentView
from contracts.events.documents import DocumentOpened, DocumentShared

SUBJECT = "family"
PER_PAGE = 50


def keep(session: Session, fact: DocumentShared, at: datetime) -> None:
    """Takes note of a document given to a family by one of its guardians; of anybody else's, nothing."""
    is_theirs = exists().where(Guardian.family_id == fact.subject_id, Guardian.account_id == fact.account_id)
    if fact.subject_kind != SUBJECT or not session.scalar(select(is_theirs)):
        return
    given = insert(GivenDocument).values(
        share_id=fact.share_id,
        family_id=fact.subject_id,
        account_id=fact.account_id,
        document_type=fact.document_type,
        given_at=at,
    )
    session.execute(given.on_conflict_do_nothing())


def note_read(session: Session, fact: DocumentOpened, at: datetime) -> None:
    """Marks it read, the first time."""
    session.execute(
        update(GivenDocument)
        .where(GivenDocument.share_id == fact.share_id, GivenDocument.read_at.is_(None))
        .values(read_at=at, read_by=fact.agent_name)
    )


def of_family(session: Session, family_id: UUID) -> list[GivenDocumentView]:
    """Newest first, the last fifty."""
    rows = session.scalars(
        select(GivenDocument)
        .where(GivenDocument.family_id == family_id)
        .order_by(GivenDocument.given_at.desc())
        .limit(50)
    )
    return [
        GivenDocumentView(
            share_id=row.share_id,
            document_type=row.document_type,
            given_at=row.given_at,
            read_at=row.read_at,
        )
        for row in rows
    ]


def list_given(session: Session, ask: ListGivenDocuments) -> GivenDocumentsPage:
    """What agents have to read, oldest first, or what they have read, newest first. Three statements."""
    wanted = GivenDocument.read_at.is_(None) if ask.unread else GivenDocument.read_at.is_not(None)
    order = GivenDocument.given_at if ask.unread else GivenDocument.read_at.desc()
    total = session.scalar(select(func.count()).select_from(GivenDocument).where(wanted)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(ask.page, pages)
    rows = session.execute(
        select(GivenDocument, Family.number)
        .join(Family, Family.family_id == GivenDocument.family_id)
        .where(wanted)
        .order_by(order, GivenDocument.share_id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    labels = labels_of(session, {given.family_id for given, _ in rows})
    return GivenDocumentsPage(
        documents=[
            GivenDocumentRow(
                share_id=given.share_id,
                family_id=given.family_id,
                family_number=number,
                family_label=labels.get(given.family_id, ""),
                document_type=given.document_type,
                given_at=given.given_at,
                read_at=given.read_at,
                read_by=given.read_by,
            )
            for given, number in rows
        ],
        page=page,
        pages=pages,
        total=total,
    )
