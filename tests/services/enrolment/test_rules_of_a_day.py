"""What else decides of a day: its opening, the child's age, what goes with it, the home it belongs to."""

from datetime import date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.clock import PARIS
from contracts.caller import Caller, Role
from contracts.enrolment.bookings import (
    BookingAnswer,
    BookingProofs,
    CellState,
    ChangeBookings,
    MonthPage,
    Refusal,
)
from contracts.enrolment.terms import Eligibility, Grain, Group, Link, Opening, Window
from contracts.events.accounts import CustodySpan, CustodyUpdated
from enrolment.booking import months, places, proofs
from enrolment.household import custody, families
from enrolment.models import Booking
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town

FRIDAY = date(2026, 12, 4)
OPENS = datetime(2026, 11, 30, 8, tzinfo=PARIS)
EARLIER = datetime(2026, 11, 27, 8, tzinfo=PARIS)
AT_FIRST = Opening(first=FRIDAY, last=FRIDAY, window=Window(opens_at=OPENS, residents_from=EARLIER))


def book(
    town: Town,
    child_id: UUID,
    parent: Caller,
    *slots: str,
    day: date = FRIDAY,
    now: datetime = NOW,
    **more: object,
) -> BookingAnswer:
    ask = ChangeBookings(
        command_id=uuid4(),
        child_id=child_id,
        additions=[town.session_on(day, slot=slot).session_id for slot in slots or ("",)],
        **more,  # type: ignore[arg-type]
    )
    return town.change(ask, parent, now)


def cancel(town: Town, child_id: UUID, parent: Caller, *slots: str, day: date = FRIDAY) -> BookingAnswer:
    removals = [town.session_on(day, slot=slot).session_id for slot in slots or ("",)]
    return town.change(ChangeBookings(command_id=uuid4(), child_id=child_id, removals=removals), parent)


def whys(answer: BookingAnswer) -> list[tuple[str, Refusal]]:
    return [(each.slot, each.why) for each in answer.refused]


def states(town: Town, child_id: UUID, parent: Caller, now: datetime = NOW) -> dict[date, CellState]:
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=FRIDAY), parent, now)
    return {each.day: each.cells[0].state for each in view.days if each.cells}


def test_nobody_books_before_the_opening_and_residents_book_first(town: Town) -> None:
    town.run(mother.canteen(openings=(AT_FIRST,)), FRIDAY, FRIDAY)
    (near, nears), (far, fars) = town.pupil(), town.pupil(resident=False)
    [refused] = book(town, near, nears).refused
    assert (refused.why, refused.opens_at) == (Refusal.NOT_OPEN, EARLIER)
    assert states(town, near, nears)[FRIDAY] is CellState.NOT_OPEN
    assert book(town, near, nears, now=EARLIER).changed
    [refused] = book(town, far, fars, now=EARLIER).refused
    assert (refused.why, refused.opens_at) == (Refusal.NOT_OPEN, OPENS)
    assert book(town, far, fars, now=OPENS).changed


def test_a_window_that_ends_before_the_deadline_is_said_wherever_the_day_is(town: Town) -> None:
    ends = datetime(2026, 11, 24, 18, tzinfo=PARIS)
    until = Opening(first=FRIDAY, last=FRIDAY, window=Window(closes_at=ends))
    town.run(mother.canteen(openings=(until,)), FRIDAY, FRIDAY)
    child_id, parent = town.pupil()

    def cell(now: datetime) -> tuple[CellState, datetime | None]:
        with town.begin() as session:
            view = months.month(session, MonthPage(child_id=child_id, month=FRIDAY), parent, now)
        return next(
            (each.cells[0].state, each.cells[0].closes_at) for each in view.days if each.day == FRIDAY
        )

    assert cell(NOW) == (CellState.OPEN, ends)
    assert cell(ends) == (CellState.LOCKED, ends)
    [refused] = book(town, child_id, parent, now=ends).refused
    assert (refused.why, refused.closes_at) == (Refusal.TOO_LATE, ends)
    assert refused.rule_sentence.replace("\u00a0", " ") == "jusqu’au 24 novembre 2026 à 18 h"


def test_an_agent_may_book_before_the_opening(town: Town) -> None:
    town.run(mother.canteen(openings=(AT_FIRST,)), FRIDAY, FRIDAY)
    child = mother.child()
    family_id, [parent] = town.family(child)
    town.enrol(child.child_id, parent)
    agent = mother.agent(Role.REQUESTS)
    assert book(town, child.child_id, agent, family_id=family_id, late=True).changed


