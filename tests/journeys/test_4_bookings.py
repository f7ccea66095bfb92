"""Chapter 4. A month is ticked: what is open and what is not, one save, one dated proof, and the last place for one."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.chapters import START, day
from tests.journeys.people import MANAGER, SCHOOL, Person
from tests.journeys.visitor import Visitor
from tests.providers.system import Town

Agent = Callable[[Person], Visitor]
EVENING = "Heures éducatives"
RULE = "jusqu’à 2\u00a0jours ouvrés avant, 9\u00a0h"


def test_the_month_says_what_is_open_and_what_is_locked_and_why(booked: None, amandine: Visitor) -> None:
    """It is Tuesday 3 November, 10 o'clock: Thursday closed an hour ago."""
    chapters.open_month(amandine, "Marius")
    amandine.look("mois")
    amandine.says(f"Réserver ou annuler\u00a0: {RULE}")
    thursday = day(amandine, "Jeudi 5 novembre")
    expect(thursday).to_contain_text("Non réservé")
    expect(thursday).to_contain_text("Fermé depuis mardi 3 novembre, 9\u00a0h")
    expect(thursday.get_by_role("checkbox")).to_have_count(0)
    friday = day(amandine, "Vendredi 6 novembre")
    expect(friday).to_contain_text("Réservé – annulable jusqu’à mercredi 4 novembre, 9\u00a0h")
    expect(
        friday.get_by_role("checkbox", name="Restauration scolaire, vendredi 6 novembre, Marius")
    ).to_be_checked()
    expect(day(amandine, "Mercredi 11 novembre")).to_contain_text("Armistice")


def test_a_save_is_proved(booked: None, amandine: Visitor) -> None:
    amandine.goto("/mon-espace/reservations/preuves")
    amandine.look("preuves")
    proof = (
        amandine.page.get_by_role("listitem").filter(has_text="Marius").filter(has_text="vendredi 6 novembre")
    )
    expect(proof).to_contain_text("3 novembre 2026 à 10\u00a0h")
    expect(proof).to_contain_text("Amandine Arnoux")
    expect(proof).to_contain_text(RULE)


def test_the_other_guardian_sees_the_same_days(booked: None, vincent: Visitor) -> None:
    chapters.open_month(vincent, "Marius")
    expect(day(vincent, "Lundi 9 novembre").get_by_role("checkbox")).to_be_checked()


def test_one_save_books_and_cancels_and_says_both(booked: None, amandine: Visitor) -> None:
    chapters.open_month(amandine, "Achille")
    chapters.tick(amandine, "Lundi 16 novembre", "Mardi 17 novembre")
    chapters.save(amandine)
    amandine.look("reservations-enregistrees")
    amandine.says("2\u00a0jours réservés.")
    amandine.follow("Revenir au mois")
    chapters.tick(amandine, "Lundi 16 novembre", on=False)
    chapters.tick(amandine, "Jeudi 19 novembre")
    chapters.save(amandine)
    amandine.says("1\u00a0jour réservé, 1\u00a0jour annulé")


def test_a_locked_day_put_into_the_form_is_refused_with_its_reason(
    booked: None, prepared: Town, amandine: Visitor
) -> None:
    """Another form, sent from the page: a session whose time has passed, and one that is open."""
    chapters.set_time(prepared, START.replace(day=4, hour=8, minute=55))
    chapters.open_month(amandine, "Achille")
    session_id = day(amandine, "Vendredi 6 novembre").get_by_role("checkbox").get_attribute("value")
    chapters.set_time(prepared, START.replace(day=4, hour=9, minute=1))
    amandine.page.reload()
    expect(day(amandine, "Vendredi 6 novembre")).to_contain_text("Fermé depuis mercredi 4 novembre, 9\u00a0h")
    amandine.page.locator("form.form--wide").evaluate(
        """(form, value) => form.append(
            Object.assign(document.createElement("input"), {type: "hidden", name: "book", value}))""",
        session_id,
    )
    chapters.tick(amandine, "Vendredi 20 novembre")
    chapters.save(amandine)
    amandine.says("Une partie de vos changements est enregistrée")
    amandine.says("le délai est dépassé depuis le mercredi 4 novembre, 9\u00a0h")
    amandine.look("reservations-en-partie")
    amandine.follow("Revenir au mois")
    expect(day(amandine, "Vendredi 6 novembre")).to_contain_text("Non réservé")
    expect(day(amandine, "Vendredi 20 novembre").get_by_role("checkbox")).to_be_checked()


