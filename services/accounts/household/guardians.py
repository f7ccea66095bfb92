"""The page of keys: guardians to choose from, by school, class and what they hold."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from accounts.household.activation_keys import children_of, live_keys, state_of
from accounts.household.places import list_schools
from accounts.models import ActivationKey, Child, Family, FamilyChild, Guardian
from accounts.names import plain, spell
from contracts.accounts.keys import GuardianRow, KeysPage, KeyState, ListGuardians

PER_PAGE = 50


def list_guardians(session: Session, ask: ListGuardians, now: datetime) -> KeysPage:
    """One page; seven statements."""
    wanted = [*_filters(ask), *_states(ask.state, now)]
    total = session.scalar(select(func.count()).select_from(Guardian).where(*wanted)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(ask.page, pages)
    rows = session.execute(
        select(Guardian, Family)
        .join(Family, Family.family_id == Guardian.family_id)
        .where(*wanted)
        .order_by(Guardian.name_key, Guardian.guardian_id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    keys = live_keys(session, [guardian.guardian_id for guardian, _ in rows])
    names = children_of(session, {family.family_id for _, family in rows})
    classes = session.scalars(
        select(Child.class_name)
        .where(Child.place_code == ask.place_code, Child.class_name != "")
        .distinct()
        .order_by(Child.class_name)
    )
    return KeysPage(
        places=list_schools(session),
        classes=list(classes) if ask.place_code else [],
        guardians=[
            _row(guardian, family, keys.get(guardian.guardian_id), names[family.family_id], now)
            for guardian, family in rows
        ],
        page=page,
        pages=pages,
        total=total,
    )


def _row(
    guardian: Guardian, family: Family, key: ActivationKey | None, children: list[str], now: datetime
) -> GuardianRow:
    return GuardianRow(
        guardian_id=guardian.guardian_id,
        family_id=family.family_id,
        family_number=family.number,
        name=f"{guardian.title} {spell(guardian.first_name, guardian.usage_name or guardian.last_name)}".strip(),
        address=", ".join(
            part for part in (family.street, f"{family.postcode} {family.city}".strip()) if part
        ),
        children=children,
        key=state_of(guardian, key, now),
        issued_at=key.issued_at if key else None,
        expires_at=key.expires_at if key else None,
    )


def _filters(ask: ListGuardians) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if ask.place_code:
        in_school = and_(
            FamilyChild.family_id == Guardian.family_id,
            FamilyChild.child_id == Child.child_id,
            Child.place_code == ask.place_code,
            *([Child.class_name == ask.class_name] if ask.class_name else []),
        )
        found.append(exists().where(in_school))
    numbered = aliased(Family)
    for word in plain(ask.text).split():
        found.append(
            or_(
                Guardian.name_key.contains(word, autoescape=True),
                Guardian.family_id.in_(
                    select(numbered.family_id).where(
                        func.lower(numbered.number).contains(word, autoescape=True)
                    )
                ),
            )
        )
    return found


def _states(state: str, now: datetime) -> list[ColumnElement[bool]]:
    live = and_(
        ActivationKey.guardian_id == Guardian.guardian_id,
        ActivationKey.revoked_at.is_(None),
        ActivationKey.redeemed_at.is_(None),
    )
    if state == "without_account":
        return [Guardian.account_id.is_(None)]
    if state == KeyState.REDEEMED:
        return [Guardian.account_id.is_not(None)]
    if state == KeyState.NONE:
        return [Guardian.account_id.is_(None), ~exists().where(live)]
    if state == KeyState.POSTED:
        return [Guardian.account_id.is_(None), exists().where(live, ActivationKey.expires_at > now)]
    if state == KeyState.EXPIRED:
        return [Guardian.account_id.is_(None), exists().where(live, ActivationKey.expires_at <= now)]
    return []
