"""Closing a month: what enrolment counted beside billing's copy, sheet by sheet and family by family."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

import pytest

from billing.invoicing import closing, desk, runs
from contracts.billing.refusals import SheetsDiffer, SheetsNotCounted
from contracts.billing.runs import CountState, OpenRun, RunState, RunView
from contracts.events.attendance import AttendanceCounted, CountedFamily, CountedSheet, Mark
from tests.mothers.billing import NOW, OCTOBER, SCHOOL
from tests.services.billing.conftest import Town

MONDAY, TUESDAY = date(2026, 10, 5), date(2026, 10, 6)


def counted(session_id: UUID, day: date, families: dict[UUID, int], version: int = 1) -> CountedSheet:
    """A sheet as enrolment counts it."""
    lines = [CountedFamily(family_id=family, lines=number) for family, number in families.items()]
    return CountedSheet(
        session_id=session_id, activity_code="cantine", day=day, version=version, families=lines
    )


def count(
    town: Town, run_id: UUID, sheets: Iterable[CountedSheet] = (), part: int = 1, parts: int = 1
) -> None:
    """A part of the count arrives."""
    fact = AttendanceCounted(
        run_id=run_id, month=OCTOBER, place_code=SCHOOL, part=part, parts=parts, sheets=list(sheets)
    )
    with town.sessions.begin() as session:
        closing.keep_count(session, fact)


def view(town: Town, run_id: UUID) -> RunView:
    with town.sessions.begin() as session:
        return desk.run_view(session, OpenRun(run_id=run_id))


def check(town: Town, run_id: UUID) -> None:
    with town.sessions.begin() as session:
        closing.check(session, run_id, None, NOW)


@pytest.fixture
def sheets(town: Town) -> dict[date, tuple[UUID, UUID]]:
    """Two settled sheets of one family: day → (session, family)."""
    town.offer()
    family, child = town.family(), town.child()
    return {day: (town.sheet(day, (child, family, Mark.PRESENT)), family) for day in (MONDAY, TUESDAY)}


def all_counted(sheets: dict[date, tuple[UUID, UUID]]) -> list[CountedSheet]:
    return [counted(session, day, {family: 1}) for day, (session, family) in sheets.items()]


def test_a_draft_asks_for_the_count_and_waits_for_all_of_it(
    town: Town, sheets: dict[date, tuple[UUID, UUID]]
) -> None:
    run_id = town.draft().summary.run_id
    assert town.told("run.drafted") == 1
    monday, tuesday = all_counted(sheets)
    for arrived in ([], [monday]):
        if arrived:
            count(town, run_id, arrived, part=1, parts=2)
        assert view(town, run_id).count is CountState.AWAITED
        with pytest.raises(SheetsNotCounted):
            check(town, run_id)
    count(town, run_id, [tuesday], part=2, parts=2)
    count(town, run_id, [tuesday], part=2, parts=2)
    assert view(town, run_id).count is CountState.AGREES
    check(town, run_id)
    assert view(town, run_id).summary.state is RunState.CHECKED


def test_a_sheet_that_never_came_is_shown_by_family_and_session_and_asked_for_again(
    town: Town, sheets: dict[date, tuple[UUID, UUID]]
) -> None:
    run_id = town.draft().summary.run_id
    family, missed = sheets[MONDAY][1], uuid4()
    count(town, run_id, [*all_counted(sheets), counted(missed, date(2026, 10, 8), {family: 2, uuid4(): 1})])
    shown = view(town, run_id)
    assert shown.count is CountState.DIFFERS
    assert {(row.session_id, row.family_label, row.counted, row.kept) for row in shown.sheet_differences} == {
        (missed, "Ferrand", 2, 0),
        (missed, "Famille inconnue", 1, 0),
    }
    assert {(row.activity_name, row.place_name) for row in shown.sheet_differences} == {
        ("Restauration scolaire", "École Jules-Verne")
    }
    with pytest.raises(SheetsDiffer):
        check(town, run_id)
    with town.sessions.begin() as session:
        assert closing.replay(session, run_id, NOW).state is RunState.DISCARDED
    asked = "SELECT count(*) FROM outbox WHERE name = 'sheets.missed' AND body LIKE :wanted"
    assert town.count(asked, wanted=f"%{missed}%") == 1
    assert town.count(asked, wanted=f"%{sheets[MONDAY][0]}%") == 0


def test_a_copy_of_an_older_version_differs_even_with_as_many_lines(
    town: Town, sheets: dict[date, tuple[UUID, UUID]]
) -> None:
    run_id = town.draft().summary.run_id
    (monday, family), (tuesday, _) = sheets[MONDAY], sheets[TUESDAY]
    count(
        town,
        run_id,
        [counted(monday, MONDAY, {family: 1}, version=2), counted(tuesday, TUESDAY, {family: 1})],
    )
    assert [(row.session_id, row.counted, row.kept) for row in view(town, run_id).sheet_differences] == [
        (monday, 1, 1)
    ]


def test_a_hand_in_the_copy_is_found(town: Town, sheets: dict[date, tuple[UUID, UUID]]) -> None:
    monday = sheets[MONDAY][0]
    with town.sessions.begin() as session:
        session.connection().exec_driver_sql(f"DELETE FROM attendance WHERE session_id = '{monday}'")
    run_id = town.draft().summary.run_id
    count(town, run_id, all_counted(sheets))
    assert [(row.session_id, row.counted, row.kept) for row in view(town, run_id).sheet_differences] == [
        (monday, 1, 0)
    ]


def test_a_sheet_that_enrolment_does_not_know_differs(
    town: Town, sheets: dict[date, tuple[UUID, UUID]]
) -> None:
    run_id = town.draft().summary.run_id
    monday, _ = all_counted(sheets)
    count(town, run_id, [monday])
    assert [(row.session_id, row.counted, row.kept) for row in view(town, run_id).sheet_differences] == [
        (sheets[TUESDAY][0], 0, 1)
    ]


def test_a_sheet_that_came_after_the_draft_wants_a_new_draft(
    town: Town, sheets: dict[date, tuple[UUID, UUID]]
) -> None:
    run_id = town.draft().summary.run_id
    family = sheets[MONDAY][1]
    late = town.sheet(date(2026, 10, 8), (town.child(), family, Mark.PRESENT))
    everything = [*all_counted(sheets), counted(late, date(2026, 10, 8), {family: 1})]
    count(town, run_id, everything)
    assert view(town, run_id).count is CountState.DIFFERS
    again = town.draft().summary.run_id
    count(town, again, everything)
    check(town, again)


def test_a_sheet_settled_since_the_count_is_no_difference(
    town: Town, sheets: dict[date, tuple[UUID, UUID]]
) -> None:
    run_id = town.draft().summary.run_id
    count(town, run_id, all_counted(sheets))
    monday, family = sheets[MONDAY]
    town.sheet(MONDAY, (town.child(), family, Mark.PRESENT), session_id=monday)
    town.sheet(date(2026, 10, 8), (town.child(), family, Mark.PRESENT))
    shown = view(town, run_id)
    assert (shown.count, shown.outdated) == (CountState.AGREES, True)


def test_a_count_for_a_run_that_is_over_is_forgotten(
    town: Town, sheets: dict[date, tuple[UUID, UUID]]
) -> None:
    run_id = town.draft().summary.run_id
    count(town, run_id, all_counted(sheets))
    with town.sessions.begin() as session:
        runs.discard(session, run_id)
    count(town, run_id, all_counted(sheets))
    count(town, uuid4())
    assert town.count("SELECT count(*) FROM sheet_count") == 0


def test_a_month_without_a_sheet_agrees(town: Town) -> None:
    town.offer()
    run_id = town.draft().summary.run_id
    count(town, run_id)
    check(town, run_id)
