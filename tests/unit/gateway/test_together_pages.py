"""Paying several invoices at once, paying a part; and the office's page that allows it."""

from datetime import date
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from contracts.billing.funds import Funds, FundView, SetFundTerms
from contracts.billing.invoices import InvoiceState, MyInvoices, OpenInvoice
from contracts.billing.payments import CheckPayment, OpenReceipt, PaymentStarted, StartPayment
from contracts.billing.refusals import PartOutOfBounds, SelectionChanged
from contracts.caller import Role
from tests.mothers.billing import (
    OCTOBER,
    a_payment,
    a_receipt,
    a_summary,
    an_invoice,
    an_invoice_list,
    some_funds,
)
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import CHECKOUT, PAYMENT, words

PAGE = "/mon-espace/factures/payer/"
FUND = "/agents/paiements/regies/ENF"
OCTOBERS, SEPTEMBERS = UUID(int=11), UUID(int=12)


def two(**fields: object):
    older = {
        "invoice_id": SEPTEMBERS,
        "number": "ENF-2026-000099",
        "month": date(2026, 9, 1),
        "due_on": date(2026, 10, 23),
        "left_cents": 2000,
    }
    return an_invoice_list(a_summary(**fields), a_summary(**(older | fields)))


def test_the_list_offers_to_pay_several_at_once_only_when_there_are_several(site: Site) -> None:
    site.services.answers[MyInvoices] = two()
    assert site.citizen().read("/mon-espace/factures/").select_one(f'a[href="{PAGE}"]')
    site.services.answers[MyInvoices] = an_invoice_list(a_summary())
    assert not site.citizen().read("/mon-espace/factures/").select_one(f'a[href="{PAGE}"]')


def test_the_total_is_shown_before_anything_is_paid_and_comes_from_the_server(site: Site) -> None:
    site.services.answers[MyInvoices] = two()
    site.services.answers[StartPayment] = PaymentStarted(payment_id=UUID(int=31), url=CHECKOUT)
    browser = site.citizen()
    checked = browser.send(PAGE)
    page = words(BeautifulSoup(checked.get_data(as_text=True), "html5lib").main)
    assert "82,40 €" in page
    assert "form-action 'self' https://checkout.stripe.com;" in checked.headers["Content-Security-Policy"]
    assert site.services.asked_for(StartPayment) == []
    answer = browser.post(
        PAGE, {"invoices": [str(OCTOBERS), str(SEPTEMBERS)], "step": "confirm", "part": "1,00"}
    )
    assert (answer.status_code, answer.location) == (303, CHECKOUT)
    [asked] = site.services.asked_for(StartPayment)
    assert (asked.invoice_id, asked.also, asked.part_cents) == (SEPTEMBERS, (OCTOBERS,), None)


def test_nothing_ticked_says_what_to_do(site: Site) -> None:
    site.services.answers[MyInvoices] = two()
    answer = site.citizen().send(PAGE, invoices=None)
    assert answer.status_code == 422
    assert "Choisissez au moins une facture" in answer.get_data(as_text=True)


def test_an_invoice_of_somebody_else_is_no_choice(site: Site) -> None:
    site.services.answers[MyInvoices] = two()
    assert site.citizen().post(PAGE, {"invoices": str(UUID(int=99)), "step": "confirm"}).status_code == 422
    assert site.services.asked_for(StartPayment) == []


def test_the_invoice_leads_to_a_part_where_the_town_allows_it(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice(summary=a_summary(part_from_cents=500))
    link = f"{PAGE}?facture={OCTOBERS}"
    assert site.citizen().read(f"/mon-espace/factures/{OCTOBERS}").select_one(f'a[href="{link}"]')
    site.services.answers[MyInvoices] = two(part_from_cents=500)
    site.services.answers[StartPayment] = PaymentStarted(payment_id=UUID(int=31), url=CHECKOUT)
    browser = site.citizen()
    page = browser.read(link)
    assert [box["value"] for box in page.select("input[name=invoices][checked]")] == [str(OCTOBERS)]
    checked = browser.submit(page, part="20")
    assert "20,00" in checked.get_data(as_text=True)
    browser.post(PAGE, {"invoices": str(OCTOBERS), "part": "20", "step": "confirm"})
    assert site.services.asked_for(StartPayment)[0].part_cents == 2000


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (PartOutOfBounds(least="5,00 €", most="62,40 €"), "de 5,00"),
        (SelectionChanged(), "vient d’être réglée"),
    ],
)
def test_a_refusal_is_said_on_the_form(site: Site, refusal: Exception, sentence: str) -> None:
    site.services.answers[MyInvoices] = two(part_from_cents=500)
    site.services.answers[StartPayment] = refusal
    answer = site.citizen().post(PAGE, {"invoices": str(OCTOBERS), "part": "1", "step": "confirm"})
    assert sentence in answer.get_data(as_text=True)


def test_nothing_to_pay_leads_back_to_the_list(site: Site) -> None:
    settled = a_summary(state=InvoiceState.PAID, left_cents=0, payable_online=False)
    site.services.answers[MyInvoices] = an_invoice_list(settled)
    assert site.citizen().get(PAGE, status=302).location == "/mon-espace/factures/"


def test_leaving_the_page_of_several_says_on_the_list_that_nothing_was_taken(site: Site) -> None:
    site.services.answers[MyInvoices] = two()
    browser = site.citizen()
    browser.get("/mon-espace/factures/?abandon=1", status=302)
    assert "rien n’a été débité" in words(browser.read("/mon-espace/factures/").main)


def test_every_invoice_paid_is_named_on_the_page_the_receipt_and_the_paper(site: Site) -> None:
    parts = [
        {"invoice_id": SEPTEMBERS, "number": "ENF-2026-000099", "month": date(2026, 9, 1), "cents": 2000},
        {"invoice_id": OCTOBERS, "number": "ENF-2026-000123", "month": OCTOBER, "cents": 4240},
    ]
    site.services.answers[CheckPayment] = a_payment(parts=parts)
    site.services.answers[OpenReceipt] = a_receipt(parts=parts)
    browser = site.citizen()
    assert "les factures ENF-2026-000099 et ENF-2026-000123" in words(browser.read(PAYMENT).main)
    assert "ENF-2026-000099 (septembre 2026)" in words(browser.read(PAYMENT + "/recu").main)
    assert browser.get(PAYMENT + "/quittance.pdf").data[:4] == b"%PDF"


def test_the_office_allows_parts_from_an_amount_and_forbids_them_again(site: Site) -> None:
    site.services.answers[Funds] = some_funds()
    site.services.answers[SetFundTerms] = FundView(code="ENF", name="Régie")
    browser = site.agent(Role.BILLING)
    assert "non" in words(browser.read("/agents/paiements/regies/").main)
    assert browser.send(FUND, parts="yes", least="0,50").status_code == 422
    assert browser.send(FUND, parts="yes", least="vingt").status_code == 422
    assert browser.send(FUND, parts="yes", least="20").status_code == 302
    assert browser.send(FUND, parts="no", least="20").status_code == 302
    assert [asked.part_from_cents for asked in site.services.asked_for(SetFundTerms)] == [2000, None]


def test_only_the_office_sets_terms_of_funds_that_exist(site: Site) -> None:
    site.services.answers[Funds] = some_funds()
    site.agent(Role.ATTENDANCE).get(FUND, status=403)
    site.agent(Role.BILLING).get("/agents/paiements/regies/XYZ", status=404)
