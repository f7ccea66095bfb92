"""The billing office's pages: run, invoices, payments, notifications, tariffs."""

from datetime import date
from uuid import UUID

import pytest

from contracts.billing.invoices import OpenInvoice
from contracts.billing.refusals import RunOpen, SheetsDiffer, SheetsNotCounted
from contracts.billing.runs import (
    BillingDesk,
    CheckRun,
    CountState,
    DraftRun,
    FindInvoices,
    FindNotifications,
    FindPayments,
    InvoicePage,
    OpenRun,
    PublishRun,
    ReplaySheets,
    ResolveDifference,
    RetryNotification,
    RunState,
)
from contracts.billing.tariffs import Tariffs
from contracts.caller import Role
from contracts.errors import Invalid
from gateway.sentences.billing import ANOMALIES, LEFT_OUT, PAYMENT_STATES, RUN_STATES
from tests.mothers.billing import (
    OCTOBER,
    a_desk,
    a_difference,
    a_notification_page,
    a_payment_page,
    a_run,
    a_run_summary,
    a_summary,
    a_tariff_list,
    an_invoice,
)
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

RUN = f"/agents/facturation/{UUID(int=41)}"


def test_every_word_of_a_state_or_reason_has_its_sentence() -> None:
    from contracts.billing.payments import PaymentState
    from contracts.billing.runs import AnomalyKind, LeftOutReason

    for words_, kind in (
        (LEFT_OUT, LeftOutReason),
        (ANOMALIES, AnomalyKind),
        (PAYMENT_STATES, PaymentState),
        (RUN_STATES, RunState),
    ):
        assert set(kind) == set(words_)


def test_only_the_billing_office_enters(site: Site) -> None:
    for address in ("/agents/facturation/", "/agents/factures/", "/agents/paiements/", "/agents/tarifs/"):
        site.agent(Role.ATTENDANCE).get(address, status=403)


def test_the_office_prepares_a_month(site: Site) -> None:
    site.services.answers[BillingDesk] = a_desk()
    site.services.answers[DraftRun] = a_run()
    answer = site.agent(Role.BILLING).send("/agents/facturation/")
    assert answer.location == RUN
    assert site.services.asked_for(DraftRun)[0].month == OCTOBER


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (RunOpen(month="2026-09-01"), "Une autre facturation est en préparation"),
        (Invalid(problems={"month": "later_month_published"}), "Un mois plus récent est déjà publié"),
    ],
)
def test_a_refused_draft_says_why(site: Site, refusal: Exception, sentence: str) -> None:
    site.services.answers[BillingDesk] = a_desk()
    site.services.answers[DraftRun] = refusal
    browser = site.agent(Role.BILLING)
    browser.send("/agents/facturation/")
    assert sentence in words(browser.read("/agents/facturation/").main)


def test_the_check_page_shows_totals_what_is_left_out_and_what_looks_odd(site: Site) -> None:
    site.services.answers[OpenRun] = a_run()
    page = words(site.agent(Role.BILLING).read(RUN).main)
    for sentence in (
        "2 145,60 €",
        "Pointage pas encore fait",
        "École Jules-Verne",
        "Quotient familial inconnu : tranche la plus haute (1 famille)",
        "ont changé depuis ce brouillon",
        "Reporté",
    ):
        assert sentence.replace(" ", "") in page.replace(" ", "").replace("\u202f", "")


def test_a_draft_is_checked_then_published(site: Site) -> None:
    browser = site.agent(Role.BILLING)
    site.services.answers[OpenRun] = a_run()
    site.services.answers[CheckRun] = a_run(summary=a_run_summary(state=RunState.CHECKED))
    assert browser.send(RUN, form=0).location == RUN
    site.services.answers[OpenRun] = a_run(summary=a_run_summary(state=RunState.CHECKED))
    site.services.answers[PublishRun] = a_run(
        summary=a_run_summary(state=RunState.PUBLISHED, published_at=a_run_summary().drafted_at)
    )
    assert browser.send(RUN, form=0).location == RUN
    site.services.answers[OpenRun] = site.services.answers[PublishRun]
    page = words(browser.read(RUN).main)
    assert "38 factures publiées" in page
    assert "Publier" not in page


