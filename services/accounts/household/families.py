"""Families, as their own guardians see them and as agents do.

A guardian sees the households of which they are a member: never the address, the adults or the income of a child's
other household. Before a key was redeemed an account is nobody's guardian, and there is nothing to see.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from accounts import telephones
from accounts.household.facts import label_of
from accounts.household.family_rows import BY_ID, HOUSEHOLD, FamilyRow, GuardianRow
from accounts.models import Guardian, Quotient
from accounts.yearly.certification_rules import year_label
from chassis.clock import PARIS
from chassis.database import PREPARED
from contracts.accounts.families import (
    CertificationDue,
    FamilyView,
    HouseholdView,
    MemberView,
    QuotientView,
)
from contracts.errors import NotSignedIn


def household(session: Session, account_id: UUID, now: datetime) -> HouseholdView:
    """All that an account opens. Raises NotSignedIn when the account is gone. One statement."""
    year = year_label(now.astimezone(PARIS).date())
    found = HOUSEHOLD.read(session, account_id=account_id, school_year=year)
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
    found = BY_ID.read(session, family_ids=wanted, account_id=account_id)
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


def _view(family: FamilyRow) -> FamilyView:
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


def _member(guardian: GuardianRow) -> MemberView:
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


_QUOTIENTS = (
    select(Quotient)
    .where(Quotient.family_id == any_(bindparam("family_ids", type_=ARRAY(Uuid))))
    .ext(distinct_on(Quotient.family_id))
    .order_by(Quotient.family_id, Quotient.month.desc())
    .execution_options(**PREPARED)
)
