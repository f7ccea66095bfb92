"""Families, as their own guardians see them and as agents do.

A guardian sees the households of which they are a member: never the address, the adults or the income of a child's
other household. Before a key was redeemed an account is nobody's guardian, and there is nothing to see.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased

from accounts import telephones
from accounts.household.facts import label_of
from accounts.mailing import bad_addresses
from accounts.models import Account, Child, Family, FamilyChild, Guardian, Place, Quotient
from accounts.yearly.certification_models import Certification
from accounts.yearly.certification_rules import year_label
from chassis.clock import PARIS
from chassis.database import PREPARED
from chassis.one_trip import OneTrip, rows
from contracts.accounts.families import (
    AccountView,
    CertificationDue,
    ChildView,
    FamilyView,
    HouseholdView,
    MemberView,
    QuotientView,
)
from contracts.errors import NotSignedIn


def household(session: Session, account_id: UUID, now: datetime) -> HouseholdView:
    """All that an account opens. Raises NotSignedIn when the account is gone. One statement."""
    year = year_label(now.astimezone(PARIS).date())
    found = _HOUSEHOLD.read(session, account_id=account_id, school_year=year)
    if not found.account:
        raise NotSignedIn
    [account] = found.account
    views = [_view(family) for family in found.families]
    return HouseholdView(
        account=account.model_copy(update={"phone": telephones.shown(account.phone)}),
        families=views,
        certifications=[
            CertificationDue(
                family_id=view.family_id, label=view.label, school_year=year, signed_at=family.signed_at
            )
            for family, view in zip(found.families, views, strict=True)
            if view.children
        ],
    )


def load_views(
    session: Session, family_ids: Iterable[UUID], account_id: UUID | None = None
) -> dict[UUID, FamilyView]:
    """The families by id; with `account_id`, said as that member sees them. One statement."""
    wanted = list(family_ids)
    if not wanted:
        return {}
    found = _BY_ID.read(session, family_ids=wanted, account_id=account_id)
    return {family.family_id: _view(family) for family in found.families}


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


@dataclass(frozen=True)
class _Guardian:
    guardian_id: UUID
    title: str
    first_name: str
    last_name: str
    email: str | None
    phone: str
    own_phone: str
    """Of the account; empty without."""
    is_me: bool
    has_account: bool


@dataclass(frozen=True)
class _Family:
    family_id: UUID
    number: str
    street: str
    postcode: str
    city: str
    guardians: list[_Guardian]
    children: list[ChildView]
    quotients: list[QuotientView]
    """The newest, where there is one."""
    signed_at: datetime | None = None


@dataclass(frozen=True)
class _Families:
    families: list[_Family]


@dataclass(frozen=True)
class _Household(_Families):
    account: list[AccountView]


def _view(family: _Family) -> FamilyView:
    members = [_member(guardian) for guardian in family.guardians]
    return FamilyView(
        family_id=family.family_id,
        number=family.number,
        label=label_of([member.last_name for member in members]),
        street=family.street,
        postcode=family.postcode,
        city=family.city,
        guardians=sorted(members, key=lambda member: not member.is_me),
        children=family.children,
        quotient=family.quotients[0] if family.quotients else None,
    )


def _member(guardian: _Guardian) -> MemberView:
    return MemberView(
        guardian_id=guardian.guardian_id,
        title=guardian.title,
        first_name=guardian.first_name,
        last_name=guardian.last_name,
        email=guardian.email,
        phone=telephones.shown(guardian.own_phone) if guardian.own_phone else guardian.phone,
        is_me=guardian.is_me,
        has_account=guardian.has_account,
    )


_ME = bindparam("account_id", type_=Uuid)
_GUARDIANS = (
    select(
        Guardian.guardian_id,
        Guardian.title,
        Guardian.first_name,
        func.coalesce(func.nullif(Guardian.usage_name, ""), Guardian.last_name).label("last_name"),
        func.nullif(func.coalesce(Account.email, Guardian.email), "").label("email"),
        Guardian.phone,
        func.coalesce(Account.phone, "").label("own_phone"),
        func.coalesce(Guardian.account_id == _ME, False).label("is_me"),
        Guardian.account_id.is_not(None).label("has_account"),
    )
    .outerjoin(Account, Account.account_id == Guardian.account_id)
    .where(Guardian.family_id == Family.family_id)
    .order_by(Guardian.name_key, Guardian.guardian_id)
    .correlate(Family)
)
_EVERY_HOME = aliased(FamilyChild)
_HOMES = select(func.count()).where(_EVERY_HOME.child_id == Child.child_id).correlate(Child).scalar_subquery()
_CHILDREN = (
    select(
        Child.child_id,
        Child.first_name,
        func.coalesce(func.nullif(Child.usage_name, ""), Child.last_name).label("last_name"),
        Child.birth_date,
        Child.place_code,
        func.coalesce(Place.name, "").label("place_name"),
        Child.class_name,
        Child.level,
        (_HOMES > 1).label("elsewhere"),
    )
    .join(FamilyChild, FamilyChild.child_id == Child.child_id)
    .outerjoin(Place, Place.place_code == Child.place_code)
    .where(FamilyChild.family_id == Family.family_id)
    .order_by(Child.birth_date, Child.first_name)
    .correlate(Family)
)
_NEWEST = (
    select(Quotient.month, Quotient.euros, Quotient.source)
    .where(Quotient.family_id == Family.family_id)
    .order_by(Quotient.month.desc())
    .limit(1)
    .correlate(Family)
)
_SIGNED_AT = (
    select(Certification.signed_at)
    .where(
        Certification.family_id == Family.family_id,
        Certification.school_year == bindparam("school_year"),
    )
    .correlate(Family)
    .scalar_subquery()
)
_FAMILIES = select(
    Family.family_id,
    Family.number,
    Family.street,
    Family.postcode,
    Family.city,
    rows(_GUARDIANS).label("guardians"),
    rows(_CHILDREN).label("children"),
    rows(_NEWEST).label("quotients"),
)
_OF = any_(bindparam("family_ids", type_=ARRAY(Uuid)))
_BY_ID = OneTrip(_Families, families=_FAMILIES.where(Family.family_id == _OF))
_HOUSEHOLD = OneTrip(
    _Household,
    account=select(
        Account.account_id,
        Account.title,
        Account.first_name,
        Account.last_name,
        Account.email,
        Account.phone,
        Account.created_at,
        Account.last_sign_in_at.label("last_sign_in"),
        bad_addresses.fails(Account.email).label("mail_failing"),
    ).where(Account.account_id == _ME, Account.closed_at.is_(None)),
    families=_FAMILIES.add_columns(_SIGNED_AT.label("signed_at"))
    .where(Family.family_id.in_(select(Guardian.family_id).where(Guardian.account_id == _ME)))
    .order_by(Family.created_at, Family.family_id),
)
_QUOTIENTS = (
    select(Quotient)
    .where(Quotient.family_id == _OF)
    .ext(distinct_on(Quotient.family_id))
    .order_by(Quotient.family_id, Quotient.month.desc())
    .execution_options(**PREPARED)
)
