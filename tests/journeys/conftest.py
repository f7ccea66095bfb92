"""The chapters of the story. Each is lived once, in a browser, the first time a test asks for it.

prepared     the town open for business: offer, tariffs, agents; Tuesday 3 November 2026, 10 o'clock
imported     the school's file read, decided and applied by an agent
letters      the keys issued and the PDF downloaded: {guardian's name: key}
arnoux …     parents with an account and their family's file open
"""

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys import chapters
from tests.journeys.chapters import START
from tests.journeys.letters import Letters, print_letters
from tests.journeys.mailbox import Mailbox
from tests.journeys.people import (
    AMANDINE,
    BILLING_AGENT,
    FILES_AGENT,
    NICOLAS,
    PARENTS,
    SCHOOL,
    SCHOOL_AGENT,
    TYPHAINE,
    VINCENT,
    Person,
)
from tests.journeys.subscriber import Subscriber
from tests.journeys.visitor import Visitor, Watch
from tests.providers.system import Town


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = (
            shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        )
        opened = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def watch() -> Watch:
    return Watch()


@pytest.fixture(autouse=True)
def no_fault(watch: Watch) -> Iterator[None]:
    """Fails the test during which a browser complained or a page was found wanting."""
    yield
    assert watch.take() == []


@pytest.fixture(scope="session")
def prepared(town: Town) -> Town:
    chapters.set_time(town, START)
    chapters.open_town(town, START.date())
    return town


@pytest.fixture(scope="session")
def subscriber(prepared: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subscriber]:
    with Subscriber(prepared.amqp_url("subscriber"), tmp_path_factory.mktemp("subscriber")) as listening:
        yield listening


@pytest.fixture(scope="session")
def mailbox(prepared: Town) -> Mailbox:
    assert prepared.mail is not None
    return Mailbox(prepared.mail.page_url)


@pytest.fixture(scope="session")
def visit(browser: Browser, prepared: Town, watch: Watch) -> Iterator[Callable[..., Visitor]]:
    """`visit(phone=True)`: somebody new at a browser of their own."""
    visitors: list[Visitor] = []

    def come(*, phone: bool = True) -> Visitor:
        visitors.append(Visitor(browser, prepared.gateway_url, watch, phone=phone))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()


@pytest.fixture(scope="session")
def agent(visit: Callable[..., Visitor]) -> Callable[[Person], Visitor]:
    """`agent(FILES_AGENT)`: that agent, signed in, at the same desk all along."""
    desks: dict[str, Visitor] = {}

    def at_desk(person: Person) -> Visitor:
        if person.email not in desks:
            desks[person.email] = visit(phone=False)
            desks[person.email].sign_in(person)
        return desks[person.email]

    return at_desk


@pytest.fixture(scope="session")
def imported(agent: Callable[[Person], Visitor]) -> chapters.Counted:
    """The first school's file, applied: what was counted before and what was written."""
    desk = agent(FILES_AGENT)
    folder = chapters.ONDE
    chapters.send_files(
        desk, SCHOOL[1], folder / "jacquemart-eleves.csv", folder / "jacquemart-responsables.csv"
    )
    desk.look("agent-import-apercu")
    chapters.decide_doubts(desk)
    counted = chapters.count(desk)
    chapters.apply_import(desk)
    return counted


@pytest.fixture(scope="session")
def letters(
    imported: object, agent: Callable[[Person], Visitor], tmp_path_factory: pytest.TempPathFactory
) -> Letters:
    """The PDF of the keys of the story's parents."""
    desk = agent(FILES_AGENT)
    return print_letters(desk, PARENTS, tmp_path_factory.mktemp("letters"))


@pytest.fixture(scope="session")
def amandine(letters: Letters, visit: Callable[..., Visitor], mailbox: Mailbox) -> Visitor:
    return _join(visit(), AMANDINE, letters, mailbox)


