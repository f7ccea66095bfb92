"""An agent changes an activity's ages while a save waits for its session: the save is judged by what holds then."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest

from contracts.caller import SYSTEM
from contracts.enrolment.bookings import BookingAnswer, ChangeBookings, Refusal
from contracts.enrolment.terms import Group
from enrolment.catalogue import offer
from tests.mothers import enrolment as mother
from tests.services.enrolment import audit
from tests.services.enrolment.conftest import NOW, Town
from tests.waiting import eventually

DAY = date(2026, 12, 4)
NONE: tuple[Group, ...] = ()


def ages(places: int, *bounds: tuple[str, int, int]) -> tuple[Group, ...]:
    return tuple(
        Group(code=code, label=code, youngest=youngest, oldest=oldest, capacity=places)
        for code, youngest, oldest in bounds
    )


LITTLE_AND_BIG = ages(1, ("petits", 3, 5), ("grands", 6, 12))
ALL = ages(1, ("tous", 3, 12))


def run(town: Town, groups: tuple[Group, ...]) -> None:
    town.run(mother.canteen(capacity=5, groups=groups), DAY, DAY)


def while_ages_change(
    town: Town, groups: tuple[Group, ...], save: Callable[[], BookingAnswer]
) -> BookingAnswer:
    """What a save answers that has read the ages of before, and waits for the session that gets others."""
    with ThreadPoolExecutor(1) as other:
        with town.begin() as session:
            terms = mother.canteen(capacity=5, groups=groups)
            offer.define_activity(session, mother.define(terms), SYSTEM, NOW)
            answer = other.submit(save)
            eventually(lambda: town.count("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0)
        return answer.result(timeout=30)


def booked_in(town: Town) -> list[str | None]:
    with town.begin() as session:
        assert audit.wrong(session) == {}
        found = session.connection().exec_driver_sql(
            "SELECT group_code FROM booking WHERE cancelled_at IS NULL ORDER BY group_code"
        )
        return [code for (code,) in found]


@pytest.mark.parametrize(
    ("before", "after", "group"),
    [
        (NONE, LITTLE_AND_BIG, "grands"),
        (LITTLE_AND_BIG, ALL, "tous"),
        (LITTLE_AND_BIG, ages(1, ("petits", 3, 9), ("grands", 10, 12)), "petits"),
        (LITTLE_AND_BIG, NONE, None),
    ],
)
def test_a_booking_is_counted_in_the_age_that_there_is(
    town: Town, before: tuple[Group, ...], after: tuple[Group, ...], group: str | None
) -> None:
    run(town, before)
    child_id, parent = town.pupil(birth_date=date(2018, 5, 4))
    answer = while_ages_change(town, after, lambda: town.book(child_id, parent, DAY))
    assert [each.day for each in answer.changed] == [DAY]
    assert booked_in(town) == [group]


@pytest.mark.parametrize("before", [NONE, LITTLE_AND_BIG])
def test_a_place_is_given_back_to_the_age_that_it_is_counted_in(
    town: Town, before: tuple[Group, ...]
) -> None:
    run(town, before)
    child_id, parent = town.pupil(birth_date=date(2018, 5, 4))
    town.book(child_id, parent, DAY)
    session_id = town.session_on(DAY).session_id
    ask = ChangeBookings(command_id=uuid4(), child_id=child_id, removals=[session_id])
    answer = while_ages_change(town, ALL, lambda: town.change(ask, parent))
    assert [each.day for each in answer.changed] == [DAY]
    assert booked_in(town) == []
    assert town.count("SELECT sum(taken) FROM session_group") == 0


def test_an_age_that_is_full_by_then_says_so(town: Town) -> None:
    run(town, NONE)
    first, second = (town.pupil(birth_date=date(2018, 5, 4)) for _ in range(2))
    town.book(*first, DAY)
    answer = while_ages_change(town, LITTLE_AND_BIG, lambda: town.book(*second, DAY))
    assert [each.why for each in answer.refused] == [Refusal.FULL]
    assert booked_in(town) == ["grands"]


def test_a_child_who_is_of_no_age_any_more_is_told_so(town: Town) -> None:
    run(town, NONE)
    child_id, parent = town.pupil(birth_date=date(2018, 5, 4))
    answer = while_ages_change(town, ages(1, ("petits", 3, 5)), lambda: town.book(child_id, parent, DAY))
    assert [each.why for each in answer.refused] == [Refusal.NOT_OF_AGE]
    assert booked_in(town) == []
