"""What lies in a vault. In clear: a document's type, its size in bytes, its dates. Days are the town's."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.documents.keys import AccountKeysView
from contracts.documents.sealed import MAX_DOCUMENT_BYTES, Fingerprint, PublicKey, Sealed, SealedKey, TypeCode
from contracts.documents.shares import ShareDraft, ShareView
from contracts.documents.types import DocumentTypeView
from contracts.messages import Command, Question, View
from contracts.records import Records


class DocumentView(View):
    """A document of the vault; only the account's private key says what it is called."""

    document_id: UUID
    document_type: str
    size: int
    stored_at: AwareDatetime
    valid_until: date | None
    sealed_key: SealedKey
    sealed_description: Sealed
    shares: list[ShareView] = Field(default_factory=list, description="Newest first")
    readings: list[AwareDatetime] = Field(
        default_factory=list, description="When its owner opened it, newest first; where asked for"
    )


class VaultView(View):
    """A parent's vault, whole. `limit_documents` and `limit_bytes` bound it."""

    keys: AccountKeysView | None
    types: list[DocumentTypeView]
    documents: list[DocumentView] = Field(description="Newest first")
    used_bytes: int
    limit_documents: int
    limit_bytes: int
    requests_public_key: PublicKey


class OpenVault(Question[VaultView]):
    """Everything in the caller's vault, still sealed; of one document, when its owner read it. Citizens."""

    readings_of: UUID | None = None


class DocumentKeyView(View):
    """What it takes to fetch and open one document, given the account's private key."""

    document: DocumentView
    requests_public_key: PublicKey


class OpenDocument(Question[DocumentKeyView]):
    """One document of the caller's vault. NotFound for anybody else's. Citizens."""

    document_id: UUID


class ReadDocument(Command[DocumentKeyView]):
    """One document of the caller's vault, to be read: written down for its owner, once in ten minutes. NotFound.

    Citizens.
    """

    document_id: UUID


class ReadVault(Command[VaultView]):
    """Everything in the caller's vault, to be taken away: each document is written down as read by its owner.

    Citizens.
    """


class StoreDocument(Command[DocumentView]):
    """Enters a sealed object, already in the bucket under `document_id`, into the caller's vault. Citizens.

    With `share`, it is attached in the same transaction. `valid_until` None: what is usual for the type.
    `fingerprint`: of the content, under a key that the open vault alone has; a document of the vault with the same is
    AlreadyThere, unless `keep_twice`. Raises UploadLost (no such object, or another size), VaultFull, KeysChanged,
    TownKeyChanged, UnknownDocumentType.
    """

    document_id: UUID
    document_type: TypeCode
    size: int = Field(gt=0, le=MAX_DOCUMENT_BYTES, description="Of the document in clear")
    object_size: int = Field(gt=0, description="Of the sealed object")
    public_key: PublicKey = Field(description="The account's, to which `sealed_key` is sealed")
    sealed_key: SealedKey
    sealed_description: Annotated[Sealed, Field(max_length=4096)]
    valid_until: date | None = None
    share: ShareDraft | None = None
    fingerprint: Fingerprint | None = None
    keep_twice: bool = False


class DescribeDocument(Command[DocumentView]):
    """Changes what is said of a document: its (sealed) name, its type, its validity. NotFound. Citizens."""

    document_id: UUID
    document_type: TypeCode
    sealed_description: Annotated[Sealed, Field(max_length=4096)]
    valid_until: date | None = None


class DeletionView(View):
    """What is left of a deleted document: how many shares stay readable, and until when."""

    document_id: UUID
    shares_kept: int
    readable_until: date | None = None


class DeleteDocument(Command[DeletionView]):
    """Takes a document out of the caller's vault. What was attached stays with the town until its term. Citizens."""

    document_id: UUID


class DocumentRecords(Question[Records]):
    """Everything kept of the caller: `vault`, `documents` (deleted ones while a share lives) with their `shares` and
    openings. A document's `sealed_key` and `sealed_description` are base64, to be opened by who holds the vault's key.
    Citizens."""
