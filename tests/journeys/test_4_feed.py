"""Chapter 4, on a telephone. The family's booked days in a calendar, at an address that can be taken back."""

from urllib.parse import urlsplit

import pytest
import requests
from icalendar import Calendar
from playwright.sync_api import expect

from tests.journeys import chapters
from tests.journeys.visitor import Visitor
from tests.providers.system import Town

DAY = "Vendredi 18 décembre"


@pytest.fixture(scope="module")
def address(booked: None, amandine: Visitor, prepared: Town) -> str:
    """Made by Amandine, from the month of one of her children."""
    chapters.open_month(amandine, "Marius")
    amandine.page.get_by_role("main").locator("a[href$='/agenda/']").click()
    amandine.look("agenda")
    amandine.press("Créer l’adresse de mon agenda", exact=False)
    expect(amandine.page.get_by_role("link", name="M’abonner sur cet appareil")).to_be_visible()
    amandine.look("agenda-adresse")
    shown = amandine.page.get_by_label("Ou copiez l’adresse").input_value()
    return prepared.gateway_url.rstrip("/") + urlsplit(shown).path


def test_a_day_booked_appears_and_a_day_cancelled_goes(address: str, amandine: Visitor) -> None:
    before = _days(address)
    assert "2026-11-06" in before
    _change(amandine, on=True)
    assert _days(address) - before == {"2026-12-18"}
    _change(amandine, on=False)
    assert _days(address) == before


def test_what_is_unchanged_is_not_sent_again(address: str) -> None:
    tag = requests.get(address, timeout=10).headers["ETag"]
    assert requests.get(address, headers={"If-None-Match": tag}, timeout=10).status_code == 304


def test_an_address_taken_back_opens_nothing(address: str, amandine: Visitor) -> None:
    amandine.goto("/mon-espace/agenda/")
    amandine.look("agenda-existe")
    amandine.press("Supprimer l’adresse", exact=False)
    amandine.says("L’adresse est supprimée")
    assert requests.get(address, timeout=10).status_code == 404


def _days(address: str) -> set[str]:
    answer = requests.get(address, timeout=10)
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(event["DTSTART"].dt)[:10] for event in events if str(event["SUMMARY"]).startswith("Marius")}


def _change(visitor: Visitor, *, on: bool) -> None:
    chapters.open_month(visitor, "Marius", "2026-12")
    chapters.tick(visitor, DAY, on=on)
    chapters.save(visitor)