def test_a_run_whose_sheets_are_not_counted_yet_cannot_be_checked(site: Site) -> None:
    site.services.answers[OpenRun] = a_run(count=CountState.AWAITED)
    page = words(site.agent(Role.BILLING).read(RUN).main)
    assert "Le décompte des pointages du mois n’est pas encore arrivé" in page
    assert "J’ai vérifié" not in page


def test_sheets_that_differ_are_shown_and_asked_for_again(site: Site) -> None:
    browser = site.agent(Role.BILLING)
    site.services.answers[OpenRun] = a_run(
        count=CountState.DIFFERS,
        sheet_differences=[
            {
                "session_id": UUID(int=9),
                "activity_name": "Restauration scolaire",
                "place_name": "École Jules-Verne",
                "day": date(2026, 10, 8),
                "slot": "",
                "family_label": "Ferrand",
                "counted": 2,
                "kept": 0,
            }
        ],
        sheet_differences_total=3,
    )
    page = words(browser.read(RUN).main)
    assert "J’ai vérifié" not in page
    assert "Les 1 premières lignes sur 3" in page
    for word in ("jeudi 8 octobre", "École Jules-Verne", "Ferrand"):
        assert word in page
    site.services.answers[ReplaySheets] = a_run(summary=a_run_summary(state=RunState.DISCARDED))
    assert browser.send(RUN, form=0).location == "/agents/facturation/"
    assert site.services.asked_for(ReplaySheets)[0].run_id == a_run_summary().run_id


def test_a_check_that_came_too_early_says_what_to_do(site: Site) -> None:
    browser = site.agent(Role.BILLING)
    site.services.answers[OpenRun] = a_run()
    for refusal, sentence in (
        (SheetsNotCounted(), "n’est pas encore arrivé"),
        (SheetsDiffer(sheets=3), "ne sont pas arrivées en entier à la facturation (3)"),
    ):
        site.services.answers[CheckRun] = refusal
        browser.send(RUN, form=0)
        assert sentence in words(browser.read(RUN).main)


def test_invoices_are_found_and_read(site: Site) -> None:
    site.services.answers[FindInvoices] = InvoicePage(invoices=[a_summary()], total=1, page=1)
    site.services.answers[OpenInvoice] = an_invoice()
    browser = site.agent(Role.BILLING)
    assert "ENF-2026-000123" in words(browser.read("/agents/factures/?recherche=Ferrand&impayees=1").main)
    asked = site.services.asked_for(FindInvoices)[0]
    assert (asked.text, asked.unpaid) == ("Ferrand", True)
    assert "tranche C" in words(browser.read(f"/agents/factures/{UUID(int=11)}").main)
    assert browser.get(f"/agents/factures/{UUID(int=11)}/facture.pdf").data[:4] == b"%PDF"


def test_a_difference_is_shown_and_settled_with_a_note(site: Site) -> None:
    site.services.answers[FindPayments] = a_payment_page()
    site.services.answers[ResolveDifference] = a_difference(note="Remboursé")
    browser = site.agent(Role.BILLING)
    assert "ne sont pas ceux de la facture" in words(browser.read("/agents/paiements/").main)
    address = f"/agents/paiements/differences/{UUID(int=51)}"
    assert browser.send(address, note="").status_code == 422
    assert browser.send(address, note="Remboursé 40 centimes").location == "/agents/paiements/"


def test_a_parked_notification_is_taken_up_again(site: Site) -> None:
    site.services.answers[FindNotifications] = a_notification_page()
    site.services.answers[RetryNotification] = a_notification_page().notifications[0]
    browser = site.agent(Role.BILLING)
    browser.send("/agents/paiements/notifications?echec=1")
    assert site.services.asked_for(RetryNotification)[0].event_id == "evt_1"


def test_tariffs_are_shown_with_their_bands(site: Site) -> None:
    site.services.answers[Tariffs] = a_tariff_list()
    page = words(site.agent(Role.BILLING).read("/agents/tarifs/").main)
    for sentence in ("jusqu’à 350 €", "au-delà, ou quotient inconnu", "Familles hors commune : +25 %"):
        assert sentence in page
