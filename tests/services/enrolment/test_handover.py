"""A custody calendar that changes takes the bookings to come along to the home that has the day."""

import threading
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.clock import PARIS
from contracts.caller import Caller
from contracts.enrolment.bookings import BookingProofs, CellState, ChangeBookings, MonthPage
from contracts.events.accounts import CustodySpan, CustodyUpdated
from enrolment.booking import handover, months, proofs
from enrolment.household import custody
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Statements, Town

MONDAY, TUESDAY, THURSDAY, FRIDAY = (date(2026, 12, day) for day in (7, 8, 10, 11))
DAYS = (MONDAY, TUESDAY, THURSDAY, FRIDAY)


class Shared:
    """A child of two homes, a parent in each; no calendar yet. The first home has booked four days."""

    def __init__(self, town: Town) -> None:
        self.town = town
        child = mother.child()
        self.child_id = child.child_id
        self.first, [self.mum] = town.family(child)
        self.second, [self.dad] = town.family(child)
        town.enrol(self.child_id, self.mum)
        town.book(self.child_id, self.mum, *DAYS)

    def calendar(self, *with_second: date, now: datetime = NOW) -> None:
        """All of December with the first home, but for these days. The calendar is told as accounts tells it."""
        spans = []
        for day in range(1, 32):
            when = date(2026, 12, day)
            family_id = self.second if when in with_second else self.first
            spans.append(CustodySpan(first=when, last=when, family_id=family_id))
        self.tell(spans, now)

    def tell(self, spans: list[CustodySpan], now: datetime = NOW) -> None:
        fact = CustodyUpdated(child_id=self.child_id, agreement_id=uuid4() if spans else None, spans=spans)
        with self.town.begin() as session:
            handover.keep_calendar(session, fact, now)

    def owners(self) -> dict[date, UUID]:
        with self.town.begin() as session:
            rows = session.execute(
                text(
                    "SELECT s.day, b.family_id FROM booking b JOIN session s USING (session_id)"
                    " WHERE b.cancelled_at IS NULL ORDER BY s.day"
                )
            )
            return dict(rows.all())

    def facts(self, name: str) -> list[dict[str, Any]]:
        with self.town.begin() as session:
            rows = session.scalars(
                text("SELECT body::jsonb -> 'data' FROM outbox WHERE name = :name ORDER BY id"),
                {"name": name},
            )
            return list(rows)


@pytest.fixture
def shared(town: Town) -> Shared:
    return Shared(town)


def test_days_to_come_become_the_other_homes_and_nobody_loses_a_place(town: Town, shared: Shared) -> None:
    shared.calendar(THURSDAY, FRIDAY)
    assert shared.owners() == {
        MONDAY: shared.first,
        TUESDAY: shared.first,
        THURSDAY: shared.second,
        FRIDAY: shared.second,
    }
    assert [town.session_on(day).taken for day in DAYS] == [1, 1, 1, 1]


def test_each_move_has_its_two_proofs_and_facts_and_each_home_is_told_once(
    town: Town, shared: Shared
) -> None:
    with town.begin() as session:
        session.execute(text("DELETE FROM outbox"))
    shared.calendar(THURSDAY, FRIDAY)
    ended, begun = shared.facts("booking.cancelled"), shared.facts("booking.made")
    assert [(each["day"], each["family_id"]) for each in ended] == [
        (str(day), str(shared.first)) for day in (THURSDAY, FRIDAY)
    ]
    assert [(each["day"], each["family_id"]) for each in begun] == [
        (str(day), str(shared.second)) for day in (THURSDAY, FRIDAY)
    ]
    assert all(each["handed_over"] and each["changed_by"] is None for each in (*ended, *begun))
    assert {each["booking_id"] for each in ended}.isdisjoint({each["booking_id"] for each in begun})
    told = {each["family_id"]: each for each in shared.facts("days.handed_over")}
    assert [each["day"] for each in told[str(shared.first)]["lost"]] == [str(THURSDAY), str(FRIDAY)]
    assert [each["day"] for each in told[str(shared.second)]["gained"]] == [str(THURSDAY), str(FRIDAY)]
    assert told[str(shared.first)]["gained"] == told[str(shared.second)]["lost"] == []
    with town.begin() as session:
        mine = proofs.list_proofs(session, BookingProofs(limit=2), shared.mum).proofs
        theirs = proofs.list_proofs(session, BookingProofs(), shared.dad).proofs
    assert {(each.made, each.by, each.rule_sentence) for each in mine} == {
        (False, "la mairie", handover.TO_THE_OTHER)
    }
    assert [(each.day, each.made, each.rule_sentence) for each in theirs] == [
        (FRIDAY, True, handover.TO_YOURS),
        (THURSDAY, True, handover.TO_YOURS),
    ]


