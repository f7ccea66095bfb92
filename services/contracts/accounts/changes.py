"""Accounts: the changes of a family's file.

A subject is one thing of the file (the family itself, a child, a contact); a field is what is decided as a whole. Its
value is JSON: a text, a date as text, or a dictionary where the parts make sense together only (an address).
"""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field, JsonValue

from contracts.caller import Role
from contracts.errors import Conflict
from contracts.messages import Command, Message, Question, View

WHOLE = "*"
"""The field that stands for the subject itself: None to a value makes it, a value to None removes it."""


class SubjectKind(StrEnum):
    """What a change is about."""

    FAMILY = "family"
    GUARDIAN = "guardian"
    CHILD = "child"
    CONTACT = "contact"
    INSURANCE = "insurance"
    HEALTH = "health"
    VACCINATION = "vaccination"
    CUSTODY = "custody"


class ChangeState(StrEnum):
    """Where a change stands. Only `awaiting` is not the end."""

    APPLIED = "applied"
    AWAITING = "awaiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Edit(Message):
    """What a form says of a field: the value it was shown with, the value wanted, and the request of the family for
    the same field that it showed as awaiting. Equal `seen` and `wanted`: the field was not touched."""

    seen: JsonValue = None
    wanted: JsonValue = None
    awaiting: UUID | None = None


class ChangeView(View):
    """A change, as the guardians of the homes it concerns see it.

    `by` is empty when the town (`by_town`) or the child's other home (`by_other_home`) asked: neither is named.
    """

    change_id: UUID
    family_id: UUID | None = Field(default=None, description="None when the child's other home asked")
    subject_kind: SubjectKind
    subject_id: UUID
    label: str = Field(description="Whom it is about: « Alizée Martin »; empty for the family itself")
    child_id: UUID | None = None
    field: str
    old: JsonValue
    new: JsonValue
    state: ChangeState
    by: str = ""
    by_me: bool = False
    by_town: bool = False
    by_other_home: bool = False
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    reason: str = Field(default="", description="Of a refusal")
    may_withdraw: bool = False


class ChangeOutcome(View):
    """What became of a form: `applied`, and `awaiting` an agent. Both empty: nothing was different."""

    applied: list[ChangeView] = Field(default_factory=list)
    awaiting: list[ChangeView] = Field(default_factory=list)


class ProposeChanges(Command[ChangeOutcome]):
    """Changes fields of one subject: at once or after an agent's look, as each field's policy says.

    Guardians of the family; agents with the role that looks at the field, theirs at once. All or nothing: raises
    ChangedMeanwhile when one of the fields is not what the form was shown with, Invalid, NotFound.
    """

    family_id: UUID
    subject_kind: SubjectKind
    subject_id: UUID = Field(description="Of something new: an id made with the form")
    edits: dict[str, Edit] = Field(min_length=1, max_length=30)


class WithdrawChange(Command[ChangeView]):
    """Takes an awaiting change back. Any guardian of the family that asked. Raises NotFound, ChangeClosed."""

    change_id: UUID


class ChangeRow(View):
    """A change in the agents' list: of whom and what, not which values. `waiting`: how many more of the family."""

    change_id: UUID
    family_id: UUID
    family_number: str
    family_label: str
    subject_kind: SubjectKind
    label: str
    field: str
    state: ChangeState
    by: str
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    ended_by: str = ""


class ChangesPage(View):
    """Changes for the roles of the caller: awaiting ones oldest first, ended ones newest first."""

    changes: list[ChangeRow]
    awaiting: int = Field(description="How many await, whatever the filter")
    page: int
    pages: int
    total: int


class ListChanges(Question[ChangesPage]):
    """Agents; each sees what their roles look at. `subject_kind` empty: all."""

    state: ChangeState = ChangeState.AWAITING
    subject_kind: SubjectKind | None = None
    page: int = Field(default=1, ge=1)


class WaitingView(View):
    """How much waits for the caller's roles, by matter: the agents' first page shows it."""

    changes: int = 0


class WhatWaits(Question[WaitingView]):
    """Agents, whatever their roles."""


class ChangeFile(View):
    """One change as the agent decides it. `present` differs from `change.old` when something changed meanwhile.

    `others`: the other changes of the same family that still await and that the caller may look at.
    """

    change: ChangeView
    present: JsonValue
    asked_by: str
    ended_by: str = ""
    family_id: UUID
    family_number: str
    family_label: str
    address: str
    children: dict[UUID, str] = Field(description="First names, the eldest first")
    other_homes: int = Field(default=0, description="Other homes of the child that it concerns as well")
    reviewer: Role
    others: list[ChangeRow] = Field(default_factory=list)


class OpenChange(Question[ChangeFile]):
    """Agents with the role that looks at the field. The access is recorded. Raises NotFound, NotAllowed."""

    change_id: UUID


class DecideChange(Command[ChangeFile]):
    """Accepts or refuses an awaiting change; the family is written to. Agents with the role that looks at the field.

    `seen`: the present value that the page showed. Raises ChangedMeanwhile when it is another by now, ChangeClosed
    when the parent has withdrawn it or a colleague decided, Invalid (`reason` missing), NotFound, NotAllowed.
    """

    change_id: UUID
    accept: bool
    seen: JsonValue = None
    reason: str = Field(default="", max_length=500)


class ChangedMeanwhile(Conflict):
    """`fields`: {field: {"present", "by", "at"}}, with "awaiting" when another request for the field came meanwhile.
    `by` is empty when it was the town, the school or the child's other home."""

    code = "changed_meanwhile"


class ChangeClosed(Conflict):
    """It awaits no longer. `state`: what became of it."""

    code = "change_closed"
