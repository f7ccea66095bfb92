"""What the town sends: into a vault, sealed to its public key, or kept with a request, sealed to its tracking code."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller
from contracts.documents.letters import (
    ClaimLetters,
    DecisionPlaceView,
    LetterView,
    PutDecision,
    PutLetter,
    ReadLetter,
)
from contracts.documents.refusals import KeysChanged
from contracts.errors import Conflict, NotFound
from contracts.events.documents import DocumentStored
from documents import keyring
from documents.models import AccountKeys, Document
from documents.request_models import ComingFile, DecisionLetter, FiledRequest
from documents.request_readers import check_reader

LETTER = "courrier"
UNSENT_AFTER = timedelta(days=14)
"""A message is told of within seconds; an outbox that waits longer than this is lost otherwise as well."""

# ---------------------------------------------------------------- files that agents send


def letter_key(session: Session, request_id: UUID, caller: Caller) -> bytes | None:
    """The public key of the vault of whoever filed the request; None without an account, or without a vault."""
    return _key_of(session, check_reader(session, request_id, caller))


def put_letter(session: Session, ask: PutLetter, caller: Caller, now: datetime) -> UUID:
    """Lays down a file that goes with a message: into the vault of whoever filed the request, where there is one.

    Raises NotFound, KeysChanged, Conflict.
    """
    filed = check_reader(session, ask.request_id, caller)
    if filed.account_id is not None:
        keyring.lock(session, filed.account_id, ask.public_key)
    _check_new(session, ask.document_id)
    session.add(
        ComingFile(
            document_id=ask.document_id,
            request_id=ask.request_id,
            account_id=filed.account_id,
            public_key=ask.public_key,
            size=ask.size,
            object_size=ask.object_size,
            sealed_key=ask.sealed_key,
            sealed_description=ask.sealed_description,
            put_at=now,
        )
    )
    session.flush()
    return ask.document_id


def arrive(session: Session, document_ids: Sequence[UUID], now: datetime) -> int:
    """The message they go with is sent: they are there from now on. How many.

    A full vault takes them all the same: an answer is not kept from anybody for want of room. One that was closed or
    begun anew since could not open them: they are forgotten as what lay in it was.
    """
    arrived = 0
    statement = select(ComingFile).where(ComingFile.document_id.in_(document_ids)).with_for_update()
    for coming in session.scalars(statement.order_by(ComingFile.document_id)).all():
        session.delete(coming)
        session.flush()
        try:
            if coming.account_id is not None:
                keyring.lock(session, coming.account_id, coming.public_key)
        except (NotFound, KeysChanged):
            continue
        _enter(session, coming, coming.account_id, now)
        arrived += 1
    return arrived


def forget_unsent(session: Session, now: datetime) -> None:
    """Files whose message was refused, or never sent; the collector of objects takes the rest."""
    session.execute(delete(ComingFile).where(ComingFile.put_at < now - UNSENT_AFTER))


def read_letter(session: Session, ask: ReadLetter) -> LetterView:
    """What the town sent with a request without an account. Raises NotFound."""
    found = session.get(Document, ask.document_id)
    if found is None or found.request_id != ask.request_id or found.sealed_key is None:
        raise NotFound
    return _view(found)


def by_code(session: Session, request_id: UUID, account_id: UUID) -> list[LetterView]:
    """What only the tracking code opens of a request that the account has claimed. Raises NotFound."""
    return [_view(each) for each in _only_by_code(session, request_id, account_id)]


def claim(session: Session, ask: ClaimLetters, account_id: UUID, now: datetime) -> list[UUID]:
    """Takes them into the account's vault; one that is there stays as it is. Raises NotFound, KeysChanged."""
    keyring.lock(session, account_id, ask.public_key)
    sealed_keys = {each.document_id: each.sealed_key for each in ask.letters}
    taken = [
        each for each in _only_by_code(session, ask.request_id, account_id) if each.document_id in sealed_keys
    ]
    for document in taken:
        document.account_id, document.request_id = account_id, None
        document.sealed_key = sealed_keys[document.document_id]
        document.version += 1
        _tell_stored(session, document, account_id, now)
    return [each.document_id for each in taken]


def _only_by_code(session: Session, request_id: UUID, account_id: UUID) -> Sequence[Document]:
    filed = session.get(FiledRequest, request_id)
    if filed is None or filed.account_id != account_id:
        raise NotFound
    statement = select(Document).where(Document.request_id == request_id, Document.sealed_key.is_not(None))
    return session.scalars(
        statement.order_by(Document.stored_at, Document.document_id).with_for_update()
    ).all()


def _view(document: Document) -> LetterView:
    return LetterView(
        document_id=document.document_id,
        size=document.size,
        sealed_key=document.sealed_key,
        sealed_description=document.sealed_description,
    )


# ---------------------------------------------------------------- decision letters


def decision_place(session: Session, request_id: UUID) -> DecisionPlaceView:
    """Where the decision letter goes, and whether it is there. Raises NotFound: the request is not known here yet."""
    filed = session.get(FiledRequest, request_id)
    if filed is None:
        raise NotFound
    is_put = session.get(DecisionLetter, request_id) is not None
    return DecisionPlaceView(public_key=_key_of(session, filed), is_put=is_put)


def put_decision(session: Session, ask: PutDecision, now: datetime) -> UUID:
    """Enters the decision letter unless there was one: then gives its id. Raises NotFound, KeysChanged."""
    filed = session.get(FiledRequest, ask.request_id)
    if filed is None or filed.account_id is None:
        raise NotFound
    keyring.lock(session, filed.account_id, ask.public_key)
    row = {"request_id": ask.request_id, "document_id": ask.document_id, "put_at": now}
    marked = insert(DecisionLetter).values(row).on_conflict_do_nothing().returning(DecisionLetter.request_id)
    if session.execute(marked).first() is None:
        return session.get_one(DecisionLetter, ask.request_id).document_id
    _check_new(session, ask.document_id)
    return _enter(session, ask, filed.account_id, now)


def _key_of(session: Session, filed: FiledRequest) -> bytes | None:
    if filed.account_id is None:
        return None
    keys = session.get(AccountKeys, filed.account_id)
    return keys.public_key if keys is not None and keys.password_wrap else None


def _check_new(session: Session, document_id: UUID) -> None:
    for known in (Document, ComingFile):
        if session.get(known, document_id) is not None:
            raise Conflict(document_id=str(document_id))


def _enter(session: Session, ask: PutLetter | ComingFile, account_id: UUID | None, now: datetime) -> UUID:
    document = Document(
        document_id=ask.document_id,
        account_id=account_id,
        request_id=ask.request_id if account_id is None else None,
        document_type=LETTER,
        size=ask.size,
        object_size=ask.object_size,
        sealed_key=ask.sealed_key,
        sealed_description=ask.sealed_description,
        stored_at=now,
        valid_until=None,
        version=1,
    )
    session.add(document)
    session.flush()
    if account_id is not None:
        _tell_stored(session, document, account_id, now)
    return document.document_id


def _tell_stored(session: Session, document: Document, account_id: UUID, now: datetime) -> None:
    fact = DocumentStored(
        document_id=document.document_id,
        account_id=account_id,
        document_type=LETTER,
        size=document.size,
    )
    tell(session, fact, subject=document.document_id, version=document.version, at=now)