def test_the_age_is_asked_of_each_day(town: Town) -> None:
    town.run(mother.canteen(eligibility=Eligibility(youngest=3)), FRIDAY, FRIDAY)
    child_id, parent = town.pupil(birth_date=date(2023, 12, 8))
    assert whys(book(town, child_id, parent)) == [("", Refusal.NOT_OF_AGE)]
    found = states(town, child_id, parent)
    assert (found[FRIDAY], found[date(2026, 12, 8)]) == (CellState.NOT_OF_AGE, CellState.OPEN)


def test_each_age_has_its_places(town: Town) -> None:
    little = Group(code="petits", label="3-5 ans", youngest=3, oldest=5, capacity=1)
    big = Group(code="grands", label="6-11 ans", youngest=6, oldest=11, capacity=5)
    town.run(mother.canteen(capacity=5, groups=(little, big)), FRIDAY, FRIDAY)
    first, second = (town.pupil(birth_date=date(2021, 5, 4)) for _ in range(2))
    assert book(town, *first).changed
    assert whys(book(town, *second)) == [("", Refusal.FULL)]
    assert states(town, *second)[FRIDAY] is CellState.FULL
    assert book(town, *town.pupil(birth_date=date(2018, 5, 4))).changed
    cancel(town, *first)
    assert book(town, *second).changed
    baby = town.pupil(birth_date=date(2024, 5, 4))
    assert whys(book(town, *baby)) == [("", Refusal.NOT_OF_AGE)]


def test_groups_set_later_count_what_is_booked_already(town: Town) -> None:
    town.run(mother.canteen(capacity=5), FRIDAY, FRIDAY)
    booked = [town.pupil(birth_date=date(2021, 5, 4)) for _ in range(2)]
    for each in booked:
        book(town, *each)
    little = Group(code="petits", label="3-5 ans", youngest=3, oldest=5, capacity=1)
    town.run(mother.canteen(capacity=5, groups=(little,)), FRIDAY, FRIDAY)
    assert town.count("SELECT taken * 10 + capacity FROM session_group WHERE taken > 0") == 22
    cancel(town, *booked[0])
    assert town.count("SELECT taken FROM session_group WHERE capacity > 1") == 1


def test_groups_of_other_ages_count_what_was_booked_in_the_old_ones(town: Town) -> None:
    def run(*groups: tuple[int, int, int]) -> None:
        made = tuple(
            Group(code=f"{a}-{b}", label=f"{a}-{b} ans", youngest=a, oldest=b, capacity=n)
            for a, b, n in groups
        )
        town.run(mother.canteen(capacity=5, groups=made), FRIDAY, FRIDAY)

    run((3, 5, 2), (6, 11, 2))
    five, six = town.pupil(birth_date=date(2021, 5, 4)), town.pupil(birth_date=date(2020, 5, 4))
    assert book(town, *five).changed
    assert book(town, *six).changed
    run((3, 6, 2), (7, 11, 2))
    assert whys(book(town, *town.pupil(birth_date=date(2021, 5, 4)))) == [("", Refusal.FULL)]
    assert cancel(town, *six).changed
    assert book(town, *town.pupil(birth_date=date(2021, 5, 4))).changed
    run()
    assert (
        town.count(
            "SELECT count(*) FROM session_group JOIN session USING (session_id) WHERE day = '2026-12-04'"
        )
        == 0
    )
    assert cancel(town, *five).changed
    run((3, 5, 1))
    assert town.count("SELECT sum(taken) FROM session_group") == 1


HALF_DAYS = ("matin", "repas", "après-midi")
LUNCH = Link(slot="repas", needs=frozenset({"matin", "après-midi"}))


@pytest.fixture
def pupil(town: Town) -> tuple[UUID, Caller]:
    """Enrolled where lunch needs a half-day, with one place in the morning."""
    town.run(mother.canteen(code="midi", slots=HALF_DAYS, links=(LUNCH,), capacity=3), FRIDAY, FRIDAY)
    return town.pupil("midi")


def lunch(
    town: Town, child_id: UUID, parent: Caller, add: list[str], remove: list[str] | None = None
) -> BookingAnswer:
    def ids(slots: list[str]) -> list[UUID]:
        return [town.session_on(FRIDAY, "midi", slot).session_id for slot in slots]

    ask = ChangeBookings(
        command_id=uuid4(), child_id=child_id, additions=ids(add), removals=ids(remove or [])
    )
    return town.change(ask, parent)


