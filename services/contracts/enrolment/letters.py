"""Enrolment: decision letters on their way into the vaults of those who asked.

Enrolment knows which are to be put, and when each is tried next; papers are made and sealed by a process of the gateway
(`gateway.letters`), which keeps nothing. It is the only caller here (`Kind.LETTERS`); others get NotAllowed.
"""

from uuid import UUID

from pydantic import Field

from contracts.enrolment.requests import RequestView
from contracts.errors import Conflict
from contracts.messages import Command, Question, View


class LettersDueView(View):
    """`request_ids`: to be tried now, the longest due first."""

    request_ids: list[UUID]
    waiting: int = Field(description="On their way, tried or not; those that miss a vault apart")
    oldest_seconds: float = Field(description="How long ago the oldest of them was decided; 0 without any")
    without_vault: int


class LettersDue(Question[LettersDueView]):
    """Decided requests of accounts whose letter is to be put now."""

    limit: int = Field(default=20, ge=1, le=100)


class TakeLetter(Command[RequestView]):
    """Begins to put one: the request that it is made of. Until it is noted, it comes due again, later each time.

    Raises LetterNotDue: it is put, another process has it, or its account or the request is gone.
    """

    request_id: UUID


class NoteLetter(Command[bool]):
    """What became of it: it lies in the vault (`is_put`), or there is no vault yet. False where it was noted before."""

    request_id: UUID
    is_put: bool


class LetterNotDue(Conflict):
    """There is no letter to put now."""

    code = "letter_not_due"
