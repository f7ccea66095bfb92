"""Chapter 5, on a tablet. The connection is cut in the middle of the roll-call: no tap is lost, none counts twice.

Tuesday 1 December, once November is billed: what is closed here changes no invoice of the story.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Error, Locator, Page, Route, expect
from sqlalchemy import create_engine, text

from chassis.client import Services
from contracts.accounts.health import Allergen, Diet, SetDiet
from contracts.caller import SYSTEM
from contracts.enrolment.attendance import FindChildren, RollCall
from contracts.enrolment.bookings import CellState, ChangeBookings, MonthPage
from contracts.enrolment.taps import RecordTaps, Seen, Tap
from contracts.events.attendance import Mark
from tests.journeys.chapters import CANTEEN
from tests.journeys.people import PASSWORD, SCHOOL, SCHOOL_AGENT, Person
from tests.journeys.visitor import DESK, Visitor, Watch
from tests.providers.system import Town
from tests.waiting import eventually

DAY = date(2026, 12, 1)
CALL = f"/agents/appel/{SCHOOL[0]}/cantine/{DAY}"
TABLET = {"width": 820, "height": 1180}
EXPECTED = ("Achille", "Jeanne", "Léonie", "Marius")
OTHER_TABLET = uuid4()


class School:
    """What the town knows of the roll-call, asked behind the browser's back."""

    def __init__(self, town: Town) -> None:
        self.services = Services(town.amqp_url("gateway"), timeout=30)
        self.engine = create_engine(town.database_url("enrolment"))
        found = self.services.ask(FindChildren(place_code=SCHOOL[0], limit=1000), SYSTEM)
        self.children = {child.first_name: child for child in found if child.last_name in NAMES}

    def close(self) -> None:
        self.services.close()
        self.engine.dispose()

    def book(self, name: str) -> None:
        """The town hall books the day, late as it is."""
        child = self.children[name]
        ask = MonthPage(child_id=child.child_id, month=DAY.replace(day=1), family_id=child.family_ids[0])
        view = self.services.ask(ask, SYSTEM)
        [session_id] = [
            cell.session_id
            for day in view.days
            if day.day == DAY
            for cell in day.cells
            if cell.activity_code == "cantine" and cell.state is not CellState.BOOKED
        ]
        booking = ChangeBookings(
            command_id=uuid4(),
            child_id=child.child_id,
            additions=[session_id],
            family_id=child.family_ids[0],
            late=True,
        )
        assert not self.services.ask(booking, SYSTEM).refused

    def marks(self) -> dict[str, Mark]:
        """first name → mark, on the sheet as it would be filled in now."""
        view = self.services.ask(RollCall(place_code=SCHOOL[0], activity_code="cantine", day=DAY), SYSTEM)
        return {line.first_name: line.mark for line in view.lines if line.mark}

    def taps(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM tap")).scalar_one())

    def tap_elsewhere(self, name: str, seen: Seen) -> None:
        """A second tablet in the same dining hall, whose clock is years behind."""
        view = self.services.ask(RollCall(place_code=SCHOOL[0], activity_code="cantine", day=DAY), SYSTEM)
        assert view.session_id is not None
        now = datetime(2019, 1, 1, tzinfo=UTC)
        pressed = Tap(
            tap_id=uuid4(),
            child_id=self.children[name].child_id,
            seen=seen,
            at=now,
            number=self.taps() + 1,
            by="Nadia Ferrand",
        )
        self.services.ask(
            RecordTaps(
                command_id=uuid4(),
                session_id=view.session_id,
                device_id=OTHER_TABLET,
                device="Firefox, Android",
                sent_at=now,
                taps=[pressed],
            ),
            SYSTEM,
        )


NAMES = ("Arnoux", "Escoffet", "Ollivero")


@pytest.fixture(scope="module")
def school(published: list[str], prepared: Town) -> Iterator[School]:
    school = School(prepared)
    for name in EXPECTED:
        school.book(name)
    diet = SetDiet(
        command_id=uuid4(),
        child_id=school.children["Léonie"].child_id,
        version=0,
        diet=Diet.USUAL,
        avoided=[Allergen.PEANUTS],
        lunch_box=False,
    )
    school.services.ask(diet, SYSTEM)
    yield school
    school.close()


@pytest.fixture(scope="module")
def tablet(school: School, agent: Callable[[Person], Visitor]) -> Iterator[Visitor]:
    """The roll-call, open on a tablet that has kept it."""
    tablet = agent(SCHOOL_AGENT)
    tablet.size = TABLET
    tablet.page.set_viewport_size(TABLET)
    tablet.goto("/agents/pointage/")
    sheet = tablet.page.get_by_role("main").get_by_role("listitem").filter(has_text=CANTEEN)
    sheet.filter(has_text=SCHOOL[1]).get_by_role("link", name=SCHOOL[1], exact=True).click()
    await_kept(tablet)
    yield tablet
    tablet.context.set_offline(False)
    tablet.size = DESK
    tablet.page.set_viewport_size(DESK)


def await_kept(tablet: Visitor) -> None:
    expect(tablet.page.get_by_text("s’ouvre aussi sans connexion")).to_be_visible()


def open_call(tablet: Visitor) -> Page:
    """The roll-call, loaded, its script started: its buttons wait for it."""
    page = tablet.goto(CALL)
    expect(here(page, "Léonie")).to_be_enabled()
    return page


def here(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"{name}.* Présent$"))