def test_no_lunch_without_a_half_day(town: Town, pupil: tuple[UUID, Caller]) -> None:
    [refused] = lunch(town, *pupil, ["repas"]).refused
    assert (refused.why, refused.needs) == (Refusal.NEEDS_ANOTHER, ["après-midi", "matin"])
    assert len(lunch(town, *pupil, ["repas", "matin"]).changed) == 2
    assert whys(lunch(town, *pupil, [], ["matin"])) == [("matin", Refusal.STILL_NEEDED)]
    assert len(lunch(town, *pupil, ["après-midi"], ["matin"]).changed) == 2
    assert len(lunch(town, *pupil, [], ["repas", "après-midi"]).changed) == 2


def test_a_lunch_whose_half_day_is_full_is_not_booked_alone(town: Town, pupil: tuple[UUID, Caller]) -> None:
    for _ in range(3):
        assert lunch(town, *town.pupil("midi"), ["matin"]).changed
    assert whys(lunch(town, *pupil, ["repas", "matin"])) == [("matin", Refusal.FULL), ("repas", Refusal.FULL)]
    assert town.session_on(FRIDAY, "midi", "repas").taken == 0


def test_a_week_is_booked_whole_or_not_at_all(town: Town) -> None:
    town.run(mother.canteen(booked_by=Grain.WEEK, capacity=1), date(2026, 12, 7), date(2026, 12, 11))
    child_id, parent = town.pupil()
    tuesday = date(2026, 12, 8)
    assert [each.day.day for each in book(town, child_id, parent, day=tuesday).changed] == [7, 8, 10, 11]
    other = town.pupil()
    assert {why for _, why in whys(book(town, *other, day=date(2026, 12, 11)))} == {Refusal.FULL}
    assert [each.made for each in cancel(town, child_id, parent, day=tuesday).changed] == [False] * 4
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=FRIDAY), parent, NOW)
    weeks = {cell.week_of for day in view.days if 7 <= day.day.day <= 11 for cell in day.cells}
    assert weeks == {town.session_on(date(2026, 12, 7)).session_id}


def test_a_week_that_has_begun_to_close_is_closed_whole(town: Town) -> None:
    town.run(mother.canteen(booked_by=Grain.WEEK), date(2026, 12, 7), date(2026, 12, 11))
    child_id, parent = town.pupil()
    thursday = datetime(2026, 12, 3, 12, tzinfo=PARIS)  # Monday has closed at nine
    answer = book(town, child_id, parent, day=date(2026, 12, 11), now=thursday)
    assert not answer.changed
    assert {why for _, why in whys(answer)} == {Refusal.TOO_LATE}


@pytest.fixture
def shared(town: Town) -> tuple[UUID, Caller, Caller, UUID, UUID]:
    """A child of two homes: with the first until Thursday, with the second from Friday on. (child, parents, families)."""
    child = mother.child()
    first, [mum] = town.family(child)
    second, [dad] = town.family(child)
    town.enrol(child.child_id, mum)
    spans = [
        CustodySpan(first=date(2026, 11, 1), last=date(2026, 12, 3), family_id=first),
        CustodySpan(first=FRIDAY, last=date(2026, 12, 31), family_id=second),
    ]
    with town.begin() as session:
        custody.keep(session, CustodyUpdated(child_id=child.child_id, agreement_id=uuid4(), spans=spans))
    return child.child_id, mum, dad, first, second


def test_the_custody_calendar_decides_whose_booking_it_is(
    town: Town, shared: tuple[UUID, Caller, Caller, UUID, UUID]
) -> None:
    child_id, mum, dad, first, second = shared
    book(town, child_id, mum)
    book(town, child_id, dad, day=date(2026, 12, 3))
    with town.begin() as session:
        owners = {each.family_id for each in session.query(Booking)}
        assert owners == {first, second}
        mine = proofs.list_proofs(session, BookingProofs(), mum).proofs
        theirs = proofs.list_proofs(session, BookingProofs(), dad).proofs
    # Each has the proof of what they did, and of what is booked for their home.
    assert [[each.day.day for each in found] for found in (mine, theirs)] == [[3, 4], [3, 4]]
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=FRIDAY), mum, NOW)
    cells = {each.day.day: each.cells[0] for each in view.days if each.cells}
    assert (cells[3].state, cells[3].other_home) == (CellState.BOOKED, False)
    assert (cells[4].state, cells[4].other_home) == (CellState.BOOKED, True)


