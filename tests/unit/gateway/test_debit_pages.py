"""« Prélèvement automatique » for parents, « Prélèvements » for agents."""

import gzip
from datetime import date
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from contracts.billing.debits import (
    AnnounceCollection,
    CancelCollection,
    CollectionFile,
    CollectionState,
    FindMandates,
    MakeCollectionFile,
    MandatePage,
    MandateState,
    MyMandates,
    OpenCollection,
    OpenCollectionFile,
    OpenDebitDesk,
    OpenMandate,
    PlanCollection,
    RejectDebit,
    ResumeMandate,
    RevokeMandate,
    SignMandate,
    WithdrawDebit,
)
from contracts.billing.invoices import InvoiceState, MyInvoices, OpenInvoice
from contracts.billing.payments import PaymentState
from contracts.billing.refusals import CollectionDateRefused, CollectionTooLate
from contracts.caller import Role
from contracts.errors import Invalid
from tests.mothers.billing import a_summary, an_invoice, an_invoice_list
from tests.mothers.debits import (
    COLLECTION,
    DAY,
    DEBIT,
    MANDATE,
    a_collection,
    a_coming_debit,
    a_debit_desk,
    a_debit_line,
    a_filed_collection,
    a_mandate,
    a_mandate_list,
    a_mandate_paper,
    a_plan,
    an_offer,
)
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import INVOICE, words

MINE = "/mon-espace/prelevement/"
SIGN = f"{MINE}signer/ENF/{UUID(int=5)}"
OFFICE = "/agents/prelevements/"
ONE = f"{OFFICE}{COLLECTION}"
IBAN = "FR14 2004 1010 0505 0001 3M02 606"


def test_an_invoice_about_to_be_collected_says_when_and_how_much_and_cannot_be_paid(site: Site) -> None:
    collecting = a_summary(state=InvoiceState.COLLECTING, payable_online=False)
    site.services.answers[OpenInvoice] = an_invoice(summary=collecting, collect_on=DAY, collect_cents=6240)
    page = site.citizen().read(INVOICE)
    assert "62,40 € seront prélevés sur votre compte le 23 novembre 2026" in words(page.main)
    assert not page.select('form[action$="/payer"]')


def test_what_is_about_to_be_collected_is_not_said_to_be_settled(site: Site) -> None:
    collecting = a_summary(state=InvoiceState.COLLECTING, payable_online=False, left_cents=2912)
    site.services.answers[MyInvoices] = an_invoice_list(collecting)
    said = words(site.citizen().read("/mon-espace/factures/").main)
    assert "Rien à faire pour le moment" in said
    assert "29,12 €" in said
    assert "Tout est réglé" not in said


