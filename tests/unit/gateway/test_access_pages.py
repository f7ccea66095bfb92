"""« Accès aux dossiers » with doubles behind it."""

import csv
import io
from datetime import date
from uuid import UUID

import pytest

from contracts.accounts.accesses import (
    Access,
    AccessesPage,
    AccessRow,
    AgentName,
    ExportAccesses,
    ExportTooLong,
    ListAccesses,
)
from contracts.caller import Role
from gateway.staff.access_words import ACCESS_WORDS, access_words
from tests.mothers.accounts import NOW

AGENT = UUID(int=7)


def a_row(**changes: object) -> AccessRow:
    told = {
        "at": NOW,
        "family_id": UUID(int=20),
        "family_number": "F001042",
        "family_label": "Martin",
        "agent_id": AGENT,
        "agent": "Régine Sabatier",
        "access": "bill",
        "detail": "Facture 2026-000123",
    }
    return AccessRow.model_validate({**told, **changes})


def a_page(*rows: AccessRow, pages: int = 1) -> AccessesPage:
    agents = [AgentName(account_id=AGENT, name="Régine Sabatier")]
    return AccessesPage(rows=list(rows), agents=agents, page=1, pages=pages, total=len(rows))


def test_each_access_has_its_words_and_a_newer_one_its_code() -> None:
    assert set(Access) == set(ACCESS_WORDS)
    assert access_words("something_new") == "something_new"


def test_an_administrator_reads_who_opened_what(site) -> None:
    site.services.answers[ListAccesses] = a_page(a_row(), pages=3)
    page = site.agent(Role.ADMINISTRATION).read(
        f"/agents/acces/?famille=martin&agent={AGENT}&du=2026-11-01&au=2026-11-30"
    )
    assert "Facture 2026-000123" in page.get_text()
    [asked] = site.services.asked_for(ListAccesses)
    assert ("martin", AGENT, date(2026, 11, 1), date(2026, 11, 30)) == (
        asked.family,
        asked.agent_id,
        asked.since,
        asked.until,
    )
    assert page.select_one("select option[selected]").get_text() == "Régine Sabatier"
    assert "du=2026-11-01" in page.select_one("a[rel=next]")["href"]


def test_what_an_address_says_wrongly_is_not_asked_for(site) -> None:
    site.services.answers[ListAccesses] = a_page()
    page = site.agent(Role.ADMINISTRATION).read("/agents/acces/?agent=x&du=hier&au=31/11/2026&page=x")
    assert "Aucun accès" in page.get_text()
    assert ListAccesses() == site.services.asked_for(ListAccesses)[0]


@pytest.mark.parametrize("address", ["/agents/acces/", "/agents/acces/export.csv"])
def test_others_do_not(site, address: str) -> None:
    roles = set(Role) - {Role.ADMINISTRATION}
    assert site.agent(*roles).get(address, status=403)


def test_the_file_opens_in_a_french_spreadsheet_and_runs_nothing(site) -> None:
    site.services.answers[ExportAccesses] = [a_row(), a_row(family_label="=1+1", access="open", detail="")]
    answer = site.agent(Role.ADMINISTRATION).get("/agents/acces/export.csv?famille=martin")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert lines[1][:5] == ["23/11/2026", "10:00:00", "Régine Sabatier", "F001042", "Martin"]
    assert lines[1][5:] == ["Facture ou reçu ouvert", "Facture 2026-000123"]
    assert lines[2][4] == "'=1+1"
    assert answer.get_data().startswith(b"\xef\xbb\xbf")


def test_a_choice_too_long_for_a_file_says_so(site) -> None:
    site.services.answers[ExportAccesses] = ExportTooLong(count=12000, most=10000)
    site.services.answers[ListAccesses] = a_page(a_row())
    browser = site.agent(Role.ADMINISTRATION)
    assert (
        browser.get("/agents/acces/export.csv?famille=m", status=302).location == "/agents/acces/?famille=m"
    )
    assert "Raccourcissez la période" in browser.read("/agents/acces/").get_text()
