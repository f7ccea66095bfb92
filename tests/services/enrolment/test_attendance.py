"""Roll-calls: who is expected, the whole sheet told, corrections, and what was never checked."""

from datetime import date
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import text

from contracts.caller import Caller, Role
from contracts.enrolment.attendance import (
    AttendanceDesk,
    FindChildren,
    MarkedChild,
    RollCall,
    RollCallView,
    SettleAttendance,
)
from contracts.enrolment.refusals import SheetChanged, TooEarly
from contracts.errors import Invalid, NotAllowed, NotFound
from contracts.events.accounts import CustodySpan, CustodyUpdated
from contracts.events.attendance import AttendanceSettled, Mark
from enrolment.attending import attendance_desk, sheets
from enrolment.household import custody
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town

MONDAY = date(2026, 11, 23)
AGENT = mother.agent(Role.ATTENDANCE)


@pytest.fixture
def children(town: Town) -> list[tuple[UUID, UUID]]:
    """(child, family) of two children booked on Monday, and a third who is not."""
    made = []
    for name in ("Léa", "Adam", "Inès"):
        child = mother.child(first_name=name)
        family_id, [parent] = town.family(child)
        town.enrol(child.child_id, parent)
        made.append((child.child_id, family_id))
    for child_id, family_id in made[:2]:
        town.book(child_id, mother.agent(Role.REQUESTS), MONDAY, family_id=family_id, late=True)
    return made


def sheet(town: Town, day: date = MONDAY) -> RollCallView:
    with town.begin() as session:
        ask = RollCall(place_code=mother.SCHOOL, activity_code="cantine", day=day)
        return sheets.roll_call(session, ask, AGENT)


def settle(town: Town, marks: dict[UUID, Mark], version: int = 0, caller: Caller = AGENT) -> RollCallView:
    ask = SettleAttendance(
        command_id=uuid4(),
        session_id=town.session_on(MONDAY).session_id,
        version=version,
        lines=[MarkedChild(child_id=child_id, mark=mark) for child_id, mark in marks.items()],
    )
    with town.begin() as session:
        return sheets.settle(session, ask, caller, NOW)


def settled_facts(town: Town) -> list[tuple[int, AttendanceSettled]]:
    with town.begin() as session:
        bodies = session.scalars(
            text("SELECT body FROM outbox WHERE name = 'attendance.settled' ORDER BY id")
        )
        events = [orjson.loads(body) for body in bodies]
    return [(each["aggregateversion"], AttendanceSettled.model_validate(each["data"])) for each in events]


def test_the_sheet_lists_who_is_expected(town: Town, children: list[tuple[UUID, UUID]]) -> None:
    view = sheet(town)
    assert [(line.first_name, line.mark) for line in view.lines] == [("Adam", None), ("Léa", None)]
    assert (view.version, view.settled_at) == (0, None)


def test_the_whole_sheet_is_told_and_a_correction_supersedes_it(
    town: Town, children: list[tuple[UUID, UUID]]
) -> None:
    (lea, lea_family), (adam, _), (ines, ines_family) = children
    view = settle(
        town, {lea: Mark.PRESENT, adam: Mark.ABSENT_UNJUSTIFIED, ines: Mark.PRESENT_WITHOUT_BOOKING}
    )
    assert (view.version, view.settled_by) == (1, "Agente Barbier")
    settle(town, {lea: Mark.PRESENT, adam: Mark.ABSENT_JUSTIFIED}, version=1)
    (first, told), (second, corrected) = settled_facts(town)
    assert (first, second) == (1, 2)
    by_child = {line.child_id: line for line in told.lines}
    assert by_child[lea].family_id == lea_family
    assert by_child[lea].booking_id is not None
    assert (by_child[ines].family_id, by_child[ines].booking_id) == (ines_family, None)
    assert {line.child_id: line.mark for line in corrected.lines} == {
        lea: Mark.PRESENT,
        adam: Mark.ABSENT_JUSTIFIED,
    }
    assert town.count("SELECT count(*) FROM sheet") == 2  # what was said before stays


def test_a_sheet_must_be_whole_and_its_marks_fit(town: Town, children: list[tuple[UUID, UUID]]) -> None:
    (lea, _), (adam, _), (ines, _) = children
    whole = {lea: Mark.PRESENT, adam: Mark.PRESENT}
    wrong = {
        "incomplete": {lea: Mark.PRESENT},
        "mark_does_not_fit": whole | {adam: Mark.PRESENT_WITHOUT_BOOKING},
        "unknown_child": whole | {uuid4(): Mark.PRESENT_WITHOUT_BOOKING},
    }
    for problem, marks in wrong.items():
        with pytest.raises(Invalid) as refusal:
            settle(town, marks)
        assert refusal.value.details == {"problems": {"lines": problem}}
    with pytest.raises(Invalid):
        settle(town, whole | {ines: Mark.ABSENT_JUSTIFIED})
    assert settled_facts(town) == []


