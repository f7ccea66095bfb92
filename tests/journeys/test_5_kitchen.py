"""Chapter 5, in the kitchen. What is booked is what is cooked: by day, place and diet, on a page and in a file."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.people import KITCHEN_AGENT, MANAGER, SCHOOL, Person
from tests.journeys.visitor import Visitor

Agent = Callable[[Person], Visitor]


@pytest.fixture
def kitchen(booked: None, agent: Agent) -> Visitor:
    return agent(KITCHEN_AGENT)


def test_the_next_day_and_the_week_are_counted(kitchen: Visitor) -> None:
    kitchen.goto("/agents/repas/")
    kitchen.look("agent-repas")
    kitchen.goto("/agents/repas/semaine/2026-11-06")
    friday = kitchen.page.get_by_role("table", name="Vendredi 6 novembre")
    row = friday.get_by_role("row").filter(has_text=SCHOOL[1])
    expect(row.get_by_role("cell").last).to_have_text("3")
    kitchen.look("agent-repas-semaine")


def test_the_week_is_a_file_of_one_kitchen(kitchen: Visitor) -> None:
    kitchen.goto("/agents/repas/semaine/2026-11-06?cuisine=cuisine-centrale")
    with kitchen.page.expect_download() as download:
        kitchen.page.get_by_role("link", name="Télécharger la semaine (CSV)").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(row["Jour"], row["Repas"]) for row in rows] == [("06/11/2026", "3")]
    assert "Marius" not in text


def test_the_administration_says_who_cooks_for_whom(booked: None, agent: Agent) -> None:
    desk = agent(MANAGER)
    desk.goto("/agents/cuisines/")
    desk.look("agent-cuisines")
    desk.follow("Cuisine centrale")
    expect(desk.page.get_by_role("checkbox", name=SCHOOL[1])).to_be_checked()
    desk.look("agent-cuisine-lieux")
