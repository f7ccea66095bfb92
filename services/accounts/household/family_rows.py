"""What is read of families in one trip: their rows with those of their members, by id or as an account's household."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select
from sqlalchemy.orm import aliased

from accounts.mailing import bad_addresses
from accounts.models import Account, Child, Family, FamilyChild, Guardian, Place, Quotient
from accounts.yearly.certification_models import Certification
from chassis.one_trip import OneTrip, rows
from contracts.accounts.families import AccountView, ChildView, QuotientView


@dataclass(frozen=True)
class GuardianRow:
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
class FamilyRow:
    family_id: UUID
    number: str
    street: str
    postcode: str
    city: str
    guardians: list[GuardianRow]
    children: list[ChildView]
    quotients: list[QuotientView]
    """The newest, where there is one."""
    signed_at: datetime | None = None


@dataclass(frozen=True)
class FamilyRows:
    families: list[FamilyRow]


@dataclass(frozen=True)
class HouseholdRows(FamilyRows):
    account: list[AccountView]


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
BY_ID = OneTrip(FamilyRows, families=_FAMILIES.where(Family.family_id == _OF))
HOUSEHOLD = OneTrip(
    HouseholdRows,
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
