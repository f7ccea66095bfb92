"""Who may act for whom: copies of the families and children that accounts tells of.

A guardian acts for a child through a family that both belong to. A child of two households has two such families,
and each of its parents acts through their own.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotFound
from contracts.events.accounts import ChildUpdated, FamilyUpdated
from enrolment.models import Child, Family, FamilyChild, FamilyGuardian, Place

TOWN = "la mairie"


@dataclass(frozen=True)
class Acting:
    """Somebody who may act for a child: for which family, under which name. `account_id` None: the town.

    `family_ids`: all the families through which they may; `family_id`: the one they act for now, `is_resident` where
    it lives.
    """

    child: Child
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
    if is_staff:
        caller.staff(Role.REQUESTS)
    who = {"child_id": child_id, "family_id": family_id} if is_staff else {"child_id": child_id}
    if not is_staff:
        who["account_id"] = caller.citizen()
    rows = session.execute(_ACTING[is_staff, lock], who).all()
    chosen = next((row for row in rows if family_id in (None, row[2])), None)
    if chosen is None:
        raise NotFound
    return Acting(
        child=chosen[0],
        school_name=chosen[1] or "",
        family_id=chosen[2],
        family_ids=frozenset(row[2] for row in rows),
        account_id=None if is_staff else caller.account_id,
        name=chosen[4],
        is_staff=is_staff,
        is_resident=bool(chosen[3]),
    )


def _acting(*, is_staff: bool, lock: bool) -> Select:  # type: ignore[type-arg]
    """(child, its school's name, family, whether it lives in the town, who acts) through each family that lets them."""
    statement = (
        select(Child, Place.name, FamilyChild.family_id, Family.resident)
        .join(FamilyChild, FamilyChild.child_id == Child.child_id)
        .outerjoin(Family, Family.family_id == FamilyChild.family_id)
        .outerjoin(Place, Place.code == Child.place_code)
        .where(Child.child_id == bindparam("child_id"))
        .order_by(FamilyChild.family_id)
    )
    if is_staff:
        statement = statement.add_columns(literal(TOWN)).where(
            FamilyChild.family_id == bindparam("family_id")
        )
    else:
        statement = (
            statement.add_columns(FamilyGuardian.name)
            .join(FamilyGuardian, FamilyGuardian.family_id == FamilyChild.family_id)
            .where(FamilyGuardian.account_id == bindparam("account_id"))
        )
    statement = statement.execution_options(**PREPARED)
    return statement.with_for_update(of=Child, key_share=True) if lock else statement


# Written once: making a statement costs more than running it.
_ACTING = {
    (is_staff, lock): _acting(is_staff=is_staff, lock=lock)
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


def full_name(child: Child) -> str:
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
