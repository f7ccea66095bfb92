"""Meals: counted by kitchen, place and diet; final when nobody can change them; told then, and again when they change."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.clock import PARIS
from contracts.caller import SYSTEM, Caller, Role
from contracts.enrolment.bookings import ChangeBookings
from contracts.enrolment.closures import DeclareClosure, Scope
from contracts.enrolment.kitchens import DefineKitchen, Meals, MealsView, NextMeals
from contracts.errors import Invalid, NotAllowed
from contracts.events.accounts import DietUpdated
from enrolment.catalogue import offer
from enrolment.kitchens import meals
from enrolment.schedule import closures
from tests.mothers import enrolment as mother
from tests.services.enrolment.conftest import NOW, Statements, Town

FRIDAY, MONDAY = date(2026, 12, 4), date(2026, 12, 7)
COOK = mother.agent(Role.KITCHEN)
CLOSED = datetime(2026, 12, 2, 9, tzinfo=PARIS)


@pytest.fixture
def fed(town: Town) -> Town:
    """The canteen has a meal; four children eat on Friday: two of them not the usual plate, one from a box."""
    town.run(mother.canteen(meal_slots=frozenset({""})), FRIDAY, MONDAY)
    eaters = [town.pupil() for _ in range(4)]
    for child_id, parent in eaters:
        town.book(child_id, parent, FRIDAY)
    diet(town, eaters[1][0], "vegetarian", ["milk"])
    diet(town, eaters[2][0], "without_pork", [])
    diet(town, eaters[3][0], "usual", ["peanuts"], lunch_box=True)
    return town


def diet(town: Town, child_id: UUID, code: str, avoided: list[str], *, lunch_box: bool = False) -> None:
    with town.begin() as session:
        meals.keep_diet(
            session, DietUpdated(child_id=child_id, diet=code, avoided=avoided, lunch_box=lunch_box)
        )


def week(town: Town, now: datetime = NOW, **differing: Any) -> MealsView:
    with town.begin() as session:
        return meals.meals(session, Meals(**({"first": FRIDAY, "last": MONDAY} | differing)), COOK, now)


def tell(town: Town, now: datetime = CLOSED) -> list[Any]:
    with town.begin() as session:
        meals.tell_counts(session, now)
    with town.begin() as session:
        rows = session.scalars(text("SELECT body::json FROM outbox WHERE name = 'meals.counted' ORDER BY id"))
        return list(rows)


def kitchen(town: Town, caller: Caller = SYSTEM, **differing: Any) -> Any:
    known = {"code": "centrale", "name": "Cuisine centrale", "place_codes": [mother.SCHOOL]}
    with town.begin() as session:
        ask = DefineKitchen(command_id=uuid4(), **(known | differing))
        return meals.define_kitchen(session, ask, caller)


def test_meals_are_counted_by_diet_and_a_lunch_box_is_none(fed: Town) -> None:
    [day] = week(fed).days
    [line] = day.lines
    assert line.counts == {"usual": 1, "vegetarian": 1, "without_pork": 1}
    assert (line.total, line.lunch_boxes, line.avoided) == (3, 1, {"milk": 1})
    assert (line.kitchen_code, line.place_name) == (mother.SCHOOL, "École Saint-Nicolas")
    assert (day.day, day.closes_at, day.is_final) == (FRIDAY, CLOSED, False)
    assert week(fed, CLOSED).days[0].is_final


def test_a_session_without_a_meal_feeds_nobody(fed: Town) -> None:
    child_id, parent = fed.pupil("mercredi")
    wednesday = fed.session_on(date(2026, 12, 2), "mercredi", "matin")
    fed.change(
        ChangeBookings(command_id=uuid4(), child_id=child_id, additions=[wednesday.session_id]), parent
    )
    assert week(fed, first=date(2026, 12, 1), last=date(2026, 12, 3)).days == []


def test_a_kitchen_cooks_for_its_places_and_a_place_has_one(fed: Town) -> None:
    kitchen(fed)
    [line] = week(fed).days[0].lines
    assert (line.kitchen_code, line.kitchen_name) == ("centrale", "Cuisine centrale")
    assert week(fed, kitchen_code="ailleurs").days == []
    kitchen(fed, code="autre", name="Autre cuisine")
    assert [each.place_codes for each in week(fed).kitchens] == [[mother.SCHOOL], []]
    with pytest.raises(Invalid):
        kitchen(fed, place_codes=["nulle-part"])
    with pytest.raises(Invalid):
        kitchen(fed, code=mother.SCHOOL)


def test_tomorrow_is_the_next_day_that_has_meals(fed: Town) -> None:
    with fed.begin() as session:
        view = meals.next_meals(session, NextMeals(), COOK, NOW)
    assert [day.day for day in view.days] == [FRIDAY]


def test_what_is_final_is_told_once_and_again_when_it_changes(fed: Town) -> None:
    assert tell(fed, CLOSED - timedelta(seconds=1)) == []
    [body] = tell(fed)
    assert body["data"]["total"] == 3
    assert body["data"]["places"][0]["counts"] == {"usual": 1, "vegetarian": 1, "without_pork": 1}
    assert "avoided" not in str(body)
    assert len(tell(fed)) == 1
    child = mother.child()
    family_id, _ = fed.family(child)
    agent = mother.agent(Role.REQUESTS)
    fed.enrol(child.child_id, agent, family_id=family_id)
    session_id = fed.session_on(FRIDAY).session_id
    late = ChangeBookings(
        command_id=uuid4(), child_id=child.child_id, additions=[session_id], family_id=family_id, late=True
    )
    fed.change(late, agent, CLOSED)
    first, second = tell(fed)
    assert (first["subject"], first["aggregateversion"]) == (second["subject"], 1)
    assert (second["data"]["total"], second["aggregateversion"]) == (4, 2)
    [day] = week(fed, CLOSED).days
    assert (day.at_closing, sum(line.total for line in day.lines)) == (3, 4)


def test_a_closed_day_has_no_meals(fed: Town) -> None:
    ask = DeclareClosure(command_id=uuid4(), scope=Scope(first=FRIDAY, last=FRIDAY), reason="Grève")
    with fed.begin() as session:
        closures.declare(session, ask, SYSTEM, NOW)
    assert week(fed).days == []


def test_a_day_that_closes_after_it_was_told_is_told_again_as_nothing(fed: Town) -> None:
    """A strike known the day before: whoever listens would go on cooking for three."""
    tell(fed)
    ask = DeclareClosure(command_id=uuid4(), scope=Scope(first=FRIDAY, last=FRIDAY), reason="Grève")
    with fed.begin() as session:
        closures.declare(session, ask, SYSTEM, CLOSED)
    first, second = tell(fed)
    assert (second["subject"], second["aggregateversion"]) == (first["subject"], 2)
    assert (second["data"]["total"], second["data"]["places"]) == (0, [])
    assert len(tell(fed)) == 2


def test_a_kitchen_that_a_place_left_is_told_that_it_has_nothing_to_cook(fed: Town) -> None:
    kitchen(fed)
    tell(fed)
    kitchen(fed, code="autre", name="Autre cuisine")
    totals = {(each["data"]["kitchen_code"], each["data"]["total"]) for each in tell(fed)[1:]}
    assert totals == {("centrale", 0), ("autre", 3)}


def test_the_statements_do_not_grow_with_places_and_days(fed: Town, statements: Statements) -> None:
    with statements:
        week(fed)
    few = len(statements.run)
    with fed.begin() as session:
        offer.define_place(session, mother.define_school("0261002B", "École des Ors"), SYSTEM, NOW)
    for child_id, parent in [fed.pupil() for _ in range(5)]:
        fed.book(child_id, parent, FRIDAY, MONDAY)
    statements.run.clear()
    with statements:
        assert len(week(fed).days) == 2
    assert len(statements.run) == few


def test_only_the_kitchen_counts_and_only_the_administration_makes_kitchens(fed: Town) -> None:
    with pytest.raises(NotAllowed), fed.begin() as session:
        meals.meals(session, Meals(first=FRIDAY, last=FRIDAY), mother.agent(Role.REQUESTS), NOW)
    with pytest.raises(NotAllowed):
        kitchen(fed, COOK)
