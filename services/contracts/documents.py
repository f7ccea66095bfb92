"""What one may ask of documents: the keys of a vault, what lies in it, what was shared with the town.

Whatever is sealed here was sealed by the gateway and says nothing to this service: `sealed_key` (a file's key, under
a public key), `sealed_description` (file name and media type, under the file's key), `KeyWrap.box` (an account's
private key, under a password or a recovery code). In clear: the document's type, its size, its dates. Bytes travel
as base64. Sizes are bytes; days are the town's; instants are aware datetimes.
"""

import base64
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer, StringConstraints

from contracts.errors import Conflict, DomainError, Invalid
from contracts.messages import Command, Message, Question, View
from contracts.records import Records
from contracts.serving import Reach


def _bytes_of(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


Sealed = Annotated[
    bytes,
    BeforeValidator(_bytes_of),
    PlainSerializer(lambda value: base64.b64encode(value).decode(), return_type=str, when_used="json"),
]
"""Bytes that are base64 in JSON and bytes in Python."""

PublicKey = Annotated[Sealed, Field(min_length=32, max_length=32)]
Fingerprint = Annotated[Sealed, Field(min_length=32, max_length=32)]
SealedKey = Annotated[Sealed, Field(min_length=64, max_length=256)]
TypeCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
SubjectKind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]

BUCKET = "vault"
MAX_DOCUMENT_BYTES = 50 * 1024 * 1024
PREVIEW = ".preview"
"""A document's object is named by its id; its sealed preview, by the id and this. A document need not have one."""

# ---------------------------------------------------------------- document types


class Validity(StrEnum):
    """Until when a document of a type usually serves."""

    NONE = "none"
    SCHOOL_YEAR = "school_year"  # to the coming 31 August
    CIVIL_YEAR = "civil_year"  # to the coming 31 December
    TWELVE_MONTHS = "twelve_months"
    THREE_MONTHS = "three_months"


class DocumentTypeView(View):
    """A kind of supporting document. `hint`: what the parent is told about it."""

    code: str
    name: str
    hint: str = ""
    validity: Validity = Validity.NONE
    serves: Reach = Field(
        default=Reach.CHILD, description="Of whom one speaks: for them it need not be given again"
    )


class ListDocumentTypes(Question[list[DocumentTypeView]]):
    """The kinds of documents, in the order pages list them. Anybody may ask."""


class DefineDocumentType(Command[DocumentTypeView]):
    """Makes or changes a kind of document. Agents of `administration`, the installation."""

    type_code: TypeCode
    name: str = Field(min_length=2, max_length=80)
    hint: str = Field(default="", max_length=200)
    validity: Validity = Validity.NONE
    position: int = Field(default=100, ge=0, le=1000, description="Lower comes first")
    serves: Reach = Field(
        default=Reach.CHILD, description="Of whom one speaks: for them it need not be given again"
    )


# ---------------------------------------------------------------- keys


class KeyWrap(Message):
    """A private key under a secret: Argon2id(secret, salt, operations, memory in bytes) opens the secretbox."""

    salt: Annotated[Sealed, Field(min_length=16, max_length=16)]
    operations: int = Field(ge=1, le=64)
    memory: int = Field(ge=8192, le=1 << 30)
    box: Annotated[Sealed, Field(min_length=40, max_length=256)]


class AccountKeysView(View):
    """An account's keys, as far as anybody but the account may know them."""

    public_key: PublicKey
    password_wrap: KeyWrap
    recovery_wrap: KeyWrap | None = None
    recovery_made_at: AwareDatetime | None = None
    next_recovery_wrap: KeyWrap | None = Field(
        default=None, description="Of a newer code that nobody has said to have kept yet: both open"
    )


class KeyRingView(View):
    """`keys` is None until the first sign-in has made them."""

    keys: AccountKeysView | None


class ReadKeys(Question[KeyRingView]):
    """The caller's own keys. Citizens."""


class KeepKeys(Command[AccountKeysView]):
    """Keeps the keys made at the first sign-in. The first wins: the answer holds the ones that count. Citizens."""

    public_key: PublicKey
    password_wrap: KeyWrap


class RewrapKeys(Command[AccountKeysView]):
    """Replaces the wraps given: a new password, a new recovery code. Raises KeysChanged when the pair is another.

    The code before opens until the new one is said to be kept (KeepCode): the page that shows it may never arrive.
    """

    public_key: PublicKey
    password_wrap: KeyWrap | None = None
    recovery_wrap: KeyWrap | None = None


