"""The tax certificate: what a family paid in a year for the care of each child under six (CGI art. 200 quater B)."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.certificates import accounts, care_paid
from billing.certificates.care_paid import Paid
from billing.certificates.shares import is_under_six
from billing.models import Child, Family
from contracts.billing.papers import (
    CertificateView,
    CertifiedAmount,
    CertifiedChild,
    FamilyPapers,
    PapersView,
    YearOfPapers,
)
from contracts.errors import NotFound


def papers(session: Session, families: Collection[UUID], today: date) -> PapersView:
    """The years of each family, and what each year's certificate attests."""
    paid = care_paid.of_families(session, families)
    births = _births(session, {child_id for children in paid.values() for child_id in children})
    years = accounts.years_of(session, families)
    labels = session.execute(
        select(Family.family_id, Family.label).where(Family.family_id.in_(families)).order_by(Family.label)
    )
    return PapersView(
        families=[
            FamilyPapers(
                family_id=family_id,
                family_label=label,
                years=[
                    YearOfPapers(
                        year=year,
                        care_cents=sum(
                            each.cents for each in _certified(paid.get((family_id, year), {}), births, year)
                        ),
                    )
                    for year in years.get(family_id, [])
                ],
            )
            for family_id, label in labels
        ],
        this_year=today.year,
    )


def certificate(session: Session, family_id: UUID, year: int, today: date) -> CertificateView:
    """A year's certificate, up to today while the year runs. Raises NotFound for a year to come."""
    if year > today.year:
        raise NotFound
    holder = accounts.holder_of(session, family_id)
    paid = care_paid.of_families(session, [family_id]).get((family_id, year), {})
    children = _certified(paid, _births(session, paid), year)
    return CertificateView(
        family_id=family_id,
        family_label=holder.label,
        family_number=holder.number,
        fund_name=holder.fund_name,
        addressee=holder.addressee,
        year=year,
        until=min(today, date(year, 12, 31)),
        final=year < today.year,
        children=children,
        cents=sum(each.cents for each in children),
    )


def _certified(paid: dict[UUID, Paid], births: dict[UUID, date], year: int) -> list[CertifiedChild]:
    """The children who were under six, with what was paid for them; those for whom nothing remains are left out."""
    return sorted(
        (
            CertifiedChild(
                child_id=child_id,
                name=each.name,
                birth_date=births[child_id],
                activities=sorted(each.activities),
                amounts=[
                    CertifiedAmount(paid_by=name, cents=cents)
                    for name, cents in sorted(each.by.items(), key=lambda item: (not item[0], item[0]))
                    if cents
                ],
                cents=each.cents,
            )
            for child_id, each in paid.items()
            if each.cents > 0 and child_id in births and is_under_six(births[child_id], year)
        ),
        key=lambda child: (child.birth_date, child.name),
    )


def _births(session: Session, children: Collection[UUID]) -> dict[UUID, date]:
    rows = session.execute(select(Child.child_id, Child.birth_date).where(Child.child_id.in_(children)))
    return dict(rows.all())
