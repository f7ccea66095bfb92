"""A payment's file, and giving money back, for the billing office."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from contracts.billing.counter import BounceCheque
from contracts.billing.refunds import (
    BookRefund,
    DisputeState,
    OpenPayment,
    RefundPayment,
    RefundState,
    RefundWay,
)
from contracts.billing.refusals import PaymentDisputed, RefundNotSeen, RefundTooHigh
from contracts.billing.runs import FindPayments
from contracts.caller import Role
from gateway.sentences.billing import DISPUTE_STATES, REFUND_STATES, REFUND_WAYS
from tests.mothers.billing import a_difference, a_dispute, a_payment, a_payment_file, a_payment_page, a_refund
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

FILE = f"/agents/paiements/{UUID(int=31)}"
REFUND = f"{FILE}/rembourser"


def confirmed(site: Site, **fields: str):
    """Fills the form, reads what it will do, confirms. (words of the check page, answer)"""
    browser = site.agent(Role.BILLING)
    page = BeautifulSoup(browser.send(REFUND, **fields).get_data(as_text=True), "html5lib")
    return words(page.main), browser.submit(page, button="Rembourser")


def test_every_state_has_its_words() -> None:
    for table, kind in (
        (REFUND_STATES, RefundState),
        (REFUND_WAYS, RefundWay),
        (DISPUTE_STATES, DisputeState),
    ):
        assert set(kind) == set(table)


def test_the_list_leads_to_the_file(site: Site) -> None:
    site.services.answers[FindPayments] = a_payment_page()
    assert site.agent(Role.BILLING).read("/agents/paiements/").select(f'a[href="{FILE}"]')


def test_the_file_says_what_was_paid_given_back_and_contested(site: Site) -> None:
    failed = a_refund(refund_id=UUID(int=72), state=RefundState.FAILED, problem="insufficient funds")
    site.services.answers[OpenPayment] = a_payment_file(
        refunds=[a_refund(), failed], disputes=[a_dispute()], refundable_cents=0
    )
    page = site.agent(Role.BILLING).read(FILE)
    for sentence in (
        "ENF-2026-000123",
        "Séance annulée par la ville",
        "insufficient funds",
        "Somme retenue par la banque",
        "Régine Sabatier",
    ):
        assert sentence in words(page.main)
    assert not page.select(f'a[href="{REFUND}"]')


def test_the_file_says_what_was_paid_too_much(site: Site) -> None:
    site.services.answers[OpenPayment] = a_payment_file(payment=a_payment(over_cents=2000))
    page = site.agent(Role.BILLING).read(FILE)
    assert "Payé en trop 20,00 €, au crédit de la famille" in page.main.get_text(" ", strip=True).replace(
        "\u00a0", " "
    )


def test_a_refund_says_what_becomes_due_before_it_is_made(site: Site) -> None:
    site.services.answers[OpenPayment] = a_payment_file(credit_cents=1000)
    site.services.answers[RefundPayment] = a_refund()
    check, answer = confirmed(site, amount="12,50", reason="Séance annulée par la ville")
    assert "2,50 € redeviendront dus" in check
    assert answer.location == FILE
    [asked] = site.services.asked_for(RefundPayment)
    assert (asked.payment_id, asked.amount_cents) == (UUID(int=31), 1250)


def test_a_credit_given_back_makes_nothing_due(site: Site) -> None:
    site.services.answers[OpenPayment] = a_payment_file(credit_cents=6240)
    site.services.answers[RefundPayment] = a_refund()
    check, _ = confirmed(site, reason="Payé deux fois")
    assert "aucune facture ne redevient due" in check
    assert site.services.asked_for(RefundPayment)[0].amount_cents == 6240


@pytest.mark.parametrize(
    ("refund", "sentence"),
    [
        (a_refund(state=RefundState.ASKED), "ne répond pas encore"),
        (a_refund(state=RefundState.FAILED), "a refusé ce remboursement"),
        (a_refund(way=RefundWay.TREASURY), "comptable public"),
    ],
)
def test_what_became_of_it_is_said(site: Site, refund: object, sentence: str) -> None:
    site.services.answers[OpenPayment] = a_payment_file()
    site.services.answers[RefundPayment] = refund
    browser = site.agent(Role.BILLING)
    page = BeautifulSoup(browser.send(REFUND, reason="Payé deux fois").get_data(as_text=True), "html5lib")
    browser.submit(page, button="Rembourser")
    assert sentence in words(browser.read(FILE).main)


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [(RefundTooHigh(most="12,00 €"), "Il ne reste que 12,00"), (PaymentDisputed(), "contesté auprès")],
)
def test_a_refusal_is_said_on_the_form(site: Site, refusal: Exception, sentence: str) -> None:
    site.services.answers[OpenPayment] = a_payment_file()
    site.services.answers[RefundPayment] = refusal
    _, answer = confirmed(site, reason="Payé deux fois")
    assert sentence in answer.get_data(as_text=True)


def test_amount_and_reason_are_asked_for(site: Site) -> None:
    site.services.answers[OpenPayment] = a_payment_file()
    assert site.agent(Role.BILLING).send(REFUND, amount="", reason="").status_code == 422


def test_nothing_left_leads_back_to_the_file(site: Site) -> None:
    site.services.answers[OpenPayment] = a_payment_file(refundable_cents=0)
    assert site.agent(Role.BILLING).get(REFUND, status=302).location == FILE


def test_only_the_billing_office_gives_money_back(site: Site) -> None:
    site.agent(Role.FAMILY_FILES).get(FILE, status=403)
    site.agent(Role.ATTENDANCE).get(REFUND, status=403)


def test_a_deposited_cheque_that_bounced_is_noted_after_reading_what_it_does(site: Site) -> None:
    site.services.answers[OpenPayment] = a_payment_file(method="cheque", may_bounce=True)
    site.services.answers[BounceCheque] = a_refund(way=RefundWay.BOUNCED)
    browser = site.agent(Role.BILLING)
    assert browser.read(FILE).select(f'a[href="{FILE}/rejet"]')
    page = BeautifulSoup(
        browser.send(f"{FILE}/rejet", reason="Défaut de provision").get_data(as_text=True), "html5lib"
    )
    assert "62,40 € redeviendront dus" in words(page.main)
    assert browser.submit(page, button="Enregistrer le rejet").location == FILE
    [asked] = site.services.asked_for(BounceCheque)
    assert (asked.payment_id, asked.reason) == (UUID(int=31), "Défaut de provision")


def test_a_bounced_cheque_is_no_refund_on_the_page(site: Site) -> None:
    bounced = a_refund(way=RefundWay.BOUNCED, reason="Défaut de provision")
    site.services.answers[OpenPayment] = a_payment_file(refunds=[bounced], refundable_cents=0)
    page = site.agent(Role.BILLING).read(FILE)
    assert "Chèque rejeté par la banque" in words(page.main)
    assert "Remboursements" not in words(page.main)
    assert not page.select(f'a[href="{FILE}/rejet"]')


def test_what_is_no_deposited_cheque_cannot_bounce(site: Site) -> None:
    site.services.answers[OpenPayment] = a_payment_file(may_bounce=False)
    assert site.agent(Role.BILLING).client.get(f"{FILE}/rejet").location == FILE


def test_a_refund_of_the_providers_pages_is_booked_with_one_click(site: Site) -> None:
    row = a_difference(kind="refund", bookable=True)
    site.services.answers[FindPayments] = a_payment_page(differences=[row])
    site.services.answers[BookRefund] = a_refund()
    browser = site.agent(Role.BILLING)
    page = browser.read("/agents/paiements/")
    assert browser.submit(page).location == "/agents/paiements/"
    assert "12,50 € est enregistré" in words(browser.read("/agents/paiements/").body)
    [asked] = site.services.asked_for(BookRefund)
    assert asked.difference_id == row.difference_id
    site.services.answers[BookRefund] = RefundNotSeen()
    browser.submit(browser.read("/agents/paiements/"))
    assert "rien n’est enregistré" in words(browser.read("/agents/paiements/").body)