class KeepCode(Command[AccountKeysView]):
    """The code shown is kept on paper: from now on it alone opens. `salt`: of its wrap, which says which code.

    Raises CodeReplaced when another was made since, KeysChanged. Citizens.
    """

    public_key: PublicKey
    salt: Annotated[Sealed, Field(min_length=16, max_length=16)]


class StartOver(Command[AccountKeysView]):
    """A new, empty vault with new keys: what nobody can open any more is removed. What was shared stays shared.

    For a parent who has lost both password and recovery code. `replaces`: the public key given up (KeysChanged).
    """

    replaces: PublicKey
    public_key: PublicKey
    password_wrap: KeyWrap


# ---------------------------------------------------------------- the vault


class OpeningView(View):
    """An agent opened a shared document."""

    opened_at: AwareDatetime
    agent_name: str


class ShareView(View):
    """A document given to the town with something filed."""

    share_id: UUID
    subject_kind: str
    subject_id: UUID
    shared_at: AwareDatetime
    readable_until: date
    serves_until: date | None = Field(
        default=None, description="Last day it counts as given; None: its kind knows no end"
    )
    openings: list[OpeningView] = Field(default_factory=list, description="Newest first")


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


class TownKeyView(View):
    """The public half of the town's key for requests."""

    requests_public_key: PublicKey


class ReadTownKey(Question[TownKeyView]):
    """What shares are sealed to. Anybody may ask."""


class ShareDraft(Message):
    """The file's key, sealed to the town's key for requests, for one subject.

    `requests_public_key`: the key it was sealed to; TownKeyChanged when the town has another by now.
    """

    subject_kind: SubjectKind
    subject_id: UUID
    requests_public_key: PublicKey
    sealed_key: SealedKey


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


class ShareDocument(Command[ShareView]):
    """Attaches a document of the caller's vault to something filed. Once per subject: a second time changes nothing.

    NotFound, TownKeyChanged. Citizens.
    """

    document_id: UUID
    share: ShareDraft


class UnshareDocument(Command[bool]):
    """Takes a document of the caller's vault back from a draft that is not filed: nobody of the town could open it.

    Enrolment is asked first: it knows the draft. False where nothing was joined, or where it was filed: what the town
    was given stays given. NotFound. Citizens.
    """

    document_id: UUID
    draft_id: UUID


class DocumentRecords(Question[Records]):
    """Everything kept of the caller: `vault`, `documents` (deleted ones while a share lives) with their `shares` and
    openings. A document's `sealed_key` and `sealed_description` are base64, to be opened by who holds the vault's key.
    Citizens."""


# ---------------------------------------------------------------- the town's side


class SharedDocumentView(View):
    """An attached document as an agent sees it before opening it: no name, no content."""

    share_id: UUID
    document_type: str
    type_name: str
    account_id: UUID | None = Field(default=None, description="Who attached it")
    size: int
    shared_at: AwareDatetime
    valid_until: date | None
    readable_until: date
    openings: list[OpeningView] = Field(default_factory=list)


class SubjectShares(Question[list[SharedDocumentView]]):
    """The documents attached to a subject, newest first. Agents of the subject's matter. Raises UnknownSubject."""

    subject_kind: SubjectKind
    subject_id: UUID


class OpenedShareView(View):
    """One shared document, openable with the private half of the one-off key that was sent."""

    share_id: UUID
    document_id: UUID
    document_type: str
    size: int
    sealed_key: SealedKey
    sealed_description: Sealed


class OpenShare(Command[OpenedShareView]):
    """Opens one shared document for an agent of the subject's matter, and writes down who did.

    `one_off_key`: a public key made for this opening; the file's key comes back sealed to it. NotFound when there is
    no such share or its term is over; ShareUnreadable when it was sealed to a key the town no longer has.
    """

    share_id: UUID
    one_off_key: PublicKey


# ---------------------------------------------------------------- requests


class DepositDocument(Command[UUID]):
    """Gives a sealed object, already in the bucket under `document_id`, to the town with a request; in no vault.

    Anybody: the gateway asks for the request's tracking code first. `share.subject_kind` is `request`. Gives the
    share's id. Raises UploadLost, TownKeyChanged, DepositsFull, UnknownDocumentType, UnknownSubject.
    """

    document_id: UUID
    document_type: TypeCode
    size: int = Field(gt=0, le=MAX_DOCUMENT_BYTES, description="Of the document in clear")
    object_size: int = Field(gt=0, description="Of the sealed object")
    sealed_description: Annotated[Sealed, Field(max_length=4096)]
    share: ShareDraft


