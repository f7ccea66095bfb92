"""Changes as guardians see them, and as agents list and open them.

What concerns a child shows in each of its homes; the home that did not ask sees neither who did nor from where.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from accounts.household.families import labels_of
from accounts.models import Child, Family, FamilyChild
from accounts.revision.change_models import ChangeRequest
from accounts.revision.change_subjects import At
from accounts.revision.change_target import Target
from accounts.staff.agents import record_access
from contracts.accounts.accesses import Access
from contracts.accounts.changes import (
    ChangeFile,
    ChangeRow,
    ChangesPage,
    ChangeState,
    ChangeView,
    ListChanges,
    SubjectKind,
)
from contracts.caller import Caller, Kind, Role
from contracts.errors import NotFound

PER_PAGE = 25
SHOWN_FOR = timedelta(days=90)
"""How long a change that awaits no longer is shown to the family."""


def show_change(row: ChangeRequest, family_ids: Collection[UUID], account_id: UUID | None) -> ChangeView:
    """A change for a member of `family_ids`."""
    own = row.family_id in family_ids
    named = own and not row.by_town
    return ChangeView(
        change_id=row.change_id,
        family_id=row.family_id if own else None,
        subject_kind=SubjectKind(row.subject_kind),
        subject_id=row.subject_id,
        label=row.label,
        child_id=row.child_id,
        field=row.field,
        old=row.old,
        new=row.new,
        state=ChangeState(row.state),
        by=row.asked_name if named else "",
        by_me=named and account_id is not None and row.asked_by == account_id,
        by_town=row.by_town,
        by_other_home=not own and not row.by_town,
        asked_at=row.asked_at,
        ended_at=row.ended_at,
        reason=row.reason if own else "",
        may_withdraw=own and row.state == ChangeState.AWAITING.value,
    )


def changes_of(
    session: Session, family_ids: Collection[UUID], account_id: UUID, now: datetime
) -> list[ChangeView]:
    """What awaits, and what was changed lately, newest first. One statement."""
    children = select(FamilyChild.child_id).where(FamilyChild.family_id.in_(family_ids))
    rows = session.scalars(
        select(ChangeRequest)
        .where(
            or_(
                ChangeRequest.family_id.in_(family_ids),
                and_(ChangeRequest.shared, ChangeRequest.child_id.in_(children)),
            ),
            or_(
                ChangeRequest.state == ChangeState.AWAITING.value,
                ChangeRequest.asked_at > now - SHOWN_FOR,
            ),
        )
        .order_by(ChangeRequest.asked_at.desc(), ChangeRequest.change_id)
        .limit(200)
    )
    return [show_change(row, family_ids, account_id) for row in rows]


def awaiting_of(session: Session, family_id: UUID, reviewer: Role) -> list[ChangeRow]:
    """What a role is still to look at of one family, oldest first. Three statements."""
    rows = session.scalars(
        select(ChangeRequest)
        .where(
            ChangeRequest.family_id == family_id,
            ChangeRequest.state == ChangeState.AWAITING.value,
            ChangeRequest.reviewer == reviewer.value,
        )
        .order_by(ChangeRequest.asked_at, ChangeRequest.change_id)
    )
    return _rows(session, rows)


def count_awaiting(session: Session, caller: Caller) -> int:
    """How many await a look of the caller's roles. One statement."""
    waits = ChangeRequest.state == ChangeState.AWAITING.value
    wanted = select(func.count()).select_from(ChangeRequest).where(waits, *_looked_at_by(caller))
    return session.scalar(wanted) or 0


