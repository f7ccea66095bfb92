"""The accountant's journal: sums on the page, a file that a French spreadsheet opens, numbers of accounts."""

from datetime import date

import pytest

from contracts.billing.treasury import (
    JournalMark,
    JournalPart,
    JournalSlice,
    OpenChart,
    OpenJournal,
    SetChart,
)
from contracts.caller import Role
from contracts.errors import NotFound
from gateway import periods
from tests.mothers.billing import NOW
from tests.mothers.treasury import a_chart, a_journal, an_entry
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

JOURNAL = "/agents/comptabilite/"


@pytest.mark.parametrize(
    ("word", "days"),
    [
        ("2026-02", (date(2026, 2, 1), date(2026, 2, 28))),
        ("2026", (date(2026, 1, 1), date(2026, 12, 31))),
        ("2026-13", None),
        ("2026-", None),
        ("26-10", None),
        ("²026", None),
        ("", None),
    ],
)
def test_a_period_is_a_month_or_a_year(word: str, days: tuple[date, date] | None) -> None:
    assert periods.period_of(word) == days


def test_the_month_before_january_is_december() -> None:
    assert periods.month_before(date(2027, 1, 4)) == "2026-12"
    assert [word for word, _ in periods.choices(date(2027, 1, 4), months=2, years=1)] == [
        "2027-01",
        "2026-12",
        "2027",
    ]


def test_the_page_shows_what_a_period_adds_up_to_and_says_when_it_is_not_over(site: Site) -> None:
    site.services.answers[OpenJournal] = a_journal(over=False)
    page = words(site.agent(Role.BILLING).read(f"{JOURNAL}?periode=2026-11").main)
    for sentence in ("4111", "Redevables", "48,00 €", "La période n’est pas finie", "Novembre 2026"):
        assert sentence in page
    asked = site.services.asked_for(OpenJournal)[0]
    assert (asked.fund, asked.since, asked.until) == ("", date(2026, 11, 1), date(2026, 11, 30))


def test_the_file_comes_part_by_part_with_decimal_commas_and_no_formula(site: Site) -> None:
    mark = JournalMark(at=NOW, number=7)
    parts = {
        None: JournalSlice(entries=[an_entry()], after=mark),
        mark: JournalSlice(
            entries=[an_entry(debit_cents=0, credit_cents=123456, account="7067", account_name="=1+1")],
            after=None,
        ),
    }
    site.services.answers[JournalPart] = lambda asked: parts[asked.after]
    answer = site.agent(Role.BILLING).get(f"{JOURNAL}ENF/2026-11.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.data.decode("utf-8-sig").split("\r\n") == [
        "Date;Écriture;Compte;Intitulé;Débit;Crédit;Libellé;Pièce;Dossier famille",
        "02/11/2026;7;4111;Redevables;48,00;;Facture octobre 2026;ENF-2026-000001;F01234",
        "02/11/2026;7;7067;'=1+1;;1234,56;Facture octobre 2026;ENF-2026-000001;F01234",
        "",
    ]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="journal-ENF-2026-11.csv"'


def test_a_period_or_a_fund_that_is_not_has_no_file(site: Site) -> None:
    site.services.answers[JournalPart] = NotFound()
    browser = site.agent(Role.BILLING)
    for address in ("ENF/2026-13.csv", "AUT/2026-11.csv"):
        assert browser.client.get(JOURNAL + address).status_code == 404


def test_an_agent_gives_accounts_their_numbers(site: Site) -> None:
    site.services.answers |= {OpenChart: a_chart(), SetChart: a_chart(), OpenJournal: a_journal()}
    browser = site.agent(Role.BILLING)
    refused = browser.send(f"{JOURNAL}ENF/comptes", account_0="4111a")
    assert (refused.status_code, "2 à 12 chiffres" in refused.get_data(as_text=True)) == (422, True)
    assert browser.send(f"{JOURNAL}ENF/comptes", account_1="70671").status_code == 302
    assert site.services.asked_for(SetChart)[0].numbers == {
        "receivable": "4111",
        "revenue:cantine": "70671",
    }
