"""Chapter 4, continued. A day is full: who waits is offered the freed place by mail; not taken in time, it is the next one's."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from chassis.client import Services
from contracts.caller import SYSTEM
from contracts.enrolment.deadlines import DaysBefore
from contracts.enrolment.offer import (
    ActivityKind,
    ActivityTerms,
    DefineActivity,
    OfferActivity,
    OpenSessions,
    Season,
)
from contracts.enrolment.terms import Waiting
from tests.journeys import chapters
from tests.journeys.chapters import START, day
from tests.journeys.mailbox import Mailbox, link_in
from tests.journeys.people import FILES_AGENT, NICOLAS, SCHOOL, TYPHAINE, Person
from tests.journeys.visitor import Visitor
from tests.providers.system import Town

NAME = "Atelier théâtre"
THEATRE = ActivityTerms(
    code="theatre",
    name=NAME,
    kind=ActivityKind.EVENING,
    unit="atelier",
    description="Une heure de théâtre, un soir de décembre.",
    at_once=True,
    season=Season.TERM,
    weekdays=frozenset({4}),
    adding=DaysBefore(days=7, at=time(12)),
    cancelling=DaysBefore(days=7, at=time(12)),
    capacity=1,
    waiting=Waiting(hours=24),
)
EVENING = "Jeudi 17 décembre"
MORNING = START.replace(day=4, hour=10)


@pytest.fixture(scope="module")
def theatre(booked: None, prepared: Town, amandine: Visitor, nicolas: Visitor, typhaine: Visitor) -> None:
    """One evening with one place; three children are enrolled."""
    chapters.set_time(prepared, MORNING)
    services = Services(prepared.amqp_url("gateway"), timeout=30)
    the_day = date(2026, 12, 17)
    for command in (
        DefineActivity(command_id=uuid4(), terms=THEATRE),
        OfferActivity(command_id=uuid4(), activity_code="theatre", place_code=SCHOOL[0]),
        OpenSessions(command_id=uuid4(), activity_code="theatre", first=the_day, last=the_day),
    ):
        services.ask(command, SYSTEM)
    services.close()
    for parent, child in ((amandine, "Marius"), (nicolas, "Léonie"), (typhaine, "Jeanne")):
        chapters.enrol(parent, child, NAME)


def join_line(visitor: Visitor, child: str) -> None:
    chapters.open_month(visitor, child, "2026-12")
    box = day(visitor, EVENING).get_by_role("checkbox", name=re.compile(f"^Liste d’attente.*{NAME}"))
    box.evaluate("(box) => box.scrollIntoView({block: 'center'})")
    box.set_checked(True, force=True)
    chapters.save(visitor)


def test_a_full_day_has_a_line_that_says_its_order(
    theatre: None, amandine: Visitor, nicolas: Visitor, typhaine: Visitor
) -> None:
    chapters.open_month(amandine, "Marius", "2026-12")
    chapters.tick(amandine, EVENING, column=NAME)
    chapters.save(amandine)
    chapters.open_month(nicolas, "Léonie", "2026-12")
    expect(day(nicolas, EVENING)).to_contain_text("Complet")
    nicolas.look("mois-liste-d-attente")
    join_line(nicolas, "Léonie")
    nicolas.says("1er sur la liste")
    nicolas.look("reservations-en-attente")
    join_line(typhaine, "Jeanne")
    typhaine.says("2e sur la liste")
    typhaine.follow("Voir mes listes d’attente")
    typhaine.says("Places attribuées dans l’ordre des demandes.")
    typhaine.look("listes-d-attente")


def test_the_freed_place_is_offered_to_the_first_and_kept_from_all_others(
    theatre: None, amandine: Visitor, nicolas: Visitor, typhaine: Visitor, mailbox: Mailbox
) -> None:
    chapters.open_month(amandine, "Marius", "2026-12")
    chapters.tick(amandine, EVENING, column=NAME, on=False)
    chapters.save(amandine)
    mail = mailbox.await_mail(NICOLAS.email, "Une place pour Léonie", 60)
    assert "5 novembre 2026 à 10 h" in " ".join(mail["text"].split())
    nicolas.goto("/mon-espace/")
    nicolas.says("Une place pour Léonie")
    nicolas.look("accueil-place-proposee")
    nicolas.goto(link_in(mail))
    nicolas.says("Une place est gardée pour vous jusqu’au 5 novembre 2026")
    nicolas.look("place-proposee")
    chapters.open_month(nicolas, "Léonie", "2026-12")
    expect(day(nicolas, EVENING)).to_contain_text("Une place est gardée pour vous")
    chapters.open_month(amandine, "Marius", "2026-12")
    expect(day(amandine, EVENING)).to_contain_text("Complet")
    chapters.open_month(typhaine, "Jeanne", "2026-12")
    expect(day(typhaine, EVENING)).to_contain_text("1er sur la liste d’attente")


def test_not_taken_in_its_time_the_place_is_the_next_ones(
    theatre: None, prepared: Town, nicolas: Visitor, typhaine: Visitor, mailbox: Mailbox
) -> None:
    chapters.set_time(prepared, MORNING + timedelta(hours=25))
    mail = mailbox.await_mail(TYPHAINE.email, "Une place pour Jeanne", 90)
    mailbox.await_mail(NICOLAS.email, "Place non prise à temps", 60)
    typhaine.goto(link_in(mail))
    typhaine.press(f"Prendre la place Jeanne Ollivero, {NAME}", exact=False)
    typhaine.says("La place est à vous")
    typhaine.look("place-prise")
    chapters.open_month(typhaine, "Jeanne", "2026-12")
    expect(day(typhaine, EVENING).get_by_role("checkbox", name=NAME)).to_be_checked()
    nicolas.goto("/mon-espace/attente/")
    nicolas.says("Vous n’attendez aucune place")
    join_line(nicolas, "Léonie")
    nicolas.says("1er sur la liste")


def test_agents_read_the_line_and_what_happened_in_it(
    theatre: None, agent: Callable[[Person], Visitor]
) -> None:
    desk = agent(FILES_AGENT)
    desk.goto("/agents/attente/")
    desk.look("agent-listes-d-attente")
    desk.follow("Historique de cette liste", exact=False)
    desk.says("Léonie Escoffet")
    table = desk.page.get_by_role("table", name="Ceux qui n’attendent plus")
    expect(table.get_by_role("row").filter(has_text="Jeanne")).to_contain_text("A pris la place")
    expect(table.get_by_role("row").filter(has_text="Léonie")).to_contain_text(
        "N’a pas pris la place à temps"
    )
    desk.look("agent-liste-d-attente")
