"""The family's file field by field: what its forms show, and what they will compare with."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.household.contacts import contacts_of, insurances_of
from accounts.household.families import household
from accounts.models import Account, Child, FamilyChild, Guardian
from accounts.revision.change_views import changes_of
from chassis.clock import PARIS
from contracts.accounts.family_file import MyFileView
from contracts.accounts.records import AdultRecord, ChildRecord, HomeRecord


def my_file(session: Session, account_id: UUID, now: datetime) -> MyFileView:
    """All that an account may read and change of its families. Seven statements, whatever their number."""
    shown = household(session, account_id, now)
    ids = [family.family_id for family in shown.families]
    records = home_records(session, ids, now)
    return MyFileView(
        household=shown,
        records=[records[family_id] for family_id in ids],
        changes=changes_of(session, ids, account_id, now) if ids else [],
    )


def home_records(session: Session, family_ids: Collection[UUID], now: datetime) -> dict[UUID, HomeRecord]:
    """One record a family. Five statements."""
    if not family_ids:
        return {}
    adults: dict[UUID, list[AdultRecord]] = defaultdict(list)
    for guardian, own_phone in session.execute(
        select(Guardian, Account.phone)
        .outerjoin(Account, Account.account_id == Guardian.account_id)
        .where(Guardian.family_id.in_(family_ids))
        .order_by(Guardian.name_key, Guardian.guardian_id)
    ):
        adults[guardian.family_id].append(_adult(guardian, own_phone or ""))
    children: dict[UUID, list[ChildRecord]] = defaultdict(list)
    for family_id, child in session.execute(
        select(FamilyChild.family_id, Child)
        .join(Child, Child.child_id == FamilyChild.child_id)
        .where(FamilyChild.family_id.in_(family_ids))
        .order_by(Child.birth_date, Child.first_name)
    ):
        children[family_id].append(_child(child))
    contacts = contacts_of(session, family_ids)
    insurances = insurances_of(session, family_ids, now.astimezone(PARIS).date())
    return {
        family_id: HomeRecord(
            family_id=family_id,
            adults=adults[family_id],
            children=children[family_id],
            contacts=contacts[family_id],
            insurances=insurances[family_id],
        )
        for family_id in family_ids
    }


def _adult(guardian: Guardian, own_phone: str) -> AdultRecord:
    return AdultRecord(
        guardian_id=guardian.guardian_id,
        title=guardian.title,
        first_name=guardian.first_name,
        last_name=guardian.last_name,
        usage_name=guardian.usage_name,
        phone=own_phone or guardian.phone,
        has_own_phone=bool(own_phone),
    )


def _child(child: Child) -> ChildRecord:
    return ChildRecord(
        child_id=child.child_id,
        first_name=child.first_name,
        last_name=child.last_name,
        usage_name=child.usage_name,
        birth_date=child.birth_date,
    )
