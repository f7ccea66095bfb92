"""Accounts: documents given to family files, for the agents who read them."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.messages import Question, View


class GivenDocumentRow(View):
    """A document given to a family's file. `read_by`: the agent who opened it first."""

    share_id: UUID
    family_id: UUID
    family_number: str
    family_label: str
    document_type: str
    given_at: AwareDatetime
    read_at: AwareDatetime | None = None
    read_by: str = ""


class GivenDocumentsPage(View):
    """One page of them."""

    documents: list[GivenDocumentRow]
    page: int
    pages: int
    total: int


class ListGivenDocuments(Question[GivenDocumentsPage]):
    """To be read (oldest first), or read (newest first). Role family_files."""

    unread: bool = True
    page: int = Field(default=1, ge=1)
