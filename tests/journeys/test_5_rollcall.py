"""Chapter 5. An agent takes the roll-call; what nobody took stays on the list."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.chapters import CANTEEN
from tests.journeys.people import SCHOOL, SCHOOL_AGENT, Person
from tests.journeys.visitor import Visitor
from tests.providers.system import Town


@pytest.fixture
def desk(checked: None, agent: Callable[[Person], Visitor]) -> Visitor:
    return agent(SCHOOL_AGENT)


def test_a_sheet_keeps_what_was_seen(desk: Visitor) -> None:
    """Present, absent, present without a booking: all said by who saved it and when."""
    desk.goto(f"/agents/pointage/{SCHOOL[0]}/cantine/2026-11-06")
    desk.says(f"Par {SCHOOL_AGENT.name}, le 6 novembre 2026")
    seen = {"Marius": "Présent", "Léonie": "Absent", "Jeanne": "Présent", "Achille": "Présent"}
    for child, word in seen.items():
        group = desk.page.get_by_role("group", name=child)
        expect(group.get_by_role("radio", name=word, exact=True)).to_be_checked()
    expect(desk.page.get_by_role("group", name="Achille")).to_contain_text("Sans réservation")


def test_a_sheet_is_not_saved_with_a_child_left_out(desk: Visitor, prepared: Town) -> None:
    chapters.set_time(prepared, chapters.START.replace(day=12, hour=12))
    chapters.open_sheet(desk)
    desk.press("Clore la feuille")
    desk.says("pointez chaque enfant attendu avant de clore")
    desk.look("agent-feuille-incomplete")


def test_the_sheets_that_nobody_did_are_listed(desk: Visitor, prepared: Town) -> None:
    chapters.set_time(prepared, chapters.START.replace(day=14, hour=9))
    desk.goto("/agents/pointage/")
    rows = desk.page.get_by_role("row").filter(has_text=CANTEEN)
    expect(rows.filter(has_text="jeudi 12 novembre")).to_have_count(1)
    expect(rows.filter(has_text="vendredi 13 novembre")).to_have_count(1)
    expect(rows.filter(has_text="lundi 9 novembre")).to_have_count(0)
    desk.look("agent-pointage-retard")
