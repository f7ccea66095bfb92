"""Families, as their own guardians see them and as agents do.

A guardian sees the households of which they are a member: never the address, the adults or the income of a child's
other household. Before a key was redeemed an account is nobody's guardian, and there is nothing to see.
"""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from accounts import telephones
from accounts.household.facts import label_of
from accounts.mailing import bad_addresses
from accounts.models import Account, Child, Family, FamilyChild, Guardian, Place, Quotient
from chassis.database import PREPARED
from contracts.accounts.families import (
    AccountView,
    ChildView,
    FamilyView,
    HouseholdView,
    MemberView,
    QuotientView,
)
from contracts.errors import NotSignedIn


def household(session: Session, account_id: UUID) -> HouseholdView:
    """All that an account opens. Raises NotSignedIn when the account is gone. Four statements."""
    row = session.execute(_ACCOUNT, {"account_id": account_id}).one_or_none()
    if row is None:
        raise NotSignedIn
    account, mail_failing, family_ids = row
    views = load_views(session, family_ids, account_id)
    return HouseholdView(
        account=AccountView(
            account_id=account.account_id,
            title=account.title,
            first_name=account.first_name,
            last_name=account.last_name,
            email=account.email,
            phone=telephones.shown(account.phone),
            created_at=account.created_at,
            last_sign_in=account.last_sign_in_at,
            mail_failing=mail_failing,
        ),
        families=[views[family_id] for family_id in family_ids if family_id in views],
    )


def load_views(
    session: Session, family_ids: Iterable[UUID], account_id: UUID | None = None
) -> dict[UUID, FamilyView]:
    """The families by id; with `account_id`, said as that member sees them. Three statements."""
    wanted = list(family_ids)
    if not wanted:
        return {}
    families = session.execute(_FAMILIES, {"family_ids": wanted}).all()
    members: dict[UUID, list[MemberView]] = defaultdict(list)
    for guardian, account in session.execute(_GUARDIANS, {"family_ids": wanted}):
        members[guardian.family_id].append(_member(guardian, account, account_id))
    children = _children(session, wanted)
    return {
        family.family_id: FamilyView(
            family_id=family.family_id,
            number=family.number,
            label=label_of([member.last_name for member in members[family.family_id]]),
            street=family.street,
            postcode=family.postcode,
            city=family.city,
            guardians=sorted(members[family.family_id], key=lambda member: not member.is_me),
            children=children[family.family_id],
            quotient=_view_quotient(quotient) if quotient else None,
        )
        for family, quotient in families
    }


def labels_of(session: Session, family_ids: Iterable[UUID]) -> dict[UUID, str]:
    """How agents call each family: its guardians' surnames. One statement."""
    surnames: dict[UUID, list[str]] = defaultdict(list)
    for guardian in session.scalars(
        select(Guardian)
        .where(Guardian.family_id.in_(list(family_ids)))
        .order_by(Guardian.name_key, Guardian.guardian_id)
    ):
        surnames[guardian.family_id].append(guardian.usage_name or guardian.last_name)
    return {family_id: label_of(names) for family_id, names in surnames.items()}


def newest_quotients(session: Session, family_ids: Iterable[UUID]) -> dict[UUID, QuotientView]:
    """The newest QF of each family that has one."""
    rows = session.scalars(_QUOTIENTS, {"family_ids": list(family_ids)})
    return {row.family_id: _view_quotient(row) for row in rows}


def _view_quotient(row: Quotient) -> QuotientView:
    return QuotientView(month=row.month, euros=row.euros, source=row.source)


def _member(guardian: Guardian, account: Account | None, me: UUID | None) -> MemberView:
    return MemberView(
        guardian_id=guardian.guardian_id,
        title=guardian.title,
        first_name=guardian.first_name,
        last_name=guardian.usage_name or guardian.last_name,
        email=(account.email if account else guardian.email) or None,
        phone=telephones.shown(account.phone) if account and account.phone else guardian.phone,
        is_me=me is not None and guardian.account_id == me,
        has_account=guardian.account_id is not None,
    )


def _children(session: Session, family_ids: list[UUID]) -> dict[UUID, list[ChildView]]:
    found: dict[UUID, list[ChildView]] = defaultdict(list)
    for family_id, child, place_name, count in session.execute(_CHILDREN, {"family_ids": family_ids}):
        found[family_id].append(
            ChildView(
                child_id=child.child_id,
                first_name=child.first_name,
                last_name=child.usage_name or child.last_name,
                birth_date=child.birth_date,
                place_code=child.place_code,
                place_name=place_name or "",
                class_name=child.class_name,
                level=child.level,
                elsewhere=count > 1,
            )
        )
    return found


# Written once, and prepared: they are part of every home.
_OF = any_(bindparam("family_ids", type_=ARRAY(Uuid)))
_ACCOUNT = (
    select(
        Account,
        bad_addresses.fails(Account.email),
        func.array(
            select(Guardian.family_id)
            .where(Guardian.account_id == Account.account_id)
            .correlate(Account)
            .scalar_subquery(),
            type_=ARRAY(Uuid),
        ),
    )
    .where(Account.account_id == bindparam("account_id"), Account.closed_at.is_(None))
    .execution_options(**PREPARED)
)
_NEWEST = aliased(
    Quotient,
    select(Quotient)
    .where(Quotient.family_id == Family.family_id)
    .order_by(Quotient.month.desc())
    .limit(1)
    .lateral(),
)
_FAMILIES = (
    select(Family, _NEWEST)
    .outerjoin(_NEWEST, true())
    .where(Family.family_id == _OF)
    .execution_options(**PREPARED)
)
_GUARDIANS = (
    select(Guardian, Account)
    .outerjoin(Account, Account.account_id == Guardian.account_id)
    .where(Guardian.family_id == _OF)
    .order_by(Guardian.name_key, Guardian.guardian_id)
    .execution_options(**PREPARED)
)
_EVERY_HOME = aliased(FamilyChild)
_HOMES = select(func.count()).where(_EVERY_HOME.child_id == Child.child_id).correlate(Child).scalar_subquery()
_CHILDREN = (
    select(FamilyChild.family_id, Child, Place.name, _HOMES)
    .join(Child, Child.child_id == FamilyChild.child_id)
    .outerjoin(Place, Place.place_code == Child.place_code)
    .where(FamilyChild.family_id == _OF)
    .order_by(Child.birth_date, Child.first_name)
    .execution_options(**PREPARED)
)
_QUOTIENTS = (
    select(Quotient)
    .where(Quotient.family_id == _OF)
    .ext(distinct_on(Quotient.family_id))
    .order_by(Quotient.family_id, Quotient.month.desc())
    .execution_options(**PREPARED)
)
