"""The family files as agents search and open them. Each opening is recorded."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from accounts.household.activation_keys import children_of, live_keys, state_of
from accounts.household.facts import label_of
from accounts.household.families import load_views, newest_quotients
from accounts.household.family_records import home_records
from accounts.models import Child, Family, FamilyAccess, FamilyChild, Guardian
from accounts.names import plain
from accounts.quotient.quotients import list_quotients
from accounts.revision.change_views import awaiting_of
from accounts.staff.agents import record_access
from accounts.yearly import consents
from contracts.accounts.accesses import Access
from contracts.accounts.families import (
    AccessView,
    FamiliesPage,
    FamilyFile,
    FamilyRow,
    GuardianFile,
    SearchFamilies,
)
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotFound

PER_PAGE = 25
LAST_ACCESSES = 10


def search(session: Session, ask: SearchFamilies) -> FamiliesPage:
    """Every word must be found: in a guardian's or a child's name, or in the file number. Five statements."""
    wanted = named(ask.text)
    total = session.scalar(select(func.count()).select_from(Family).where(*wanted)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(ask.page, pages)
    first_name = (
        select(func.min(Guardian.name_key)).where(Guardian.family_id == Family.family_id).scalar_subquery()
    )
    families = session.scalars(
        select(Family)
        .where(*wanted)
        .order_by(first_name, Family.number)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    ids = {family.family_id for family in families}
    guardians: dict[UUID, list[Guardian]] = defaultdict(list)
    for guardian in session.scalars(
        select(Guardian).where(Guardian.family_id.in_(ids)).order_by(Guardian.name_key, Guardian.guardian_id)
    ):
        guardians[guardian.family_id].append(guardian)
    names, quotients = children_of(session, ids), newest_quotients(session, ids)
    return FamiliesPage(
        families=[
            FamilyRow(
                family_id=family.family_id,
                number=family.number,
                label=label_of([each.usage_name or each.last_name for each in guardians[family.family_id]]),
                city=family.city,
                children=names[family.family_id],
                accounts=sum(each.account_id is not None for each in guardians[family.family_id]),
                guardians=len(guardians[family.family_id]),
                quotient=quotients.get(family.family_id),
            )
            for family in families
        ],
        page=page,
        pages=pages,
        total=total,
    )


def named(text: str) -> list[ColumnElement[bool]]:
    """What a family must satisfy to be meant by a text: a condition for each word."""
    return [
        or_(
            func.lower(Family.number).contains(word, autoescape=True),
            exists().where(
                Guardian.family_id == Family.family_id, Guardian.name_key.contains(word, autoescape=True)
            ),
            exists().where(
                FamilyChild.family_id == Family.family_id,
                FamilyChild.child_id == Child.child_id,
                Child.name_key.contains(word, autoescape=True),
            ),
        )
        for word in plain(text).split()
    ]


def open_file(session: Session, family_id: UUID, caller: Caller, now: datetime) -> FamilyFile:
    """The whole file, and a line in the record of accesses. Raises NotFound."""
    file = load_file(session, family_id, caller, now)
    record_access(session, [family_id], caller, Access.OPEN, now)
    return file


def load_file(session: Session, family_id: UUID, caller: Caller, now: datetime) -> FamilyFile:
    """The file without the record. Raises NotFound."""
    family = session.get(Family, family_id)
    if family is None:
        raise NotFound
    view = load_views(session, [family_id])[family_id]
    guardians = {
        guardian.guardian_id: guardian
        for guardian in session.scalars(select(Guardian).where(Guardian.family_id == family_id))
    }
    keys = live_keys(session, list(guardians))
    holder = caller.kind is Kind.SYSTEM or Role.FAMILY_FILES in caller.roles
    homes: dict[UUID, list[UUID]] = defaultdict(list)
    for child_id, other in session.execute(
        select(FamilyChild.child_id, FamilyChild.family_id).where(
            FamilyChild.child_id.in_([child.child_id for child in view.children]),
            FamilyChild.family_id != family_id,
        )
    ):
        homes[child_id].append(other)
    return FamilyFile(
        family=view,
        guardians=[
            GuardianFile(
                member=member,
                key=state_of(guardians[member.guardian_id], keys.get(member.guardian_id), now),
                expires_at=keys[member.guardian_id].expires_at if member.guardian_id in keys else None,
            )
            for member in view.guardians
        ],
        quotients=list_quotients(session, family_id),
        resident=family.resident,
        other_homes=dict(homes),
        accesses=_accesses(session, family_id) if Role.ADMINISTRATION in caller.roles else [],
        record=home_records(session, [family_id], now)[family_id] if holder else None,
        awaiting=awaiting_of(session, family_id, Role.FAMILY_FILES) if holder else [],
        consents=consents.lines(session, [child.child_id for child in view.children]),
    )


def _accesses(session: Session, family_id: UUID) -> list[AccessView]:
    rows = session.scalars(
        select(FamilyAccess)
        .where(FamilyAccess.family_id == family_id)
        .order_by(FamilyAccess.at.desc())
        .limit(LAST_ACCESSES)
    )
    return [AccessView(at=row.at, agent=row.agent_name, action=row.action, detail=row.detail) for row in rows]
