"""The families that have not signed for the year, for agents: by school, by what is missing."""

from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from accounts.certification_file import load_files
from accounts.certification_models import Certification, CertificationReminder
from accounts.certification_rules import review
from accounts.certifications import year_on
from accounts.models import Child, Family, FamilyChild
from accounts.places import list_schools
from contracts.accounts.certification import ListUncertified, PointState, UncertifiedPage, UncertifiedRow

PER_PAGE = 50
WANTED = (PointState.MISSING, PointState.EXPIRED)


def list_uncertified(session: Session, ask: ListUncertified, today: date) -> UncertifiedPage:
    """Families with a child at school, by number. Nothing of health is read. A dozen statements."""
    year = year_on(session, today)
    at_school = exists().where(
        FamilyChild.family_id == Family.family_id,
        Child.child_id == FamilyChild.child_id,
        Child.place_code == ask.place_code if ask.place_code else Child.place_code.is_not(None),
    )
    signed = exists().where(
        Certification.family_id == Family.family_id, Certification.school_year == year.label
    )
    certified = session.scalar(select(func.count()).select_from(Family).where(at_school, signed)) or 0
    ids = session.scalars(select(Family.family_id).where(at_school, ~signed).order_by(Family.number)).all()
    files = load_files(session, ids, today)
    reminded = _reminded(session, year.label)
    rows = []
    for family_id in ids:
        view = files[family_id].family
        missing = [point.code for point in review(files[family_id], today, year) if point.state in WANTED]
        rows.append(
            UncertifiedRow(
                family_id=family_id,
                number=view.number,
                label=view.label,
                children=[child.first_name for child in view.children],
                schools=sorted({child.place_name for child in view.children if child.place_name}),
                accounts=sum(member.has_account for member in view.guardians),
                missing=list(dict.fromkeys(missing)),
                reminded_on=reminded.get(family_id),
            )
        )
    counts = Counter(code for row in rows for code in row.missing)
    shown = [row for row in rows if not ask.missing or ask.missing in row.missing]
    pages = 1 if ask.everything else max(1, -(-len(shown) // PER_PAGE))
    page = min(ask.page, pages)
    return UncertifiedPage(
        school_year=year.label,
        families=shown if ask.everything else shown[(page - 1) * PER_PAGE : page * PER_PAGE],
        places=list_schools(session),
        counts=dict(counts),
        certified=certified,
        page=page,
        pages=pages,
        total=len(shown),
    )


def _reminded(session: Session, school_year: str) -> dict[UUID, date]:
    rows = session.execute(
        select(CertificationReminder.family_id, func.max(CertificationReminder.sent_at))
        .where(CertificationReminder.school_year == school_year)
        .group_by(CertificationReminder.family_id)
    )
    return {family_id: at.date() for family_id, at in rows}
