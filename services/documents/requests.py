"""Documents of requests: what enrolment tells of these, and what is given without an account."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.documents.refusals import DepositsFull, TownKeyChanged, UnknownSubject
from contracts.documents.shares import DepositDocument
from contracts.errors import Conflict
from contracts.events.documents import DocumentDeposited
from contracts.events.requests import DepartmentUpdated, RequestFact
from documents import types
from documents.models import Document, Share
from documents.request_models import ComingFile, DecisionLetter, DepartmentAgent, FiledRequest
from documents.request_readers import SUBJECT
from documents.shares import TERM_MONTHS
from documents.town_key import TownKey
from documents.types import months_later

MOST_DEPOSITS = 20
UNFILED_AFTER = timedelta(days=2)
"""A draft without an account lives one day; what was given for it does not outlive it by much."""


_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('documents.deposit ' || :request_id, 0))")


# ---------------------------------------------------------------- what enrolment tells


def keep_request(session: Session, fact: RequestFact) -> None:
    """Whose a request is, and which department answers for it."""
    before = session.get(FiledRequest, fact.request_id, with_for_update=True)
    if before is not None and before.account_id not in (None, fact.account_id):
        _release(session, fact.request_id, before.account_id)
    row = {"department_code": fact.department_code, "account_id": fact.account_id}
    statement = insert(FiledRequest).values(request_id=fact.request_id, **row)
    session.execute(statement.on_conflict_do_update(index_elements=[FiledRequest.request_id], set_=row))


def _release(session: Session, request_id: UUID, account_id: UUID) -> None:
    """What a closed account had given with the request stays the request's, as if given without an account."""
    session.execute(
        update(Share)
        .where(Share.subject_kind == SUBJECT, Share.subject_id == request_id, Share.account_id == account_id)
        .values(account_id=None)
        .execution_options(synchronize_session=False)
    )


def keep_department(session: Session, fact: DepartmentUpdated) -> None:
    """The agents of a department, whole."""
    session.execute(delete(DepartmentAgent).where(DepartmentAgent.department_code == fact.department_code))
    session.add_all(
        DepartmentAgent(department_code=fact.department_code, agent_id=each) for each in fact.agent_ids
    )


def forget(session: Session, request_id: UUID, now: datetime) -> None:
    """The request is erased: nobody opens its documents any more."""
    session.execute(delete(FiledRequest).where(FiledRequest.request_id == request_id))
    session.execute(delete(DecisionLetter).where(DecisionLetter.request_id == request_id))
    session.execute(delete(ComingFile).where(ComingFile.request_id == request_id))
    _close(session, now, Share.subject_kind == SUBJECT, Share.subject_id == request_id)
    session.execute(
        update(Document)
        .where(Document.request_id == request_id, Document.deleted_at.is_(None))
        .values(deleted_at=now, sealed_key=None)
    )


# ---------------------------------------------------------------- given without an account


def deposit(session: Session, ask: DepositDocument, town: TownKey, now: datetime, today: date) -> UUID:
    """Keeps a document for a request, sealed to the town and to nobody else; gives its share's id.

    It is in no vault, as one that was deleted: its object stays while the share is readable. Raises UnknownSubject,
    TownKeyChanged, DepositsFull, Conflict.
    """
    if ask.share.subject_kind != SUBJECT:
        raise UnknownSubject(subject_kind=ask.share.subject_kind)
    if ask.share.requests_public_key != town.public:
        raise TownKeyChanged(public_key=town.encoded())
    kind = types.find_type(session, ask.document_type)
    if session.get(Document, ask.document_id) is not None:
        raise Conflict(document_id=str(ask.document_id))
    # Two given at once cannot both be the last: there may be no row of the request yet that could be locked.
    session.execute(_TURN, {"request_id": str(ask.share.subject_id)})
    if _deposits_of(session, ask.share.subject_id) >= MOST_DEPOSITS:
        raise DepositsFull(documents=MOST_DEPOSITS)
    document = Document(
        document_id=ask.document_id,
        account_id=None,
        document_type=kind.code,
        size=ask.size,
        object_size=ask.object_size,
        sealed_key=None,
        sealed_description=ask.sealed_description,
        stored_at=now,
        valid_until=None,
        deleted_at=now,
        version=1,
    )
    session.add(document)
    session.flush()
    share = Share(
        share_id=uuid4(),
        document_id=document.document_id,
        account_id=None,
        subject_kind=SUBJECT,
        subject_id=ask.share.subject_id,
        requests_public_key=ask.share.requests_public_key,
        sealed_key=ask.share.sealed_key,
        shared_at=now,
        readable_until=months_later(today, TERM_MONTHS),
    )
    session.add(share)
    session.flush()
    fact = DocumentDeposited(
        share_id=share.share_id,
        document_id=document.document_id,
        document_type=kind.code,
        subject_kind=SUBJECT,
        subject_id=share.subject_id,
        size=document.size,
    )
    tell(session, fact, subject=document.document_id, version=document.version, at=now)
    return share.share_id


def end_unfiled(session: Session, now: datetime) -> None:
    """What was given for a request that was never filed goes with the draft."""
    filed = exists().where(FiledRequest.request_id == Share.subject_id)
    _close(
        session,
        now,
        Share.subject_kind == SUBJECT,
        Share.account_id.is_(None),
        Share.shared_at < now - UNFILED_AFTER,
        ~filed,
    )


def _deposits_of(session: Session, request_id: UUID) -> int:
    counted = select(func.count()).where(
        Share.subject_kind == SUBJECT, Share.subject_id == request_id, Share.account_id.is_(None)
    )
    return session.scalar(counted.select_from(Share)) or 0


def _close(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> None:
    session.execute(
        update(Share)
        .where(Share.closed_at.is_(None), *conditions)
        .values(closed_at=now, sealed_key=None)
        .execution_options(synchronize_session=False)
    )
