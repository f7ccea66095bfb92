"""« Contester cette ligne »: the parent's pages, and the office's beside the attendance and the proofs."""

from datetime import date
from uuid import UUID

from contracts.billing.contesting import (
    ContestInvoiceLine,
    MyLineObjections,
    ShowContestableLine,
    ShowLineObjection,
    WithdrawLineObjection,
)
from contracts.billing.invoices import OpenInvoice
from contracts.billing.objection_terms import LineObjectionState, ObjectionMark, ObjectionReason, WaiverKind
from contracts.billing.refusals import CannotContestLine, LineObjectionChanged
from gateway.sentences.contesting import CANNOT_CONTEST_LINE, REASONS, STATES, WAIVERS
from tests.mothers.billing import a_line, an_invoice
from tests.mothers.contesting import SESSIONS, a_contestable_line, a_line_objection
from tests.unit.gateway.conftest import Site
from tests.unit.gateway.test_invoice_pages import INVOICE, words

FORM = "/mon-espace/contestations/ligne/41"
FOLLOW = f"/mon-espace/contestations/{UUID(int=71)}"


def test_every_state_and_reason_has_its_words() -> None:
    for table, kind in ((STATES, LineObjectionState), (REASONS, ObjectionReason), (WAIVERS, WaiverKind)):
        assert set(kind) == set(table)


def test_each_billed_line_of_an_invoice_leads_to_the_form(site: Site) -> None:
    mark = ObjectionMark(
        line_id=41, objection_id=UUID(int=71), state=LineObjectionState.OPEN, days=2, cents=640
    )
    correction = a_line(line_id=42, quantity=-1, amount_cents=-320, correction=True)
    site.services.answers[OpenInvoice] = an_invoice(
        lines=[a_line(line_id=41), correction], contest_until=date(2027, 1, 6), objections=[mark]
    )
    page = site.citizen().read(INVOICE)
    assert [link["href"] for link in page.main.select('a[href*="/contestations/ligne/"]')] == [FORM]
    assert page.main.select(f'a[href="{FOLLOW}"]')
    said = words(page.main)
    assert "jusqu’au 6 janvier 2027" in said
    assert "Vous contestez 6,40 € de cette facture. La somme reste due" in said


def test_when_the_time_has_passed_the_invoice_offers_nothing(site: Site) -> None:
    site.services.answers[OpenInvoice] = an_invoice(lines=[a_line(line_id=41)])
    assert "ontester" not in words(site.citizen().read(INVOICE).main)


def test_a_line_is_contested_day_by_day(site: Site) -> None:
    site.services.answers[ShowContestableLine] = a_contestable_line("open")
    site.services.answers[ContestInvoiceLine] = UUID(int=71)
    browser = site.citizen()
    page = browser.read(FORM)
    said = words(page.main)
    assert "déjà contesté" in said
    assert "L. 1617-5" in said
    assert "avant le 12 janvier 2027" in said
    assert len(page.select('input[name="days"]')) == 2
    answer = browser.send(FORM, days=[str(SESSIONS[1])], reason="not_there", words=" Rentrée à midi. ")
    assert answer.location == FOLLOW
    [asked] = site.services.asked_for(ContestInvoiceLine)
    assert (asked.line_id, asked.session_ids, asked.words) == (41, [SESSIONS[1]], "Rentrée à midi.")


def test_other_needs_words_and_the_form_comes_back_filled(site: Site) -> None:
    site.services.answers[ShowContestableLine] = a_contestable_line()
    answer = site.citizen().send(FORM, days=[str(SESSIONS[0])], reason="other")
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "Expliquez ce qui ne va pas" in html
    assert f'value="{SESSIONS[0]}" checked' in " ".join(html.split())
    assert not site.services.asked_for(ContestInvoiceLine)


def test_a_refusal_says_why(site: Site) -> None:
    site.services.answers[ShowContestableLine] = a_contestable_line()
    site.services.answers[ContestInvoiceLine] = CannotContestLine(why="answered")
    answer = site.citizen().send(FORM, days=[str(SESSIONS[0])], reason="not_there")
    assert answer.status_code == 409
    assert CANNOT_CONTEST_LINE["answered"].split(".")[0] in answer.get_data(as_text=True)


def test_the_list_and_what_became_of_each(site: Site) -> None:
    waived = a_line_objection(objection_id=UUID(int=72), state=LineObjectionState.WAIVED, given_cents=640)
    site.services.answers[MyLineObjections] = [a_line_objection(), waived]
    said = words(site.citizen().read("/mon-espace/contestations/").main)
    for sentence in ("Contestation en cours", "Réponse avant le 12 janvier 2027", "6,40 € vous sont rendus"):
        assert sentence in said
    site.services.answers[MyLineObjections] = []
    assert "rien contesté" in words(site.citizen().read("/mon-espace/contestations/").main)


def test_an_open_one_takes_a_document_and_is_taken_back(site: Site) -> None:
    site.services.answers[ShowLineObjection] = a_line_objection()
    site.services.answers[WithdrawLineObjection] = LineObjectionChanged(by="Régine Sabatier")
    browser = site.citizen()
    page = browser.read(FOLLOW)
    assert page.main.select('a[href^="/mon-espace/pieces/line_objection/"]')
    answer = browser.submit(page, button="Retirer la contestation")
    assert answer.location == FOLLOW
    assert site.services.asked_for(WithdrawLineObjection)[0].objection_id == UUID(int=71)


def test_silence_is_said_to_be_a_refusal(site: Site) -> None:
    site.services.answers[ShowLineObjection] = a_line_objection(overdue=True)
    assert "considérée comme refusée" in words(site.citizen().read(FOLLOW).main)


def test_the_answer_says_what_comes_back_and_how(site: Site) -> None:
    answered = {
        "answered_at": "2026-11-20T10:00:00Z",
        "answered_by": "Régine Sabatier",
        "answer": "Vous avez raison.",
    }
    site.services.answers[ShowLineObjection] = a_line_objection(
        state=LineObjectionState.WAIVED,
        waiver=WaiverKind.ERROR,
        given_cents=640,
        credit_note_id=UUID(int=12),
        credit_note_number="ENF-2026-000200",
        **answered,
    )
    page = site.citizen().read(FOLLOW)
    assert page.main.select(f'a[href="/mon-espace/factures/{UUID(int=12)}"]')
    assert "6,40 € vous sont rendus" in words(page.main)
    site.services.answers[ShowLineObjection] = a_line_objection(
        state=LineObjectionState.EXPLAINED, **answered
    )
    assert "tribunal administratif" in words(site.citizen().read(FOLLOW).main)
