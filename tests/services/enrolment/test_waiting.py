"""The line of a full session: joined, served in order, held for a time, given to the next. Never oversold, never idle."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.clock import PARIS
from contracts.caller import SYSTEM, Caller
from contracts.enrolment.bookings import BookingAnswer, CellState, ChangeBookings, MonthPage, Refusal
from contracts.enrolment.terms import Grain, Group, Link, Waiting, WaitingOrder
from contracts.enrolment.waiting import LeaveWaiting, OfferOver, ShowLine, WaitingLists
from contracts.errors import NotFound
from contracts.events.waiting import WaitingState
from enrolment.booking import months, waiting, waiting_views
from enrolment.catalogue import capacities
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Town

FRIDAY = date(2026, 12, 4)
CLOSING = datetime(2026, 12, 2, 9, tzinfo=PARIS)
TWO_DAYS = Waiting(hours=48)


@pytest.fixture
def small(town: Town) -> Town:
    """The canteen has one place a day, and a line of 48 hours."""
    town.run(mother.canteen(capacity=1, waiting=TWO_DAYS), FRIDAY, FRIDAY)
    return town


def ask_for(
    town: Town, child_id: UUID, parent: Caller, day: date = FRIDAY, now: datetime = NOW, **more: Any
) -> BookingAnswer:
    """Books the day, or joins its line."""
    session_id = town.session_on(day).session_id
    ask = ChangeBookings(
        command_id=uuid4(), child_id=child_id, additions=[session_id], **({"waits": [session_id]} | more)
    )
    return town.change(ask, parent, now)


def give_back(
    town: Town, child_id: UUID, parent: Caller, day: date = FRIDAY, now: datetime = NOW
) -> BookingAnswer:
    ask = ChangeBookings(command_id=uuid4(), child_id=child_id, removals=[town.session_on(day).session_id])
    return town.change(ask, parent, now)


def cell(town: Town, child_id: UUID, parent: Caller, day: date = FRIDAY, now: datetime = NOW) -> Any:
    with town.begin() as session:
        view = months.month(session, MonthPage(child_id=child_id, month=day), parent, now)
    return next(each.cells[0] for each in view.days if each.day == day)


def line(town: Town) -> list[tuple[UUID, str]]:
    """(child, state) of those in the line, in the order of asking."""
    with town.begin() as session:
        rows = session.execute(text("SELECT child_id, state FROM waiting_place ORDER BY number"))
        return [(child_id, state) for child_id, state in rows]


def leave(town: Town, parent: Caller, child_id: UUID, now: datetime = NOW) -> None:
    with town.begin() as session:
        found = waiting_views.of_account(session, parent.account_id, NOW)  # type: ignore[arg-type]
        waiting_id = next(each.waiting_id for each in found if each.child_id == child_id)
    with town.begin() as session:
        waiting.leave(session, LeaveWaiting(command_id=uuid4(), waiting_id=waiting_id), parent, now)


def end_what_is_over(town: Town, now: datetime) -> list[bool]:
    with town.begin() as session:
        over = waiting.due(session, now)
    done = []
    for waiting_id in over:
        with town.begin() as session:
            done.append(waiting.lapse(session, waiting_id, now))
    return done


def test_who_finds_no_place_joins_the_line_and_sees_where(small: Town) -> None:
    (ana, anas), (bob, bobs), (cid, cids) = (small.pupil() for _ in range(3))
    assert ask_for(small, ana, anas).changed
    [refused] = ask_for(small, bob, bobs).refused
    assert (refused.why, refused.place_in_line) == (Refusal.FULL, 1)
    assert ask_for(small, cid, cids).refused[0].place_in_line == 2
    assert (cell(small, cid, cids).state, cell(small, cid, cids).place_in_line) == (CellState.WAITING, 2)
    assert ask_for(small, cid, cids).refused[0].place_in_line is None  # already there: no second row
    assert [state for _, state in line(small)] == ["waiting", "waiting"]


def test_a_freed_place_is_held_for_the_first_and_nobody_else_can_take_it(small: Town) -> None:
    (ana, anas), (bob, bobs), (cid, cids) = (small.pupil() for _ in range(3))
    ask_for(small, ana, anas)
    ask_for(small, bob, bobs)
    give_back(small, ana, anas)
    assert small.session_on(FRIDAY).taken == 1
    offered = cell(small, bob, bobs)
    assert (offered.state, offered.offer_ends_at) == (CellState.OFFERED, NOW + timedelta(hours=48))
    assert ask_for(small, cid, cids).refused[0].why is Refusal.FULL
    assert ask_for(small, bob, bobs).changed
    assert small.session_on(FRIDAY).taken == 1
    assert line(small) == [(bob, "taken"), (cid, "waiting")]
    assert small.told().count("place.offered") == 1
    assert small.count("SELECT count(*) FROM proof") == 3


def test_an_offer_never_outlives_the_deadline_of_its_day(small: Town) -> None:
    (ana, anas), (bob, bobs) = (small.pupil() for _ in range(2))
    ask_for(small, ana, anas)
    ask_for(small, bob, bobs)
    late = CLOSING - timedelta(hours=3)
    give_back(small, ana, anas, now=late)
    assert cell(small, bob, bobs, now=late).offer_ends_at == CLOSING


def test_an_offer_not_taken_in_time_goes_to_the_next(small: Town) -> None:
    (ana, anas), (bob, bobs), (cid, cids) = (small.pupil() for _ in range(3))
    for child_id, parent in ((ana, anas), (bob, bobs), (cid, cids)):
        ask_for(small, child_id, parent)
    give_back(small, ana, anas)
    over = NOW + timedelta(hours=48)
    assert end_what_is_over(small, over) == [True]
    assert ask_for(small, bob, bobs, now=over, waits=[]).refused[0].why is Refusal.FULL
    assert line(small) == [(bob, "lapsed"), (cid, "offered")]
    assert cell(small, cid, cids, now=over).offer_ends_at == over + timedelta(hours=48)
    assert small.session_on(FRIDAY).taken == 1
    assert end_what_is_over(small, over) == []


def test_before_the_timer_whoever_comes_late_finds_the_offer_over_and_goes_behind(small: Town) -> None:
    (ana, anas), (bob, bobs), (cid, cids) = (small.pupil() for _ in range(3))
    for child_id, parent in ((ana, anas), (bob, bobs), (cid, cids)):
        ask_for(small, child_id, parent)
    give_back(small, ana, anas)
    over = NOW + timedelta(hours=48)
    [refused] = ask_for(small, bob, bobs, now=over).refused
    assert (refused.why, refused.place_in_line) == (Refusal.FULL, 1)
    assert line(small) == [(bob, "lapsed"), (cid, "offered"), (bob, "waiting")]
    assert end_what_is_over(small, over) == []


def test_before_the_timer_a_place_that_nobody_took_is_free(small: Town) -> None:
    (ana, anas), (bob, bobs), (cid, cids) = (small.pupil() for _ in range(3))
    ask_for(small, ana, anas)
    ask_for(small, bob, bobs)
    give_back(small, ana, anas)
    assert ask_for(small, cid, cids, now=NOW + timedelta(hours=48), waits=[]).changed
    assert line(small) == [(bob, "lapsed")]
    assert small.session_on(FRIDAY).taken == 1


def test_a_line_ends_with_the_time_to_book_and_those_who_wait_are_told(small: Town) -> None:
    (ana, anas), (bob, bobs) = (small.pupil() for _ in range(2))
    ask_for(small, ana, anas)
    ask_for(small, bob, bobs)
    for now, ended in ((CLOSING - timedelta(minutes=1), []), (CLOSING, [1]), (CLOSING, [])):
        with small.begin() as session:
            over = waiting.over(session, now)
        with small.begin() as session:
            assert [waiting.end_line(session, each, now) for each in over] == ended
    assert line(small) == [(bob, "over")]
    assert small.told().count("waiting.ended") == 1
    with small.begin() as session:
        assert waiting_views.of_account(session, bobs.account_id, CLOSING) == []  # type: ignore[arg-type]


def test_the_last_offer_that_lapses_leaves_a_free_place(small: Town) -> None:
    (ana, anas), (bob, bobs), (cid, cids) = (small.pupil() for _ in range(3))
    ask_for(small, ana, anas)
    ask_for(small, bob, bobs)
    give_back(small, ana, anas)
    over = NOW + timedelta(hours=48)
    end_what_is_over(small, over)
    assert small.session_on(FRIDAY).taken == 0
    assert ask_for(small, cid, cids, now=over).changed


def test_an_offer_refused_goes_to_the_next_and_cannot_be_refused_twice(small: Town) -> None:
    (ana, anas), (bob, bobs), (cid, cids) = (small.pupil() for _ in range(3))
    for child_id, parent in ((ana, anas), (bob, bobs), (cid, cids)):
        ask_for(small, child_id, parent)
    give_back(small, ana, anas)
    with small.begin() as session:
        [mine] = waiting_views.of_account(session, bobs.account_id, NOW)  # type: ignore[arg-type]
    ask = LeaveWaiting(command_id=uuid4(), waiting_id=mine.waiting_id)
    with pytest.raises(NotFound), small.begin() as session:
        waiting.leave(session, ask, cids, NOW)
    leave(small, bobs, bob)
    assert line(small) == [(bob, "left"), (cid, "offered")]
    ask_for(small, cid, cids)
    with small.begin() as session:
        waiting.leave(session, ask, bobs, NOW)  # again: nothing more to do
    with small.begin() as session:
        taken = session.execute(
            text("SELECT waiting_id FROM waiting_place WHERE state = 'taken'")
        ).scalar_one()
    with pytest.raises(OfferOver), small.begin() as session:
        waiting.leave(session, LeaveWaiting(command_id=uuid4(), waiting_id=taken), cids, NOW)


def test_residents_come_first_where_the_activity_says_so(town: Town) -> None:
    order = Waiting(order=WaitingOrder.RESIDENTS_FIRST, hours=24)
    town.run(mother.canteen(capacity=1, waiting=order), FRIDAY, FRIDAY)
    (ana, anas), (far, fars) = town.pupil(), town.pupil(resident=False)
    near, nears = town.pupil()
    for child_id, parent in ((ana, anas), (far, fars), (near, nears)):
        ask_for(town, child_id, parent)
    assert cell(town, near, nears).place_in_line == 1
    assert cell(town, far, fars).place_in_line == 2
    give_back(town, ana, anas)
    assert line(town) == [(far, "waiting"), (near, "offered")]


def test_more_places_serve_the_line_before_anybody_else(small: Town) -> None:
    pupils = [small.pupil() for _ in range(4)]
    for child_id, parent in pupils:
        ask_for(small, child_id, parent)
    with small.begin() as session:
        capacities.offer_activity(session, mother.offer(capacity=3), SYSTEM, NOW)
    assert [state for _, state in line(small)] == ["offered", "offered", "waiting"]
    assert small.session_on(FRIDAY).taken == 3


def test_after_the_deadline_nobody_is_offered_what_nobody_can_book(small: Town) -> None:
    (ana, anas), (bob, bobs) = (small.pupil() for _ in range(2))
    ask_for(small, ana, anas)
    ask_for(small, bob, bobs)
    with small.begin() as session:
        capacities.offer_activity(session, mother.offer(capacity=2), SYSTEM, CLOSING)
    assert line(small) == [(bob, "waiting")]


def test_the_agents_list_is_in_the_order_of_the_line(small: Town) -> None:
    pupils = [small.pupil() for _ in range(3)]
    for child_id, parent in pupils:
        ask_for(small, child_id, parent)
    with small.begin() as session:
        found = waiting_views.lists(session, WaitingLists(), SYSTEM, NOW.date())
        none = waiting_views.lists(session, WaitingLists(activity_code="mercredi"), SYSTEM, NOW.date())
    [view] = found.lines
    assert (none.lines, none.activities) == ([], {"cantine": "Restauration scolaire"})
    assert [(each.child_id, each.place_in_line) for each in view.waiting] == [
        (pupils[1][0], 1),
        (pupils[2][0], 2),
    ]
    assert (view.capacity, view.taken, view.order_sentence) == (1, 1, "dans l’ordre des demandes")


def test_the_page_of_a_line_keeps_who_was_in_it(small: Town) -> None:
    pupils = [small.pupil() for _ in range(4)]
    for child_id, parent in pupils:
        ask_for(small, child_id, parent)
    leave(small, pupils[1][1], pupils[1][0])
    give_back(small, *pupils[0])
    ask_for(small, *pupils[2], now=NOW + timedelta(hours=1))
    question = ShowLine(session_id=small.session_on(FRIDAY).session_id)
    with small.begin() as session:
        view = waiting_views.show(session, question, SYSTEM)
    assert [each.child_id for each in view.waiting] == [pupils[3][0]]
    assert [(each.state, each.ended_at) for each in view.ended] == [
        ("taken", NOW + timedelta(hours=1)),
        ("left", NOW),
    ]
    with small.begin() as session:
        nobody = waiting_views.show(
            session, ShowLine(session_id=small.session_on(date(2026, 12, 3)).session_id), SYSTEM
        )
    assert (nobody.waiting, nobody.ended) == ([], [])
    with pytest.raises(NotFound), small.begin() as session:
        waiting_views.show(session, ShowLine(session_id=uuid4()), SYSTEM)


LITTLE = Group(code="petits", label="3-5 ans", youngest=3, oldest=5, capacity=1)
BIG = Group(code="grands", label="6-11 ans", youngest=6, oldest=11, capacity=2)


def test_a_freed_place_goes_to_the_first_of_that_age(town: Town) -> None:
    town.run(mother.canteen(capacity=2, groups=(LITTLE, BIG), waiting=TWO_DAYS), FRIDAY, FRIDAY)
    five, eight = date(2021, 5, 4), date(2018, 5, 4)
    (ana, anas), (bob, bobs) = town.pupil(birth_date=five), town.pupil(birth_date=eight)
    (cid, cids), (dan, dans) = town.pupil(birth_date=five), town.pupil(birth_date=eight)
    for child_id, parent in ((ana, anas), (bob, bobs), (cid, cids), (dan, dans)):
        ask_for(town, child_id, parent)
    assert [cell(town, *each).place_in_line for each in ((cid, cids), (dan, dans))] == [1, 1]
    give_back(town, bob, bobs)
    assert line(town) == [(cid, "waiting"), (dan, "offered")]
    counts = (
        "SELECT string_agg(group_code || taken, ' ' ORDER BY group_code) FROM session_group WHERE taken > 0"
    )
    with town.begin() as session:
        assert session.execute(text(counts)).scalar_one() == "grands1 petits1"


def group_places(town: Town) -> str:
    """« grands1 petits1 »: what is taken of each age on the day."""
    taken = (
        "SELECT string_agg(group_code || taken, ' ' ORDER BY group_code) FROM session_group WHERE taken > 0"
    )
    with town.begin() as session:
        return session.execute(text(taken)).scalar_one() or ""


def test_a_birth_date_corrected_during_an_offer_moves_no_place_between_ages(town: Town) -> None:
    town.run(mother.canteen(capacity=3, groups=(LITTLE, BIG), waiting=TWO_DAYS), FRIDAY, FRIDAY)
    (ana, anas), (bob, bobs) = (town.pupil(birth_date=date(2021, 5, 4)) for _ in range(2))
    ask_for(town, ana, anas)
    ask_for(town, bob, bobs)
    give_back(town, ana, anas)
    with town.begin() as session:
        session.execute(
            text("UPDATE child SET birth_date = '2018-05-04' WHERE child_id = :child"), {"child": bob}
        )
    assert ask_for(town, bob, bobs).changed
    assert group_places(town) == "petits1"
    assert give_back(town, bob, bobs).changed
    assert group_places(town) == ""


def test_groups_made_while_a_place_is_offered_count_it(small: Town) -> None:
    (ana, anas), (bob, bobs) = (small.pupil(birth_date=date(2021, 5, 4)) for _ in range(2))
    ask_for(small, ana, anas)
    ask_for(small, bob, bobs)
    give_back(small, ana, anas)
    small.run(mother.canteen(capacity=1, groups=(LITTLE, BIG), waiting=TWO_DAYS), FRIDAY, FRIDAY)
    assert group_places(small) == "petits1"
    ask_for(small, bob, bobs)
    give_back(small, bob, bobs)
    assert group_places(small) == ""


def test_a_long_line_is_served_to_its_end(town: Town) -> None:
    """More than is read at once; those in front are of an age that has no place."""
    town.run(mother.canteen(capacity=2, groups=(LITTLE, BIG), waiting=TWO_DAYS), FRIDAY, FRIDAY)
    (ana, anas), (bob, bobs) = town.pupil(birth_date=date(2021, 5, 4)), town.pupil()
    for child_id, parent in ((ana, anas), (bob, bobs)):
        ask_for(town, child_id, parent)
    for _ in range(55):
        ask_for(town, *town.pupil(birth_date=date(2021, 5, 4)))
    dan, dans = town.pupil()
    assert ask_for(town, dan, dans).refused[0].place_in_line == 1
    give_back(town, bob, bobs)
    assert line(town)[-1] == (dan, "offered")


def test_a_week_is_waited_for_and_offered_whole(town: Town) -> None:
    town.run(
        mother.canteen(capacity=1, booked_by=Grain.WEEK, waiting=TWO_DAYS),
        date(2026, 12, 7),
        date(2026, 12, 11),
    )
    (ana, anas), (bob, bobs) = (town.pupil() for _ in range(2))
    monday = date(2026, 12, 7)
    assert len(ask_for(town, ana, anas, monday).changed) == 4
    assert {each.why for each in ask_for(town, bob, bobs, monday).refused} == {Refusal.FULL}
    assert line(town) == [(bob, "waiting")]
    give_back(town, ana, anas, date(2026, 12, 8))
    assert line(town) == [(bob, "offered")]
    assert len(ask_for(town, bob, bobs, monday).changed) == 4
    assert town.count("SELECT sum(taken) FROM session WHERE day > '2026-12-06' AND day < '2026-12-12'") == 4


LUNCH = {"slots": ("matin", "repas"), "links": (Link(slot="repas", needs=frozenset({"matin"})),)}


def ask_slots(town: Town, child_id: UUID, parent: Caller, *slots: str, **more: Any) -> BookingAnswer:
    ids = [town.session_on(FRIDAY, slot=slot).session_id for slot in slots]
    ask = ChangeBookings(command_id=uuid4(), child_id=child_id, **({"additions": ids, "waits": ids} | more))
    return town.change(ask, parent)


def places_taken(town: Town) -> dict[str, int]:
    """slot → taken, of the day."""
    with town.begin() as session:
        rows = session.execute(text("SELECT slot, taken FROM session WHERE day = :day"), {"day": FRIDAY})
        return dict(rows.all())


def test_a_lunch_and_its_half_day_are_waited_for_and_offered_together(town: Town) -> None:
    town.run(mother.canteen(capacity=1, waiting=TWO_DAYS, **LUNCH), FRIDAY, FRIDAY)
    with town.begin() as session:
        session.execute(text("DELETE FROM session WHERE day = :day AND slot = ''"), {"day": FRIDAY})
    (ana, anas), (bob, bobs) = (town.pupil() for _ in range(2))
    ask_slots(town, ana, anas, "matin", "repas")
    ask_slots(town, bob, bobs, "matin", "repas")
    assert line(town) == [(bob, "waiting")]
    both = [town.session_on(FRIDAY, slot=slot).session_id for slot in ("matin", "repas")]
    town.change(ChangeBookings(command_id=uuid4(), child_id=ana, removals=both), anas)
    with town.begin() as session:
        [view] = waiting_views.of_account(session, bobs.account_id, NOW)  # type: ignore[arg-type]
    assert (view.state, view.slot, set(view.session_ids)) == ("offered", "matin et repas", set(both))
    assert ask_slots(town, bob, bobs, "matin").changed  # the morning alone: the lunch is given back
    assert places_taken(town) == {"matin": 1, "repas": 0}
    assert line(town) == [(bob, "taken")]


def test_who_waits_for_the_morning_and_then_wants_the_lunch_too_waits_for_both(town: Town) -> None:
    """The lunch is free: alone it is of no use, so nobody stands in a line for it alone."""
    town.run(mother.canteen(capacity=1, waiting=TWO_DAYS, **LUNCH), FRIDAY, FRIDAY)
    (ana, anas), (bob, bobs) = (town.pupil() for _ in range(2))
    ask_slots(town, ana, anas, "matin")
    ask_slots(town, bob, bobs, "matin")
    ask_slots(town, bob, bobs, "matin", "repas")
    assert line(town) == [(bob, "waiting")]
    with town.begin() as session:
        [view] = waiting_views.of_account(session, bobs.account_id, NOW)  # type: ignore[arg-type]
    assert view.slot == "matin et repas"


def test_whoever_leaves_the_activity_leaves_its_lines(small: Town) -> None:
    from contracts.enrolment.enrolments import WithdrawEnrolment
    from enrolment.enrolling import enrolments

    (ana, anas), (bob, bobs), (cid, cids) = (small.pupil() for _ in range(3))
    for child_id, parent in ((ana, anas), (bob, bobs), (cid, cids)):
        ask_for(small, child_id, parent)
    give_back(small, ana, anas)
    with small.begin() as session:
        enrolment_id = session.execute(
            text("SELECT enrolment_id FROM enrolment WHERE child_id = :child_id"), {"child_id": bob}
        ).scalar_one()
        enrolments.withdraw(
            session, WithdrawEnrolment(command_id=uuid4(), enrolment_id=enrolment_id), bobs, NOW
        )
    assert line(small) == [(bob, "left"), (cid, "offered")]


@pytest.mark.parametrize("seed", range(3))
def test_everybody_at_once_and_no_place_is_sold_twice_nor_left_while_somebody_waits(
    town: Town, seed: int
) -> None:
    """Twelve families book, give back, leave and let lapse at the same time; the books are right in the end."""
    town.run(mother.canteen(capacity=3, waiting=TWO_DAYS), FRIDAY, FRIDAY)
    pupils = [town.pupil() for _ in range(12)]
    together = Barrier(len(pupils))

    def live(number: int) -> None:
        child_id, parent = pupils[number]
        together.wait()
        ask_for(town, child_id, parent)
        if (number + seed) % 3 == 0:
            give_back(town, child_id, parent)
        if (number + seed) % 4 == 1:
            end_what_is_over(town, NOW + timedelta(hours=49))
        if (number + seed) % 2:
            ask_for(town, child_id, parent)

    with ThreadPoolExecutor(len(pupils)) as threads:
        list(threads.map(live, range(len(pupils))))
    live_bookings = town.count("SELECT count(*) FROM booking WHERE cancelled_at IS NULL")
    offers = town.count("SELECT count(*) FROM waiting_place WHERE state = 'offered'")
    waits = town.count("SELECT count(*) FROM waiting_place WHERE state = 'waiting'")
    day_session = town.session_on(FRIDAY)
    assert day_session.taken == live_bookings + offers <= day_session.capacity
    assert waits == 0 or day_session.taken == day_session.capacity
    changes = town.count("SELECT count(*) + count(cancelled_at) FROM booking")
    assert town.count("SELECT count(*) FROM proof") == changes
    assert town.count("SELECT count(*) FROM outbox WHERE name LIKE 'booking.%'") == changes
    assert {state for _, state in line(town)} <= set(WaitingState)


SHAPES = {
    "by week": mother.canteen(capacity=2, booked_by=Grain.WEEK, waiting=TWO_DAYS),
    "lunch and half-day": mother.canteen(capacity=2, waiting=TWO_DAYS, **LUNCH),
    "by age": mother.canteen(capacity=3, groups=(LITTLE, BIG), waiting=TWO_DAYS),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_places_that_go_together_are_counted_right_whatever_comes_at_once(
    town: Town, shape: str, seed: int
) -> None:
    """Ten families change days that hang together; nobody waits for another crosswise."""
    with town.begin() as session:
        session.execute(text("DELETE FROM session"))
    town.run(SHAPES[shape], date(2026, 12, 7), date(2026, 12, 8))
    with town.begin() as session:
        ids = list(session.scalars(text("SELECT session_id FROM session ORDER BY session_id")))
    pupils = [town.pupil(birth_date=date(2021 - n % 2 * 3, 5, 4)) for n in range(10)]
    together = Barrier(len(pupils))

    def live(number: int) -> None:
        child_id, parent = pupils[number]
        chance = Random(f"{shape}{seed}{number}")
        together.wait()
        for turn in range(4):
            some = chance.sample(ids, chance.randint(1, len(ids)))
            what = {"removals": some} if turn % 2 else {"additions": some, "waits": some}
            town.change(ChangeBookings(command_id=uuid4(), child_id=child_id, **what), parent)
            if chance.random() < 0.3:
                end_what_is_over(town, NOW + timedelta(hours=49))

    with ThreadPoolExecutor(len(pupils)) as threads:
        list(threads.map(live, range(len(pupils))))
    with town.begin() as session:
        assert session.execute(text(MISCOUNTED)).all() == []
        assert session.execute(text(LEFT_FREE)).all() == []


MISCOUNTED = """
    SELECT s.session_id, s.taken, s.capacity, h.held, g.group_code, g.taken, h.aged
      FROM session s
      LEFT JOIN session_group g USING (session_id)
     CROSS JOIN LATERAL (
            SELECT count(*) AS held, count(*) FILTER (WHERE x.group_code = g.group_code) AS aged
              FROM (SELECT group_code FROM booking b WHERE b.session_id = s.session_id AND cancelled_at IS NULL
                    UNION ALL
                    SELECT group_code FROM waiting_place w
                     WHERE w.state = 'offered' AND s.session_id = ANY(w.session_ids)) x) h
     WHERE h.held <> s.taken OR s.taken > s.capacity OR g.taken <> h.aged OR g.taken > g.capacity
"""
LEFT_FREE = """
    SELECT w.waiting_id FROM waiting_place w
     WHERE w.state = 'waiting' AND NOT EXISTS (
           SELECT FROM session s LEFT JOIN session_group g
                    ON g.session_id = s.session_id AND g.group_code = w.group_code
            WHERE s.session_id = ANY(w.session_ids)
              AND (s.taken >= s.capacity OR (w.group_code IS NOT NULL AND g.taken >= g.capacity)))
"""