class LetterKeyView(View):
    """None: whoever filed the request has no account, or no vault yet."""

    public_key: PublicKey | None


class LetterKey(Question[LetterKeyView]):
    """What a letter for whoever filed a request is sealed to. Agents of the department in charge; else NotFound."""

    request_id: UUID


class PutLetter(Command[UUID]):
    """Lays down a file of the town's, a sealed object, for whoever filed the request. Gives the document's id.

    It is nowhere until enrolment tells of the message that it goes with (`request.town_wrote`, `.information_asked`):
    then it lies in the vault or, without an account, with the request, sealed to `public_key`, which its tracking code
    opens (ReadLetter). What no message is told of is forgotten.

    Agents of the department in charge; NotFound for others. Raises UploadLost, KeysChanged.
    """

    request_id: UUID
    document_id: UUID
    size: int = Field(gt=0, le=MAX_DOCUMENT_BYTES)
    object_size: int = Field(gt=0)
    public_key: PublicKey
    sealed_key: SealedKey
    sealed_description: Annotated[Sealed, Field(max_length=4096)]


class DecisionPlaceView(View):
    """Where a decision letter is to go: `public_key` is None without an account or a vault. `is_put`: it lies there."""

    public_key: PublicKey | None
    is_put: bool


class DecisionPlace(Question[DecisionPlaceView]):
    """What the decision letter of a request is sealed to. The gateway's process of letters alone; NotFound."""

    request_id: UUID


class PutDecision(PutLetter):
    """Enters the decision letter, once for each request: another put later changes nothing, and gives the first's id.

    The gateway's process of letters alone. Raises NotFound (no account, no vault), UploadLost, KeysChanged.
    """


class LetterView(View):
    """What the town sent with a request without an account: who has the tracking code opens it."""

    document_id: UUID
    size: int
    sealed_key: SealedKey
    sealed_description: Sealed


class ReadLetter(Question[LetterView]):
    """One of them. Anybody: it is ciphertext, and the gateway asks for the tracking code first. NotFound."""

    request_id: UUID
    document_id: UUID


class LettersByCode(Question[list[LetterView]]):
    """What the town sent with a request while it had no account, and lies in no vault still.

    Citizens, of requests that they have claimed; NotFound for all others.
    """

    request_id: UUID


class ClaimedLetter(Message):
    """One of them, its file's key sealed to the vault."""

    document_id: UUID
    sealed_key: SealedKey


class ClaimLetters(Command[list[UUID]]):
    """Takes such files into the caller's vault, whose key opens them from then on, and the tracking code no more.

    Gives the ids of those that were still to be taken. As LettersByCode; raises KeysChanged.
    """

    request_id: UUID
    public_key: PublicKey
    letters: Annotated[tuple[ClaimedLetter, ...], Field(min_length=1, max_length=100)]


# ---------------------------------------------------------------- errors


class DepositsFull(Conflict):
    """A request has as many documents given without an account as it may. `documents`: how many."""

    code = "deposits_full"


class KeysChanged(Conflict):
    """The account's keys are others by now: somebody started the vault over meanwhile."""

    code = "vault_keys_changed"


class CodeReplaced(Conflict):
    """Another recovery code was made since the one that is said to be kept."""

    code = "recovery_code_replaced"


class TownKeyChanged(Conflict):
    """The town's key for requests is another. `public_key`: base64; seal again and repeat."""

    code = "town_key_changed"


class VaultFull(Conflict):
    """No room left. `documents`, `megabytes`: the limits."""

    code = "vault_full"


class AlreadyThere(Conflict):
    """The same content is in the vault already. `document_id`: as what."""

    code = "document_already_there"


class UploadLost(Conflict):
    """The object named is not in the store as described: the upload has to be made again."""

    code = "upload_lost"


class UnknownDocumentType(Invalid):
    """No such kind of document."""

    code = "unknown_document_type"


class UnknownSubject(Invalid):
    """Documents cannot be attached to such a thing. `subject_kind`."""

    code = "unknown_subject"


class ShareUnreadable(Conflict):
    """The town cannot open this share any more: the document has to be asked for again."""

    code = "share_unreadable"


class DocumentDamaged(DomainError):
    """The sealed document is not what was stored: cut, changed, swapped or gone. Raised by the gateway."""

    code = "document_damaged"


class VaultLocked(DomainError):
    """The vault is not open in this browser session. Raised by the gateway."""

    code = "vault_locked"


class LinkUsed(DomainError):
    """The address of a download serves once, within a minute. Raised by the gateway."""

    code = "download_link_used"
