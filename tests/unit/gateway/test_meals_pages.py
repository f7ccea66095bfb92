"""Meals for the kitchen: tomorrow, the week, the file; and which kitchen cooks for whom."""

import csv
import io
from datetime import date, datetime
from typing import Any

import pytest

from chassis.clock import PARIS
from contracts.caller import Role
from contracts.enrolment.kitchens import (
    DefineKitchen,
    KitchensView,
    KitchenView,
    ListKitchens,
    MealDay,
    MealLine,
    Meals,
    MealsView,
    NextMeals,
)
from contracts.enrolment.offer import PlaceKind, PlaceView
from tests.mothers.enrolment import SCHOOL

FRIDAY = date(2026, 12, 4)
CENTRAL = KitchenView(code="centrale", name="Cuisine centrale", place_codes=[SCHOOL])


def a_day(*, is_final: bool) -> MealDay:
    return MealDay(
        day=FRIDAY,
        closes_at=datetime(2026, 12, 2, 9, tzinfo=PARIS),
        is_final=is_final,
        lines=[
            MealLine(
                kitchen_code="centrale",
                kitchen_name="Cuisine centrale",
                place_code=SCHOOL,
                place_name="=École Saint-Nicolas",
                counts={"usual": 41, "vegetarian": 3},
                lunch_boxes=1,
                avoided={"milk": 2},
            )
        ],
    )


@pytest.fixture
def cook(site: Any) -> Any:
    site.services.answers[NextMeals] = MealsView(kitchens=[CENTRAL], days=[a_day(is_final=False)])
    site.services.answers[Meals] = MealsView(kitchens=[CENTRAL], days=[a_day(is_final=True)])
    return site.agent(Role.KITCHEN)


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").replace("\xa0", " ").split())


def test_tomorrow_says_how_many_of_which_and_until_when_it_may_change(site: Any, cook: Any) -> None:
    text = words(cook.read("/agents/repas/?cuisine=centrale"))
    assert "44 repas à préparer Vendredi 4 décembre 2026" in text
    assert "jusqu’au 2 décembre 2026 à 9 h" in text
    assert "Lait et lactose 2" in text
    [ask] = site.services.asked_for(NextMeals)
    assert ask.kitchen_code == "centrale"


@pytest.mark.parametrize(
    ("at_closing", "said"), [(43, "1 repas de plus"), (46, "2 repas de moins"), (44, ""), (None, "")]
)
def test_a_late_change_is_shown(site: Any, cook: Any, at_closing: int | None, said: str) -> None:
    changed = a_day(is_final=True).model_copy(update={"at_closing": at_closing})
    site.services.answers[NextMeals] = MealsView(kitchens=[CENTRAL], days=[changed])
    text = words(cook.read("/agents/repas/"))
    assert ("après la clôture" in text, said in text) == (bool(said), True)


def test_the_week_begins_on_its_monday(site: Any, cook: Any) -> None:
    text = words(cook.read("/agents/repas/semaine/2026-12-03"))
    assert "Vendredi 4 décembre" in text
    assert "provisoire" not in text
    [ask] = site.services.asked_for(Meals)
    assert (ask.first, ask.last) == (date(2026, 11, 30), date(2026, 12, 6))
    cook.get("/agents/repas/semaine/bientot", status=404)


def test_the_file_is_read_by_a_spreadsheet_and_runs_nothing(cook: Any) -> None:
    answer = cook.get("/agents/repas/semaine/2026-11-30.csv?cuisine=centrale")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == ["Jour", "Cuisine", "Lieu", "Menu habituel"]
    assert rows[1] == [
        "04/12/2026", "Cuisine centrale", "'=École Saint-Nicolas", "41", "0", "0", "3", "44", "1", "oui",
    ]  # fmt: skip


def test_no_meal_is_said(site: Any, cook: Any) -> None:
    site.services.answers[NextMeals] = MealsView(kitchens=[], days=[])
    assert "Aucun repas" in words(cook.read("/agents/repas/"))


def test_a_kitchen_is_made_and_changed(site: Any) -> None:
    places = [PlaceView(code=SCHOOL, name="École Saint-Nicolas", kind=PlaceKind.SCHOOL, city="Romans")]
    site.services.answers[ListKitchens] = KitchensView(kitchens=[CENTRAL], places=places)
    site.services.answers[DefineKitchen] = CENTRAL
    admin = site.agent(Role.ADMINISTRATION)
    assert "École Saint-Nicolas" in words(admin.read("/agents/cuisines/"))
    assert admin.send("/agents/cuisines/nouvelle", name="").status_code == 422
    admin.send("/agents/cuisines/nouvelle", name="Cuisine du Centre", place_codes=[SCHOOL])
    admin.send("/agents/cuisines/centrale", name="Grande cuisine", place_codes=None)
    made, changed = site.services.asked_for(DefineKitchen)
    assert (made.code, made.place_codes) == ("cuisine-du-centre", [SCHOOL])
    assert (changed.code, changed.name, changed.place_codes) == ("centrale", "Grande cuisine", [])
    admin.get("/agents/cuisines/autre", status=404)


def test_a_new_kitchen_does_not_take_the_place_of_another(site: Any) -> None:
    ecoles = KitchenView(code="cuisine-des-ecoles", name="Cuisine des Écoles", place_codes=[SCHOOL])
    site.services.answers[ListKitchens] = KitchensView(kitchens=[ecoles], places=[])
    answer = site.agent(Role.ADMINISTRATION).send("/agents/cuisines/nouvelle", name="Cuisine des écoles")
    assert answer.status_code == 422
    assert "porte déjà ce nom" in answer.get_data(as_text=True)
    assert site.services.asked_for(DefineKitchen) == []


def test_each_role_its_pages(site: Any) -> None:
    site.agent(Role.ADMINISTRATION).get("/agents/repas/", status=403)
    site.agent(Role.KITCHEN).get("/agents/cuisines/", status=403)
