"""What enrolment tells of documents that serve again."""

from uuid import UUID

from pydantic import Field

from contracts.events.event import Event
from contracts.messages import View


class GivenBefore(View):
    """A document that serves again: given to the town by this household, and still valid."""

    share_id: UUID = Field(description="Of the share to be made, for what it is given with now")
    given_with: UUID = Field(description="The share it was given with")
    document_id: UUID
    document_type: str
    account_id: UUID = Field(description="Whose document it is")


class GivenReused(Event):
    """What the town was given before is given again with something else, by the act of whoever asks for that: documents
    passes the town's key on, or withholds it (`document.withheld`)."""

    name = "given.reused"
    told_by = "enrolment"

    subject_kind: str = Field(description="As in `document.shared`: what it is given with now")
    subject_id: UUID
    given_before: list[GivenBefore]
