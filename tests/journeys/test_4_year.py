"""Chapter 4, what comes back all year: the week of all children, a usual week, a sibling's days; a strike. In December."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.chapters import CANTEEN, START, day
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import AMANDINE, MANAGER, Person
from tests.journeys.visitor import Visitor
from tests.providers.system import Town

Agent = Callable[[Person], Visitor]
DECEMBER = "2026-12"
STRIKE = "Grève : la cantine est fermée"


@pytest.fixture(scope="module", autouse=True)
def later_than_before(prepared: Town) -> None:
    """Whichever chapters came before, the town's clock goes on: what was put off until then would not come otherwise."""
    chapters.set_time(prepared, START.replace(day=6, hour=10))


def box(visitor: Visitor, name: str, *, on: bool = True) -> None:
    """Ticks the box of that name, as a finger does: on its label."""
    found = visitor.page.get_by_role("checkbox", name=re.compile(f"^{re.escape(name)}"))
    found.evaluate("(box) => box.scrollIntoView({block: 'center'})")
    found.set_checked(on, force=True)


def test_the_week_of_all_children_is_saved_at_once(booked: None, amandine: Visitor) -> None:
    amandine.goto("/mon-espace/semaine/2026-12-09")
    expect(amandine.page.get_by_role("heading", level=1)).to_have_text("La semaine de vos enfants")
    amandine.look("semaine")
    for child in ("Marius", "Achille"):
        box(amandine, f"{CANTEEN}, lundi 7 décembre, {child}")
    amandine.press("Enregistrer la semaine")
    amandine.says("Vos réservations sont enregistrées")
    amandine.look("semaine-enregistree")
    amandine.follow("Revenir à la semaine")
    box_of = amandine.page.get_by_role("checkbox", name=f"{CANTEEN}, lundi 7 décembre, Achille", exact=False)
    expect(box_of).to_be_checked()


def test_a_usual_week_is_looked_at_then_booked(booked: None, amandine: Visitor) -> None:
    chapters.open_month(amandine, "Marius", DECEMBER)
    amandine.follow("Réserver une semaine type sur une période")
    amandine.look("semaine-type")
    # What the child's activities propose stands ticked: his Wednesdays too, when an earlier chapter enrolled him.
    proposed = amandine.page.get_by_role("main").get_by_role("checkbox", checked=True)
    for _ in range(proposed.count()):
        proposed.first.set_checked(False, force=True)
    expect(proposed).to_have_count(0)
    for weekday in ("lundi", "vendredi"):
        box(amandine, f"{CANTEEN}, {weekday}")
    chapters.fill_date(amandine, "Du", date(2026, 12, 7))
    chapters.fill_date(amandine, "Au", date(2026, 12, 3))
    amandine.press("Voir ce qui va changer")
    amandine.says("Le dernier jour précède le premier")
    chapters.fill_date(amandine, "Au", date(2026, 12, 18))
    amandine.press("Voir ce qui va changer")
    amandine.says("3\u00a0jours à réserver")
    amandine.says("vendredi\u00a011, lundi\u00a014, vendredi\u00a018")
    amandine.look("semaine-type-apercu")
    amandine.press("Enregistrer")
    amandine.says("3\u00a0jours réservés")
    amandine.follow("Revenir au mois")
    monday = day(amandine, "Lundi 14 décembre").get_by_role("checkbox", name=re.compile(f"^{CANTEEN}"))
    expect(monday).to_be_checked()


def test_a_siblings_days_are_copied(booked: None, amandine: Visitor) -> None:
    chapters.open_month(amandine, "Marius", DECEMBER)
    amandine.follow("Copier les jours de Marius", exact=False)
    amandine.look("copier")
    amandine.page.get_by_label("Achille").check()
    chapters.fill_date(amandine, "Du", date(2026, 12, 7))
    chapters.fill_date(amandine, "Au", date(2026, 12, 18))
    amandine.press("Voir ce qui va changer")
    amandine.says("3\u00a0jours à réserver")
    amandine.says("1\u00a0jour voulu est déjà réservé")
    amandine.press("Enregistrer")
    amandine.says("3\u00a0jours réservés")


def test_a_strike_is_looked_at_declared_told_and_lifted(
    booked: None, agent: Agent, amandine: Visitor, mailbox: Mailbox
) -> None:
    desk = agent(MANAGER)
    desk.goto("/agents/calendrier/")
    desk.look("agent-calendrier")
    desk.follow("Fermer des jours")
    desk.look("agent-fermer")
    chapters.fill_date(desk, "Premier jour", date(2026, 12, 14))
    chapters.fill_date(desk, "Dernier jour", date(2026, 12, 14))
    desk.page.get_by_label("Où").select_option(label="Tous les lieux")
    desk.page.get_by_label("Quelle activité").select_option(label=CANTEEN)
    desk.page.get_by_label("Quel moment").select_option(label="Toute la journée")
    desk.press("Voir ce que cela annule")
    desk.says("Écrivez le motif")
    desk.page.get_by_label("Motif").fill(STRIKE)
    desk.press("Voir ce que cela annule")
    desk.says("2\u00a0réservations annulées, 1\u00a0famille prévenue")
    desk.look("agent-fermer-apercu")
    desk.press("Fermer et prévenir les familles")
    desk.says("C’est fermé")
    desk.look("agent-calendrier-ferme")

    mail = mailbox.await_mail(AMANDINE.email, "Jours fermés")
    assert "Marius" in mail["text"]
    assert "Achille" in mail["text"]
    chapters.open_month(amandine, "Marius", DECEMBER)
    expect(day(amandine, "Lundi 14 décembre")).to_contain_text(STRIKE.replace(" :", "\u00a0:"))
    amandine.look("mois-ferme")
    amandine.goto("/mon-espace/reservations/preuves")
    closed = (
        amandine.page.get_by_role("listitem").filter(has_text="lundi 14 décembre").filter(has_text="Annulé")
    )
    expect(closed.first).to_contain_text("la mairie")

    desk.press("Rouvrir", exact=False)
    desk.says("C’est rouvert")
    mailbox.await_mail(AMANDINE.email, "Jours rouverts")
    chapters.open_month(amandine, "Marius", DECEMBER)
    chapters.tick(amandine, "Lundi 14 décembre")
    chapters.save(amandine)
    amandine.says("1\u00a0jour réservé")
