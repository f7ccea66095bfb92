"""« Factures » on the site: the list, the invoice, the button, coming back, the receipt, the papers."""

from datetime import date
from uuid import UUID

import pytest

from contracts.billing.invoices import InvoiceKind, InvoiceState, MyInvoices, OpenInvoice
from contracts.billing.payments import (
    CheckPayment,
    OpenReceipt,
    PaymentStarted,
    PaymentState,
    ReceiveNotification,
    StartPayment,
)
from contracts.billing.refusals import NothingToPay, ProviderAway, SignatureRefused
from contracts.caller import Kind
from contracts.errors import NotFound, ServiceUnavailable
from gateway.money import bills
from tests.mothers.billing import (
    OCTOBER,
    a_line,
    a_payment,
    a_receipt,
    a_summary,
    an_invoice,
    an_invoice_list,
)
from tests.unit.gateway.conftest import Site

INVOICE = f"/mon-espace/factures/{UUID(int=11)}"
PAYMENT = f"/mon-espace/factures/paiements/{UUID(int=31)}"
OPERATION = "cc0cb210-1cd4-11ea-8cca-0213ad91a103"
CHECKOUT = "https://checkout.stripe.com/c/pay/cs_test_1"


def words(element: object) -> str:
    return " ".join(element.get_text(" ").split())  # type: ignore[attr-defined]


def test_the_list_says_what_is_to_be_paid_and_the_state_of_each(site: Site) -> None:
    site.services.answers[MyInvoices] = an_invoice_list(
        a_summary(),
        a_summary(invoice_id=UUID(int=12), state=InvoiceState.PAID, left_cents=0, month=date(2026, 9, 1)),
        a_summary(invoice_id=UUID(int=13), state=InvoiceState.IN_PROGRESS, month=date(2026, 8, 1)),
    )
    page = words(site.citizen().read("/mon-espace/factures/").main)
    for sentence in ("62,40 €", "Facture d’octobre 2026", "À payer", "Payée", "en cours de confirmation"):
        assert sentence in page


def test_a_carried_amount_is_explained(site: Site) -> None:
    kept = {"family_id": UUID(int=5), "family_label": "Ferrand", "month": OCTOBER, "cents": 960}
    site.services.answers[MyInvoices] = an_invoice_list(carried=[kept])
    page = words(site.citizen().read("/mon-espace/factures/").main)
    assert "9,60 € sont reportés sur votre prochaine facture" in page
    assert "1611-1" in page


def test_without_a_family_the_key_is_asked_for(site: Site) -> None:
    site.services.answers[MyInvoices] = an_invoice_list(family_known=False)
    assert "Clé Enfance" in words(site.citizen().read("/mon-espace/factures/").main)


def test_each_step_of_a_price_is_told_with_the_tariff_s_date(site: Site) -> None:
    steps = [("tranche C (QF 620, septembre)", 400), ("2e enfant −20 %", 320)]
    line = a_line(
        tariff_since=date(2026, 9, 1), steps=[{"words": words_, "cents": cents} for words_, cents in steps]
    )
    invoice = an_invoice(lines=[line])
    site.services.answers[OpenInvoice] = invoice
    page = site.citizen().read(INVOICE)
    told = page.select_one("main details")
    assert "Tarif du 1er septembre 2026." in words(told)
    assert [words(each) for each in told.select("ol li")] == [
        "Tranche C (QF 620, septembre) : 4,00 €",
        "2e enfant −20 % : 3,20 €",
    ]
    printed = bills.invoice_paper(invoice)["children"][0]["lines"][0]
    assert printed["steps"].replace("\xa0", " ") == "4,00 € → 3,20 €"
    assert "tarif du 1er" in printed["reason"]


