"""What accounts tells of families and children: whole snapshots, numbered, after any change."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from accounts.models import Account, Child, Family, FamilyChild, Guardian, Quotient
from chassis.outbox import tell_all
from contracts.events.accounts import ChildUpdated, FamilyUpdated, GuardianFact, QuotientFact
from contracts.events.event import Event


def tell_families(session: Session, family_ids: Iterable[UUID], now: datetime) -> None:
    """Raises each family's version and tells its snapshot. Six statements, whatever their number.

    Locks the families in the order of their ids: two changes of one family are told in the order they commit.
    """
    wanted = sorted(set(family_ids))
    if not wanted:
        return
    families = session.scalars(_raise_versions(session, Family, Family.family_id, wanted)).all()
    guardians: dict[UUID, list[GuardianFact]] = defaultdict(list)
    surnames: dict[UUID, list[str]] = defaultdict(list)
    for guardian, email in session.execute(
        select(Guardian, Account.email)
        .outerjoin(Account, Account.account_id == Guardian.account_id)
        .where(Guardian.family_id.in_(wanted))
        .order_by(Guardian.name_key, Guardian.guardian_id)
    ):
        guardians[guardian.family_id].append(
            GuardianFact(
                guardian_id=guardian.guardian_id,
                account_id=guardian.account_id,
                title=guardian.title,
                first_name=guardian.first_name,
                last_name=guardian.usage_name or guardian.last_name,
                email=email or guardian.email or None,
            )
        )
        surnames[guardian.family_id].append(guardian.usage_name or guardian.last_name)
    children: dict[UUID, list[UUID]] = defaultdict(list)
    for family_id, child_id in session.execute(
        select(FamilyChild.family_id, FamilyChild.child_id)
        .where(FamilyChild.family_id.in_(wanted))
        .order_by(FamilyChild.child_id)
    ):
        children[family_id].append(child_id)
    quotients: dict[UUID, list[QuotientFact]] = defaultdict(list)
    for quotient in session.scalars(
        select(Quotient).where(Quotient.family_id.in_(wanted)).order_by(Quotient.month)
    ):
        quotients[quotient.family_id].append(
            QuotientFact(month=quotient.month, euros=quotient.euros, source=quotient.source)
        )
    facts: list[tuple[Event, UUID | str, int]] = []
    for family in families:
        fact = FamilyUpdated(
            family_id=family.family_id,
            number=family.number,
            label=label_of(surnames[family.family_id]),
            street=family.street,
            postcode=family.postcode,
            city=family.city,
            resident=family.resident,
            guardians=guardians[family.family_id],
            child_ids=children[family.family_id],
            quotients=quotients[family.family_id],
        )
        facts.append((fact, family.family_id, family.version))
    tell_all(session, facts, at=now)


def tell_children(session: Session, child_ids: Iterable[UUID], now: datetime) -> None:
    """Raises each child's version and tells its snapshot. Four statements, whatever their number."""
    wanted = sorted(set(child_ids))
    if not wanted:
        return
    children = session.scalars(_raise_versions(session, Child, Child.child_id, wanted)).all()
    families: dict[UUID, list[UUID]] = defaultdict(list)
    for child_id, family_id in session.execute(
        select(FamilyChild.child_id, FamilyChild.family_id)
        .where(FamilyChild.child_id.in_(wanted))
        .order_by(FamilyChild.family_id)
    ):
        families[child_id].append(family_id)
    facts: list[tuple[Event, UUID | str, int]] = []
    for child in children:
        fact = ChildUpdated(
            child_id=child.child_id,
            first_name=child.first_name,
            last_name=child.usage_name or child.last_name,
            birth_date=child.birth_date,
            place_code=child.place_code,
            class_name=child.class_name,
            level=child.level,
            family_ids=families[child.child_id],
        )
        facts.append((fact, child.child_id, child.version))
    tell_all(session, facts, at=now)


def _raise_versions(
    session: Session,
    table: type[Family] | type[Child],
    key: InstrumentedAttribute[UUID],
    wanted: list[UUID],
) -> Any:
    """Locks the rows in the order of their ids, raises their versions in one statement; gives the rows to read."""
    session.flush()
    session.execute(select(key).where(key.in_(wanted)).order_by(key).with_for_update())
    session.execute(
        update(table)
        .where(key.in_(wanted))
        .values(version=table.version + 1)
        .execution_options(synchronize_session=False)
    )
    return select(table).where(key.in_(wanted)).order_by(key).execution_options(populate_existing=True)


def label_of(surnames: list[str]) -> str:
    """« Martin et Durand »: each surname once."""
    return " et ".join(dict.fromkeys(surnames))
