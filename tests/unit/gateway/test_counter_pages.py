"""Taking money over the counter, the till and its slips."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from contracts.billing.counter import (
    MakeDeposit,
    Means,
    OpenCounter,
    OpenDeposit,
    OpenTill,
    TakePayment,
)
from contracts.billing.invoices import OpenInvoice
from contracts.billing.payments import OpenReceipt
from contracts.billing.refunds import OpenPayment
from contracts.billing.refusals import CesuForCareOnly, MoreThanOwed, NothingToDeposit, PaymentUnderway
from contracts.caller import Role
from gateway.sentences.billing import MEANS, METHODS
from tests.mothers.billing import (
    a_counter,
    a_deposit,
    a_payment,
    a_payment_file,
    a_receipt,
    a_summary,
    a_till,
    an_invoice,
)
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

TAKE = f"/agents/guichet/famille/{UUID(int=5)}"
TILL = "/agents/guichet/"


def test_every_means_has_its_words() -> None:
    assert set(Means) == set(MEANS)
    assert set(Means) <= set(METHODS)


def test_an_unpaid_invoice_leads_to_the_counter_and_a_paid_one_does_not(site: Site) -> None:
    address = f"/agents/factures/{UUID(int=11)}"
    link = f'a[href="{TAKE}?facture={UUID(int=11)}"]'
    site.services.answers[OpenInvoice] = an_invoice()
    assert site.agent(Role.BILLING).read(address).select_one(link)
    site.services.answers[OpenInvoice] = an_invoice(summary=a_summary(left_cents=0))
    assert not site.agent(Role.BILLING).read(address).select_one(link)


def test_money_is_taken_after_reading_it_once_more_and_its_receipt_is_there(site: Site) -> None:
    site.services.answers[OpenCounter] = a_counter()
    site.services.answers[TakePayment] = a_payment()
    site.services.answers[OpenPayment] = a_payment_file(method="cheque")
    browser = site.agent(Role.BILLING)
    checked = browser.send(TAKE, means="cheque", reference="Banque Postale 0012345")
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    for sentence in ("62,40 €", "Chèque", "Mme Nadia Ferrand", "Banque Postale 0012345"):
        assert sentence in words(page.main)
    assert site.services.asked_for(TakePayment) == []
    answer = browser.submit(page, button="Encaisser")
    assert answer.location == f"/agents/paiements/{UUID(int=31)}"
    [asked] = site.services.asked_for(TakePayment)
    assert (asked.invoice_ids, asked.means, asked.amount_cents, asked.reference) == (
        (UUID(int=11),),
        Means.CHEQUE,
        6240,
        "Banque Postale 0012345",
    )
    shown = browser.read(str(answer.location))
    assert "ENF-Q-2026-000045" in words(shown.main)
    assert shown.select_one(f'a[href="/agents/factures/quittances/{UUID(int=31)}.pdf"]')


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (CesuForCareOnly(most="24,00 €"), "pas les repas : 24,00"),
        (MoreThanOwed(most="62,40 €"), "ne doit que 62,40"),
        (PaymentUnderway(), "déjà en cours"),
    ],
)
def test_a_refusal_is_said_on_the_form(site: Site, refusal: Exception, sentence: str) -> None:
    site.services.answers[OpenCounter] = a_counter()
    site.services.answers[TakePayment] = refusal
    browser = site.agent(Role.BILLING)
    page = BeautifulSoup(browser.send(TAKE, means="cesu").get_data(as_text=True), "html5lib")
    answer = browser.submit(page, button="Encaisser")
    assert sentence in words(BeautifulSoup(answer.get_data(as_text=True), "html5lib").main)


def test_means_and_amount_are_asked_for(site: Site) -> None:
    site.services.answers[OpenCounter] = a_counter()
    answer = site.agent(Role.BILLING).send(TAKE, amount="beaucoup")
    assert answer.status_code == 422
    assert "Choisissez le moyen de paiement" in answer.get_data(as_text=True)


def test_a_family_that_owes_nothing_is_told_so(site: Site) -> None:
    site.services.answers[OpenCounter] = a_counter(owed=[])
    assert "ne doit rien" in words(site.agent(Role.BILLING).read(TAKE).main)


def test_the_till_says_what_it_holds_and_makes_a_slip_by_kind(site: Site) -> None:
    site.services.answers[OpenTill] = a_till()
    site.services.answers[MakeDeposit] = a_deposit()
    site.services.answers[OpenDeposit] = a_deposit()
    browser = site.agent(Role.BILLING)
    page = browser.read(TILL)
    assert "91,50 €" in words(page.main)
    assert browser.submit(page, form=1).location == TILL
    [asked] = site.services.asked_for(MakeDeposit)
    assert (asked.fund, asked.means) == ("ENF", Means.CHEQUE)
    assert "ENF-B-2026-000007 est fait" in words(browser.read(TILL).main)
    paper = browser.get(f"{TILL}remises/{UUID(int=81)}.pdf")
    assert (paper.data[:4], b"StructTreeRoot" in paper.data) == (b"%PDF", True)


def test_a_slip_that_another_agent_made_is_said(site: Site) -> None:
    site.services.answers[OpenTill] = a_till()
    site.services.answers[MakeDeposit] = NothingToDeposit()
    browser = site.agent(Role.BILLING)
    browser.send(TILL)
    assert "vient d’être fait" in words(browser.read(TILL).main)


@pytest.mark.parametrize("method", list(METHODS))
def test_a_receipt_says_by_which_means(site: Site, method: str) -> None:
    site.services.answers[OpenReceipt] = a_receipt(method=method, provider_reference="")
    page = site.citizen().read(f"/mon-espace/factures/paiements/{UUID(int=31)}/recu")
    assert METHODS[method].replace(" :", "") in words(page.main)


def test_only_the_billing_office_takes_money(site: Site) -> None:
    for address in (TAKE, TILL, f"{TILL}remises/{UUID(int=81)}.pdf"):
        site.agent(Role.FAMILY_FILES).get(address, status=403)
