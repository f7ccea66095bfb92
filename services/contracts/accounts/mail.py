"""Accounts: the outgoing mail."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from contracts.messages import Command, Question, View


class MailState(StrEnum):
    """Where a mail stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class MailRow(View):
    """A mail that could not be sent. `text` is not shown: it may hold a link that opens an account."""

    mail_id: UUID
    to: str
    subject: str
    attempts: int
    error: str
    created_at: AwareDatetime


class MailPage(View):
    """What waits and what failed."""

    queued: int
    failed: list[MailRow]


class FailedMail(Question[MailPage]):
    """Roles family_files, administration."""


class SendAgain(Command[None]):
    """Puts a failed mail back into the queue. Roles family_files, administration."""

    mail_id: UUID
