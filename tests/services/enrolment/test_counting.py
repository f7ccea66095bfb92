"""The sheets of a month counted for a run, and told again to who missed them."""

from datetime import date
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text

from contracts.events.attendance import AttendanceCounted, AttendanceSettled, Mark
from contracts.events.billing import RunDrafted
from enrolment.attending import counting
from tests.services.enrolment.conftest import NOW, Town
from tests.services.enrolment.test_attendance import MONDAY, children, settle

__all__ = ["children"]

NOVEMBER = date(2026, 11, 1)


def told(town: Town, name: str) -> list[dict[str, object]]:
    with town.begin() as session:
        bodies = session.scalars(
            text("SELECT body FROM outbox WHERE name = :name ORDER BY id"), {"name": name}
        )
        return [orjson.loads(body) for body in bodies]


def count(town: Town, month: date = NOVEMBER) -> list[AttendanceCounted]:
    run_id = uuid4()
    with town.begin() as session:
        counting.count(session, RunDrafted(run_id=run_id, month=month), NOW)
    found = [AttendanceCounted.model_validate(each["data"]) for each in told(town, "attendance.counted")]
    return [fact for fact in found if fact.run_id == run_id]


def test_the_sheet_that_holds_is_counted_by_family(town: Town, children: list[tuple[UUID, UUID]]) -> None:
    (lea, first), (adam, second), (ines, third) = children
    settle(town, {lea: Mark.PRESENT, adam: Mark.PRESENT})
    settle(
        town,
        {lea: Mark.PRESENT, adam: Mark.ABSENT_UNJUSTIFIED, ines: Mark.PRESENT_WITHOUT_BOOKING},
        version=1,
    )
    [fact] = count(town)
    [sheet] = fact.sheets
    assert (fact.part, fact.parts, sheet.day, sheet.version) == (1, 1, MONDAY, 2)
    assert {family.family_id: family.lines for family in sheet.families} == {first: 1, second: 1, third: 1}


def test_a_month_without_a_sheet_is_one_empty_part(town: Town, children: list[tuple[UUID, UUID]]) -> None:
    settle(town, {child: Mark.PRESENT for child, _ in children[:2]})
    [fact] = count(town, date(2026, 12, 1))
    assert (fact.part, fact.parts, fact.place_code, fact.sheets) == (1, 1, "", [])


def test_a_sheet_told_again_is_a_newer_version_of_the_same_lines(
    town: Town, children: list[tuple[UUID, UUID]]
) -> None:
    view = settle(town, {child: Mark.PRESENT for child, _ in children[:2]})
    assert view.session_id
    with town.begin() as session:
        counting.tell_again(session, [view.session_id, uuid4()], NOW)
    first, again = told(town, "attendance.settled")
    assert (first["aggregateversion"], again["aggregateversion"]) == (1, 2)
    assert AttendanceSettled.model_validate(first["data"]) == AttendanceSettled.model_validate(again["data"])
    with town.begin() as session:
        by = session.execute(text("SELECT DISTINCT settled_at, settled_by, settled_by_name FROM sheet")).all()
    assert len(by) == 1, "it stays the agent's who settled it"