def test_either_parent_cancels_a_day_of_the_calendar(
    town: Town, shared: tuple[UUID, Caller, Caller, UUID, UUID]
) -> None:
    child_id, mum, dad, _, second = shared
    book(town, child_id, dad)
    assert cancel(town, child_id, mum).changed
    facts = "SELECT count(*) FROM outbox WHERE name LIKE 'booking.%' AND body LIKE :family"
    with town.begin() as session:
        assert session.execute(text(facts), {"family": f'%"{second}"%'}).scalar_one() == 2


def test_without_a_calendar_the_other_homes_day_is_theirs(town: Town) -> None:
    child = mother.child()
    _, [mum] = town.family(child)
    _, [dad] = town.family(child)
    town.enrol(child.child_id, mum)
    book(town, child.child_id, dad)
    assert whys(cancel(town, child.child_id, mum)) == [("", Refusal.ELSEWHERE)]
    assert states(town, child.child_id, mum)[FRIDAY] is CellState.ELSEWHERE
    with town.begin() as session:
        assert families.families_of(session, mum.account_id)  # type: ignore[arg-type]


WEEK = (date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 10), date(2026, 12, 11))


def reopened_week(town: Town) -> tuple[UUID, Caller]:
    """A week that is booked whole, but for a Tuesday that was closed, then opened again."""
    town.run(mother.canteen(booked_by=Grain.WEEK), WEEK[0], WEEK[-1])
    child_id, parent = town.pupil()
    book(town, child_id, parent, day=WEEK[0])
    tuesday = town.session_on(WEEK[1]).session_id
    with town.begin() as session:
        places.close(session, [tuesday], "Grève", NOW)
        session.execute(
            text("UPDATE session SET closed_because = '' WHERE session_id = :id"), {"id": tuesday}
        )
    return child_id, parent


def test_a_day_of_the_week_that_was_closed_can_be_had_back_alone(town: Town) -> None:
    child_id, parent = reopened_week(town)
    assert [each.day for each in book(town, child_id, parent, day=WEEK[1]).changed] == [WEEK[1]]


def test_a_week_that_lacks_a_day_is_given_back_all_the_same(town: Town) -> None:
    child_id, parent = reopened_week(town)
    answer = cancel(town, child_id, parent, day=WEEK[0])
    assert [each.day for each in answer.changed] == [WEEK[0], *WEEK[2:]]
    assert answer.refused == []


def test_what_is_booked_of_a_week_stands_apart_from_what_is_not(town: Town) -> None:
    child_id, parent = reopened_week(town)
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=FRIDAY), parent, NOW)
    cells = {each.day: each.cells[0] for each in view.days if each.day in WEEK}
    monday, tuesday = cells[WEEK[0]].session_id, cells[WEEK[1]].session_id
    assert [cells[day].week_of for day in WEEK] == [monday, tuesday, monday, monday]


def test_a_week_with_a_full_day_is_shown_full(town: Town) -> None:
    town.run(mother.canteen(booked_by=Grain.WEEK, capacity=3), WEEK[0], WEEK[-1])
    child_id, parent = town.pupil()
    with town.begin() as session:
        session.execute(text("UPDATE session SET taken = 3 WHERE day = :day"), {"day": WEEK[2]})
    shown = states(town, child_id, parent)
    assert [shown[day] for day in WEEK] == [CellState.FULL, CellState.OPEN, CellState.FULL, CellState.OPEN]
    assert {why for _, why in whys(book(town, child_id, parent, day=WEEK[0]))} == {Refusal.FULL}


def test_what_goes_together_is_said_on_the_month(town: Town) -> None:
    links = (Link(slot="repas", needs=frozenset({"matin", "après-midi"})),)
    slots = ("matin", "repas", "après-midi")
    town.run(mother.canteen(slots=slots, links=links, meal_slots=frozenset()), FRIDAY, FRIDAY)
    child_id, parent = town.pupil()
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=FRIDAY), parent, NOW)
    assert view.activities[0].notes == [
        "« repas » ne se réserve pas seul, mais avec « matin » ou « après-midi » du même jour."
    ]
