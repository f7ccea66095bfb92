"""« Aides et réductions »: granted and ended by the office, read by the family."""

from datetime import date
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from contracts.billing.allowances import (
    AllowanceKind,
    AllowanceState,
    EndAllowance,
    FindAllowances,
    GrantAllowance,
    OpenAllowances,
)
from contracts.billing.invoices import MyInvoices
from contracts.billing.refusals import AllowanceOver, AllowanceOverlaps
from contracts.caller import Role
from contracts.errors import Invalid
from gateway.money import allowance_words
from tests.mothers.allowances import LEA, a_granted, an_allowance, an_allowance_page, family_allowances
from tests.mothers.billing import NOW, a_summary, an_invoice_list
from tests.unit.gateway.conftest import Browser, Site
from tests.unit.gateway.test_invoice_pages import words

LIST = "/agents/aides/"
FAMILY = f"{LIST}famille/{UUID(int=5)}"
END = f"{FAMILY}/{UUID(int=81)}/arret"
AID = {
    "name": "Aide du CCAS", "cents": "2", "cap_cents": "120", "child_id": str(LEA), "since": ["1", "11", "2026"],
    "until": ["31", "8", "2027"], "decision": "Décision 2026-118",
}  # fmt: skip


def office(site: Site) -> Browser:
    site.services.answers[OpenAllowances] = family_allowances(a_granted())
    site.services.answers[GrantAllowance] = a_granted()
    site.services.answers[EndAllowance] = a_granted()
    return site.agent(Role.BILLING)


def page_of(answer) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def test_every_state_and_kind_has_its_words() -> None:
    assert set(AllowanceState) == set(allowance_words.STATES)
    assert set(AllowanceKind) == set(allowance_words.KINDS)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "reste 120,00 € jusqu’au 31 août 2027"),
        ({"left_days": 3, "left_cents": None}, "reste 3 jours jusqu’au 31 août 2027"),
        ({"state": "to_come"}, "reste 120,00 € à partir du 1er septembre 2026 jusqu’au 31 août 2027"),
        ({"left_cents": None, "until": None}, "depuis le 1er septembre 2026"),
        ({"state": "used_up", "left_cents": 0}, "plafond atteint"),
        ({"state": "ended", "until": date(2026, 10, 2)}, "terminée le 2 octobre 2026"),
        ({"state": "ended", "until": date(2026, 8, 31)}, "retirée"),
    ],
)
def test_what_is_left_is_a_sentence(fields: dict[str, object], sentence: str) -> None:
    said = allowance_words.left(an_allowance(**fields))
    assert said.replace("\u00a0", " ").replace("\u202f", " ") == sentence


def test_the_list_shows_what_runs_and_finds_a_family(site: Site) -> None:
    site.services.answers[FindAllowances] = an_allowance_page(a_granted(), found=True)
    page = site.agent(Role.BILLING).read(f"{LIST}?famille=ferr")
    assert len(page.select(f'main a[href="{FAMILY}"]')) == 2
    assert "Reste 120,00 €" in words(page.main)
    assert site.services.asked_for(FindAllowances)[0].words == "ferr"


def test_a_family_says_who_granted_and_ended_what_and_why(site: Site) -> None:
    ended = a_granted(
        allowance_id=UUID(int=82),
        state="ended",
        ended_at=NOW,
        ended_by_name="Paul Faure",
        end_reason="Départ",
    )
    site.services.answers[OpenAllowances] = family_allowances(a_granted(), ended)
    page = site.agent(Role.BILLING).read(FAMILY)
    for sentence in ("par Régine Sabatier", "par Paul Faure", "Départ", "Décision CCAS 2026-118"):
        assert sentence in words(page.main)
    assert [link["href"] for link in page.select('main a[href$="/arret"]')] == [END]


def test_an_aid_is_granted_after_reading_it_once_more(site: Site) -> None:
    browser = office(site)
    check = page_of(browser.send(f"{FAMILY}/aide", **AID))
    for sentence in ("Aide du CCAS", "Léa Ferrand", "120,00 €", "31 août 2027"):
        assert sentence in words(check.main)
    assert browser.submit(check, button="Accorder").location == FAMILY
    [asked] = site.services.asked_for(GrantAllowance)
    assert (asked.kind, asked.child_id, asked.activity_code) == (AllowanceKind.AID, LEA, "")
    assert (asked.cents, asked.cap_cents, asked.cap_days) == (200, 12000, None)


def test_a_reduction_for_all_without_an_end(site: Site) -> None:
    browser = office(site)
    check = page_of(
        browser.send(f"{FAMILY}/reduction", reduction="pai", decision="PAI", since=["1", "11", "2026"])
    )
    browser.submit(check, button="Accorder")
    [asked] = site.services.asked_for(GrantAllowance)
    assert (asked.kind, asked.reduction, asked.child_id, asked.until) == (
        AllowanceKind.REDUCTION, "pai", None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (AllowanceOverlaps(name="Aide du CCAS", since="2026-09-01", until=None), "a déjà « Aide du CCAS »"),
        (Invalid(problems={"cap_cents": "aid_without_cap"}), "Donnez un plafond"),
        (Invalid(problems={"until": "ends_before_it_begins"}), "La fin vient après le début"),
    ],
)
def test_what_is_refused_comes_back_filled_with_a_sentence(
    site: Site, refusal: Exception, sentence: str
) -> None:
    browser = office(site)
    site.services.answers[GrantAllowance] = refusal
    page = page_of(browser.submit(page_of(browser.send(f"{FAMILY}/aide", **AID)), button="Accorder"))
    assert sentence in words(page.main)
    assert page.select_one("#name")["value"] == "Aide du CCAS"


@pytest.mark.parametrize("day", [["2", "10", "2026"], ["31", "8", "2026"]])
def test_an_end_says_what_it_does_to_the_bills(site: Site, day: list[str]) -> None:
    browser = office(site)
    check = page_of(browser.send(END, last_day=day, reason="Déménagement"))
    assert ("retirée en entier" in words(check.main)) == (day[1] == "8")
    assert browser.submit(check, button="Arrêter").location == FAMILY
    [asked] = site.services.asked_for(EndAllowance)
    assert (asked.allowance_id, asked.reason) == (UUID(int=81), "Déménagement")


def test_one_ended_meanwhile_is_said(site: Site) -> None:
    browser = office(site)
    site.services.answers[EndAllowance] = AllowanceOver()
    check = page_of(browser.send(END, last_day=["2", "10", "2026"], reason="Déménagement"))
    assert "a déjà été arrêtée" in words(page_of(browser.submit(check, button="Arrêter")).main)


def test_another_familys_allowance_is_not_found_here(site: Site) -> None:
    office(site).read(f"{FAMILY}/{UUID(int=99)}/arret", status=404)


def test_only_the_billing_office_grants(site: Site) -> None:
    site.agent(Role.ATTENDANCE).read(f"{FAMILY}/aide", status=403)


def test_a_parent_reads_what_is_left_with_the_invoices(site: Site) -> None:
    ended = an_allowance(
        allowance_id=UUID(int=82),
        name="Aide de la CAF",
        state="ended",
        until=date(2026, 10, 2),
        end_reason="Départ",
    )
    site.services.answers[MyInvoices] = an_invoice_list(a_summary(), allowances=[an_allowance(), ended])
    text = words(site.citizen().read("/mon-espace/factures/").main)
    assert "Aide du CCAS : reste 120,00 € jusqu’au 31 août 2027" in text
    assert "Arrêt : Départ." in text