@pytest.fixture(scope="session")
def vincent(letters: Letters, visit: Callable[..., Visitor], mailbox: Mailbox) -> Visitor:
    return _join(visit(), VINCENT, letters, mailbox)


@pytest.fixture(scope="session")
def nicolas(letters: Letters, visit: Callable[..., Visitor], mailbox: Mailbox) -> Visitor:
    return _join(visit(), NICOLAS, letters, mailbox)


@pytest.fixture(scope="session")
def typhaine(letters: Letters, visit: Callable[..., Visitor], mailbox: Mailbox) -> Visitor:
    return _join(visit(), TYPHAINE, letters, mailbox)


def _join(visitor: Visitor, person: Person, letters: Letters, mailbox: Mailbox) -> Visitor:
    """An account and its key."""
    chapters.open_account(visitor, person, mailbox)
    typed = letters.keys[person].lower().replace("0", "O").replace("-", " ")
    chapters.type_key(visitor, typed)
    visitor.says("Le dossier de votre famille est ouvert")
    return visitor


@pytest.fixture(scope="session")
def enrolled(amandine: Visitor, nicolas: Visitor, typhaine: Visitor) -> None:
    """Four children of the school are enrolled in its canteen."""
    for parent, child in (
        (amandine, "Marius"),
        (amandine, "Achille"),
        (nicolas, "Léonie"),
        (typhaine, "Jeanne"),
    ):
        chapters.enrol(parent, child, chapters.CANTEEN)
        parent.says("L’inscription est acceptée : vous pouvez réserver.".replace(" :", "\u00a0:"))
        parent.look("inscription-acceptee")


@pytest.fixture(scope="session")
def booked(
    enrolled: None, subscriber: object, amandine: Visitor, nicolas: Visitor, typhaine: Visitor
) -> None:
    """Days of November, saved by their parents."""
    early = ("Vendredi 6 novembre", "Lundi 9 novembre", "Mardi 10 novembre")
    chapters.book(amandine, "Marius", *early, "Jeudi 12 novembre")
    chapters.book(amandine, "Achille", *early[1:])
    chapters.book(nicolas, "Léonie", *early, "Vendredi 13 novembre")
    chapters.book(typhaine, "Jeanne", *early)


@pytest.fixture(scope="session")
def checked(booked: None, prepared: Town, agent: Callable[[Person], Visitor]) -> None:
    """The roll-calls of the 6th, 9th and 10th; nobody does those of the 12th and 13th."""
    desk = agent(SCHOOL_AGENT)
    chapters.set_time(prepared, START.replace(day=6, hour=12))
    chapters.open_sheet(desk)
    chapters.mark(desk, "Marius", "Présent")
    chapters.mark(desk, "Léonie", "Absent")
    chapters.mark(desk, "Jeanne", "Présent")
    chapters.add_unexpected(desk, "Arnoux", "Achille")
    chapters.save_sheet(desk)
    for number in (9, 10):
        chapters.set_time(prepared, START.replace(day=number, hour=12))
        chapters.open_sheet(desk)
        desk.press("Les autres sont présents")
        chapters.save_sheet(desk)


@pytest.fixture(scope="session")
def published(
    checked: None, vincent: Visitor, prepared: Town, agent: Callable[[Person], Visitor]
) -> list[str]:
    """November's invoices, from draft to published; their numbers."""
    desk = agent(BILLING_AGENT)
    chapters.set_time(prepared, START.replace(month=12, day=1))
    chapters.draft_month(desk, "novembre 2026", settled=3)
    desk.look("agent-facturation-brouillon")
    desk.press("J’ai vérifié, passer à la publication")
    desk.look("agent-facturation-verifiee")
    desk.press("Publier", exact=False)
    desk.says("Les familles sont prévenues")
    desk.look("agent-facturation-publiee")
    numbers = desk.page.get_by_role("main").get_by_role("link", name=re.compile(r"^\d{4}-\d+|^[A-Z]+.*\d{4}"))
    return numbers.all_inner_texts()