def test_an_invoice_that_nobody_takes_online_is_paid_in_the_town_hall(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice(paid_through="")
    page = site.citizen().read(INVOICE)
    assert "Cette facture se règle en mairie" in words(page.main)
    assert not page.select('form[action$="/payer"]')


def test_the_invoices_lead_to_direct_debit(site: Site) -> None:
    site.services.answers[MyInvoices] = an_invoice_list(a_summary())
    assert site.citizen().read("/mon-espace/factures/").select_one(f'a[href="{MINE}"]')


def test_a_parent_signs_a_mandate_after_reading_what_it_allows(site: Site) -> None:
    site.services.answers[MyMandates] = a_mandate_list(offers=[an_offer()])
    site.services.answers[SignMandate] = a_mandate()
    browser = site.citizen()
    assert browser.read(MINE).select_one(f'a[href="{SIGN}"]')
    checked = browser.send(SIGN, holder="Nadia Ferrand", iban=IBAN, bic="PSSTFRPPLYO")
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    said = words(page.main)
    assert "vous autorisez la Ville de Romans-sur-Isère" in said
    assert "•••• 2606" in said
    assert "3M02" not in said, "the last four signs, no more"
    assert site.services.asked_for(SignMandate) == []
    assert browser.submit(page, button="Signer le mandat").location == MINE
    [asked] = site.services.asked_for(SignMandate)
    assert (asked.fund, asked.family_id, asked.iban) == ("ENF", UUID(int=5), IBAN)


def test_a_wrong_account_comes_back_with_what_to_do(site: Site) -> None:
    site.services.answers[MyMandates] = a_mandate_list(offers=[an_offer()])
    site.services.answers[SignMandate] = Invalid(problems={"iban": "iban_too_short", "bic": "bic_form"})
    answer = site.citizen().send(SIGN, holder="Nadia Ferrand", iban="FR14 2004", bic="PSST", step="confirm")
    assert answer.status_code == 422
    said = words(BeautifulSoup(answer.get_data(as_text=True), "html5lib").main)
    assert "l’IBAN d’un compte français en compte 27" in said
    assert "Vérifiez le BIC" in said


def test_a_family_that_is_not_theirs_or_has_a_mandate_is_offered_none(site: Site) -> None:
    site.services.answers[MyMandates] = a_mandate_list(mandates=[a_mandate()])
    assert site.citizen().get(SIGN, status=302).location == MINE


def test_a_mandate_is_ended_knowing_what_the_bank_has_already(site: Site) -> None:
    site.services.answers[MyMandates] = a_mandate_list(
        mandates=[a_mandate()],
        coming=[a_coming_debit(), a_coming_debit(payment_id=UUID(int=64), filed=True, cents=1500)],
    )
    site.services.answers[RevokeMandate] = a_mandate(state=MandateState.REVOKED)
    browser = site.citizen()
    page = browser.read(f"{MINE}{MANDATE}/arreter")
    said = words(page.main)
    assert "Les 62,40 € annoncés pour le 23 novembre 2026 ne seront pas prélevés" in said
    assert "15,00 € seront encore prélevés" in said
    assert browser.submit(page, button="Mettre fin au mandat").location == MINE
    assert [asked.mandate_id for asked in site.services.asked_for(RevokeMandate)] == [MANDATE]


def test_a_suspended_mandate_is_taken_up_again_only_where_the_debtor_can_lift_the_reason(site: Site) -> None:
    given = {"state": MandateState.SUSPENDED, "reason": "MD01", "resumable": True}
    suspended = a_mandate(**given)
    site.services.answers[MyMandates] = a_mandate_list(mandates=[suspended])
    site.services.answers[ResumeMandate] = a_mandate()
    browser = site.citizen()
    assert browser.read(MINE).select_one(f'main a[href="{MINE}{MANDATE}/reprendre"]')
    page = browser.read(f"{MINE}{MANDATE}/reprendre")
    assert "mandat révoqué à la banque" in words(page.main)
    assert browser.submit(page, button="Reprendre le mandat").location == MINE
    site.services.answers[FindMandates] = MandatePage(mandates=[suspended], total=1, page=1)
    site.services.answers[OpenMandate] = a_mandate_paper(**given)
    office = site.agent(Role.BILLING)
    assert office.read(f"{OFFICE}mandats/").select_one(f'main a[href$="{MANDATE}/reprendre"]')
    page = office.read(f"{OFFICE}mandats/{MANDATE}/reprendre")
    assert office.submit(page, button="Reprendre le mandat").location == f"{OFFICE}mandats/"
    assert len(site.services.asked_for(ResumeMandate)) == 2
    site.services.answers[MyMandates] = a_mandate_list(
        mandates=[suspended.model_copy(update={"resumable": False})]
    )
    assert "signez un nouveau mandat" in words(site.citizen().read(MINE).main)
    site.citizen().get(f"{MINE}{MANDATE}/reprendre", status=404)


def test_another_parents_mandate_is_seen_and_not_ended(site: Site) -> None:
    site.services.answers[MyMandates] = a_mandate_list(mandates=[a_mandate(mine=False)])
    browser = site.citizen()
    assert "•••• 2606" in words(browser.read(MINE).main)
    browser.get(f"{MINE}{MANDATE}/arreter", status=404)


def test_the_mandate_is_a_paper(site: Site) -> None:
    site.services.answers[OpenMandate] = a_mandate_paper(state=MandateState.SUSPENDED)
    answer = site.citizen().get(f"{MINE}{MANDATE}/mandat.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


def test_a_collection_is_announced_after_reading_whom_it_concerns(site: Site) -> None:
    site.services.answers[OpenDebitDesk] = a_debit_desk()
    site.services.answers[PlanCollection] = a_plan()
    site.services.answers[AnnounceCollection] = a_collection()
    browser = site.agent(Role.BILLING)
    assert browser.read(OFFICE).select_one(f'a[href="{OFFICE}annoncer/ENF"]')
    checked = browser.send(f"{OFFICE}annoncer/ENF")
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    assert "298 familles seront prélevées, de 14 512,40 € en tout" in words(page.main).replace("\u202f", " ")
    assert site.services.asked_for(AnnounceCollection) == []
    assert browser.submit(page, button="Annoncer aux familles").location == ONE
    assert [asked.collect_on for asked in site.services.asked_for(AnnounceCollection)] == [DAY]


def test_a_date_that_will_not_do_is_said_on_its_field(site: Site) -> None:
    site.services.answers[OpenDebitDesk] = a_debit_desk()
    site.services.answers[PlanCollection] = CollectionDateRefused(earliest="16 novembre 2026")
    answer = site.agent(Role.BILLING).send(f"{OFFICE}annoncer/ENF")
    assert answer.status_code == 422
    assert "à partir du 16 novembre 2026" in words(BeautifulSoup(answer.get_data(as_text=True), "html5lib"))


def test_the_file_is_made_once_and_given_as_it_was_made(site: Site) -> None:
    site.services.answers[OpenCollection] = a_collection()
    site.services.answers[MakeCollectionFile] = a_filed_collection()
    browser = site.agent(Role.BILLING)
    page = browser.read(ONE)
    assert browser.submit(page, button="Faire le fichier de la banque").location == ONE
    site.services.answers[OpenCollection] = a_filed_collection()
    assert browser.read(ONE).select_one(f'a[href="{ONE}/fichier.xml"]')
    site.services.answers[OpenCollectionFile] = CollectionFile(
        name="ENF-P-2026-000003.xml", content=gzip.compress(b"<Document/>")
    )
    answer = browser.get(f"{ONE}/fichier.xml")
    assert (answer.data, answer.mimetype) == (b"<Document/>", "application/xml")
    assert "ENF-P-2026-000003.xml" in answer.headers["Content-Disposition"]


def test_a_file_too_late_says_what_to_do_and_one_of_nothing_says_so(site: Site) -> None:
    site.services.answers[OpenCollection] = a_collection()
    site.services.answers[MakeCollectionFile] = CollectionTooLate(until="20 novembre 2026")
    browser = site.agent(Role.BILLING)
    browser.post(f"{ONE}/fichier")
    assert "Abandonnez ce prélèvement" in words(browser.read(ONE).main)
    site.services.answers[MakeCollectionFile] = a_collection(state=CollectionState.CANCELLED)
    browser.post(f"{ONE}/fichier")
    assert "plus rien à prélever" in words(browser.read(ONE).main)


def test_a_family_or_all_are_taken_out_before_the_file(site: Site) -> None:
    site.services.answers[OpenCollection] = a_collection()
    site.services.answers[WithdrawDebit] = site.services.answers[CancelCollection] = a_collection()
    browser = site.agent(Role.BILLING)
    page = browser.read(f"{ONE}/retirer/{DEBIT}")
    assert browser.submit(page, button="Retirer du prélèvement").location == ONE
    page = browser.read(f"{ONE}/abandonner")
    assert browser.submit(page, button="Abandonner le prélèvement").location == ONE
    site.services.answers[OpenCollection] = a_filed_collection()
    browser.get(f"{ONE}/abandonner", status=404)


def test_a_reject_is_entered_with_the_banks_reason(site: Site) -> None:
    site.services.answers[OpenCollection] = a_filed_collection(a_debit_line(state=PaymentState.PAID))
    site.services.answers[RejectDebit] = a_filed_collection()
    browser = site.agent(Role.BILLING)
    address = f"{ONE}/rejets/{DEBIT}"
    assert browser.read(ONE).select_one(f'a[href="{address}"]')
    checked = browser.send(address, code="AM04", rejected_on=["25", "11", "2026"])
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    assert "AM04 – Provision insuffisante" in words(page.main)
    assert browser.submit(page, button="Enregistrer le rejet").location == ONE
    [asked] = site.services.asked_for(RejectDebit)
    assert (asked.payment_id, asked.code, asked.rejected_on) == (DEBIT, "AM04", date(2026, 11, 25))


def test_what_came_back_or_was_given_up_is_said_and_offers_nothing(site: Site) -> None:
    site.services.answers[OpenCollection] = a_filed_collection(
        a_debit_line(state=PaymentState.REJECTED, reason="AC04", sequence="FRST"),
        a_debit_line(payment_id=UUID(int=64), state=PaymentState.FAILED, reason="nothing_left"),
    )
    page = site.agent(Role.BILLING).read(ONE)
    assert "Compte clôturé (AC04)" in words(page.main)
    assert "Plus rien n’était dû" in words(page.main)
    assert not page.select('a[href*="/rejets/"]')


def test_the_office_finds_a_mandate_prints_it_and_ends_it(site: Site) -> None:
    site.services.answers[FindMandates] = MandatePage(
        mandates=[
            a_mandate(mine=False),
            a_mandate(mandate_id=UUID(int=66), state=MandateState.LAPSED, mine=False),
        ],
        total=2,
        page=1,
    )
    site.services.answers[OpenMandate] = a_mandate_paper()
    site.services.answers[RevokeMandate] = a_mandate(state=MandateState.REVOKED)
    browser = site.agent(Role.BILLING)
    page = browser.read(f"{OFFICE}mandats/?recherche=ferrand")
    assert [asked.text for asked in site.services.asked_for(FindMandates)] == ["ferrand"]
    assert [link["href"] for link in page.select('main a[href$="/arreter"]')] == [
        f"{OFFICE}mandats/{MANDATE}/arreter"
    ]
    assert browser.get(f"{OFFICE}mandats/{MANDATE}.pdf").data.startswith(b"%PDF")
    ending = browser.read(f"{OFFICE}mandats/{MANDATE}/arreter")
    assert browser.submit(ending, button="Mettre fin au mandat").location == f"{OFFICE}mandats/"
    assert [asked.mandate_id for asked in site.services.asked_for(RevokeMandate)] == [MANDATE]


@pytest.mark.parametrize(
    "address", [OFFICE, f"{OFFICE}mandats/", f"{OFFICE}annoncer/ENF", ONE, f"{ONE}/fichier.xml"]
)
def test_only_the_billing_office_collects(site: Site, address: str) -> None:
    site.agent(Role.ATTENDANCE).get(address, status=403)
