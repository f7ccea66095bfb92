"""What can be changed: each subject of the family's file says how it is read, checked and written.

A matter brings its own, in a module `…_subjects.py`, and adds its fields to `change_policy.FIELDS`:

    @register
    class Diet(Subject):
        kind = SubjectKind.HEALTH
        shared = True                                     # concerns both homes of the child

        def read(self, at):                               # here the subject is the child
            child = child_of(at)                          # NotFound when it is another family's
            row = at.session.get(Health, at.subject_id)
            return Present(name_of(child), {"diet": row.diet if row else ""}, child_id=at.subject_id)

        def check(self, at, values):
            return read_all(values, {"diet": one_of(DIETS)})

        def write(self, at, values):
            at.session.merge(Health(child_id=at.subject_id, **values))

The module is imported by its entry point, which calls `changes.propose(…)` or leaves it to `ProposeChanges`.
All of it runs under the lock of the family's row; what two homes may write is locked by `child_of`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import Child, FamilyChild
from accounts.names import spell
from chassis.clock import PARIS
from contracts.accounts.changes import SubjectKind
from contracts.errors import NotFound

Values = Mapping[str, JsonValue]
_subjects: dict[SubjectKind, "Subject"] = {}


@dataclass(frozen=True)
class Present:
    """A subject as it stands: how it is called, its values by field, the child it concerns where it is one."""

    label: str
    values: Values
    child_id: UUID | None = None


@dataclass(frozen=True)
class At:
    """Which subject, in which family's file, and when."""

    session: Session
    family_id: UUID
    subject_id: UUID
    now: datetime

    @property
    def today(self) -> date:
        """The day in Paris."""
        return self.now.astimezone(PARIS).date()


class Subject(ABC):
    """One kind of thing that can be changed."""

    kind: ClassVar[SubjectKind]
    shared: ClassVar[bool] = False
    """Belongs to the child, not to a home: its changes are seen by every home of the child."""
    own_command: ClassVar[bool] = False
    """Asked for by a command of its own, which does more than ask: `ProposeChanges` does not take it."""

    @abstractmethod
    def read(self, at: At) -> Present | None:
        """As it stands; None when there is none (yet). Raises NotFound when it is another family's."""

    @abstractmethod
    def check(self, at: At, values: Values) -> Values:
        """The values of the fields given, as they are to be written. Raises Invalid, with the fields' problems."""

    @abstractmethod
    def write(self, at: At, values: Values) -> None:
        """Writes the fields given and tells the facts that follow."""

    def create(self, at: At, values: Values) -> None:
        """Makes it: where the policy has a rule for `WHOLE`."""
        raise NotImplementedError

    def remove(self, at: At) -> None:
        """Takes it out of the file: where the policy has a rule for `WHOLE`."""
        raise NotImplementedError


def register(kind: type[Subject]) -> type[Subject]:
    """Takes the subject up: one for each kind."""
    if kind.kind in _subjects:
        raise TypeError(f"two subjects are called {kind.kind}")
    _subjects[kind.kind] = kind()
    return kind


def subject_of(kind: SubjectKind) -> Subject:
    """The subject of a kind. Raises NotFound when nobody brought it."""
    try:
        return _subjects[kind]
    except KeyError:
        raise NotFound from None


def registered() -> set[SubjectKind]:
    """The kinds there are."""
    return set(_subjects)


def child_of(at: At) -> Child:
    """The child that the subject is, its row locked against the other home. Raises NotFound."""
    child = at.session.scalar(
        select(Child)
        .join(FamilyChild, FamilyChild.child_id == Child.child_id)
        .where(Child.child_id == at.subject_id, FamilyChild.family_id == at.family_id)
        .with_for_update(of=Child)
    )
    if child is None:
        raise NotFound
    return child


def name_of(child: Child) -> str:
    """How a child is called: « Alizée Martin »."""
    return spell(child.first_name, child.usage_name or child.last_name)
