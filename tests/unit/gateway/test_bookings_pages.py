"""The month to tick, the answer of a save, the proofs."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from contracts.enrolment.bookings import (
    BookingProofs,
    CellState,
    ChangeBookings,
    MonthPage,
    ProofsView,
    ProofView,
    Refusal,
)
from contracts.enrolment.home import Overview
from contracts.errors import NotFound, ServiceUnavailable
from tests.mothers import enrolment_views as mother

MONTH = f"/mon-espace/reservations/{mother.LEA}/2026-12"
OPEN, BOOKED = uuid4(), uuid4()


@pytest.fixture
def month() -> Any:
    def cell(state: CellState, n: int, session_id: Any = None) -> Any:
        return mother.cell(state, date(2026, 12, n), session_id)

    return mother.december(
        {
            1: cell(CellState.LOCKED, 1),
            3: cell(CellState.OPEN, 3, OPEN),
            4: cell(CellState.BOOKED, 4, BOOKED),
            7: cell(CellState.FULL, 7),
            8: cell(CellState.BOOKED_LOCKED, 8),
            10: cell(CellState.ELSEWHERE, 10),
        },
        closed=dict.fromkeys(range(19, 32), "Vacances de Noël") | {5: "Week-end", 6: "Week-end"},
    )


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").replace("\xa0", " ").split())


def test_every_cell_is_said_in_words(site: Any, month: Any) -> None:
    site.services.answers[MonthPage] = month
    page = site.citizen().read(MONTH)
    assert page.h1.get_text() == "Réservations de Léa"
    assert page.select_one(f'label[for="j-{OPEN}"] .govuk-visually-hidden').get_text().replace(
        "\xa0", " "
    ) == ("Restauration scolaire, jeudi 3 décembre, Léa")
    assert page.select_one(f"#j-{BOOKED}").has_attr("checked")
    text = " ".join(page.select_one("main").get_text().replace("\xa0", " ").split())
    assert "Non réservé Fermé depuis dimanche 29 novembre, 9 h" in text
    assert "Réservé Annulation fermée depuis" in text
    assert "Complet Il ne reste plus de place" in text
    assert "Par l’autre foyer de votre enfant" in text
    assert "Réserver ou annuler : jusqu’à 2 jours ouvrés avant, 9 h." in text
    assert "Du samedi 19 décembre au jeudi 31 décembre Vacances de Noël" in text
    assert "Samedi 5 décembre" not in text


def test_a_day_with_the_other_parent_says_who_is_billed_before_and_after(site: Any) -> None:
    cells = {
        n: mother.cell(state, date(2026, 12, n)).model_copy(update={"other_home": True})
        for n, state in ((7, CellState.OPEN), (8, CellState.BOOKED), (1, CellState.BOOKED_LOCKED))
    }
    site.services.answers[MonthPage] = mother.december(cells)
    text = words(site.citizen().read(MONTH))
    assert text.count("chez l’autre parent, facturé à l’autre foyer") == 3


def test_what_goes_together_is_said_beside_the_deadlines(site: Any) -> None:
    view = mother.december({})
    note = "On réserve par semaine entière."
    activities = [view.activities[0].model_copy(update={"notes": [note]})]
    site.services.answers[MonthPage] = view.model_copy(update={"activities": activities})
    assert f"9 h. {note}" in words(site.citizen().read(MONTH))


def test_a_save_sends_only_what_changed(site: Any, month: Any) -> None:
    site.services.answers[MonthPage] = month
    site.services.answers[ChangeBookings] = mother.saved([(3, True), (4, False)])
    browser = site.citizen()
    answer = browser.send(MONTH, book=[str(OPEN)])
    [ask] = site.services.asked_for(ChangeBookings)
    assert (ask.additions, ask.removals, ask.child_id) == ([OPEN], [BOOKED], mother.LEA)
    assert "Vos réservations sont enregistrées" in answer.get_data(as_text=True)


def test_what_was_refused_is_explained_day_by_day(site: Any, month: Any) -> None:
    site.services.answers[MonthPage] = month
    site.services.answers[ChangeBookings] = mother.saved(
        [(3, True)], [(1, Refusal.TOO_LATE), (7, Refusal.FULL)]
    )
    text = (
        site.citizen().send(MONTH, book=[str(OPEN), str(BOOKED)]).get_data(as_text=True).replace("\xa0", " ")
    )
    assert "Une partie de vos changements est enregistrée" in text
    assert "le délai est dépassé depuis le vendredi 27 novembre, 9 h (possible jusqu’à 2 jours ouvrés" in text
    assert "il ne reste plus de place" in text


def test_an_unchanged_month_asks_nothing(site: Any, month: Any) -> None:
    site.services.answers[MonthPage] = month
    answer = site.citizen().send(MONTH)
    assert answer.location == MONTH
    assert site.services.asked_for(ChangeBookings) == []


def test_the_command_is_the_same_when_the_answer_was_lost(site: Any, month: Any) -> None:
    site.services.answers[MonthPage] = month
    site.services.answers[ChangeBookings] = ServiceUnavailable(service="enrolment")
    browser = site.citizen()
    page = browser.read(MONTH)
    assert browser.submit(page, book=[str(OPEN)]).status_code == 503
    site.services.answers[ChangeBookings] = mother.saved([(3, True)])
    browser.submit(page, book=[str(OPEN)])
    first, second = site.services.asked_for(ChangeBookings)
    assert first.command_id == second.command_id


def test_somebody_elses_child_is_not_found(site: Any) -> None:
    site.services.answers[MonthPage] = NotFound
    site.citizen().get(MONTH, 404)
    site.citizen().get(f"/mon-espace/reservations/{mother.LEA}/2026-13", 404)


def test_a_child_without_enrolment_is_shown_the_way(site: Any) -> None:
    site.services.answers[MonthPage] = mother.december({}, activities=[], first_month=None, last_month=None)
    page = site.citizen().read(f"/mon-espace/reservations/{mother.LEA}")
    assert "Léa n’a encore aucune inscription" in page.get_text()
    assert page.select_one(f'a[href="/mon-espace/inscriptions/{mother.LEA}"]')


def test_with_one_child_there_is_nothing_to_choose(site: Any) -> None:
    site.services.answers[Overview] = mother.overview()
    assert site.citizen().get("/mon-espace/reservations/", 302).location.endswith(str(mother.LEA))
    two = [mother.child(), mother.child(uuid4(), "Noé")]
    site.services.answers[Overview] = mother.overview(children=two)
    assert len(site.citizen().read("/mon-espace/reservations/").select(".tile")) == 2


def test_the_proofs_say_who_when_what_and_under_which_deadline(site: Any) -> None:
    proof = ProofView(
        proof_id=uuid4(),
        at=mother.at(date(2026, 11, 23), 10),
        by="Claire Fontanel",
        child_name="Léa Fontanel",
        activity_name="Restauration scolaire",
        place_name="École Saint-Nicolas",
        day=date(2026, 12, 3),
        made=False,
        rule_sentence=mother.SENTENCE,
        closes_at=mother.at(date(2026, 12, 1)),
    )
    site.services.answers[BookingProofs] = ProofsView(proofs=[proof], older=7)
    page = site.citizen().read("/mon-espace/reservations/preuves")
    row = " ".join(page.select_one(".entries__item").get_text(" ").replace("\xa0", " ").split())
    assert row == (
        "Léa Fontanel : Restauration scolaire, jeudi 3 décembre Par Claire Fontanel, le 23 novembre 2026 à 10 h "
        "Possible jusqu’à 2 jours ouvrés avant, 9 h, soit le 1er décembre 2026 à 9 h. Annulé"
    )
    assert page.select_one('a[rel="next"]')["href"].endswith("avant=7")


def test_a_month_where_nothing_can_be_changed_says_so_first_and_leads_on(site: Any) -> None:
    locked = mother.cell(CellState.BOOKED_LOCKED, date(2026, 12, 1))
    site.services.answers[MonthPage] = mother.december({1: locked})
    page = site.citizen().read(MONTH)
    assert page.select_one("main .note .note__title").get_text() == (
        "Aucun jour de décembre 2026 ne peut être changé en ligne"
    )
    absences = f'main .note a[href="/mon-espace/absences/signaler/{mother.LEA}"]'
    assert page.select_one(absences) is None  # there is none yet to report in a month to come
    assert page.select_one("main .note .govuk-button")["href"].endswith(f"/{mother.LEA}/2027-01")
    assert page.select("main button[type=submit]") == []


def test_without_a_child_the_key_is_what_comes_next(site: Any) -> None:
    site.services.answers[Overview] = mother.overview(children=[])
    page = site.citizen().read("/mon-espace/reservations/")
    assert (
        page.select_one('main .empty-state a[href="/mon-espace/cle/"]').get_text() == "Saisir ma Clé Enfance"
    )
