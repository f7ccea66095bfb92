"""The last chapter. A child of three stays after school: the month is billed and paid by card, and the tax certificate
attests what was paid for her care, not her meals. Then the office gives the evenings to a fund of their own.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect

from chassis.client import Services
from contracts.caller import SYSTEM
from contracts.enrolment.attendance import FindChildren, MarkedChild, RollCall, SettleAttendance
from contracts.enrolment.bookings import ChangeBookings, MonthPage
from contracts.enrolment.enrolments import RequestEnrolment
from contracts.events.attendance import Mark
from tests.journeys import chapters
from tests.journeys.chapters import START
from tests.journeys.letters import read_pages
from tests.journeys.people import BILLING_AGENT, SCHOOL, TYPHAINE
from tests.journeys.test_7_payment import GOOD, pay, start_payment
from tests.journeys.visitor import Visitor
from tests.providers.system import Town
from tests.waiting import eventually

JANUARY = date(2027, 1, 1)
EVENINGS = [date(2027, 1, day) for day in (5, 7, 12, 14, 19, 21, 26, 28)]
MEAL = date(2027, 1, 14)
CARE, FOOD = "12,00\u00a0€", "5,45\u00a0€"  # eight evenings at 1,50 €; one lunch without a quotient


class School:
    """What the agents of a school and a centre would do by hand, done by command."""

    def __init__(self, town: Town) -> None:
        self._services = Services(town.amqp_url("gateway"), timeout=30)
        found = self._services.ask(FindChildren(place_code=SCHOOL[0], text=TYPHAINE.last_name), SYSTEM)
        self._child = next(child for child in found if child.first_name == "Éloïse")

    def lives(self, activity: str, days: list[date]) -> None:
        """Enrolled, booked and present on these days."""
        child_id, family_id, place = self._child.child_id, self._child.family_ids[0], SCHOOL[0]
        asked = RequestEnrolment(
            command_id=uuid4(),
            child_id=child_id,
            activity_code=activity,
            place_code=place,
            family_id=family_id,
        )
        self._services.ask(asked, SYSTEM)
        booked = ChangeBookings(
            command_id=uuid4(),
            child_id=child_id,
            family_id=family_id,
            additions=self._sessions(child_id, family_id, activity, days),
            late=True,
        )
        answer = self._services.ask(booked, SYSTEM)
        assert (len(answer.changed), answer.refused) == (len(days), [])
        for day in days:
            ask = RollCall(place_code=place, activity_code=activity, day=day)
            sheet = self._services.ask(ask, SYSTEM)
            assert sheet.session_id is not None
            present = [MarkedChild(child_id=line.child_id, mark=Mark.PRESENT) for line in sheet.lines]
            settle = SettleAttendance(
                command_id=uuid4(), session_id=sheet.session_id, version=sheet.version, lines=present
            )
            self._services.ask(settle, SYSTEM)

    def _sessions(self, child_id: UUID, family_id: UUID, activity: str, days: list[date]) -> list[UUID]:
        ask = MonthPage(child_id=child_id, month=JANUARY, family_id=family_id)
        return [
            cell.session_id
            for day in self._services.ask(ask, SYSTEM).days
            if day.day in days
            for cell in day.cells
            if cell.activity_code == activity
        ]

    def close(self) -> None:
        self._services.close()


@pytest.fixture(scope="module")
def desk(typhaine: Visitor, prepared: Town, visit: Callable[..., Visitor]) -> Visitor:
    """The billing office, at the end of January: weeks have passed, everybody signs in anew."""
    chapters.set_time(prepared, START.replace(year=2027, month=1, day=29))
    school = School(prepared)
    school.lives("heures-educatives", EVENINGS)
    school.lives("cantine", [MEAL])
    school.close()
    office = visit(phone=False)
    office.sign_in(BILLING_AGENT)
    return office


@pytest.fixture(scope="module")
def mother(desk: Visitor, visit: Callable[..., Visitor]) -> Visitor:
    """Typhaine, whose January is billed and paid by card."""
    chapters.draft_month(desk, "janvier 2027", settled=9)
    desk.press("J’ai vérifié, passer à la publication")
    desk.press("Publier", exact=False)
    desk.says("Les familles sont prévenues")
    parent = visit()
    parent.sign_in(TYPHAINE)
    start_payment(parent)
    pay(parent, GOOD)
    expect(parent.page.get_by_role("heading", level=1)).to_have_text("Payée")
    return parent


def test_the_certificate_attests_care_paid_for_a_child_under_six_and_no_food(
    mother: Visitor, tmp_path: Path
) -> None:
    def is_attested() -> bool:
        mother.goto("/mon-espace/factures/")
        mother.follow("Relevés de compte et attestations fiscales")
        return mother.page.get_by_role("link", name="Lire l’attestation fiscale 2027").count() == 1

    eventually(is_attested)
    mother.look("releves-avec-garde")
    mother.follow("Lire l’attestation fiscale 2027", exact=False)
    mother.look("attestation-fiscale")
    with mother.page.expect_download() as download:
        mother.follow("Télécharger l’attestation (PDF)")
    download.value.save_as(tmp_path / "attestation.pdf")
    paper = "\n".join(read_pages(tmp_path / "attestation.pdf"))
    for words in ("Éloïse", "Heures éducatives", CARE, TYPHAINE.name):
        mother.says(words)
        assert words.replace("\u00a0", " ") in paper.replace("\u00a0", " ")
    for words in ("Jeanne", FOOD):
        assert words not in paper


def test_the_office_opens_a_fund_and_gives_it_the_evenings_from_a_month_nobody_billed(
    mother: Visitor, desk: Visitor
) -> None:
    desk.goto("/agents/paiements/regies/ouvrir")
    desk.look("agent-regie-nouvelle")
    desk.page.get_by_label("Code", exact=True).fill("LOI")
    desk.page.get_by_label("Nom", exact=True).fill("Régie Loisirs")
    desk.press("Ouvrir la régie")
    desk.says("La régie est ouverte")
    desk.page.get_by_label("Activité", exact=True).select_option(label="Heures éducatives")
    desk.page.get_by_label("Régie", exact=True).select_option(label="Régie Loisirs")
    months = desk.page.get_by_label("À partir du mois de")
    expect(months.locator("option").nth(1)).to_have_text("février 2027")
    months.select_option(label="février 2027")
    desk.press("Enregistrer")
    desk.says("ce qui est déjà facturé ne bouge pas")
    desk.look("agent-regies-activites")
    mother.goto("/mon-espace/factures/")
    mother.says("une facture par régie de la ville")
    mother.look("factures-de-deux-regies")