@pytest.fixture(scope="module")
def one_place(booked: None, agent: Agent, amandine: Visitor, nicolas: Visitor) -> None:
    """The evening hours of the school have one place a day; two children are enrolled there."""
    desk = agent(MANAGER)
    desk.goto("/agents/offre/")
    desk.look("agent-offre")
    desk.goto(f"/agents/lieux/{SCHOOL[0]}")
    desk.look("agent-lieu")
    desk.follow(f"Changer les places ({EVENING})")
    desk.look("agent-places")
    desk.page.get_by_label("Places par séance").fill("1")
    desk.press("Enregistrer les places")
    desk.says("1\u00a0place par séance")
    for parent, child in ((amandine, "Marius"), (nicolas, "Léonie")):
        chapters.enrol(parent, child, EVENING)


def test_of_two_parents_on_the_last_place_one_gets_it(
    one_place: None, amandine: Visitor, nicolas: Visitor
) -> None:
    """Both forms leave at the same instant."""
    parents = ((amandine, "Marius"), (nicolas, "Léonie"))
    for parent, child in parents:
        chapters.open_month(parent, child)
        chapters.tick(parent, "Jeudi 12 novembre", column=EVENING)
    instant = (time.time() + 1) * 1000
    for parent, _ in parents:
        parent.page.evaluate(
            """(instant) => { setTimeout(() => document.querySelector("form.form--wide").requestSubmit(),
                                         instant - Date.now()) }""",
            instant,
        )
    headings = []
    for parent, _ in parents:
        expect(parent.page.get_by_role("link", name="Revenir au mois")).to_be_visible()
        headings.append(parent.page.get_by_role("heading", level=1).inner_text())
    assert sorted(headings) == ["Rien n’a pu être enregistré", "Vos réservations sont enregistrées"]
    loser, child = parents[headings.index("Rien n’a pu être enregistré")]
    loser.says("il ne reste plus de place")
    loser.look("reservations-refusees")
    loser.follow("Revenir au mois")
    expect(day(loser, "Jeudi 12 novembre")).to_contain_text("Complet")
    loser.look("mois-complet")


def test_two_clicks_save_once(booked: None, amandine: Visitor) -> None:
    chapters.open_month(amandine, "Achille")
    chapters.tick(amandine, "Lundi 23 novembre")
    amandine.page.get_by_role("button", name="Enregistrer mes réservations").dblclick()
    amandine.says("1\u00a0jour réservé.")
    assert count_proofs(amandine, "lundi 23 novembre") == 1


def test_a_form_sent_again_gets_the_first_answer(booked: None, amandine: Visitor) -> None:
    chapters.open_month(amandine, "Achille")
    chapters.tick(amandine, "Mardi 24 novembre")
    chapters.save(amandine)
    amandine.page.reload()  # the browser sends the form again
    amandine.says("1\u00a0jour réservé.")
    assert count_proofs(amandine, "mardi 24 novembre") == 1


def test_two_tabs_do_not_undo_one_another(booked: None, amandine: Visitor) -> None:
    """The second tab was opened before the first one saved: it sends only what was changed in it."""
    chapters.open_month(amandine, "Achille")
    second = amandine.second_tab()
    second.goto(amandine.page.url)
    chapters.tick(amandine, "Jeudi 26 novembre")
    chapters.save(amandine)
    row = second.get_by_role("row").filter(has=second.get_by_role("rowheader", name="Vendredi 27 novembre"))
    row.get_by_role("checkbox").set_checked(True, force=True)
    second.get_by_role("button", name="Enregistrer mes réservations").click()
    expect(second.get_by_role("main")).to_contain_text("1\u00a0jour réservé.")
    second.close()
    amandine.follow("Revenir au mois")
    for label in ("Jeudi 26 novembre", "Vendredi 27 novembre"):
        expect(day(amandine, label).get_by_role("checkbox")).to_be_checked()


def test_another_family_s_month_is_not_to_be_had(booked: None, amandine: Visitor, nicolas: Visitor) -> None:
    chapters.open_month(amandine, "Marius")
    answer = nicolas.page.goto(amandine.page.url)
    assert answer is not None
    assert answer.status == 404
    nicolas.look("introuvable")


def count_proofs(visitor: Visitor, words: str) -> int:
    visitor.goto("/mon-espace/reservations/preuves")
    return visitor.page.get_by_role("listitem").filter(has_text="Achille").filter(has_text=words).count()