def away(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^Absent\s+{name}"))


def state(page: Page) -> Locator:
    return page.locator("[data-state]")


def test_one_tap_a_child_is_enough_and_allergies_are_in_sight(tablet: Visitor, school: School) -> None:
    page = tablet.page
    expect(page.get_by_role("listitem").filter(has_text="Léonie")).to_contain_text("Sans\u00a0: arachide")
    here(page, "Léonie").click()
    expect(here(page, "Léonie")).to_have_attribute("aria-pressed", "true")
    expect(state(page)).to_have_text(re.compile(r"^Tout est enregistré à 10\sh\s\d\d$"))
    assert school.marks() == {"Léonie": Mark.PRESENT}
    tablet.look("agent-appel")


def test_the_connection_drops_and_comes_back(tablet: Visitor, school: School) -> None:
    """Cut, tapped, loaded again without connection, tapped again, connected again."""
    page, before = tablet.page, school.taps()
    tablet.context.set_offline(True)
    here(page, "Marius").click()
    away(page, "Achille").click()
    page.get_by_label("Chercher un enfant, attendu ou non").fill("eloise oll")
    here(page, "Éloïse").click()
    expect(state(page)).to_have_text(re.compile("Hors connexion : 3 appuis gardés".replace(" ", r"\s")))
    page.reload()
    expect(here(page, "Marius")).to_have_attribute("aria-pressed", "true")
    expect(away(page, "Achille")).to_have_attribute("aria-pressed", "true")
    expect(here(page, "Éloïse")).to_have_attribute("aria-pressed", "true")
    expect(here(page, "Léonie")).to_have_attribute("aria-pressed", "true")  # received before the cut
    expect(page.get_by_role("listitem").filter(has_text="Léonie")).to_contain_text("Sans\u00a0: arachide")
    expect(page.locator("[data-count]")).to_have_text("2 / 4")
    away(page, "Marius").click()
    expect(state(page)).to_have_text(re.compile(r"4\sappuis gardés"))
    page.get_by_role("link", name="Vérifier et clore").click()
    expect(page.get_by_role("alert")).to_contain_text("Clore la feuille demande la connexion")
    assert school.taps() == before
    tablet.context.set_offline(False)
    expect(state(page)).to_have_text(re.compile("^Tout est enregistré"))
    assert school.taps() == before + 4
    assert school.marks() == {
        "Léonie": Mark.PRESENT,
        "Marius": Mark.ABSENT_UNJUSTIFIED,
        "Achille": Mark.ABSENT_UNJUSTIFIED,
        "Éloïse": Mark.PRESENT_WITHOUT_BOOKING,
    }


def test_an_answer_that_is_lost_doubles_nothing(tablet: Visitor, school: School) -> None:
    """The portal receives the tap, and its answer never comes back."""
    page, before = tablet.page, school.taps()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    tablet.context.route("**/agents/appel/appuis", lose)
    away(page, "Jeanne").click()
    expect(state(page)).to_have_text(re.compile(r"Hors connexion"))
    assert lost[0] == 200
    assert school.taps() == before + 1
    tablet.context.unroute("**/agents/appel/appuis")
    here(page, "Jeanne").click()
    expect(state(page)).to_have_text(re.compile("^Tout est enregistré"))
    assert school.taps() == before + 2
    page.get_by_role("button", name="Annuler l’appui").click()
    expect(away(page, "Jeanne")).to_have_attribute("aria-pressed", "true")
    eventually(lambda: school.marks()["Jeanne"] is Mark.ABSENT_UNJUSTIFIED)


def test_a_page_closed_before_its_taps_were_sent_loses_none(tablet: Visitor, school: School) -> None:
    before = school.taps()
    tab = tablet.second_tab()
    tab.goto(CALL)
    expect(here(tab, "Jeanne")).to_be_enabled()
    tablet.context.set_offline(True)
    here(tab, "Jeanne").click()
    expect(state(tab)).to_contain_text("Hors connexion")
    tab.close()
    tablet.page.goto("about:blank")  # no page of the roll-call is left open
    tablet.context.set_offline(False)
    tablet.goto("/agents/pointage/")
    expect(state(tablet.page)).to_have_text(re.compile("^Tout est enregistré"))
    assert school.taps() == before + 1
    tablet.goto(CALL)
    expect(here(tablet.page, "Jeanne")).to_have_attribute("aria-pressed", "true")


def test_a_session_that_ended_keeps_the_taps_until_the_agent_is_back(
    tablet: Visitor, school: School, watch: Watch
) -> None:
    """Names leave the tablet at the sign-in page; the taps, which bear none, stay and are sent."""
    page, before = tablet.page, school.taps()
    await_kept(tablet)
    tablet.context.clear_cookies()
    here(page, "Achille").click()
    expect(state(page)).to_have_text(re.compile(r"Session terminée : 1 appui gardé".replace(" ", r"\s")))
    refused = watch.take()
    assert [fault[:3] for fault in refused][:2] == ["400", "401"]
    assert school.taps() == before
    tablet.follow("Se reconnecter pour les envoyer")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert kept_on(page) == []
    page.get_by_label("Identifiant").fill(SCHOOL_AGENT.email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    tablet.press("Connexion")
    tablet.type_code(SCHOOL_AGENT)
    expect(state(page)).to_have_text(re.compile("^Tout est enregistré"))
    assert school.taps() == before + 1
    expect(here(page, "Achille")).to_have_attribute("aria-pressed", "true")


def kept_on(page: Page) -> list[str]:
    found: list[str] = page.evaluate("caches.keys()")
    return found


@pytest.fixture(scope="module")
def pressed(tablet: Visitor, school: School) -> Visitor:
    """All children are said here, three of them on this tablet and Marius on another; the roll-call is open on it."""
    page = open_call(tablet)
    for name in ("Achille", "Jeanne", "Léonie"):
        here(page, name).click()
        expect(here(page, name)).to_have_attribute("aria-pressed", "true")
    expect(state(page)).to_have_text(re.compile("^(Tout est enregistré|Chaque appui)"))
    school.tap_elsewhere("Marius", Seen.HERE)
    open_call(tablet)
    expect(here(page, "Marius")).to_have_attribute("aria-pressed", "true")
    return tablet


@pytest.fixture(scope="module")
def closed(pressed: Visitor, school: School) -> Visitor:
    """The sheet, closed on the tablet."""
    page = pressed.page
    page.get_by_role("link", name="Vérifier et clore").click()
    pressed.says("4\u00a0enfants attendus")
    group = page.get_by_role("group", name="Marius")
    expect(group.get_by_role("radio", name="Présent", exact=True)).to_be_checked()
    pressed.look("agent-feuille-appel")
    pressed.press("Clore la feuille")
    pressed.says("est close")
    return pressed


def test_what_another_tablet_says_is_on_the_sheet_that_is_closed(closed: Visitor, school: School) -> None:
    assert school.marks() == {
        "Léonie": Mark.PRESENT,
        "Marius": Mark.PRESENT,
        "Achille": Mark.PRESENT,
        "Jeanne": Mark.PRESENT,
        "Éloïse": Mark.PRESENT_WITHOUT_BOOKING,
    }


def test_a_tap_that_comes_after_the_closing_is_shown_and_changes_nothing(
    closed: Visitor, tablet: Visitor, school: School
) -> None:
    school.tap_elsewhere("Jeanne", Seen.AWAY)
    assert school.marks()["Jeanne"] is Mark.PRESENT
    tablet.goto("/agents/")
    tablet.says("1\u00a0à revoir")
    tablet.goto("/agents/pointage/")
    tablet.look("agent-pointage-a-revoir")
    review = tablet.page.get_by_role("region", name="Feuilles à revoir")
    review.get_by_role("link", name=SCHOOL[1], exact=False).click()
    group = tablet.page.get_by_role("group", name="Jeanne")
    expect(group).to_contain_text("Appui reçu après la clôture\u00a0: absent")
    expect(group).to_contain_text("Nadia Ferrand (Firefox, Android)")
    tablet.look("agent-feuille-a-revoir")
    group.get_by_role("radio", name="Absent", exact=True).check(force=True)
    tablet.press("Clore la feuille")
    tablet.says("est close")
    assert school.marks()["Jeanne"] is Mark.ABSENT_UNJUSTIFIED
    tablet.goto("/agents/pointage/")
    expect(tablet.page.get_by_role("heading", name="Feuilles à revoir")).to_have_count(0)


def test_signing_out_takes_the_names_off_the_tablet(tablet: Visitor) -> None:
    page = tablet.page
    tablet.goto(CALL)
    eventually(lambda: kept_on(page) == ["appel"])
    kept: list[Any] = page.evaluate(
        "caches.open('appel').then((c) => c.keys()).then((all) => all.map((each) => new URL(each.url).pathname))"
    )
    staff = [path for path in kept if path.startswith("/agents/")]
    assert all(path.startswith("/agents/appel/") for path in staff)
    tablet.sign_out()
    eventually(lambda: kept_on(page) == [])
    tablet.context.set_offline(True)
    with pytest.raises(Error):
        page.goto(CALL)
    tablet.context.set_offline(False)
    tablet.sign_in(SCHOOL_AGENT)
