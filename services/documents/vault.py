"""The documents of an account: entered, described, found, taken out. All of it sealed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from chassis.one_trip import OneTrip, base64, rows
from chassis.outbox import tell, tell_all
from contracts.documents.keys import AccountKeysView
from contracts.documents.refusals import AlreadyThere, VaultFull
from contracts.documents.shares import ShareDocument, ShareView, UnshareDocument
from contracts.documents.types import DocumentTypeView
from contracts.documents.vault import (
    DeleteDocument,
    DeletionView,
    DescribeDocument,
    DocumentKeyView,
    DocumentView,
    OpenDocument,
    OpenVault,
    ReadDocument,
    StoreDocument,
    VaultView,
)
from contracts.errors import Conflict, NotFound
from contracts.events.documents import DocumentDeleted, DocumentExpiring, DocumentStored
from documents import keyring, readings, shares, types
from documents.drafts import take_back
from documents.models import AccountKeys, Document, DocumentType, Share
from documents.town_key import TownKey

LIMIT_DOCUMENTS = 200
LIMIT_BYTES = 500 * 1024 * 1024
WARNING = timedelta(days=30)


def open_vault(session: Session, ask: OpenVault, account_id: UUID, town: TownKey) -> VaultView:
    """Everything of an account, newest first, in one statement; one more for the readings asked for."""
    vault = _VAULT.read(session, account_id=account_id)
    return VaultView(
        keys=vault.keys[0] if vault.keys else None,
        types=vault.types,
        documents=[
            each.model_copy(update={"readings": readings.latest(session, each.document_id)})
            if each.document_id == ask.readings_of
            else each
            for each in vault.documents
        ],
        used_bytes=sum(each.size for each in vault.documents),
        limit_documents=LIMIT_DOCUMENTS,
        limit_bytes=LIMIT_BYTES,
        requests_public_key=town.public,
    )


@dataclass(frozen=True)
class _Vault:
    keys: list[AccountKeysView]
    types: list[DocumentTypeView]
    documents: list[DocumentView]


_VAULT = OneTrip(
    _Vault,
    keys=select(
        base64(AccountKeys.public_key).label("public_key"),
        AccountKeys.password_wrap,
        AccountKeys.recovery_wrap,
        AccountKeys.recovery_made_at,
        AccountKeys.next_recovery_wrap,
    ).where(AccountKeys.account_id == bindparam("account_id")),
    types=types.ALL,
    documents=select(
        Document.document_id,
        Document.document_type,
        Document.size,
        Document.stored_at,
        Document.valid_until,
        base64(Document.sealed_key).label("sealed_key"),
        base64(Document.sealed_description).label("sealed_description"),
        rows(shares.OF_DOCUMENT).label("shares"),
    )
    .where(Document.account_id == bindparam("account_id"), Document.deleted_at.is_(None))
    .order_by(Document.stored_at.desc(), Document.document_id),
)


def open_document(session: Session, ask: OpenDocument, account_id: UUID, town: TownKey) -> DocumentKeyView:
    """One document of the account. Raises NotFound for anybody else's."""
    row = _own(session, ask.document_id, account_id)
    shared = shares.of_documents(session, [row.document_id])
    return DocumentKeyView(
        document=_view(row, shared.get(row.document_id, [])), requests_public_key=town.public
    )


def read_document(
    session: Session, command: ReadDocument, account_id: UUID, town: TownKey, now: datetime
) -> DocumentKeyView:
    """The same, written down as read by its owner. Raises NotFound."""
    row = _own(session, command.document_id, account_id, for_update=True)
    readings.note(session, row.document_id, now)
    return DocumentKeyView(document=_view(row, []), requests_public_key=town.public)


def read_vault(session: Session, account_id: UUID, town: TownKey, now: datetime) -> VaultView:
    """Everything of an account, all of it written down as read by its owner. Three statements."""
    readings.note_all(session, account_id, now)
    return open_vault(session, OpenVault(), account_id, town)


def store(
    session: Session, command: StoreDocument, account_id: UUID, town: TownKey, now: datetime, today: date
) -> DocumentView:
    """Enters a document whose object is in the bucket.

    The account's keys are locked first: two uploads at once cannot both take the last room, and a vault started over
    meanwhile (KeysChanged) does not get a document that its keys do not open.
    """
    kind = types.find_type(session, command.document_type)
    keyring.lock(session, account_id, command.public_key)
    if not command.keep_twice:
        _check_twice(session, account_id, command.fingerprint)
    _check_room(session, account_id, command.size)
    if session.get(Document, command.document_id) is not None:
        raise Conflict(document_id=str(command.document_id))
    row = Document(
        document_id=command.document_id,
        account_id=account_id,
        document_type=kind.code,
        size=command.size,
        object_size=command.object_size,
        sealed_key=command.sealed_key,
        sealed_description=command.sealed_description,
        stored_at=now,
        valid_until=command.valid_until or types.usual_end(kind.validity, today),
        version=1,
        fingerprint=command.fingerprint,
    )
    session.add(row)
    session.flush()
    fact = DocumentStored(
        document_id=row.document_id,
        account_id=account_id,
        document_type=kind.code,
        size=row.size,
        valid_until=row.valid_until,
    )
    tell(session, fact, subject=row.document_id, version=row.version, at=now)
    shared = [shares.attach(session, row, command.share, town, now, today)] if command.share else []
    return _view(row, shared)


