"""Chapter 4, the week of all the children: what goes wrong at a kitchen table loses nothing and books nothing twice."""

import re

from playwright.sync_api import Page, expect

from tests.journeys import chapters
from tests.journeys.chapters import CANTEEN, START
from tests.journeys.visitor import Visitor
from tests.providers.system import Town

FEBRUARY = "/mon-espace/semaine/2027-02-01"
SAVE = "Enregistrer la semaine"


def box(page: Page, day: str, child: str) -> None:
    """Changes the box of a child's canteen, as a finger does: on its label."""
    found = page.get_by_role("checkbox", name=f"{CANTEEN}, {day} février, {child}", exact=True)
    found.evaluate("(box) => box.scrollIntoView({block: 'center'})")
    found.set_checked(not found.is_checked(), force=True)


def is_booked(visitor: Visitor, day: str, child: str, *, booked: bool = True) -> None:
    found = visitor.page.get_by_role("checkbox", name=f"{CANTEEN}, {day} février, {child}", exact=True)
    expect(found).to_be_checked(checked=booked)


def test_nothing_changed_is_said_and_nothing_is_saved(booked: None, amandine: Visitor) -> None:
    amandine.goto(FEBRUARY)
    amandine.press(SAVE)
    amandine.says("Vous n’avez rien changé")
    expect(amandine.page.get_by_role("button", name=SAVE)).to_be_visible()


def test_the_back_button_shows_what_holds_and_saves_what_is_changed_then(
    booked: None, amandine: Visitor
) -> None:
    amandine.goto(FEBRUARY)
    box(amandine.page, "lundi 1er", "Marius")
    amandine.says("1\u00a0réservation à faire. Rien n’est fait avant l’enregistrement.")
    amandine.press(SAVE)
    amandine.says("1\u00a0jour réservé")
    amandine.page.go_back()
    is_booked(amandine, "lundi 1er", "Marius")
    box(amandine.page, "mardi 2", "Achille")
    amandine.press(SAVE)
    amandine.says("Achille\u00a0: 1\u00a0jour réservé.")
    expect(amandine.page.get_by_role("main")).not_to_contain_text("Marius")


def test_two_clicks_save_the_week_once(booked: None, amandine: Visitor) -> None:
    amandine.goto(FEBRUARY)
    box(amandine.page, "jeudi 4", "Marius")
    box(amandine.page, "jeudi 4", "Achille")
    amandine.page.get_by_role("button", name=SAVE).dblclick()
    amandine.says("Vos réservations sont enregistrées")
    amandine.goto("/mon-espace/reservations/preuves")
    proofs = amandine.page.get_by_role("listitem").filter(has_text="jeudi 4 février")
    expect(proofs).to_have_count(2)


def test_two_tabs_of_the_week_do_not_undo_one_another(booked: None, amandine: Visitor) -> None:
    amandine.goto(FEBRUARY)
    second = amandine.second_tab()
    second.goto(amandine.page.url)
    box(amandine.page, "vendredi 5", "Marius")
    amandine.press(SAVE)
    amandine.says("1\u00a0jour réservé")
    box(second, "vendredi 5", "Achille")
    second.get_by_role("button", name=SAVE).click()
    expect(second.get_by_role("main")).to_contain_text("1\u00a0jour réservé")
    second.close()
    amandine.follow("Revenir à la semaine")
    for child in ("Marius", "Achille"):
        is_booked(amandine, "vendredi 5", child)


def test_a_week_left_open_past_the_deadline_is_refused_with_its_reason(
    booked: None, prepared: Town, amandine: Visitor
) -> None:
    """Tuesday 10 November can be cancelled until Friday 6, 9 o’clock."""
    chapters.set_time(prepared, START.replace(day=6, hour=8, minute=55))
    amandine.goto("/mon-espace/semaine/2026-11-09")
    tuesday = amandine.page.get_by_role("checkbox", name=f"{CANTEEN}, mardi 10 novembre, Marius")
    tuesday.evaluate("(box) => box.scrollIntoView({block: 'center'})")
    tuesday.set_checked(False, force=True)
    chapters.set_time(prepared, START.replace(day=6, hour=9, minute=1))
    amandine.press(SAVE)
    amandine.says("Rien n’a pu être enregistré")
    amandine.says("le délai est dépassé depuis le vendredi 6 novembre, 9\u00a0h")
    amandine.look("semaine-refusee")
    amandine.follow("Revenir à la semaine")
    table = amandine.page.get_by_role("table", name="Marius")
    row = table.get_by_role("row").filter(
        has=amandine.page.get_by_role("rowheader", name=re.compile("^Mardi 10"))
    )
    expect(row).to_contain_text("Réservé")
    expect(row).to_contain_text("Annulation fermée depuis vendredi 6 novembre, 9\u00a0h")
    amandine.look("semaine-fermee")
