"""The school years told, and the copy of the custody calendars."""

import threading
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text

from chassis.inbox import newer
from contracts.events.accounts import CustodySpan, CustodyUpdated
from enrolment.household import custody
from enrolment.schedule import school_years
from tests.services.enrolment.conftest import NOW, Town

CHILD, HERE, THERE = uuid4(), uuid4(), uuid4()


def tell(town: Town, **later: int) -> None:
    with town.begin() as session:
        school_years.tell_known(session, NOW + timedelta(**later))


def told_years(town: Town) -> list[tuple[str, int]]:
    with town.begin() as session:
        rows = session.execute(
            text(
                "SELECT body::jsonb ->> 'subject', (body::jsonb ->> 'aggregateversion')::int FROM outbox"
                " WHERE name = 'school_year.updated' ORDER BY id"
            )
        )
        return [(label, version) for label, version in rows]


def forget_told(town: Town) -> None:
    with town.begin() as session:
        session.execute(text("DELETE FROM outbox; DELETE FROM told_school_year"))


def test_each_known_school_year_is_told_once(town: Town) -> None:
    forget_told(town)
    tell(town)
    tell(town, minutes=1)
    assert told_years(town) == [("2026-2027", 1), ("2027-2028", 1)]


def test_a_year_that_changed_is_told_again_and_the_others_are_not(town: Town) -> None:
    forget_told(town)
    tell(town)
    with town.begin() as session:
        session.execute(
            text("UPDATE told_school_year SET content = content - 'holidays' WHERE label = '2026-2027'")
        )
    tell(town)
    assert told_years(town) == [("2026-2027", 1), ("2027-2028", 1), ("2026-2027", 2)]


def test_two_processes_tell_a_year_once(town: Town) -> None:
    forget_told(town)
    threads = [threading.Thread(target=tell, args=(town,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told_years(town)) == [("2026-2027", 1), ("2027-2028", 1)]


def test_a_year_is_described_by_its_holidays() -> None:
    year = school_years.known(date(2026, 11, 23))[0]
    assert (year.label, year.first, year.last) == ("2026-2027", date(2026, 9, 1), date(2027, 8, 31))
    assert [(each.first, each.last, each.summer) for each in year.holidays] == [
        (date(2026, 10, 17), date(2026, 11, 1), False),
        (date(2026, 12, 19), date(2027, 1, 3), False),
        (date(2027, 2, 13), date(2027, 2, 28), False),
        (date(2027, 4, 10), date(2027, 4, 25), False),
        (date(2027, 5, 6), date(2027, 5, 8), False),
        (date(2027, 7, 3), date(2027, 8, 31), True),
    ]
    assert date(2026, 11, 11) in {each.day for each in year.public_holidays}


def test_a_year_published_in_part_is_not_told() -> None:
    assert [year.label for year in school_years.known(date(2027, 9, 15))] == ["2027-2028"]
    assert school_years.known(date(2028, 9, 15)) == []


# ------------------------------------------------------------ the copy


def fact(*spans: CustodySpan) -> CustodyUpdated:
    return CustodyUpdated(child_id=CHILD, agreement_id=uuid4() if spans else None, spans=list(spans))


def keep(town: Town, told: CustodyUpdated, version: int) -> None:
    with town.begin() as session:
        if newer(session, "custody", told.child_id, version):
            custody.keep(session, told)


def family_on(town: Town, day: date) -> UUID | None:
    with town.begin() as session:
        return custody.family_on(session, CHILD, day)


def test_the_family_of_a_day(town: Town) -> None:
    here = CustodySpan(first=date(2026, 11, 21), last=date(2026, 11, 27), family_id=HERE)
    there = CustodySpan(first=date(2026, 11, 28), last=date(2026, 12, 4), family_id=THERE)
    keep(town, fact(here, there), 1)
    days = [date(2026, 11, 20), here.first, here.last, there.first, there.last, date(2026, 12, 5)]
    assert [family_on(town, day) for day in days] == [None, HERE, HERE, THERE, THERE, None]


def test_an_older_fact_changes_nothing_and_an_empty_one_ends_the_calendar(town: Town) -> None:
    here = CustodySpan(first=date(2026, 11, 21), last=date(2026, 11, 27), family_id=HERE)
    keep(town, fact(here), 2)
    keep(town, fact(here.model_copy(update={"family_id": THERE})), 1)
    assert family_on(town, here.first) == HERE
    keep(town, fact(), 3)
    assert family_on(town, here.first) is None
