"""Closures: what they would do, what they do, how they are told, how they are lifted; and those who book meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.clock import PARIS
from contracts.caller import SYSTEM, Caller, Role
from contracts.enrolment.attendance import AttendanceDesk, RollCall, SettleAttendance
from contracts.enrolment.bookings import BookingProofs, CellState, ChangeBookings, MonthPage, Refusal
from contracts.enrolment.closures import (
    ClosureView,
    DeclareClosure,
    LiftClosure,
    NothingToClose,
    Scope,
    ShowCalendar,
)
from contracts.enrolment.refusals import SessionClosed
from contracts.enrolment.terms import Group, Waiting
from contracts.errors import NotAllowed, NotFound
from enrolment.attending import attendance_desk, sheets
from enrolment.booking import months, proofs
from enrolment.catalogue import offer
from enrolment.schedule import closures
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Statements, Town

FRIDAY, MONDAY = date(2026, 12, 4), date(2026, 12, 7)
STRIKE = "Grève : la cantine est fermée"
ADMIN = mother.agent(Role.ADMINISTRATION, name="Agente Barbier")


def declare(
    town: Town, first: date = FRIDAY, last: date | None = None, now: datetime = NOW, **scope: Any
) -> ClosureView:
    ask = DeclareClosure(
        command_id=uuid4(), scope=Scope(first=first, last=last or first, **scope), reason=STRIKE
    )
    with town.begin() as session:
        return closures.declare(session, ask, ADMIN, now)


def lift(town: Town, closure: ClosureView, now: datetime = NOW) -> ClosureView:
    with town.begin() as session:
        ask = LiftClosure(command_id=uuid4(), closure_id=closure.closure_id)
        return closures.lift(session, ask, ADMIN, now)


def cell(town: Town, child_id: UUID, parent: Caller, day: date = FRIDAY) -> Any:
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=day), parent, NOW)
    return next(each.cells[0] for each in view.days if each.day == day)


def bodies(town: Town, name: str) -> list[Any]:
    with town.begin() as session:
        return list(
            session.scalars(
                text("SELECT body::json -> 'data' FROM outbox WHERE name = :name ORDER BY id"), {"name": name}
            )
        )


def test_a_closure_is_looked_at_before_it_is_declared(town: Town) -> None:
    pupils = [town.pupil() for _ in range(2)]
    for child_id, parent in pupils:
        town.book(child_id, parent, FRIDAY, MONDAY)
    with town.begin() as session:
        seen = closures.preview(session, Scope(first=FRIDAY, last=FRIDAY))
    assert (seen.sessions, seen.bookings, seen.families, seen.checked) == (1, 2, 2, 0)
    assert town.count("SELECT count(*) FROM booking WHERE cancelled_at IS NULL") == 4


def test_a_strike_cancels_proves_and_tells_each_family_once(town: Town) -> None:
    child_id, parent = town.pupil()
    other, others = town.pupil()
    town.book(child_id, parent, FRIDAY, MONDAY)
    town.book(other, others, FRIDAY)
    view = declare(town, FRIDAY, MONDAY)
    assert (view.sessions, view.bookings, view.declared_by) == (2, 3, "Agente Barbier")
    found = cell(town, child_id, parent)
    assert (found.state, found.closed_because) == (CellState.CLOSED, STRIKE)
    [refused] = town.book(child_id, parent, FRIDAY).refused
    assert (refused.why, refused.closed_because) == (Refusal.CLOSED, STRIKE)
    with town.begin() as session:
        proof = proofs.list_proofs(session, BookingProofs(), parent).proofs[0]
    assert (proof.made, proof.by, proof.rule_sentence) == (
        False,
        "la mairie",
        f"fermeture décidée par la mairie : {STRIKE}",
    )
    assert sorted(len(each["days"]) for each in bodies(town, "days.closed")) == [1, 2]
    assert {each["cancelled_because"] for each in bodies(town, "booking.cancelled")} == {STRIKE}
    assert town.session_on(FRIDAY).taken == 0
    assert town.told().count("closure.declared") == 1


def test_only_what_is_named_is_closed(town: Town) -> None:
    declare(town, date(2026, 12, 2), activity_code="mercredi", slot="matin")
    closed = "SELECT count(*) FROM session WHERE closed_because <> ''"
    assert town.count(closed) == 1
    declare(town, FRIDAY, place_code=mother.SCHOOL)
    assert town.count(closed) == 2
    assert declare(town, FRIDAY, place_code="ailleurs").sessions == 0


def test_whoever_waited_waits_no_more_and_what_was_held_is_free(town: Town) -> None:
    little = Group(code="petits", label="3-5 ans", youngest=3, oldest=11, capacity=1)
    town.run(mother.canteen(capacity=1, waiting=Waiting(), groups=(little,)), FRIDAY, FRIDAY)
    (ana, anas), (bob, bobs), (cid, cids) = (town.pupil() for _ in range(3))
    session_id = town.session_on(FRIDAY).session_id
    for child_id, parent in ((ana, anas), (bob, bobs), (cid, cids)):
        ask = ChangeBookings(
            command_id=uuid4(), child_id=child_id, additions=[session_id], waits=[session_id]
        )
        town.change(ask, parent)
    town.change(ChangeBookings(command_id=uuid4(), child_id=ana, removals=[session_id]), anas)
    view = declare(town)
    assert view.bookings == 0
    assert town.count("SELECT count(*) FROM waiting_place WHERE state = 'closed'") == 2
    assert town.session_on(FRIDAY).taken == 0
    assert town.count("SELECT sum(taken) FROM session_group") == 0
    lift(town, view)
    assert town.book(cid, cids, FRIDAY).changed


def test_a_session_that_was_checked_has_taken_place(town: Town) -> None:
    child_id, parent = town.pupil()
    town.book(child_id, parent, FRIDAY)
    noon = datetime(2026, 12, 4, 13, tzinfo=PARIS)
    agent = mother.agent(Role.ATTENDANCE)
    with town.begin() as session:
        sheet = sheets.roll_call(
            session, RollCall(place_code=mother.SCHOOL, activity_code="cantine", day=FRIDAY), agent
        )
        assert sheet.session_id
        ask = SettleAttendance(
            command_id=uuid4(),
            session_id=sheet.session_id,
            version=0,
            lines=[{"child_id": child_id, "mark": "present"}],
        )
        sheets.settle(session, ask, agent, noon)
    with town.begin() as session:
        assert closures.preview(session, Scope(first=FRIDAY, last=FRIDAY)).checked == 1
    assert declare(town, now=noon).bookings == 0
    assert town.count("SELECT count(*) FROM booking WHERE cancelled_at IS NULL") == 1


def test_a_closed_session_has_no_roll_call_to_do(town: Town) -> None:
    child_id, parent = town.pupil()
    town.book(child_id, parent, FRIDAY)
    session_id = town.session_on(FRIDAY).session_id
    declare(town)
    agent = mother.agent(Role.ATTENDANCE)
    with town.begin() as session:
        desk = attendance_desk.desk(session, AttendanceDesk(day=MONDAY), agent)
        assert (desk.missing, desk.missing_total) == ([], 0)
        sheet = sheets.roll_call(
            session, RollCall(place_code=mother.SCHOOL, activity_code="cantine", day=FRIDAY), agent
        )
    assert (sheet.session_id, sheet.closed_because) == (None, STRIKE)
    ask = SettleAttendance(command_id=uuid4(), session_id=session_id, version=0, lines=[])
    with pytest.raises(SessionClosed), town.begin() as session:
        sheets.settle(session, ask, agent, datetime(2026, 12, 4, 13, tzinfo=PARIS))


def test_a_lifted_closure_opens_books_nobody_and_tells_who_had_booked(town: Town) -> None:
    child_id, parent = town.pupil()
    town.book(child_id, parent, FRIDAY)
    view = declare(town)
    lifted = lift(town, view)
    assert (lifted.lifted_at, lifted.lifted_by) == (NOW, "Agente Barbier")
    assert cell(town, child_id, parent).state is CellState.OPEN
    assert [len(each["days"]) for each in bodies(town, "days.reopened")] == [1]
    lift(town, view)
    assert town.told().count("closure.lifted") == 1
    assert town.book(child_id, parent, FRIDAY).changed


def test_what_another_closure_closes_stays_closed(town: Town) -> None:
    whole, part = declare(town, FRIDAY, MONDAY), declare(town, FRIDAY, activity_code="cantine")
    lift(town, whole)
    assert town.session_on(FRIDAY).closed_because == STRIKE
    assert town.session_on(MONDAY).closed_because == ""
    lift(town, part)
    assert town.session_on(FRIDAY).closed_because == ""


def test_sessions_opened_later_in_a_closed_period_are_closed(town: Town) -> None:
    january = date(2027, 1, 4)
    declare(town, january)
    with town.begin() as session:
        offer.open_sessions(session, mother.open_sessions("cantine", january, date(2027, 1, 5)), SYSTEM)
    assert town.session_on(january).closed_because == STRIKE
    assert town.session_on(date(2027, 1, 5)).closed_because == ""


def test_the_number_of_statements_does_not_grow_with_the_bookings(town: Town, statements: Statements) -> None:
    for child_id, parent in [town.pupil() for _ in range(6)]:
        town.book(child_id, parent, FRIDAY, MONDAY)
    with statements:
        declare(town, FRIDAY)
    few = len(statements.run)
    for child_id, parent in [town.pupil() for _ in range(12)]:
        town.book(child_id, parent, MONDAY)
    statements.run.clear()
    with statements:
        declare(town, MONDAY)
    assert len(statements.run) == few


def test_only_the_administration_and_only_days_to_come(town: Town) -> None:
    ask = DeclareClosure(command_id=uuid4(), scope=Scope(first=FRIDAY, last=FRIDAY), reason=STRIKE)
    with pytest.raises(NotAllowed), town.begin() as session:
        closures.declare(session, ask, mother.agent(Role.REQUESTS), NOW)
    with pytest.raises(NothingToClose):
        declare(town, date(2026, 10, 1))
    with pytest.raises(NotFound), town.begin() as session:
        closures.lift(session, LiftClosure(command_id=uuid4(), closure_id=uuid4()), ADMIN, NOW)


def test_the_calendar_says_holidays_and_closures(town: Town) -> None:
    declare(town)
    with town.begin() as session:
        view = closures.show_calendar(session, ShowCalendar(), ADMIN, NOW)
    assert (view.label, [each.reason for each in view.closures]) == ("2026-2027", [STRIKE])
    assert any("Noël" in each.holiday_name for each in view.holidays)
    assert date(2027, 5, 1) in {each.day for each in view.public_holidays}


@pytest.mark.parametrize("attempt", range(4))
def test_nobody_has_a_booking_on_a_session_that_was_being_closed(town: Town, attempt: int) -> None:
    pupils = [town.pupil() for _ in range(8)]
    for child_id, parent in pupils[:4]:
        town.book(child_id, parent, FRIDAY)
    session_id = town.session_on(FRIDAY).session_id
    together = Barrier(len(pupils) + 1)

    def live(number: int) -> None:
        together.wait()
        if number == len(pupils):
            declare(town)
            return
        child_id, parent = pupils[number]
        days = {"removals": [session_id]} if number < 4 else {"additions": [session_id]}
        town.change(ChangeBookings(command_id=uuid4(), child_id=child_id, **days), parent)  # type: ignore[arg-type]

    with ThreadPoolExecutor(len(pupils) + 1) as threads:
        list(threads.map(live, range(len(pupils) + 1)))
    assert town.count("SELECT count(*) FROM booking WHERE cancelled_at IS NULL") == 0
    assert town.session_on(FRIDAY).taken == 0
    changes = town.count("SELECT count(*) + count(cancelled_at) FROM booking")
    assert town.count("SELECT count(*) FROM proof") == changes
    assert town.count("SELECT count(*) FROM outbox WHERE name LIKE 'booking.%'") == changes