def list_changes(session: Session, ask: ListChanges, caller: Caller) -> ChangesPage:
    """One page of what the caller's roles look at. Five statements."""
    awaiting = count_awaiting(session, caller)
    wanted = [ChangeRequest.state == ask.state.value, *_looked_at_by(caller)]
    if ask.subject_kind is not None:
        wanted.append(ChangeRequest.subject_kind == ask.subject_kind.value)
    total = session.scalar(select(func.count()).select_from(ChangeRequest).where(*wanted)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(ask.page, pages)
    oldest = (ChangeRequest.asked_at, ChangeRequest.change_id)
    newest = (func.coalesce(ChangeRequest.ended_at, ChangeRequest.asked_at).desc(), ChangeRequest.change_id)
    rows = session.scalars(
        select(ChangeRequest)
        .where(*wanted)
        .order_by(*(oldest if ask.state is ChangeState.AWAITING else newest))
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return ChangesPage(changes=_rows(session, rows), awaiting=awaiting, page=page, pages=pages, total=total)


def open_change(session: Session, change_id: UUID, caller: Caller, now: datetime) -> ChangeFile:
    """The change as it is decided, and a line in the record of accesses. Raises NotFound, NotAllowed."""
    file = load_change(session, change_id, caller, now)
    record_access(session, [file.family_id], caller, Access.CHANGE_OPENED, now)
    return file


def load_change(session: Session, change_id: UUID, caller: Caller, now: datetime) -> ChangeFile:
    """The same without the record."""
    row = session.get(ChangeRequest, change_id)
    if row is None:
        raise NotFound
    caller.staff(Role(row.reviewer))
    family = session.get_one(Family, row.family_id)
    waiting = awaiting_of(session, row.family_id, Role(row.reviewer))
    (shown,) = _rows(session, [row])
    homes = 0
    if row.shared and row.child_id is not None:
        elsewhere = select(func.count()).where(
            FamilyChild.child_id == row.child_id, FamilyChild.family_id != row.family_id
        )
        homes = session.scalar(elsewhere) or 0
    return ChangeFile(
        change=show_change(row, {row.family_id}, None),
        present=_present(session, row, now),
        asked_by=row.asked_name,
        ended_by=row.ended_name,
        family_id=family.family_id,
        family_number=family.number,
        family_label=shown.family_label,
        address=", ".join(
            part for part in (family.street, f"{family.postcode} {family.city}".strip()) if part
        ),
        children=_children(session, family.family_id),
        other_homes=homes,
        reviewer=Role(row.reviewer),
        others=[each for each in waiting if each.change_id != change_id],
    )


def _children(session: Session, family_id: UUID) -> dict[UUID, str]:
    """First names, the eldest first. One statement."""
    children = session.scalars(
        select(Child)
        .join(FamilyChild, FamilyChild.child_id == Child.child_id)
        .where(FamilyChild.family_id == family_id)
        .order_by(Child.birth_date, Child.first_name)
    )
    return {child.child_id: child.first_name for child in children}


def _looked_at_by(caller: Caller) -> list[ColumnElement[bool]]:
    roles = [role.value for role in caller.roles]
    return [] if caller.kind is Kind.SYSTEM else [ChangeRequest.reviewer.in_(roles)]


def _present(session: Session, row: ChangeRequest, now: datetime) -> JsonValue:
    """What stands in the field now; nothing when the subject has left the family's file."""
    at = At(session, row.family_id, row.subject_id, now)
    try:
        return Target.open(at, SubjectKind(row.subject_kind)).value(row.field)
    except NotFound:
        return None


def _rows(session: Session, rows: Iterable[ChangeRequest]) -> list[ChangeRow]:
    """With the families' numbers and names. Two statements."""
    listed = list(rows)
    ids = {row.family_id for row in listed}
    families = session.scalars(select(Family).where(Family.family_id.in_(ids)))
    numbers = {family.family_id: family.number for family in families}
    labels = labels_of(session, ids)
    return [
        ChangeRow(
            change_id=row.change_id,
            family_id=row.family_id,
            family_number=numbers[row.family_id],
            family_label=labels.get(row.family_id, ""),
            subject_kind=SubjectKind(row.subject_kind),
            label=row.label,
            field=row.field,
            state=ChangeState(row.state),
            by=row.asked_name,
            asked_at=row.asked_at,
            ended_at=row.ended_at,
            ended_by=row.ended_name,
        )
        for row in listed
    ]