def test_the_same_calendar_told_again_moves_nothing(town: Town, shared: Shared) -> None:
    shared.calendar(THURSDAY)
    before = town.told()
    shared.calendar(THURSDAY)
    assert town.told() == before


def test_a_day_goes_there_and_back(shared: Shared) -> None:
    shared.calendar(THURSDAY)
    shared.calendar()
    assert set(shared.owners().values()) == {shared.first}
    assert len(shared.owners()) == 4


def test_a_day_that_can_no_longer_be_cancelled_stays_with_who_could_have(town: Town, shared: Shared) -> None:
    thursday_closed = datetime(2026, 12, 8, 9, tzinfo=PARIS)
    shared.calendar(*DAYS, now=thursday_closed)
    assert shared.owners() == {
        MONDAY: shared.first,
        TUESDAY: shared.first,
        THURSDAY: shared.first,
        FRIDAY: shared.second,
    }


def test_a_checked_day_stays(town: Town, shared: Shared) -> None:
    session_id = town.session_on(MONDAY).session_id
    with town.begin() as session:
        session.execute(
            text(
                "INSERT INTO sheet (session_id, version, settled_at, settled_by_name, lines)"
                " VALUES (:session_id, 1, now(), '', '[]')"
            ),
            {"session_id": session_id},
        )
    shared.calendar(MONDAY, TUESDAY)
    assert shared.owners()[MONDAY] == shared.first
    assert shared.owners()[TUESDAY] == shared.second


def test_without_a_calendar_any_more_each_booking_stays_where_it_is(shared: Shared) -> None:
    shared.calendar(THURSDAY)
    before = shared.owners()
    shared.tell([])
    assert shared.owners() == before


def test_a_calendar_of_a_child_nobody_knows_yet_is_kept(town: Town) -> None:
    spans = [CustodySpan(first=MONDAY, last=FRIDAY, family_id=uuid4())]
    child_id = uuid4()
    with town.begin() as session:
        handover.keep_calendar(
            session, CustodyUpdated(child_id=child_id, agreement_id=uuid4(), spans=spans), NOW
        )
        assert custody.family_on(session, child_id, MONDAY) == spans[0].family_id


def test_both_parents_see_the_days_and_whose_they_are(town: Town, shared: Shared) -> None:
    shared.calendar(THURSDAY)
    seen = []
    for caller in (shared.mum, shared.dad):
        with town.begin() as session:
            view = months.month(session, MonthPage(child_id=shared.child_id, month=MONDAY), caller, NOW)
        cells = {each.day: each.cells[0] for each in view.days if each.cells}
        seen.append([(cells[day].state, cells[day].other_home) for day in (MONDAY, THURSDAY)])
    booked = CellState.BOOKED
    assert seen == [[(booked, False), (booked, True)], [(booked, True), (booked, False)]]


def test_twenty_days_move_in_as_many_statements_as_two(
    town: Town, shared: Shared, statements: Statements
) -> None:
    with statements:
        shared.calendar(MONDAY)
    few = len(statements.run)
    statements.run.clear()
    with statements:
        shared.calendar(TUESDAY, THURSDAY, FRIDAY)
    assert len(statements.run) == few <= 13


def test_saves_and_calendars_at_once_leave_each_day_with_its_home(town: Town, shared: Shared) -> None:
    """Both parents save while calendars come: no place is lost or doubled, no booking is of the wrong home."""
    failures: list[BaseException] = []

    def guarded(act: Any) -> None:
        try:
            for _ in range(5):
                act()
        except BaseException as failure:  # the test must see it, whatever it is
            failures.append(failure)

    def save(caller: Caller) -> None:
        ids = [town.session_on(day).session_id for day in (TUESDAY, FRIDAY)]
        for changes in ({"removals": ids}, {"additions": ids}):
            town.change(ChangeBookings(command_id=uuid4(), child_id=shared.child_id, **changes), caller)

    acts = [
        lambda: save(shared.mum),
        lambda: save(shared.dad),
        lambda: shared.calendar(TUESDAY),
        lambda: shared.calendar(FRIDAY),
    ]
    shared.calendar(TUESDAY)
    threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    shared.calendar(FRIDAY)
    owners = shared.owners()
    assert {day: owner for day, owner in owners.items() if day == FRIDAY} in ({}, {FRIDAY: shared.second})
    assert all(owner == shared.first for day, owner in owners.items() if day != FRIDAY)
    live = "SELECT count(*) FROM booking WHERE cancelled_at IS NULL"
    assert town.count("SELECT sum(taken) FROM session") == town.count(live)
    made = town.count("SELECT count(*) FROM proof WHERE made")
    assert made - town.count("SELECT count(*) FROM proof WHERE NOT made") == town.count(live)
