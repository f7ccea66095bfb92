"""Who may act for whom: copies of the families and children that accounts tells of.

A guardian acts for a child through a family that both belong to. A child of two households has two such families,
and each of its parents acts through their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, insert, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from chassis.one_trip import OneTrip
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotFound
from contracts.events.accounts import ChildUpdated, FamilyUpdated
from enrolment.models import Child, Family, FamilyChild, FamilyGuardian, Place

TOWN = "la mairie"


class SomeChild(Protocol):
    """A child, as accounts last told of it: the table's row, or what was read of it."""

    @property
    def child_id(self) -> UUID: ...
    @property
    def first_name(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def place_code(self) -> str | None: ...
    @property
    def class_name(self) -> str: ...
    @property
    def level(self) -> str: ...


@dataclass(frozen=True)
class Acting:
    """Somebody who may act for a child: for which family, under which name. `account_id` None: the town.

    `family_ids`: all the families through which they may; `family_id`: the one they act for now, `is_resident` where
    it lives.
    """

    child: SomeChild
    school_name: str
    family_id: UUID
    family_ids: frozenset[UUID]
    account_id: UUID | None
    name: str
    is_staff: bool
    is_resident: bool = False


def keep_family(session: Session, fact: FamilyUpdated) -> None:
    """Replaces what was known of a family: the fact says all of it."""
    known = {"label": fact.label[:200], "resident": fact.resident}
    family = upsert(Family).values(family_id=fact.family_id, **known)
    session.execute(family.on_conflict_do_update(index_elements=[Family.family_id], set_=known))
    for table in (FamilyChild, FamilyGuardian):
        session.execute(delete(table).where(table.family_id == fact.family_id))
    if fact.child_ids:
        children = [{"family_id": fact.family_id, "child_id": child_id} for child_id in set(fact.child_ids)]
        session.execute(insert(FamilyChild), children)
    names = {
        guardian.account_id: f"{guardian.first_name} {guardian.last_name}".strip()
        for guardian in fact.guardians
        if guardian.account_id is not None
    }
    if names:
        guardians = [
            {"family_id": fact.family_id, "account_id": account_id, "name": name}
            for account_id, name in names.items()
        ]
        session.execute(insert(FamilyGuardian), guardians)


def keep_child(session: Session, fact: ChildUpdated) -> None:
    """Replaces what was known of a child."""
    known = fact.model_dump(
        include={"first_name", "last_name", "birth_date", "place_code", "class_name", "level"}
    )
    statement = upsert(Child).values(child_id=fact.child_id, **known)
    session.execute(statement.on_conflict_do_update(index_elements=[Child.child_id], set_=known))


def act_for(
    session: Session, caller: Caller, child_id: UUID, family_id: UUID | None = None, *, lock: bool = False
) -> Acting:
    """The right to act for a child, as a guardian or (naming the family) as a `requests` agent. One statement.

    A guardian of both of a child's families acts for the one named, else for the first. `lock` keeps the child's
    row until the end of the transaction: two saves for one child come one after the other, before any session's
    row is locked. Raises NotFound for anybody else, whether or not the child exists.
    """
    is_staff = caller.kind is not Kind.CITIZEN
    found = _ACTING[is_staff, lock].read(session, child_id=child_id, **who_acts(caller, family_id))
    return chosen(found.acting, caller, family_id)


def who_acts(caller: Caller, family_id: UUID | None) -> dict[str, UUID | None]:
    """What `acting_rows` asks of a caller beside the child. Raises NotAllowed."""
    if caller.kind is Kind.CITIZEN:
        return {"account_id": caller.citizen()}
    caller.staff(Role.REQUESTS)
    return {"family_id": family_id}


@dataclass(frozen=True)
class ActingRow:
    """A child, and one of its families through which somebody may act for it; `name`: who acts."""

    child_id: UUID
    first_name: str
    last_name: str
    birth_date: date
    place_code: str | None
    class_name: str
    level: str
    school_name: str | None
    family_id: UUID
    resident: bool | None
    name: str


def chosen(rows: Sequence[ActingRow], caller: Caller, family_id: UUID | None) -> Acting:
    """The right that rows give, in order of family: for the one named, else for the first. Raises NotFound."""
    row = next((row for row in rows if family_id in (None, row.family_id)), None)
    if row is None:
        raise NotFound
    is_staff = caller.kind is not Kind.CITIZEN
    return Acting(
        child=row,
        school_name=row.school_name or "",
        family_id=row.family_id,
        family_ids=frozenset(row.family_id for row in rows),
        account_id=None if is_staff else caller.account_id,
        name=row.name,
        is_staff=is_staff,
        is_resident=bool(row.resident),
    )


def acting_rows(*, is_staff: bool) -> Select[*tuple[Any, ...]]:
    """`ActingRow`s of `:child_id`: for each family that lets `:account_id` act; for the town, that of `:family_id`."""
    rows = (
        select(
            *Child.__table__.c,
            Place.name.label("school_name"),
            FamilyChild.family_id,
            Family.resident,
            (literal_column(f"'{TOWN}'") if is_staff else FamilyGuardian.name).label("name"),
        )
        .join(FamilyChild, FamilyChild.child_id == Child.child_id)
        .outerjoin(Family, Family.family_id == FamilyChild.family_id)
        .outerjoin(Place, Place.code == Child.place_code)
        .where(Child.child_id == bindparam("child_id"))
        .order_by(FamilyChild.family_id)
    )
    if is_staff:
        return rows.where(FamilyChild.family_id == bindparam("family_id"))
    return rows.join(FamilyGuardian, FamilyGuardian.family_id == FamilyChild.family_id).where(
        FamilyGuardian.account_id == bindparam("account_id")
    )


LOCK = "SELECT FROM child WHERE child_id = %(child_id)s::UUID FOR NO KEY UPDATE"
"""Keeps the child's row, for what is read behind it."""


@dataclass(frozen=True)
class _ActingRows:
    acting: list[ActingRow]


_ACTING = {
    (is_staff, lock): OneTrip(_ActingRows, ahead=LOCK if lock else "", acting=acting_rows(is_staff=is_staff))
    for is_staff in (False, True)
    for lock in (False, True)
}


def drop_account(session: Session, account_id: UUID) -> None:
    """A closed account acts for nobody. What was enrolled, booked and proved stays with the family."""
    session.execute(delete(FamilyGuardian).where(FamilyGuardian.account_id == account_id))


def families_of(session: Session, account_id: UUID) -> set[UUID]:
    """The families an account is a guardian of."""
    return set(session.scalars(_FAMILIES, {"account_id": account_id}))


OWN_FAMILIES = select(FamilyGuardian.family_id).where(FamilyGuardian.account_id == bindparam("account_id"))
"""The families of the account bound as `account_id`, and its children: as parts of other statements."""
OWN_CHILDREN = (
    select(FamilyChild.child_id)
    .join(FamilyGuardian, FamilyGuardian.family_id == FamilyChild.family_id)
    .where(FamilyGuardian.account_id == bindparam("account_id"))
)
_FAMILIES = OWN_FAMILIES.execution_options(**PREPARED)


def full_name(child: SomeChild) -> str:
    """« Léa Martin »."""
    return f"{child.first_name} {child.last_name}".strip()


def guardians_of(session: Session, child_id: UUID) -> set[UUID]:
    """The accounts that may act for a child, of all its families."""
    found = session.scalars(
        select(FamilyGuardian.account_id)
        .join(FamilyChild, FamilyChild.family_id == FamilyGuardian.family_id)
        .where(FamilyChild.child_id == child_id)
    )
    return set(found)
