"""What parents attached to something filed: to what, until when, and which agent opened it.

A share carries the file's key sealed to the town; the file itself is not copied. It is readable for twelve months,
as long as a yearly enrolment is of use; then its key is forgotten. Deleting the document from the vault does not
shorten that: the town must be able to show what a decision rested on.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select, update
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from chassis.one_trip import rows
from chassis.outbox import tell
from contracts.caller import Caller
from contracts.documents.refusals import ShareUnreadable, TownKeyChanged
from contracts.documents.shares import (
    OpenedShareView,
    OpeningView,
    OpenShare,
    SharedDocumentView,
    ShareDraft,
    ShareView,
    SubjectShares,
)
from contracts.documents.types import Validity
from contracts.errors import NotFound
from contracts.events.documents import DocumentOpened, DocumentShared
from contracts.serving import Reach
from documents.models import Document, DocumentType, Opening, Share
from documents.readers import readers_of
from documents.request_readers import SUBJECT, check_reader, check_share, is_of
from documents.town_key import TownKey
from documents.types import counts_until, months_later

TERM_MONTHS = 12


def attach(
    session: Session, document: Document, draft: ShareDraft, town: TownKey, now: datetime, today: date
) -> ShareView:
    """Attaches a document, whose row the caller has locked, to a subject.

    Once: what is attached already stays as it is. Raises UnknownSubject; TownKeyChanged when sealed to another key
    than the town's.
    """
    readers_of(draft.subject_kind)
    if document.account_id is None:
        raise NotFound
    if draft.requests_public_key != town.public:
        raise TownKeyChanged(public_key=town.encoded())
    share = session.scalar(
        select(Share).where(
            Share.document_id == document.document_id,
            Share.subject_kind == draft.subject_kind,
            Share.subject_id == draft.subject_id,
        )
    )
    if share is not None and share.closed_at is None:
        return view(share, openings_of(session, [share.share_id]).get(share.share_id, []))
    if share is None:
        share = Share(
            share_id=uuid4(),
            document_id=document.document_id,
            account_id=document.account_id,
            subject_kind=draft.subject_kind,
            subject_id=draft.subject_id,
        )
        session.add(share)
    share.requests_public_key = draft.requests_public_key
    share.sealed_key = draft.sealed_key
    share.shared_at = now
    share.readable_until = months_later(today, TERM_MONTHS)
    share.closed_at = None
    kind = session.get_one(DocumentType, document.document_type)
    share.serves_until = counts_until(document.valid_until, Validity(kind.validity), today)
    share.carried_from = None
    tell_shared(session, document, share, document.account_id, Reach(kind.serves), now)
    return view(share, [])


def tell_shared(
    session: Session,
    document: Document,
    share: Share,
    account_id: UUID,
    reach: Reach,
    now: datetime,
) -> None:
    """Tells that agents may open it from now on. The document's row is locked."""
    document.version += 1
    session.flush()
    fact = DocumentShared(
        share_id=share.share_id,
        document_id=document.document_id,
        document_type=document.document_type,
        account_id=account_id,
        subject_kind=share.subject_kind,
        subject_id=share.subject_id,
        valid_until=share.serves_until,
        readable_until=share.readable_until,
        serves_household=reach is Reach.HOUSEHOLD,
        serves=reach,
        carried_from=share.carried_from,
    )
    tell(session, fact, subject=document.document_id, version=document.version, at=now)


def of_subject(session: Session, ask: SubjectShares, caller: Caller, today: date) -> list[SharedDocumentView]:
    """The documents an agent may open for a subject, newest first. At most four statements. Raises NotFound."""
    statement = (
        select(Share, Document, DocumentType.name)
        .join(Document, Document.document_id == Share.document_id)
        .join(DocumentType, DocumentType.code == Document.document_type)
        .where(
            Share.subject_kind == ask.subject_kind,
            Share.subject_id == ask.subject_id,
            Share.closed_at.is_(None),
            Share.readable_until >= today,
        )
        .order_by(Share.shared_at.desc(), Share.share_id)
    )
    rows = list(session.execute(statement).all())
    if ask.subject_kind == SUBJECT:
        filed = check_reader(session, ask.subject_id, caller)
        rows = [row for row in rows if is_of(row[0], filed)]
    openings = openings_of(session, [share.share_id for share, _, _ in rows])
    return [
        SharedDocumentView(
            share_id=share.share_id,
            document_type=document.document_type,
            type_name=name,
            account_id=document.account_id,
            size=document.size,
            shared_at=share.shared_at,
            valid_until=document.valid_until,
            readable_until=share.readable_until,
            openings=openings.get(share.share_id, []),
        )
        for share, document, name in rows
    ]


