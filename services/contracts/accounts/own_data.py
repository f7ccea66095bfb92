"""Accounts: what is kept of an account, in the hands of its owner. Its journal, its data, its end."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from contracts.accounts.journal import Action
from contracts.accounts.values import Secret
from contracts.messages import Command, Question, View
from contracts.records import Records


class JournalLine(View):
    """Something that was done. `action`: a code of `Action`, or of a newer service's; `done_by`: when not the owner."""

    at: AwareDatetime
    action: Action | str
    details: dict[str, Any] = Field(default_factory=dict)
    address: str = ""
    done_by: str = ""


class JournalPage(View):
    """Newest first."""

    lines: list[JournalLine]
    page: int
    pages: int
    total: int


class MyJournal(Question[JournalPage]):
    """What was done on the caller's account in the last twelve months. Citizens and agents."""

    page: int = Field(default=1, ge=1)


class NoteSessionsClosed(Command[None]):
    """The gateway has ended other sessions of the caller: `browsers`, as they are named to their owner."""

    browsers: list[str] = Field(max_length=100)


# ---------------------------------------------------------------- all my data


class ExportFormat(StrEnum):
    """How the data is given."""

    JSON = "json"
    PDF = "pdf"


class OpenMyRecords(Command[Records]):
    """Everything accounts holds on the caller, to whoever gives the password again. Citizens.

    One entry per part of `accounts.identity.export_parts`. Nothing of a child's other household. Raises WrongPassword,
    TooManyAttempts.
    """

    password: Secret


class NoteExport(Command[None]):
    """The data was given: written down, and mailed to the account's address. Citizens."""

    format: ExportFormat


# ---------------------------------------------------------------- the end


class CloseAccount(Command[None]):
    """Ends the account at once; what the law keeps stays, without it. The address may register again. Citizens.

    Raises WrongPassword, TooManyAttempts. The caller ends every session.
    """

    password: Secret
