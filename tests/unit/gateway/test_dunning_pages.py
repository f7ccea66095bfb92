"""The agents' list of late families, letters on paper, reprieves; and what a parent sees of it."""

from datetime import date
from pathlib import Path
from uuid import UUID

from bs4 import BeautifulSoup

from contracts.billing.dunning import (
    STEPS,
    EndReprieve,
    GrantReprieve,
    NotDunned,
    OpenDunning,
    OpenFamilyDunning,
    OpenLettersToPost,
    OpenReminder,
    SendReminders,
    SentReminders,
    SetDunningTerms,
)
from contracts.billing.dunning import LettersToPost as Letters
from contracts.billing.invoices import OpenInvoice
from contracts.caller import Role
from contracts.errors import Invalid
from gateway.sentences.billing import DUNNING_STEPS, NOT_DUNNED
from tests.journeys.letters import read_pages
from tests.mothers.billing import an_invoice
from tests.mothers.dunning import a_dunning_view, a_family_dunning, a_letter
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import words

DUNNING = "/agents/relances/"
FAMILY = f"{DUNNING}familles/{UUID(int=5)}"


def test_every_step_and_reason_has_its_words() -> None:
    assert set(STEPS) == set(DUNNING_STEPS)
    assert set(NotDunned) == set(NOT_DUNNED)


def test_an_agent_looks_unticks_checks_and_sends(site: Site) -> None:
    sent = SentReminders(sending_id=UUID(int=95), letters=1, by_post=0, cents=6240, dropped=["Masson"])
    site.services.answers |= {OpenDunning: a_dunning_view(), SendReminders: sent}
    browser = site.agent(Role.BILLING)
    page = browser.read(DUNNING)
    for sentence in (
        "Ferrand : 62,40 €",
        "lettre à poster",
        "Sursis jusqu’au 5 janvier 2027",
        "Moins de 15 €",
    ):
        assert sentence in words(page.main)
    checked = browser.submit(page, form=1, families=[str(UUID(int=5))])
    page = BeautifulSoup(checked.get_data(as_text=True), "html5lib")
    assert "1 famille" in words(page.main)
    assert "62,40 € en tout" in words(page.main)
    assert browser.submit(page, button="Envoyer").status_code == 302
    asked = site.services.asked_for(SendReminders)[0]
    assert (asked.step, asked.fund, asked.family_ids) == (1, "ENF", (UUID(int=5),))
    shown = words(browser.read(DUNNING))
    assert "1 lettre envoyée" in shown
    assert "Masson" in shown


def test_a_family_that_paid_since_the_page_was_shown_is_let_go(site: Site) -> None:
    site.services.answers[OpenDunning] = a_dunning_view()
    browser = site.agent(Role.BILLING)
    page = browser.read(DUNNING)
    site.services.answers[OpenDunning] = a_dunning_view(due=a_dunning_view().due[1:])
    refused = browser.submit(page, form=1, families=[str(UUID(int=5))])
    assert (refused.status_code, "encore en retard" in refused.get_data(as_text=True)) == (422, True)


def test_dates_and_words_of_each_step_are_data(site: Site) -> None:
    site.services.answers |= {OpenDunning: a_dunning_view(), SetDunningTerms: a_dunning_view().terms}
    browser = site.agent(Role.BILLING)
    assert browser.send(f"{DUNNING}ENF/reglages", days_2="30", subject_1="Un oubli ?").status_code == 302
    terms = site.services.asked_for(SetDunningTerms)[0].terms
    assert (terms.steps[1].days, terms.steps[0].subject) == (30, "Un oubli ?")
    refused = browser.send(f"{DUNNING}ENF/reglages", text_3="")
    assert refused.status_code == 422
    assert browser.client.get(f"{DUNNING}AUT/reglages").status_code == 404


def test_a_reprieve_is_granted_with_a_reason_and_lifted(site: Site) -> None:
    site.services.answers |= {
        OpenFamilyDunning: a_family_dunning(),
        GrantReprieve: a_family_dunning(),
        EndReprieve: a_family_dunning(),
    }
    browser = site.agent(Role.BILLING)
    assert "Paiement en trois fois" in words(browser.read(FAMILY).main)
    given = {"until": ["5", "1", "2027"], "reason": "En trois fois"}
    assert browser.send(FAMILY, form=1, **given).status_code == 302
    assert site.services.asked_for(GrantReprieve)[0].until == date(2027, 1, 5)
    assert browser.send(FAMILY, form=0).status_code == 302
    site.services.answers[GrantReprieve] = Invalid(problems={"until": "until_past"})
    refused = browser.send(FAMILY, form=1, **given)
    assert "Choisissez un jour à venir" in refused.get_data(as_text=True)


def test_letters_are_papers_that_promise_the_canteen(site: Site, tmp_path: Path) -> None:
    site.services.answers |= {
        OpenReminder: a_letter(),
        OpenLettersToPost: Letters(letters=[a_letter(), a_letter(family_number="F01235")]),
    }
    browser = site.agent(Role.BILLING)
    for address, pages in (
        (f"{DUNNING}lettres/{UUID(int=96)}.pdf", 1),
        (f"{DUNNING}envois/{UUID(int=95)}.pdf", 2),
    ):
        paper = tmp_path / "lettre.pdf"
        paper.write_bytes(browser.get(address).data)
        read = read_pages(paper)
        assert len(read) == pages
        for sentence in ("Mme Nadia Ferrand", "ENF-2026-000123", "62,40", "ferme jamais la cantine", "CCAS"):
            assert sentence in read[0]


def test_a_parent_reads_each_letter_beside_the_invoice(site: Site) -> None:
    reminders = a_family_dunning().reminders
    site.services.answers |= {OpenInvoice: an_invoice(reminders=reminders), OpenReminder: a_letter()}
    browser = site.citizen()
    page = browser.read(f"/mon-espace/factures/{UUID(int=11)}")
    assert "Rappel du 2 décembre 2026" in words(page.main)
    assert "ne ferme ni la cantine ni vos réservations" in words(page.main)
    link = page.select_one('a[href$=".pdf"][href*="relances"]')
    assert link
    assert browser.get(str(link["href"])).data.startswith(b"%PDF")
    agent = site.agent(Role.BILLING).read(f"/agents/factures/{UUID(int=11)}")
    assert "Rappel du 2 décembre 2026" in words(agent.main)