def open_share(
    session: Session, ask: OpenShare, caller: Caller, town: TownKey, now: datetime, today: date
) -> OpenedShareView:
    """Opens one share for an agent of its matter, and writes down who did and when. Raises NotAllowed.

    The document's row is locked: openings and other changes of a document are told in one order.
    """
    agent_id = caller.agent()
    row = session.execute(
        select(Share, Document, DocumentType.name)
        .join(Document, Document.document_id == Share.document_id)
        .join(DocumentType, DocumentType.code == Document.document_type)
        .where(Share.share_id == ask.share_id, Share.closed_at.is_(None), Share.readable_until >= today)
        .with_for_update(of=Document)
    ).one_or_none()
    if row is None:
        raise NotFound
    share, document, type_name = row
    caller.agent(*readers_of(share.subject_kind))
    check_share(session, share, caller)
    if share.sealed_key is None or share.requests_public_key != town.public:
        raise ShareUnreadable
    resealed = town.reseal(share.sealed_key, ask.one_off_key)
    again = session.scalar(select(Opening.opening_id).where(Opening.share_id == share.share_id).limit(1))
    session.add(
        Opening(
            opening_id=uuid4(),
            share_id=share.share_id,
            agent_id=agent_id,
            agent_name=caller.name,
            opened_at=now,
        )
    )
    document.version += 1
    fact = DocumentOpened(
        share_id=share.share_id,
        document_id=document.document_id,
        agent_id=agent_id,
        agent_name=caller.name,
        account_id=document.account_id,
        document_type=document.document_type,
        type_name=type_name,
        subject_kind=share.subject_kind,
        subject_id=share.subject_id,
        again=again is not None,
    )
    tell(session, fact, subject=document.document_id, version=document.version, at=now)
    return OpenedShareView(
        share_id=share.share_id,
        document_id=document.document_id,
        document_type=document.document_type,
        size=document.size,
        sealed_key=resealed,
        sealed_description=document.sealed_description,
    )


def end_terms(session: Session, today: date, now: datetime) -> int:
    """Forgets the keys of shares whose term is over; says how many. The record of who opened them stays."""
    statement = (
        update(Share)
        .where(Share.closed_at.is_(None), Share.readable_until < today)
        .values(closed_at=now, sealed_key=None)
        .returning(Share.share_id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(statement).all())


def of_documents(session: Session, document_ids: Sequence[UUID]) -> dict[UUID, list[ShareView]]:
    """The shares of documents, newest first, with their openings: two statements."""
    if not document_ids:
        return {}
    rows = session.scalars(_SHARES, {"document_ids": list(document_ids)}).all()
    openings = openings_of(session, [row.share_id for row in rows])
    found: dict[UUID, list[ShareView]] = {}
    for row in rows:
        found.setdefault(row.document_id, []).append(view(row, openings.get(row.share_id, [])))
    return found


_SHARES = (
    select(Share)
    .where(Share.document_id == any_(bindparam("document_ids", type_=ARRAY(Uuid))))
    .order_by(Share.shared_at.desc())
    .execution_options(**PREPARED)
)
_OPENINGS = (
    select(Opening)
    .where(Opening.share_id == any_(bindparam("share_ids", type_=ARRAY(Uuid))))
    .order_by(Opening.opened_at.desc())
    .execution_options(**PREPARED)
)


OF_DOCUMENT = (
    select(
        Share.share_id,
        Share.subject_kind,
        Share.subject_id,
        Share.shared_at,
        Share.readable_until,
        Share.serves_until,
        rows(
            select(Opening.opened_at, Opening.agent_name)
            .where(Opening.share_id == Share.share_id)
            .order_by(Opening.opened_at.desc())
            .correlate(Share)
        ).label("openings"),
    )
    .where(Share.document_id == Document.document_id)
    .order_by(Share.shared_at.desc())
    .correlate(Document)
)
"""The shares of the document of a select around it, newest first, as `ShareView`."""


def openings_of(session: Session, share_ids: Iterable[UUID]) -> dict[UUID, list[OpeningView]]:
    """Who opened these shares, newest first."""
    wanted = list(share_ids)
    if not wanted:
        return {}
    rows = session.scalars(_OPENINGS, {"share_ids": wanted})
    found: dict[UUID, list[OpeningView]] = {}
    for row in rows:
        found.setdefault(row.share_id, []).append(
            OpeningView(opened_at=row.opened_at, agent_name=row.agent_name)
        )
    return found


def view(share: Share, openings: list[OpeningView]) -> ShareView:
    """A share as its owner sees it."""
    return ShareView(
        share_id=share.share_id,
        subject_kind=share.subject_kind,
        subject_id=share.subject_id,
        shared_at=share.shared_at,
        readable_until=share.readable_until,
        serves_until=share.serves_until,
        openings=openings,
    )
