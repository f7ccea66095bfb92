"""Everything documents keeps of an account, for its owner to take away; and its end.

Names stay sealed here, and travel with the key that opens them: the gateway reads them where the vault is open.
"""

import base64
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.documents.shares import ShareView
from contracts.records import Records
from documents import keyring, readings, shares, vault
from documents.models import AccountKeys, Document, DocumentType


def records(session: Session, account_id: UUID) -> Records:
    """See `contracts.documents.vault.DocumentRecords`. Five statements."""
    keys = session.get(AccountKeys, account_id)
    rows = session.execute(
        select(Document, DocumentType.name)
        .join(DocumentType, DocumentType.code == Document.document_type)
        .where(Document.account_id == account_id)
        .order_by(Document.stored_at.desc())
    ).all()
    ids = [document.document_id for document, _ in rows]
    shared, read = shares.of_documents(session, ids), readings.of_documents(session, ids)
    return {
        "vault": {
            "created_at": keys.created_at.isoformat() if keys else None,
            "recovery_code_made_at": _moment(keys.recovery_made_at) if keys else None,
        },
        "documents": [
            {
                "document_id": str(document.document_id),
                "type": document.document_type,
                "type_name": type_name,
                "size_bytes": document.size,
                "stored_at": document.stored_at.isoformat(),
                "valid_until": document.valid_until.isoformat() if document.valid_until else None,
                "deleted_at": _moment(document.deleted_at),
                "sealed_key": base64.b64encode(document.sealed_key).decode() if document.sealed_key else None,
                "sealed_description": base64.b64encode(document.sealed_description).decode(),
                "read_by_you_at": [each.isoformat() for each in read.get(document.document_id, [])],
                "shares": [_share(share) for share in shared.get(document.document_id, [])],
            }
            for document, type_name in rows
        ],
    }


def erase(session: Session, account_id: UUID, now: datetime) -> None:
    """The account is closed: its vault is emptied and its keys forgotten.

    What was attached to something filed stays readable by the town until its term, like any deleted document; the
    objects of the others go with the next sweep. Locks the keys, then the documents, like an upload.
    """
    if keyring.erase(session, account_id):
        vault.delete_all(session, account_id, now)
        keyring.drop_erased(session, account_id)


def _share(share: ShareView) -> Records:
    return share.model_dump(mode="json", exclude={"share_id"})


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
