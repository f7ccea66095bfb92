"""The family's week, the usual week over a period, a sibling's days."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.clock import PARIS
from contracts.caller import Caller
from contracts.enrolment.bookings import CellState, ChangeBookings, MonthPage, Refusal
from contracts.enrolment.terms import Grain, Group, UsualDays, Waiting
from contracts.enrolment.weeks import (
    ApplyCopy,
    ApplyPlan,
    ChangeWeek,
    ChildChange,
    Copy,
    Plan,
    PlanView,
    PreviewCopy,
    PreviewPlan,
    UsualDay,
    UsualWeek,
    WeekPage,
    WeekView,
)
from contracts.errors import NotFound
from contracts.events.accounts import CustodySpan, CustodyUpdated
from enrolment.booking import months, plans, weeks
from enrolment.household import custody
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Statements, Town

MONDAY, FRIDAY = date(2026, 12, 7), date(2026, 12, 11)
END = date(2026, 12, 18)


@pytest.fixture
def siblings(town: Town) -> tuple[list[UUID], Caller]:
    """Three children of one family, two of them enrolled in the canteen."""
    children = [mother.child(first_name=name) for name in ("Ana", "Bob", "Cid")]
    _, [parent] = town.family(*children)
    for child in children[:2]:
        town.enrol(child.child_id, parent)
    return [child.child_id for child in children], parent


def week(town: Town, caller: Caller, day: date = MONDAY, now: datetime = NOW) -> WeekView:
    with town.begin() as session:
        return weeks.week(session, WeekPage(day=day), caller, now)


def plan(town: Town, child_id: UUID, caller: Caller, **differing: Any) -> PlanView:
    known: dict[str, Any] = {
        "child_id": child_id,
        "days": [UsualDay(activity_code="cantine", weekday=day) for day in (1, 5)],
        "first": MONDAY,
        "last": END,
    }
    with town.begin() as session:
        return plans.preview_plan(session, PreviewPlan(plan=Plan(**(known | differing))), caller, NOW)


def apply(town: Town, child_id: UUID, caller: Caller, **differing: Any) -> Any:
    known: dict[str, Any] = {
        "child_id": child_id,
        "days": [UsualDay(activity_code="cantine", weekday=day) for day in (1, 5)],
        "first": MONDAY,
        "last": END,
    }
    ask = ApplyPlan(command_id=uuid4(), plan=Plan(**(known | differing)))
    with town.begin() as session:
        return plans.apply_plan(session, ask, caller, NOW)


def test_the_week_has_every_child_and_says_why_a_day_has_nothing(
    town: Town, siblings: tuple[list[UUID], Caller]
) -> None:
    _, parent = siblings
    view = week(town, parent, date(2026, 12, 9))
    assert (view.monday, [each.child.first_name for each in view.children]) == (MONDAY, ["Ana", "Bob", "Cid"])
    days = view.children[0].days
    assert [len(each.cells) for each in days] == [1, 1, 0, 1, 1, 0, 0]
    assert [each.closed_because for each in days[2:7:4]] == ["Pas d’activité ce jour", "Week-end"]
    assert view.children[2].activities == []


def test_the_week_says_what_the_month_says(town: Town, siblings: tuple[list[UUID], Caller]) -> None:
    children, parent = siblings
    town.book(children[0], parent, MONDAY)
    late = datetime(2026, 12, 8, 12, tzinfo=PARIS)
    cells = {each.day: each.cells for each in week(town, parent, now=late).children[0].days if each.cells}
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=children[0], month=MONDAY), parent, late)
    month = {each.day: each.cells for each in view.days if each.cells and each.day in cells}
    assert cells == month
    assert cells[MONDAY][0].state is CellState.BOOKED_LOCKED


def test_all_children_are_saved_at_once_each_with_its_answer(
    town: Town, siblings: tuple[list[UUID], Caller]
) -> None:
    children, parent = siblings
    session_id = town.session_on(MONDAY).session_id
    ask = ChangeWeek(
        command_id=uuid4(),
        children=[ChildChange(child_id=child_id, additions=[session_id]) for child_id in children],
    )
    with town.begin() as session:
        answers = weeks.change_week(session, ask, parent, NOW)
    assert [len(answer.changed) for answer in answers] == [1, 1, 0]
    assert answers[2].refused[0].why is Refusal.NOT_ENROLLED
    assert town.session_on(MONDAY).taken == 2
    assert town.count("SELECT count(DISTINCT command_id) FROM proof") == 1


def test_a_child_that_is_not_theirs_undoes_the_whole_save(
    town: Town, siblings: tuple[list[UUID], Caller]
) -> None:
    children, parent = siblings
    other, _ = town.pupil()
    session_id = town.session_on(MONDAY).session_id
    ask = ChangeWeek(
        command_id=uuid4(),
        children=[ChildChange(child_id=each, additions=[session_id]) for each in (children[0], other)],
    )
    with pytest.raises(NotFound), town.begin() as session:
        weeks.change_week(session, ask, parent, NOW)
    assert town.session_on(MONDAY).taken == 0


def test_the_last_place_goes_to_one_of_two_siblings(town: Town, siblings: tuple[list[UUID], Caller]) -> None:
    children, parent = siblings
    town.run(mother.canteen(capacity=1), MONDAY, MONDAY)
    session_id = town.session_on(MONDAY).session_id
    ask = ChangeWeek(
        command_id=uuid4(),
        children=[ChildChange(child_id=each, additions=[session_id]) for each in children[:2]],
    )
    with town.begin() as session:
        answers = weeks.change_week(session, ask, parent, NOW)
    assert sorted(len(answer.changed) for answer in answers) == [0, 1]
    assert town.session_on(MONDAY).taken == 1


def test_the_statements_do_not_grow_with_children_and_activities(town: Town, statements: Statements) -> None:
    """Four children and five activities: as many statements as one child and one activity."""
    one, only = town.pupil()
    with statements:
        week(town, only)
    few = len(statements.run)
    with statements, town.begin() as session:
        months.month(session, MonthPage(child_id=one, month=MONDAY), only, NOW)
    month_of_one = len(statements.run) - few
    codes = ["cantine", "a2", "a3", "a4", "a5"]
    for code in codes[1:]:
        town.run(mother.canteen(code=code, name=f"Activité {code}"), MONDAY, END)
    children = [mother.child(first_name=f"Enfant{n}") for n in range(4)]
    _, [parent] = town.family(*children)
    for child in children:
        for code in codes:
            town.enrol(child.child_id, parent, code)
        town.book(child.child_id, parent, MONDAY)
    statements.run.clear()
    with statements:
        view = week(town, parent)
    assert [len(each.activities) for each in view.children] == [5, 5, 5, 5]
    assert len(statements.run) == few <= 6
    statements.run.clear()
    with statements, town.begin() as session:
        months.month(session, MonthPage(child_id=children[0].child_id, month=MONDAY), parent, NOW)
    assert len(statements.run) == month_of_one <= 6


def test_groups_and_lines_cost_a_statement_each_however_many_children(
    town: Town, statements: Statements
) -> None:
    groups = (Group(code="petits", label="Petits", youngest=0, oldest=25, capacity=0),)
    town.run(mother.canteen(groups=groups, waiting=Waiting()), MONDAY, END)
    children = [mother.child(first_name=f"Enfant{n}") for n in range(4)]
    _, [parent] = town.family(*children)
    session_id = town.session_on(MONDAY).session_id
    for child in children:
        town.enrol(child.child_id, parent)
        ask = ChangeBookings(
            command_id=uuid4(), child_id=child.child_id, additions=[session_id], waits=[session_id]
        )
        town.change(ask, parent)
    with statements:
        view = week(town, parent)
    assert [each.days[0].cells[0].place_in_line for each in view.children] == [1, 2, 3, 4]
    assert len(statements.run) <= 8


def test_a_usual_week_is_proposed_kept_and_proposed_again(
    town: Town, siblings: tuple[list[UUID], Caller]
) -> None:
    children, parent = siblings
    town.run(mother.canteen(usual_days=(UsualDays(weekdays=frozenset({1, 2})),)), MONDAY, MONDAY)

    def proposed() -> Any:
        with town.begin() as session:
            return plans.usual_week(session, UsualWeek(child_id=children[0]), parent, NOW)

    view = proposed()
    assert ([day.weekday for day in view.days], view.is_kept) == ([1, 2], False)
    assert view.activities[0].weekdays == [1, 2, 4, 5]
    apply(town, children[0], parent)
    view = proposed()
    assert ([day.weekday for day in view.days], view.is_kept) == ([1, 5], True)


def test_what_a_usual_week_would_do_is_what_it_does(town: Town, siblings: tuple[list[UUID], Caller]) -> None:
    children, parent = siblings
    tuesday = date(2026, 12, 8)
    town.book(children[0], parent, MONDAY, tuesday)
    seen = plan(town, children[0], parent, exactly=True)
    assert [each.day for each in seen.booked] == [FRIDAY, date(2026, 12, 14), END]
    assert ([each.day for each in seen.cancelled], seen.kept) == ([tuesday], 1)
    answer = apply(town, children[0], parent, exactly=True)
    assert sorted(each.day for each in answer.changed if each.made) == [each.day for each in seen.booked]
    assert [each.day for each in answer.changed if not each.made] == [tuesday]
    again = plan(town, children[0], parent, exactly=True)
    assert (again.booked, again.cancelled, again.kept) == ([], [], 4)


def test_added_only_what_is_booked_beside_it_stays(town: Town, siblings: tuple[list[UUID], Caller]) -> None:
    children, parent = siblings
    town.book(children[0], parent, date(2026, 12, 8))
    assert plan(town, children[0], parent).cancelled == []


def test_days_that_cannot_be_say_why(town: Town, siblings: tuple[list[UUID], Caller]) -> None:
    children, parent = siblings
    town.run(mother.canteen(capacity=1), MONDAY, MONDAY)
    other, others = town.pupil()
    town.book(other, others, MONDAY)
    seen = plan(town, children[0], parent, first=date(2026, 11, 20), last=MONDAY)
    states = {each.day: each.cell.state for each in seen.impossible}
    assert states[MONDAY] is CellState.FULL
    assert date(2026, 11, 20) not in states  # what is past is not planned


def test_a_week_that_is_booked_whole_is_planned_once(town: Town) -> None:
    town.run(mother.canteen(booked_by=Grain.WEEK), MONDAY, END)
    child_id, parent = town.pupil()
    seen = plan(town, child_id, parent, days=[UsualDay(activity_code="cantine", weekday=4)])
    assert [each.day for each in seen.booked] == [MONDAY, date(2026, 12, 14)]
    answer = apply(town, child_id, parent, days=[UsualDay(activity_code="cantine", weekday=4)])
    assert len(answer.changed) == 8


def test_a_siblings_days_are_copied_where_the_other_is_enrolled(
    town: Town, siblings: tuple[list[UUID], Caller]
) -> None:
    (ana, bob, cid), parent = siblings
    town.book(ana, parent, MONDAY, FRIDAY)
    town.book(bob, parent, MONDAY)
    copy = Copy(from_child_id=ana, child_id=bob, first=MONDAY, last=END)
    with town.begin() as session:
        seen = plans.preview_copy(session, PreviewCopy(copy_of=copy), parent, NOW)
    assert ([each.day for each in seen.booked], seen.kept, seen.not_enrolled) == ([FRIDAY], 1, [])
    with town.begin() as session:
        answer = plans.apply_copy(session, ApplyCopy(command_id=uuid4(), copy_of=copy), parent, NOW)
    assert [each.day for each in answer.changed] == [FRIDAY]
    to_cid = Copy(from_child_id=ana, child_id=cid, first=MONDAY, last=END)
    with town.begin() as session:
        seen = plans.preview_copy(session, PreviewCopy(copy_of=to_cid), parent, NOW)
    assert (seen.booked, seen.not_enrolled) == ([], ["Restauration scolaire"])
    _, stranger = town.pupil()
    with pytest.raises(NotFound), town.begin() as session:
        plans.preview_copy(session, PreviewCopy(copy_of=copy), stranger, NOW)


def test_each_home_has_its_own_usual_week(town: Town) -> None:
    child = mother.child()
    _, [mum] = town.family(child)
    _, [dad] = town.family(child)
    town.enrol(child.child_id, mum)
    apply(town, child.child_id, mum)
    with town.begin() as session:
        view = plans.usual_week(session, UsualWeek(child_id=child.child_id), dad, NOW)
        assert not view.is_kept
        assert session.execute(text("SELECT count(*) FROM usual_week")).scalar_one() == 1


def test_a_child_enrolled_two_years_in_a_row_has_each_day_once(town: Town) -> None:
    """The week, and a plan, over the first of September."""
    child_id, parent = town.pupil()
    first, last = date(2027, 8, 30), date(2027, 9, 3)
    with town.begin() as session:
        session.execute(
            text(
                "INSERT INTO session (session_id, activity_code, place_code, day, slot, capacity, taken, closed_because)"
                " SELECT gen_random_uuid(), 'cantine', :school, day, '', 10, 0, ''"
                " FROM unnest(ARRAY[DATE '2027-08-30', DATE '2027-09-02']) AS day ON CONFLICT DO NOTHING"
            ),
            {"school": mother.SCHOOL},
        )
        session.execute(
            text(
                "INSERT INTO enrolment SELECT (e).* FROM (SELECT jsonb_populate_record(enrolment, jsonb_build_object("
                "'enrolment_id', gen_random_uuid(), 'school_year', '2027-2028')) AS e FROM enrolment) AS next"
            )
        )
    now = datetime(2027, 8, 20, 9, tzinfo=PARIS)
    days = week(town, parent, first, now).children[0].days
    assert [len(each.cells) for each in days] == [1, 0, 0, 1, 0, 0, 0]
    wanted = [UsualDay(activity_code="cantine", weekday=day) for day in (1, 4)]
    whole = Plan(child_id=child_id, days=wanted, first=first, last=last)
    with town.begin() as session:
        seen = plans.preview_plan(session, PreviewPlan(plan=whole), parent, now)
    assert [each.day for each in seen.booked] == [first, date(2027, 9, 2)]


def test_a_child_not_enrolled_next_year_is_offered_no_day_of_it(town: Town) -> None:
    child_id, parent = town.pupil()
    september = date(2027, 9, 2)
    with town.begin() as session:
        session.execute(
            text(
                "INSERT INTO session (session_id, activity_code, place_code, day, slot, capacity, taken, closed_because)"
                " VALUES (gen_random_uuid(), 'cantine', :school, :day, '', 10, 0, '')"
            ),
            {"school": mother.SCHOOL, "day": september},
        )
    wanted = [UsualDay(activity_code="cantine", weekday=4)]
    whole = Plan(child_id=child_id, days=wanted, first=date(2027, 8, 30), last=september)
    with town.begin() as session:
        seen = plans.preview_plan(session, PreviewPlan(plan=whole), parent, NOW)
    assert (seen.booked, seen.impossible) == ([], [])


def test_a_usual_week_leaves_the_other_homes_days_alone(town: Town) -> None:
    """Two homes, a week each: a usual week, even « exactly », is that of one's own weeks."""
    child = mother.child()
    first, [mum] = town.family(child)
    second, [dad] = town.family(child)
    town.enrol(child.child_id, mum)
    ours = CustodySpan(first=MONDAY, last=date(2026, 12, 13), family_id=first)
    theirs = CustodySpan(first=date(2026, 12, 14), last=date(2026, 12, 20), family_id=second)
    with town.begin() as session:
        calendar = CustodyUpdated(child_id=child.child_id, agreement_id=uuid4(), spans=[ours, theirs])
        custody.keep(session, calendar)
    town.book(child.child_id, dad, date(2026, 12, 15))
    seen = plan(town, child.child_id, mum, exactly=True)
    assert ([each.day for each in seen.booked], seen.cancelled, seen.other_home) == ([MONDAY, FRIDAY], [], 2)
    answer = apply(town, child.child_id, mum, exactly=True)
    assert [each.day for each in answer.changed] == [MONDAY, FRIDAY]
    assert town.session_on(date(2026, 12, 15)).taken == 1


def test_holidays_that_interrupt_a_usual_week_are_named(
    town: Town, siblings: tuple[list[UUID], Caller]
) -> None:
    children, parent = siblings
    town.run(mother.canteen(), date(2027, 1, 4), date(2027, 1, 8))
    seen = plan(town, children[0], parent, first=date(2026, 12, 14), last=date(2027, 1, 8))
    assert [each.day for each in seen.booked] == [
        date(2026, 12, 14),
        END,
        date(2027, 1, 4),
        date(2027, 1, 8),
    ]
    assert [(each.because, each.first, each.last, each.days) for each in seen.gaps] == [
        ("Vacances de Noël", date(2026, 12, 21), date(2027, 1, 1), 4),
    ]


def test_what_a_plan_cannot_book_is_refused_with_its_reason(
    town: Town, siblings: tuple[list[UUID], Caller]
) -> None:
    children, parent = siblings
    with town.begin() as session:
        session.execute(text("UPDATE session SET taken = capacity WHERE day = :day"), {"day": FRIDAY})
    answer = apply(town, children[0], parent)
    assert [(each.day, each.why) for each in answer.refused] == [(FRIDAY, Refusal.FULL)]
    assert [each.day for each in answer.changed] == [MONDAY, date(2026, 12, 14), END]
