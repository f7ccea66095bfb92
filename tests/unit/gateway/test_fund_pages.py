"""« Régies » on screen: opened, given what they bill; a parent and the counter are told whose an invoice is."""

from datetime import date
from uuid import UUID

import pytest

from contracts.billing.counter import CounterView, OpenCounter, OwedInvoice
from contracts.billing.funds import (
    FundList,
    Funds,
    FundView,
    OpenFund,
    ReadFundScopes,
    SetFundScope,
    SetFundTerms,
)
from contracts.billing.invoices import MyInvoices
from contracts.billing.refusals import FundExists, FundMonthBilled, RunOpen
from contracts.billing.runs import BillingDesk, DraftRun, OpenRun
from contracts.caller import Role
from tests.mothers.billing import (
    OCTOBER,
    a_desk,
    a_run,
    a_run_summary,
    a_summary,
    an_invoice_list,
    some_scopes,
)
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

FUNDS = "/agents/paiements/regies/"
SCOPES, OPEN = f"{FUNDS}activites", f"{FUNDS}ouvrir"
ENF = {"fund": "ENF", "fund_name": "Régie Enfance et Restauration scolaire"}
VAC = {"fund": "VAC", "fund_name": "Régie Pass’Vacances"}


@pytest.fixture
def office(site: Site) -> Site:
    site.services.answers |= {Funds: FundList(funds=some_scopes().funds), ReadFundScopes: some_scopes()}
    site.services.answers |= {SetFundScope: some_scopes(), OpenFund: FundView(code="VAC", name="Régie")}
    return site


def test_the_office_reads_the_funds_and_opens_one(office: Site) -> None:
    browser = office.agent(Role.BILLING)
    shown = words(browser.read(FUNDS).main)
    for sentence in ("par PayFiP", "par carte", "15,00", "une facture par régie"):
        assert sentence in shown
    assert browser.send(OPEN, code="v1", title="Régie").status_code == 422
    assert browser.send(OPEN, code="VAC", title="Régie Pass’Vacances").location == SCOPES
    asked = office.services.asked_for(OpenFund)[0]
    assert (asked.code, asked.name) == ("VAC", "Régie Pass’Vacances")
    office.services.answers[OpenFund] = FundExists(fund="VAC")
    assert browser.send(OPEN, code="VAC", title="Régie Pass’Vacances").status_code == 409


def test_the_office_gives_an_activity_to_a_fund_from_a_month_nobody_billed(office: Site) -> None:
    browser = office.agent(Role.BILLING)
    page = browser.read(SCOPES)
    shown = words(page.main)
    for sentence in ("Tout le reste", "janvier 2027", "À venir", "Régine Sabatier"):
        assert sentence in shown
    months = [option["value"] for option in page.select("select[name=since] option")]
    assert months[1:3] == ["2026-11-01", "2026-12-01"]
    answers = {"activity": "pass-vacances", "fund": "VAC", "since": "2026-12-01"}
    assert browser.send(SCOPES, **answers).location == SCOPES
    asked = office.services.asked_for(SetFundScope)[0]
    assert (asked.activity_code, asked.place_code, asked.fund) == ("pass-vacances", "", "VAC")
    assert asked.since == date(2026, 12, 1)
    assert browser.send(SCOPES, **(answers | {"since": "2026-09-01"})).status_code == 422
    for refusal in (FundMonthBilled(first="2027-01-01"), RunOpen(month="2026-12-01")):
        office.services.answers[SetFundScope] = refusal
        assert browser.send(SCOPES, **answers).status_code == 409


def test_the_least_sum_of_a_claim_is_fifteen_euros_at_most(office: Site) -> None:
    office.services.answers[SetFundTerms] = FundView(code="ENF", name="Régie")
    browser = office.agent(Role.BILLING)
    for wrong in ("15,01", "0", ""):
        assert browser.send(f"{FUNDS}ENF", claim=wrong).status_code == 422
    assert browser.send(f"{FUNDS}ENF", claim="5").status_code == 302
    assert office.services.asked_for(SetFundTerms)[0].least_claim_cents == 500


def test_only_the_billing_office_enters(office: Site) -> None:
    for address in (FUNDS, SCOPES, OPEN):
        office.agent(Role.ATTENDANCE).get(address, status=403)


def test_a_month_is_prepared_by_fund(site: Site) -> None:
    months = [
        {"month": OCTOBER, "settled_sessions": 4, "unsettled_sessions": 0} | each for each in (ENF, VAC)
    ]
    site.services.answers[BillingDesk] = a_desk(months=months, runs=[a_run_summary(**ENF)])
    site.services.answers[DraftRun] = site.services.answers[OpenRun] = a_run(summary=a_run_summary(**VAC))
    browser = site.agent(Role.BILLING)
    assert "octobre 2026 – Régie Pass’Vacances" in words(browser.read("/agents/facturation/").main)
    answer = browser.send("/agents/facturation/", form=1)
    assert site.services.asked_for(DraftRun)[0].fund == "VAC"
    assert "Régie Pass’Vacances" in words(browser.read(answer.location).main)


def test_a_parent_is_told_that_each_fund_makes_its_own_invoice(site: Site) -> None:
    invoices = [
        a_summary(**ENF),
        a_summary(invoice_id=UUID(int=12), number="VAC-2026-000004", **VAC),
    ]
    carried = {"family_id": UUID(int=5), "family_label": "Ferrand", "month": OCTOBER, "cents": 900}
    site.services.answers[MyInvoices] = an_invoice_list(
        *invoices,
        funds=[ENF["fund_name"], VAC["fund_name"]],
        credits={VAC["fund_name"]: 700},
        carried=[carried | {"fund_name": VAC["fund_name"]}],
    )
    browser = site.citizen()
    shown = words(browser.read("/mon-espace/factures/").main)
    for sentence in (
        "une facture par régie de la ville (Régie Enfance et Restauration scolaire, Régie Pass’Vacances)",
        "7,00\u00a0€ seront déduits de votre prochaine facture (Régie Pass’Vacances)",
        "9,00\u00a0€ sont reportés sur votre prochaine facture (Régie Pass’Vacances)",
        "Régie Pass’Vacances · n° VAC-2026-000004",
    ):
        assert " ".join(sentence.split()) in " ".join(shown.split())
    page = browser.read("/mon-espace/factures/payer/")
    assert "réglez-les en un paiement par régie" in words(page.main)
    ticked = [box["value"] for box in page.select("input[name=invoices][checked]")]
    assert ticked == [str(UUID(int=11))]


def test_with_one_fund_nobody_reads_its_name_beside_every_invoice(site: Site) -> None:
    site.services.answers[MyInvoices] = an_invoice_list(a_summary(**ENF), funds=[ENF["fund_name"]])
    assert ENF["fund_name"] not in words(site.citizen().read("/mon-espace/factures/").main)


def test_the_counter_proposes_the_invoices_of_one_fund(site: Site) -> None:
    owed = [a_summary(**ENF), a_summary(invoice_id=UUID(int=12), number="VAC-2026-000004", **VAC)]
    site.services.answers[OpenCounter] = CounterView(
        family_id=UUID(int=5),
        family_label="Ferrand",
        family_number="F01234",
        guardians=["Nadia Ferrand"],
        owed=[OwedInvoice(summary=each, care_cents=0) for each in owed],
    )
    page = site.agent(Role.BILLING).read(f"/agents/guichet/famille/{UUID(int=5)}")
    assert "chacune a sa caisse et sa quittance" in words(page.main)
    assert [box["value"] for box in page.select("input[name=invoices][checked]")] == [str(UUID(int=11))]