def describe(session: Session, command: DescribeDocument, account_id: UUID) -> DocumentView:
    """Another name, type or validity. Raises NotFound."""
    kind = types.find_type(session, command.document_type)
    row = _own(session, command.document_id, account_id, for_update=True)
    row.document_type = kind.code
    row.sealed_description = command.sealed_description
    if row.valid_until != command.valid_until:
        row.valid_until = command.valid_until
        row.expiry_told_at = None
    shared = shares.of_documents(session, [row.document_id])
    return _view(row, shared.get(row.document_id, []))


def share(
    session: Session, command: ShareDocument, account_id: UUID, town: TownKey, now: datetime, today: date
) -> ShareView:
    """Attaches a document of the account to something filed. Raises NotFound, TownKeyChanged."""
    row = _own(session, command.document_id, account_id, for_update=True)
    return shares.attach(session, row, command.share, town, now, today)


def unshare(session: Session, command: UnshareDocument, account_id: UUID, now: datetime) -> bool:
    """Takes a document of the account back from a draft. Raises NotFound. See `UnshareDocument`."""
    row = _own(session, command.document_id, account_id, for_update=True)
    return take_back(session, command.draft_id, [row.document_id], now) > 0


def delete(
    session: Session, command: DeleteDocument, account_id: UUID, now: datetime, today: date
) -> DeletionView:
    """Takes a document out of the vault: nobody but holders of a running share can open it from then on."""
    row = _own(session, command.document_id, account_id, for_update=True)
    _take_out(session, [row], now)
    kept = session.scalars(
        select(Share.readable_until).where(
            Share.document_id == row.document_id, Share.closed_at.is_(None), Share.readable_until >= today
        )
    ).all()
    return DeletionView(
        document_id=row.document_id, shares_kept=len(kept), readable_until=max(kept, default=None)
    )


def delete_all(session: Session, account_id: UUID, now: datetime) -> list[UUID]:
    """Takes every document of an account out, and says which they were."""
    statement = select(Document).where(Document.account_id == account_id, Document.deleted_at.is_(None))
    rows = list(session.scalars(statement.order_by(Document.document_id).with_for_update()))
    _take_out(session, rows, now)
    return [row.document_id for row in rows]


def warn_of_expiry(session: Session, today: date, now: datetime, at_most: int = 200) -> int:
    """Tells, once each, of documents that will soon serve no more; says how many."""
    rows = session.execute(
        select(Document, DocumentType.name)
        .join(DocumentType, DocumentType.code == Document.document_type)
        .where(
            Document.deleted_at.is_(None),
            Document.expiry_told_at.is_(None),
            Document.valid_until >= today,
            Document.valid_until <= today + WARNING,
        )
        .order_by(Document.valid_until)
        .limit(at_most)
        .with_for_update(of=Document, skip_locked=True)
    ).all()
    facts = []
    for row, name in rows:
        row.expiry_told_at = now
        row.version += 1
        fact = DocumentExpiring(
            document_id=row.document_id,
            account_id=row.account_id,
            document_type=row.document_type,
            type_name=name,
            valid_until=row.valid_until,
        )
        facts.append((fact, row.document_id, row.version))
    tell_all(session, list(facts), at=now)
    return len(rows)


def _take_out(session: Session, rows: list[Document], now: datetime) -> None:
    facts = []
    for row in rows:
        row.deleted_at = now
        row.sealed_key = row.fingerprint = None
        row.version += 1
        fact = DocumentDeleted(document_id=row.document_id, account_id=row.account_id)
        facts.append((fact, row.document_id, row.version))
    session.flush()
    tell_all(session, list(facts), at=now)


def _check_twice(session: Session, account_id: UUID, fingerprint: bytes | None) -> None:
    if fingerprint is None:
        return
    there = session.scalar(
        select(Document.document_id)
        .where(
            Document.account_id == account_id,
            Document.deleted_at.is_(None),
            Document.fingerprint == fingerprint,
        )
        .limit(1)
    )
    if there is not None:
        raise AlreadyThere(document_id=str(there))


def _check_room(session: Session, account_id: UUID, size: int) -> None:
    count, used = session.execute(
        select(func.count(), func.coalesce(func.sum(Document.size), 0)).where(
            Document.account_id == account_id, Document.deleted_at.is_(None)
        )
    ).one()
    if count >= LIMIT_DOCUMENTS or used + size > LIMIT_BYTES:
        raise VaultFull(documents=LIMIT_DOCUMENTS, megabytes=LIMIT_BYTES // (1024 * 1024))


def _own(session: Session, document_id: UUID, account_id: UUID, for_update: bool = False) -> Document:
    """A document that is in this account's vault. Owner and state stand in the WHERE: NotFound for all else."""
    statement = select(Document).where(
        Document.document_id == document_id,
        Document.account_id == account_id,
        Document.deleted_at.is_(None),
    )
    row = session.scalar(statement.with_for_update() if for_update else statement)
    if row is None:
        raise NotFound
    return row


def _view(row: Document, shared: list[ShareView]) -> DocumentView:
    assert row.sealed_key is not None  # noqa: S101  (the table's own check, for the type checker)
    return DocumentView(
        document_id=row.document_id,
        document_type=row.document_type,
        size=row.size,
        stored_at=row.stored_at,
        valid_until=row.valid_until,
        sealed_key=row.sealed_key,
        sealed_description=row.sealed_description,
        shares=shared,
    )