def test_two_agents_do_not_overwrite_each_other(town: Town, children: list[tuple[UUID, UUID]]) -> None:
    marks = {child_id: Mark.PRESENT for child_id, _ in children[:2]}
    settle(town, marks)
    with pytest.raises(SheetChanged) as refusal:
        settle(town, marks, version=0)
    assert refusal.value.details == {"by": "Agente Barbier"}


def test_not_before_the_day_and_not_by_anybody(town: Town, children: list[tuple[UUID, UUID]]) -> None:
    ask = SettleAttendance(
        command_id=uuid4(), session_id=town.session_on(date(2026, 11, 24)).session_id, version=0, lines=[]
    )
    with town.begin() as session:
        with pytest.raises(TooEarly):
            sheets.settle(session, ask, AGENT, NOW)
        with pytest.raises(NotAllowed):
            sheets.settle(session, ask, mother.agent(Role.BILLING), NOW)
        with pytest.raises(NotFound):
            sheets.settle(session, ask.model_copy(update={"session_id": uuid4()}), AGENT, NOW)


def test_a_day_without_the_activity_says_why(town: Town) -> None:
    view = sheet(town, date(2026, 11, 11))
    assert (view.session_id, view.closed_because) == (None, "Jour férié : Armistice")


def test_what_nobody_checked_is_listed_until_it_is(town: Town, children: list[tuple[UUID, UUID]]) -> None:
    def missing() -> list[date]:
        with town.begin() as session:
            view = attendance_desk.desk(session, AttendanceDesk(day=date(2026, 11, 24)), AGENT)
        assert view.missing_total == len(view.missing)
        return [each.day for each in view.missing]

    assert missing() == [MONDAY]
    settle(town, {child_id: Mark.PRESENT for child_id, _ in children[:2]})
    assert missing() == []
    with town.begin() as session:
        today = attendance_desk.desk(session, AttendanceDesk(day=MONDAY), AGENT)
    assert [(each.expected, each.session_id in today.done) for each in today.today] == [(2, True)]


def test_a_child_is_found_by_any_part_of_its_name(town: Town, children: list[tuple[UUID, UUID]]) -> None:
    def found(words: str, place_code: str = mother.SCHOOL) -> list[str]:
        with town.begin() as session:
            ask = FindChildren(place_code=place_code, text=words)
            return [each.first_name for each in attendance_desk.find_children(session, ask, AGENT)]

    assert found("inè font") == ["Inès"]
    assert found("100%") == []
    assert sorted(found("")) == ["Adam", "Inès", "Léa"]
    with pytest.raises(NotFound):
        found("", "0269999Z")


def test_a_child_who_came_unexpected_is_found_and_put_on_the_sheet(
    town: Town, children: list[tuple[UUID, UUID]]
) -> None:
    ines = children[2][0]
    ask = RollCall(place_code=mother.SCHOOL, activity_code="cantine", day=MONDAY, find="fontanel")
    with town.begin() as session:
        view = sheets.roll_call(session, ask, AGENT)
        assert [line.child_id for line in view.found] == [ines]  # those expected are not found again
        view = sheets.roll_call(session, ask.model_copy(update={"also": [ines]}), AGENT)
    assert view.found == []
    assert [(line.first_name, line.booked) for line in view.lines] == [
        ("Adam", True),
        ("Inès", False),
        ("Léa", True),
    ]


def test_only_the_roll_call_s_agents_look_for_children_and_sheets(town: Town) -> None:
    others = mother.agent(*(set(Role) - {Role.ATTENDANCE}))
    with town.begin() as session:
        with pytest.raises(NotAllowed):
            attendance_desk.desk(session, AttendanceDesk(day=MONDAY), others)
        with pytest.raises(NotAllowed):
            attendance_desk.find_children(session, FindChildren(place_code=mother.SCHOOL), others)


def test_a_child_who_came_unbooked_is_billed_to_the_home_it_is_with_that_day(town: Town) -> None:
    child = mother.child()
    enrolling, [parent] = town.family(child)
    other, _ = town.family(child)
    town.enrol(child.child_id, parent)
    calendar = CustodyUpdated(
        child_id=child.child_id, spans=[CustodySpan(first=MONDAY, last=MONDAY, family_id=other)]
    )
    settle(town, {child.child_id: Mark.PRESENT_WITHOUT_BOOKING})
    with town.begin() as session:
        custody.keep(session, calendar)
    settle(town, {child.child_id: Mark.PRESENT_WITHOUT_BOOKING}, version=1)
    assert [fact.lines[0].family_id for _, fact in settled_facts(town)] == [enrolling, other]
