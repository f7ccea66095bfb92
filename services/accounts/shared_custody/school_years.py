"""Copies of enrolment's school years: nothing here knows the calendar by itself."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.shared_custody.custody import Holiday
from accounts.shared_custody.custody_models import SchoolYear
from contracts.events.offer import SchoolHolidays, SchoolYearUpdated


def keep(session: Session, fact: SchoolYearUpdated) -> None:
    """Takes a school year over as it was told."""
    told = {
        "first": fact.first,
        "last": fact.last,
        "holidays": [each.model_dump(mode="json") for each in fact.holidays],
    }
    statement = insert(SchoolYear).values(label=fact.label, **told)
    session.execute(statement.on_conflict_do_update(index_elements=[SchoolYear.label], set_=told))


def from_day(session: Session, day: date) -> list[SchoolYear]:
    """The school years that are known, from that of `day` on, in order."""
    return list(session.scalars(select(SchoolYear).where(SchoolYear.last >= day).order_by(SchoolYear.first)))


def holidays_of(years: list[SchoolYear]) -> list[Holiday]:
    """All their holidays, as the rules take them."""
    told = [SchoolHolidays.model_validate(each) for year in years for each in year.holidays]
    return [Holiday(each.holiday_name, each.first, each.last, each.summer) for each in told]
