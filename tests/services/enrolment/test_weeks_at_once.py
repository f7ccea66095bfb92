"""Whole weeks booked by many families while an agent closes one of their days."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from chassis.commands import once
from contracts.caller import Caller, Role
from contracts.enrolment.bookings import BookingAnswer, ChangeBookings, Refusal
from contracts.enrolment.closures import DeclareClosure, Scope
from contracts.enrolment.terms import Grain, Link, Waiting
from contracts.enrolment.weeks import ApplyPlan, ChangeWeek, ChildChange, Plan, UsualDay
from enrolment.booking import plans, weeks
from enrolment.schedule import closures
from tests.mothers import enrolment as mother
from tests.services.enrolment import audit
from tests.services.enrolment.conftest import NOW, Town
from tests.waiting import eventually

WEEK = (date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 10), date(2026, 12, 11))
TUESDAY = WEEK[1]
STRIKE = "Grève : la cantine est fermée"
FAMILIES, PLACES = 10, 15

Household = tuple[list[UUID], Caller]


def week_page(town: Town, family: Household, sessions: list[UUID]) -> list[Refusal]:
    """Both children, every day of the week, in one save; full days are waited for."""
    children, parent = family
    ask = ChangeWeek(
        command_id=uuid4(),
        children=[
            ChildChange(child_id=each, additions=sessions[::step], waits=sessions)
            for each, step in zip(children, (1, -1), strict=True)
        ],
    )
    with town.begin() as session:
        answers = once(session, ask, parent, lambda: weeks.change_week(session, ask, parent, NOW))
    return [refused.why for answer in answers for refused in answer.refused]


def month_page(town: Town, family: Household, sessions: list[UUID]) -> list[Refusal]:
    """One child after the other, from the last day to the first; full days are waited for."""
    children, parent = family
    asks = [
        ChangeBookings(command_id=uuid4(), child_id=each, additions=sessions[::-1], waits=sessions)
        for each in children
    ]
    return [refused.why for ask in asks for refused in town.change(ask, parent).refused]


def usual_week(town: Town, family: Household, _: list[UUID]) -> list[Refusal]:
    """Their usual week over these days, one child after the other."""
    children, parent = family
    days = [UsualDay(activity_code="cantine", weekday=day.isoweekday()) for day in WEEK]
    refused: list[Refusal] = []
    for each in children:
        ask = ApplyPlan(command_id=uuid4(), plan=Plan(child_id=each, days=days, first=WEEK[0], last=WEEK[-1]))
        with town.begin() as session:
            answer = plans.apply_plan(session, ask, parent, NOW)
        refused += [one.why for one in answer.refused]
    return refused


@pytest.mark.parametrize("grain", [Grain.DAY, Grain.WEEK])
@pytest.mark.parametrize("save", [week_page, month_page, usual_week])
@pytest.mark.parametrize("attempt", range(3))
def test_a_week_booked_by_all_while_a_day_of_it_closes_leaves_the_books_right(
    town: Town, grain: Grain, save: Callable[[Town, Household, list[UUID]], list[Refusal]], attempt: int
) -> None:
    """Some families have a child booked already; the closure comes among the saves of all."""
    waits: dict[str, Any] = {"waiting": Waiting(hours=48)} if attempt % 2 else {}
    town.run(mother.canteen(capacity=PLACES, booked_by=grain, **waits), WEEK[0], WEEK[-1])
    sessions = [town.session_on(day).session_id for day in WEEK]
    families = [_family(town) for _ in range(FAMILIES)]
    for children, parent in families[: attempt * 2]:
        town.book(children[0], parent, *WEEK)
    together = Barrier(FAMILIES + 1)

    def live(number: int) -> list[Refusal]:
        together.wait()
        if number < FAMILIES:
            return save(town, families[number], sessions)
        with town.begin() as session:
            _declare(session)
        return []

    with ThreadPoolExecutor(FAMILIES + 1) as threads:
        refused = [why for those in threads.map(live, range(FAMILIES + 1), timeout=120) for why in those]

    assert set(refused) <= {Refusal.FULL, Refusal.CLOSED, Refusal.ALREADY_BOOKED}
    assert (town.session_on(TUESDAY).closed_because, town.session_on(TUESDAY).taken) == (STRIKE, 0)
    with town.begin() as session:
        assert audit.wrong(session) == {}
        assert audit.left_free(session) == []
    # Twenty children for fifteen places: the day that closed took none of the others with it.
    assert [town.session_on(day).taken for day in WEEK if day != TUESDAY] == [PLACES] * 3


def _family(town: Town) -> Household:
    pair = [mother.child(first_name=name) for name in ("Léa", "Tom")]
    _, [parent] = town.family(*pair)
    for each in pair:
        town.enrol(each.child_id, parent)
    return [each.child_id for each in pair], parent


def _declare(session: Session, **scope: Any) -> None:
    ask = DeclareClosure(command_id=uuid4(), scope=Scope(first=TUESDAY, last=TUESDAY, **scope), reason=STRIKE)
    closures.declare(session, ask, mother.agent(Role.ADMINISTRATION), NOW)


def book_while_closing(
    town: Town, child_id: UUID, parent: Caller, sessions: list[UUID], **scope: Any
) -> BookingAnswer:
    """What a save answers that has read its days as open, and waits for the one that is being closed."""
    ask = ChangeBookings(command_id=uuid4(), child_id=child_id, additions=sessions, waits=sessions)
    with ThreadPoolExecutor(1) as other:
        with town.begin() as session:
            _declare(session, **scope)
            answer = other.submit(town.change, ask, parent)
            eventually(lambda: town.count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0)
        return answer.result(timeout=30)


def test_a_week_of_which_a_day_is_being_closed_is_booked_without_it_and_says_why(town: Town) -> None:
    town.run(mother.canteen(booked_by=Grain.WEEK, waiting=Waiting(hours=48)), WEEK[0], WEEK[-1])
    child_id, parent = town.pupil()
    answer = book_while_closing(town, child_id, parent, [town.session_on(day).session_id for day in WEEK])
    assert [each.day for each in answer.changed] == [day for day in WEEK if day != TUESDAY]
    [refused] = answer.refused
    assert (refused.day, refused.why, refused.closed_because) == (TUESDAY, Refusal.CLOSED, STRIKE)
    with town.begin() as session:
        assert audit.wrong(session) == {}


def test_a_lunch_whose_half_day_is_being_closed_is_not_booked_alone(town: Town) -> None:
    links = (Link(slot="repas", needs=frozenset({"matin"})),)
    town.run(mother.canteen(code="midi", slots=("matin", "repas"), links=links), TUESDAY, TUESDAY)
    child_id, parent = town.pupil("midi")
    both = [town.session_on(TUESDAY, "midi", slot).session_id for slot in ("matin", "repas")]
    answer = book_while_closing(town, child_id, parent, both, slot="matin")
    assert answer.changed == []
    assert [(each.slot, each.why) for each in answer.refused] == [
        ("matin", Refusal.CLOSED),
        ("repas", Refusal.NEEDS_ANOTHER),
    ]
    with town.begin() as session:
        assert audit.wrong(session) == {}
