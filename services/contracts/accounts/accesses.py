"""Accounts: which agent looked at or changed what of a family, when."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.errors import Invalid
from contracts.messages import Question, View


class Access(StrEnum):
    """What an agent did with a family's file. Readings of health data have a record of their own."""

    OPEN = "open"
    REVIEW = "review"
    QUOTIENT = "quotient"
    KEY_ISSUED = "key_issued"
    KEY_REVOKED = "key_revoked"
    IMPORT = "import"
    EMAIL_CHANGED = "email_change"
    FILE_CHANGED = "file_changed"
    CHANGE_OPENED = "change_opened"
    CHANGE_ACCEPTED = "change_accepted"
    CHANGE_REFUSED = "change_refused"
    BILL = "bill"
    ENROLMENT = "enrolment"
    BOOKINGS = "bookings"
    ABSENCE = "absence"
    OBJECTION = "objection"
    DOCUMENT = "document"
    REQUEST = "request"


class AccessRow(View):
    """One line of the record. `detail`: what exactly, in French (« Facture 2026-000123 »)."""

    at: AwareDatetime
    family_id: UUID
    family_number: str
    family_label: str
    agent_id: UUID
    agent: str
    access: str = Field(description="An `Access`")
    detail: str = ""


class AgentName(View):
    """An agent to choose from."""

    account_id: UUID
    name: str


class AccessesPage(View):
    """One page of the record, newest first. `agents`: everybody who left a line."""

    rows: list[AccessRow]
    agents: list[AgentName]
    page: int
    pages: int
    total: int


class ListAccesses(Question[AccessesPage]):
    """The record of accesses, kept a year. Role administration.

    `family`: words of a file number, of a guardian's or a child's name. Days are Paris days, both included.
    """

    family: str = Field(default="", max_length=100)
    agent_id: UUID | None = None
    since: date | None = None
    until: date | None = None
    page: int = Field(default=1, ge=1)


class ExportAccesses(Question[list[AccessRow]]):
    """The same choice of lines, all of them, oldest first. Role administration. Raises ExportTooLong."""

    family: str = Field(default="", max_length=100)
    agent_id: UUID | None = None
    since: date | None = None
    until: date | None = None


class ExportTooLong(Invalid):
    """More lines than one file holds. `count`, `most`."""

    code = "export_too_long"