def test_the_invoice_reads_line_by_line_with_the_reason_of_each_price(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice(carried_months=[date(2026, 9, 1)])
    page = words(site.citizen().read(INVOICE).main)
    assert "12 repas × 3,20 € — tranche C (QF 620, septembre)" in page
    assert "2 journées × 12,00 €" in page
    assert "septembre 2026" in page


@pytest.mark.parametrize(
    ("quantity", "said"), [(2, "2 demi-journées × 3,20 €"), (-1, "−1 demi-journée × 3,20 €")]
)
def test_only_what_is_taken_back_has_a_minus_sign(quantity: int, said: str) -> None:
    line = a_line(quantity=quantity, unit="demi-journée")
    assert bills.quantity_of(line).replace("\u00a0", " ") == said


def test_a_correction_is_named_and_counted_down(site: Site) -> None:
    line = a_line(quantity=-2, amount_cents=-640, correction=True, month=date(2026, 9, 1))
    summary = a_summary(
        kind=InvoiceKind.CREDIT_NOTE, state=InvoiceState.CREDIT, total_cents=-640, left_cents=0
    )
    site.services.answers[OpenInvoice] = an_invoice(lines=[line], summary=summary)
    page = words(site.citizen().read(INVOICE).main)
    assert "−2 repas × 3,20 €" in page
    assert "correction" in page
    assert "Payer par carte" not in page


def test_the_policy_lets_the_form_lead_to_the_provider_and_only_there(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice()
    policy = site.citizen().get(INVOICE).headers["Content-Security-Policy"]
    assert "form-action 'self' https://checkout.stripe.com;" in policy


def test_paying_sends_no_amount_and_leads_to_the_provider(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice()
    site.services.answers[StartPayment] = PaymentStarted(payment_id=UUID(int=31), url=CHECKOUT)
    answer = site.citizen().send(INVOICE)
    assert (answer.status_code, answer.location) == (303, CHECKOUT)
    asked = site.services.asked_for(StartPayment)[0]
    assert (UUID(int=11), (), None) == (asked.invoice_id, asked.also, asked.part_cents)


@pytest.mark.parametrize(
    ("refusal", "sentence"), [(NothingToPay(), "déjà réglée"), (ProviderAway(), "Rien n’a été débité")]
)
def test_a_refusal_is_said_on_the_invoice(site: Site, refusal: Exception, sentence: str) -> None:
    site.services.answers[OpenInvoice] = an_invoice()
    site.services.answers[StartPayment] = refusal
    browser = site.citizen()
    assert browser.send(INVOICE).status_code == 302
    assert sentence in words(browser.read(INVOICE).main)


def test_leaving_the_providers_page_says_that_nothing_was_taken(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice()
    browser = site.citizen()
    browser.get(INVOICE + "?abandon=1", status=302)
    assert "rien n’a été débité" in words(browser.read(INVOICE).main)


def test_coming_back_paid_says_so_and_gives_the_receipt(site: Site) -> None:
    site.services.answers[CheckPayment] = a_payment()
    page = site.citizen().read(PAYMENT)
    assert page.h1.get_text(strip=True) == "Payée"
    assert page.select_one(f'a[href="{PAYMENT}/quittance.pdf"]')


def test_what_was_paid_too_much_is_said_when_coming_back_and_on_the_invoice(site: Site) -> None:
    site.services.answers[CheckPayment] = a_payment(over_cents=2000)
    assert "20,00 € n’étaient plus dus" in words(site.citizen().read(PAYMENT).main)
    summary = a_summary(
        state=InvoiceState.PAID, left_cents=0, overpaid_cents=2000, receipt_payment_id=UUID(int=31)
    )
    site.services.answers[OpenInvoice] = an_invoice(summary=summary)
    assert "Payés en trop : 20,00 €" in words(site.citizen().read(INVOICE).main)


def test_coming_back_too_early_waits_without_script_and_can_be_stopped(site: Site) -> None:
    pending = a_payment(state=PaymentState.CONFIRMING, pending=True, receipt_number=None, paid_at=None)
    site.services.answers[CheckPayment] = pending
    browser = site.citizen()
    page = browser.read(PAYMENT)
    assert page.h1.get_text(strip=True) == "En cours de confirmation"
    assert f"5;url={PAYMENT}?essai=1" == page.select_one('meta[http-equiv="refresh"]')["content"]
    for stopped in ("?attendre=0", "?essai=12"):
        assert browser.read(PAYMENT + stopped).select_one('meta[http-equiv="refresh"]') is None


def test_billing_away_on_the_way_back_is_still_being_confirmed(site: Site) -> None:
    site.services.answers[CheckPayment] = ServiceUnavailable(service="billing")
    assert site.citizen().read(PAYMENT).h1.get_text(strip=True) == "En cours de confirmation"


def test_an_expired_payment_leads_back_to_the_invoice(site: Site) -> None:
    site.services.answers[CheckPayment] = a_payment(
        state=PaymentState.EXPIRED, receipt_number=None, paid_at=None
    )
    assert "Rien n’a été débité" in words(site.citizen().read(PAYMENT).main)


def test_a_different_amount_tells_the_parent_to_do_nothing(site: Site) -> None:
    site.services.answers[CheckPayment] = a_payment(
        state=PaymentState.DIFFERENT, receipt_number=None, paid_at=None
    )
    assert "vous n’avez rien à faire" in words(site.citizen().read(PAYMENT).main)


def test_another_familys_payment_does_not_exist(site: Site) -> None:
    site.services.answers[CheckPayment] = NotFound()
    site.citizen().get(PAYMENT, status=404)


def test_the_receipt_is_a_page_and_a_paper(site: Site) -> None:
    site.services.answers[OpenReceipt] = a_receipt()
    browser = site.citizen()
    assert "ENF-Q-2026-000045" in words(browser.read(PAYMENT + "/recu").main)
    paper = browser.get(PAYMENT + "/quittance.pdf")
    assert (paper.mimetype, paper.data[:4]) == ("application/pdf", b"%PDF")


def test_the_invoice_is_a_tagged_paper(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice()
    paper = site.citizen().get(INVOICE + "/facture.pdf")
    assert paper.headers["Content-Disposition"] == 'attachment; filename="facture-ENF-2026-000123.pdf"'
    assert b"StructTreeRoot" in paper.data


# ---------------------------------------------------------------- what Stripe sends


def test_a_notification_is_passed_on_word_for_word_by_the_installation(site: Site) -> None:
    site.services.answers[ReceiveNotification] = {"event_id": "evt_1", "first": True}
    body = '{"id": "evt_1", "mot": "réglée",  "espaces":  1}'
    answer = site.anonymous().client.post(
        "/webhooks/stripe", data=body.encode(), headers={"Stripe-Signature": "t=1,v1=x"}
    )
    assert answer.status_code == 200
    asked = site.services.asked_for(ReceiveNotification)[0]
    assert (body, "t=1,v1=x", Kind.SYSTEM) == (asked.body, asked.signature, site.services.callers[-1].kind)


@pytest.mark.parametrize(
    ("refusal", "status"), [(SignatureRefused(), 400), (ServiceUnavailable(service="billing"), 503)]
)
def test_a_forged_notification_is_refused_and_one_at_a_bad_time_asked_for_again(
    site: Site, refusal: Exception, status: int
) -> None:
    site.services.answers[ReceiveNotification] = refusal
    assert status == site.anonymous().client.post("/webhooks/stripe", data=b"{}").status_code


@pytest.mark.parametrize(("body", "status"), [(b"x" * 65_537, 413), (b"\xff\xfe", 400)])
def test_what_cannot_be_a_notification_goes_no_further(site: Site, body: bytes, status: int) -> None:
    assert status == site.anonymous().client.post("/webhooks/stripe", data=body).status_code
    assert site.services.asked == []


# ---------------------------------------------------------------- PayFiP, the Treasury's service


def test_a_fund_of_payfip_says_where_the_parent_is_led_and_how_it_can_be_paid(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice(paid_through="payfip")
    page = words(site.citizen().read(INVOICE).main)
    assert "Payer en ligne" in page
    assert "PayFiP, le service de paiement de la Direction générale des finances publiques" in page
    assert "Payer par carte" not in page


def test_a_receipt_says_how_it_was_paid() -> None:
    facts = dict(bills.receipt_paper(a_receipt(method="direct_debit"))["facts"])
    assert facts["Moyen de paiement"] == "Prélèvement unique, en ligne"


@pytest.mark.parametrize(
    ("method", "address", "form"),
    [
        ("POST", "/webhooks/payfip", {"idop": OPERATION}),
        ("POST", "/webhooks/payfip", {"idOp": OPERATION}),
        ("GET", f"/webhooks/payfip?idop={OPERATION}", {}),
    ],
)
def test_a_notification_of_payfip_says_which_operation_however_it_is_sent(
    site: Site, method: str, address: str, form: dict[str, str]
) -> None:
    site.services.answers[ReceiveNotification] = {"event_id": f"payfip:{OPERATION}", "first": True}
    answer = site.anonymous().client.open(address, method=method, data=form)
    asked = site.services.asked_for(ReceiveNotification)[0]
    assert (answer.status_code, asked.provider, asked.body) == (200, "payfip", f"idop={OPERATION}")
    assert site.services.callers[-1].kind is Kind.SYSTEM


@pytest.mark.parametrize(("given", "status"), [("", 400), ("../etc", 400), ("a" * 5_000, 413)])
def test_what_names_no_operation_of_payfip_goes_no_further(site: Site, given: str, status: int) -> None:
    assert status == site.anonymous().client.post("/webhooks/payfip", data={"idop": given}).status_code
    assert site.services.asked == []


@pytest.mark.parametrize(
    ("refusal", "status"), [(SignatureRefused(), 400), (ServiceUnavailable(service="billing"), 503)]
)
def test_payfip_is_told_when_to_call_again(site: Site, refusal: Exception, status: int) -> None:
    site.services.answers[ReceiveNotification] = refusal
    answer = site.anonymous().client.post("/webhooks/payfip", data={"idop": OPERATION})
    assert answer.status_code == status
