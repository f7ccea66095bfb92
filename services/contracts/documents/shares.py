"""What was given to the town: attached by a parent, opened by agents. Sizes are bytes, days the town's."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.documents.sealed import MAX_DOCUMENT_BYTES, PublicKey, Sealed, SealedKey, SubjectKind, TypeCode
from contracts.messages import Command, Message, Question, View


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
