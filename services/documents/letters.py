"""What the town sends: into a vault, sealed to its public key, or kept with a request, sealed to its tracking code."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller
from contracts.documents import DecisionPlaceView, LetterView, PutDecision, PutLetter, ReadLetter
from contracts.errors import Conflict, NotFound
from contracts.events.documents import DocumentStored
from documents import keyring
from documents.models import AccountKeys, Document
from documents.request_models import DecisionLetter, FiledRequest
from documents.request_readers import check_reader

LETTER = "courrier"

# ---------------------------------------------------------------- files that agents send


def letter_key(session: Session, request_id: UUID, caller: Caller) -> bytes | None:
    """The public key of the vault of whoever filed the request; None without an account, or without a vault."""
    return _key_of(session, check_reader(session, request_id, caller))


def put_letter(session: Session, ask: PutLetter, caller: Caller, now: datetime) -> UUID:
    """Enters the town's letter into the vault of whoever filed the request: the town cannot read it back. Without an
    account it is kept with the request, for who has the tracking code.

    A full vault takes it all the same: a decision is not kept from anybody for want of room. Raises NotFound,
    KeysChanged, Conflict.
    """
    filed = check_reader(session, ask.request_id, caller)
    if filed.account_id is not None:
        keyring.lock(session, filed.account_id, ask.public_key)
    return _enter(session, ask, filed.account_id, now)


def read_letter(session: Session, ask: ReadLetter) -> LetterView:
    """What the town sent with a request without an account. Raises NotFound."""
    found = session.get(Document, ask.document_id)
    if found is None or found.request_id != ask.request_id or found.sealed_key is None:
        raise NotFound
    return LetterView(
        document_id=found.document_id,
        size=found.size,
        sealed_key=found.sealed_key,
        sealed_description=found.sealed_description,
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
    return _enter(session, ask, filed.account_id, now)


def _key_of(session: Session, filed: FiledRequest) -> bytes | None:
    if filed.account_id is None:
        return None
    keys = session.get(AccountKeys, filed.account_id)
    return keys.public_key if keys is not None and keys.password_wrap else None


def _enter(session: Session, ask: PutLetter, account_id: UUID | None, now: datetime) -> UUID:
    if session.get(Document, ask.document_id) is not None:
        raise Conflict(document_id=str(ask.document_id))
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
    if account_id is None:
        return document.document_id
    fact = DocumentStored(
        document_id=document.document_id,
        account_id=account_id,
        document_type=LETTER,
        size=document.size,
    )
    tell(session, fact, subject=document.document_id, version=document.version, at=now)
    return document.document_id
