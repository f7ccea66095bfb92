"""The families that have not signed for the year, for agents: by school, by what is missing."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from accounts.household.places import list_schools
from accounts.models import Child, Family, FamilyChild
from accounts.yearly.certification_file import load_files
from accounts.yearly.certification_models import Certification, CertificationReminder
from accounts.yearly.certification_rules import File, Year, review
from accounts.yearly.certifications import year_on
from contracts.accounts.certification import (
    ListUncertified,
    PointState,
    PointView,
    UncertifiedPage,
    UncertifiedRow,
)

PER_PAGE = 50
AT_ONCE = 100
"""Families read at a time: between two readings the other calls have their turn."""
WANTED = (PointState.MISSING, PointState.EXPIRED)


def list_uncertified(session: Session, ask: ListUncertified, today: date) -> UncertifiedPage:
    """Families with a child at school, by number. Nothing of health is read.

    Without a filter only the page's families are read, in a fixed number of statements; with one, all that it may
    concern (a town of 1 700 families: about two seconds), and what they lack is counted.
    """
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
    counts: Counter[str] = Counter()
    if ask.missing or ask.place_code or ask.everything:
        rows = _rows(session, ids, today, year)
        counts.update(code for row in rows for code in row.missing)
        rows = [row for row in rows if not ask.missing or ask.missing in row.missing]
        total, (page, pages, here) = len(rows), _page(len(rows), ask)
        rows = rows[here]
    else:
        total, (page, pages, here) = len(ids), _page(len(ids), ask)
        rows = _rows(session, ids[here], today, year)
    return UncertifiedPage(
        school_year=year.label,
        families=rows,
        places=list_schools(session),
        counts=dict(counts),
        certified=certified,
        page=page,
        pages=pages,
        total=total,
    )


def _page(total: int, ask: ListUncertified) -> tuple[int, int, slice]:
    """(page, pages, what of the list is on it)."""
    if ask.everything:
        return 1, 1, slice(None)
    pages = max(1, -(-total // PER_PAGE))
    page = min(ask.page, pages)
    return page, pages, slice((page - 1) * PER_PAGE, page * PER_PAGE)


def _rows(session: Session, ids: Sequence[UUID], today: date, year: Year) -> list[UncertifiedRow]:
    reminded = _reminded(session, year.label)
    rows = []
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        files = load_files(session, some, today)
        rows += [_row(files[each], review(files[each], today, year), reminded.get(each)) for each in some]
    return rows


def _row(file: File, points: list[PointView], reminded_on: date | None) -> UncertifiedRow:
    view = file.family
    return UncertifiedRow(
        family_id=view.family_id,
        number=view.number,
        label=view.label,
        children=[child.first_name for child in view.children],
        schools=sorted({child.place_name for child in view.children if child.place_name}),
        accounts=sum(member.has_account for member in view.guardians),
        missing=list(dict.fromkeys(point.code for point in points if point.state in WANTED)),
        reminded_on=reminded_on,
    )


def _reminded(session: Session, school_year: str) -> dict[UUID, date]:
    rows = session.execute(
        select(CertificationReminder.family_id, func.max(CertificationReminder.sent_at))
        .where(CertificationReminder.school_year == school_year)
        .group_by(CertificationReminder.family_id)
    )
    return {family_id: at.date() for family_id, at in rows}
