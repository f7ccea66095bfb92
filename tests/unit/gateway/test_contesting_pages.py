"""« Contester cette ligne »: the parent's pages, and the office's beside the attendance and the proofs."""

from datetime import date
from uuid import UUID

from contracts.billing.contesting import (
    AnswerLineObjection,
    ContestInvoiceLine,
    LineObjectionQueue,
    MyLineObjections,
    OpenLineObjection,
    ShowContestableLine,
    ShowLineObjection,
    WithdrawLineObjection,
)
from contracts.billing.invoices import OpenInvoice
from contracts.billing.objection_terms import LineObjectionState, ObjectionMark, ObjectionReason, WaiverKind
from contracts.billing.refusals import CannotContestLine, LineObjectionChanged, NothingCorrected
from contracts.caller import Role
from contracts.enrolment.traces import TraceDays
from contracts.errors import Invalid, ServiceUnavailable
from gateway.sentences.contesting import CANNOT_CONTEST_LINE, REASONS, STATES, WAIVERS
from tests.mothers.billing import a_line, an_invoice
from tests.mothers.contesting import (
    SESSIONS,
    a_contestable_line,
    a_line_objection,
    a_trace,
    an_objection_file,
    an_objection_queue,
)
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


DESK = "/agents/factures-contestees/"
FILE = f"{DESK}{UUID(int=71)}"


def opened(site: Site, **fields: object) -> None:
    site.services.answers[OpenLineObjection] = an_objection_file(**fields)
    site.services.answers[TraceDays] = [a_trace()]


def test_the_office_s_list_says_what_presses(site: Site) -> None:
    urgent = a_line_objection(objection_id=UUID(int=72), answer_before=date(2026, 12, 1))
    late = a_line_objection(objection_id=UUID(int=73), answer_before=date(2026, 11, 1), overdue=True)
    site.services.answers[LineObjectionQueue] = an_objection_queue(late, urgent, a_line_objection())
    page = site.agent(Role.BILLING).read(DESK)
    for sentence in ("Délai passé", "Urgent", "À vérifier", "Mon enfant n’était pas là"):
        assert sentence in words(page.main)
    assert page.main.select(f'a[href="{FILE}"]')


def test_the_file_has_the_rule_the_attendance_and_the_proofs_side_by_side(site: Site) -> None:
    opened(site)
    browser = site.agent(Role.BILLING)
    page = browser.read(FILE)
    said = words(page.main)
    for sentence in (
        "Léa est rentrée à midi.",
        "2e enfant −20 %",
        "620 (septembre 2026) appliqué",
        "Agente Barbier",
        "Jusqu’à la veille, 9 h",
        "Facturé",
        "Reste dû sur cette facture",
    ):
        assert sentence in said
    [asked] = site.services.asked_for(TraceDays)
    assert asked.session_ids == list(SESSIONS[:2])
    assert not page.main.select('a[href*="/agents/pointage/"]')
    assert "par un agent chargé des pointages" in said
    site.services.answers[TraceDays] = ServiceUnavailable(service="enrolment")
    assert "ne sont pas disponibles" in words(browser.read(FILE).main)


def test_days_are_given_back_at_once_or_by_the_next_invoice(site: Site) -> None:
    opened(site)
    site.services.answers[AnswerLineObjection] = a_line_objection(
        state=LineObjectionState.WAIVED, given_cents=640, credit_note_number="ENF-2026-000200"
    )
    browser = site.agent(Role.BILLING)
    answer = browser.send(
        FILE, version="1", state="now", session_ids=[str(SESSIONS[0])], waiver="error", answer="Oui."
    )
    assert answer.location == DESK
    [asked] = site.services.asked_for(AnswerLineObjection)
    assert (asked.state, asked.session_ids, asked.waiver, asked.at_once, asked.version) == (
        LineObjectionState.WAIVED,
        [SESSIONS[0]],
        WaiverKind.ERROR,
        True,
        1,
    )
    browser.send(FILE, version="1", state="explained", session_ids=[str(SESSIONS[0])], answer="Non.")
    asked = site.services.asked_for(AnswerLineObjection)[-1]
    assert (asked.state, asked.session_ids, asked.waiver) == (LineObjectionState.EXPLAINED, [], None)


def test_what_the_service_refuses_is_said_beside_the_field(site: Site) -> None:
    opened(site)
    browser = site.agent(Role.BILLING)
    site.services.answers[AnswerLineObjection] = Invalid(problems={"waiver": "waiver_missing"})
    answer = browser.send(FILE, version="1", state="next", session_ids=[str(SESSIONS[0])])
    assert answer.status_code == 422
    assert "Dites si c’est une erreur" in answer.get_data(as_text=True)
    site.services.answers[AnswerLineObjection] = NothingCorrected()
    answer = browser.send(FILE, version="1", state="repriced")
    assert "Corrigez d’abord le pointage" in answer.get_data(as_text=True)


def test_a_model_starts_the_answer(site: Site) -> None:
    opened(site)
    page = site.agent(Role.BILLING).read(f"{FILE}?modele=Quotient familial")
    assert "quotient familial connu" in page.select_one("textarea").get_text()


def test_only_the_office_opens_them(site: Site) -> None:
    site.agent(Role.REQUESTS).get(DESK, 403)
