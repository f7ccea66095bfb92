"""What documents tells: the vault, what was shared of it."""

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.events.event import Event
from contracts.serving import Reach


class DocumentStored(Event):
    """A parent put a document into the vault. Nothing is said of what it is beyond its type and size."""

    name = "document.stored"
    told_by = "documents"

    document_id: UUID
    account_id: UUID
    document_type: str
    size: int = Field(description="Bytes")
    valid_until: date | None = None


class DocumentDeleted(Event):
    """A parent took a document out of the vault."""

    name = "document.deleted"
    told_by = "documents"

    document_id: UUID
    account_id: UUID


class DocumentExpiring(Event):
    """A document of a vault will soon serve no more. Told once, thirty days ahead."""

    name = "document.expiring"
    told_by = "documents"

    document_id: UUID
    account_id: UUID
    document_type: str
    type_name: str
    valid_until: date


class DocumentShared(Event):
    """A parent attached a document to something filed: agents who handle it may open that one."""

    name = "document.shared"
    told_by = "documents"

    share_id: UUID
    document_id: UUID
    document_type: str
    account_id: UUID
    subject_kind: str = Field(description="`enrolment`, `request`, `absence` …")
    subject_id: UUID
    valid_until: date | None = Field(
        default=None,
        description="Last day it counts as given: the earlier of its own date and of what is usual for its type",
    )
    readable_until: date | None = Field(default=None, description="Last day agents may open it")
    serves_household: bool = Field(
        default=False, description="Says something of the household, so it serves for all its children"
    )
    serves: Reach | None = Field(
        default=None, description="Of whom it speaks, and so for whom it need not be given again"
    )
    carried_from: UUID | None = Field(
        default=None, description="The share it was given with before, where nothing was given anew"
    )


class DocumentWithheld(Event):
    """A document given before was not passed on as asked: taken out meanwhile, expired, or no longer readable."""

    name = "document.withheld"
    told_by = "documents"

    share_id: UUID = Field(description="The share that was asked for, and is not made")
    document_id: UUID
    document_type: str
    account_id: UUID
    subject_kind: str
    subject_id: UUID


class DocumentDeposited(Event):
    """Somebody without an account gave a document to the town with something filed; it is in no vault."""

    name = "document.deposited"
    told_by = "documents"

    share_id: UUID
    document_id: UUID
    document_type: str
    subject_kind: str = Field(description="`request`")
    subject_id: UUID
    size: int = Field(description="Bytes")


class DocumentOpened(Event):
    """An agent read a shared document."""

    name = "document.opened"
    told_by = "documents"

    share_id: UUID
    document_id: UUID
    agent_id: UUID
    agent_name: str
    account_id: UUID | None = Field(default=None, description="Whose document it is")
    document_type: str = ""
    type_name: str = ""
    subject_kind: str = Field(default="", description="What it was attached to, as in `document.shared`")
    subject_id: UUID | None = None
    again: bool = Field(default=False, description="An agent had opened this share before")
