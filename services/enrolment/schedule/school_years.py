"""The school years that are known, told to whoever divides time by them: once each, and again when one changes."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.events.offer import PublicHoliday, SchoolHolidays, SchoolYearUpdated
from enrolment.models import ToldSchoolYear
from enrolment.schedule import calendar
from enrolment.schedule.calendar import SchoolYear

SUMMER_MONTHS = (6, 7)
AHEAD = 3
"""Years after this one that are looked for; the ministry publishes three at a time."""


def tell_known(session: Session, now: datetime) -> None:
    """Tells this school year and those that follow, as far as the calendar knows them, when something is new in them.

    Two that tell at once: the row's lock lets the second see what the first has told.
    """
    facts = {fact.label: fact for fact in known(calendar.local_day(now))}
    told = session.execute(
        select(ToldSchoolYear.label, ToldSchoolYear.content).where(ToldSchoolYear.label.in_(facts))
    )
    already = {label: content for label, content in told}  # noqa: C416 -- rows are not pairs to the type checker
    for label, fact in facts.items():
        content = fact.model_dump(mode="json")
        if already.get(label) == content:
            continue
        statement = insert(ToldSchoolYear).values(label=label, content=content, version=1)
        version = session.execute(
            statement.on_conflict_do_update(
                index_elements=[ToldSchoolYear.label],
                set_={"content": content, "version": ToldSchoolYear.version + 1},
                where=ToldSchoolYear.content != statement.excluded.content,
            ).returning(ToldSchoolYear.version)
        ).scalar()
        if version is not None:
            tell(session, fact, subject=label, version=version, at=now)


def known(today: date) -> list[SchoolYearUpdated]:
    """This school year and the following ones whose holidays are known to their end."""
    year = calendar.school_year_of(today)
    found: list[SchoolYearUpdated] = []
    while len(found) <= AHEAD and calendar.is_covered(year.first) and calendar.is_covered(year.last):
        fact = _describe(year)
        if not any(holiday.summer for holiday in fact.holidays):
            break  # published in part only
        found.append(fact)
        year = calendar.school_year_of(year.last + calendar.ONE_DAY)
    return found


def _describe(year: SchoolYear) -> SchoolYearUpdated:
    return SchoolYearUpdated(
        label=year.label,
        first=year.first,
        last=year.last,
        holidays=[
            SchoolHolidays(
                holiday_name=name,
                first=first,
                last=last,
                summer=first.month in SUMMER_MONTHS and last.month >= 8,
            )
            for name, first, last in calendar.holiday_runs(year.first, year.last)
        ],
        public_holidays=[
            PublicHoliday(day=day, holiday_name=name)
            for day, name in calendar.public_holidays(year.first, year.last).items()
        ],
    )
