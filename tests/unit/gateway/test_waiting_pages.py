"""Waiting lists: joined from the month, seen in their place, offers taken or refused; the agents' lists."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.bookings import CellState, ChangeBookings, MonthPage, Refusal
from contracts.enrolment.enrolments import ShowEnrolment, TakeOffer
from contracts.enrolment.waiting import (
    EndedView,
    LeaveWaiting,
    LinesView,
    LineView,
    MyWaiting,
    OfferOver,
    ShowLine,
    WaitingLists,
    WaitingView,
)
from contracts.events.enrolments import EnrolmentState
from contracts.events.waiting import WaitingState
from tests.mothers import enrolment_views as mother

MONTH = f"/mon-espace/reservations/{mother.LEA}/2026-12"
DAY = date(2026, 12, 4)
ASKED = mother.at(date(2026, 11, 20), 21)


def waiting(state: WaitingState = WaitingState.WAITING, **differing: Any) -> WaitingView:
    known: dict[str, Any] = {
        "waiting_id": uuid4(),
        "session_id": uuid4(),
        "child_id": mother.LEA,
        "child_name": "Léa Fontanel",
        "activity_code": "cantine",
        "activity_name": "Restauration scolaire",
        "place_name": "École Saint-Nicolas",
        "days": [DAY],
        "state": state,
        "place_in_line": 2 if state is WaitingState.WAITING else None,
        "order_sentence": "dans l’ordre des demandes",
        "offer_ends_at": mother.at(DAY - timedelta(days=3), 18) if state is WaitingState.OFFERED else None,
        "asked_at": mother.at(date(2026, 11, 20), 21),
    }
    return WaitingView(**(known | differing))


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").replace("\xa0", " ").split())


def test_a_full_day_is_ticked_to_join_its_line(site: Any) -> None:
    full = mother.cell(CellState.FULL, DAY).model_copy(update={"can_wait": True})
    site.services.answers[MonthPage] = mother.december({4: full})
    answer = mother.saved([], [(4, Refusal.FULL)])
    [refused] = answer.refused
    in_line = refused.model_copy(update={"place_in_line": 1})
    site.services.answers[ChangeBookings] = answer.model_copy(update={"refused": [in_line]})
    browser = site.citizen()
    page = browser.read(MONTH)
    assert "cochez pour rejoindre la liste d’attente" in words(page)
    text = browser.submit(page, wait=str(full.session_id)).get_data(as_text=True)
    [ask] = site.services.asked_for(ChangeBookings)
    assert (ask.additions, ask.waits) == ([full.session_id], [full.session_id])
    assert "1er sur la liste" in text
    assert "Non réservé" not in text


@pytest.mark.parametrize(
    ("differing", "said"),
    [
        ({"state": CellState.WAITING, "place_in_line": 3}, "Complet 3e sur la liste d’attente"),
        ({"state": CellState.WAITING}, "La place proposée n’a pas été prise à temps"),
        (
            {"state": CellState.OFFERED, "offer_ends_at": mother.at(DAY, 8)},
            "à prendre avant vendredi 4 décembre, 8 h",
        ),
        ({"state": CellState.CLOSED, "closed_because": "Grève"}, "Fermé Grève"),
        ({"state": CellState.NOT_OPEN, "opens_at": mother.at(DAY, 8)}, "Réservations à partir de vendredi 4"),
        ({"state": CellState.NOT_OF_AGE}, "Pas pour son âge"),
        ({"state": CellState.BOOKED_LOCKED, "other_home": True}, "facturé à l’autre foyer"),
        ({"state": CellState.BOOKED, "week_of": uuid4()}, "Réservé Avec la semaine"),
    ],
)
def test_each_state_is_said_in_words(site: Any, differing: dict[str, Any], said: str) -> None:
    cell = mother.cell(CellState.OPEN, DAY).model_copy(update=differing)
    site.services.answers[MonthPage] = mother.december({4: cell})
    assert said in words(site.citizen().read(MONTH))


def test_a_week_is_one_box(site: Any) -> None:
    monday = mother.cell(CellState.BOOKED, date(2026, 12, 7))
    week = {"week_of": monday.session_id}
    cells = {7: monday.model_copy(update=week), 8: mother.cell(CellState.BOOKED, DAY).model_copy(update=week)}
    site.services.answers[MonthPage] = mother.december(cells)
    page = site.citizen().read(MONTH)
    assert len(page.select("input[name=book]")) == 1
    assert [each["value"] for each in page.select("input[name=shown]")] == [str(monday.session_id)]
    assert "semaine du lundi 7 décembre" in words(page)


def test_an_offer_is_taken_or_refused(site: Any) -> None:
    offer = waiting(WaitingState.OFFERED)
    site.services.answers[MyWaiting] = [offer, waiting()]
    site.services.answers[ChangeBookings] = mother.saved([(4, True)])
    site.services.answers[LeaveWaiting] = None
    browser = site.citizen()
    page = browser.read("/mon-espace/attente/")
    assert "Une place est gardée pour vous jusqu’au 1er décembre 2026 à 18 h" in words(page)
    assert "Places attribuées dans l’ordre des demandes" in words(page)
    browser.submit(page, form=0)
    [took] = site.services.asked_for(ChangeBookings)
    assert (took.child_id, took.additions) == (mother.LEA, [offer.session_id])
    browser.submit(page, form=1)
    [left] = site.services.asked_for(LeaveWaiting)
    assert left.waiting_id == offer.waiting_id


def test_an_offer_that_is_over_is_said_plainly(site: Any) -> None:
    site.services.answers[MyWaiting] = [waiting(WaitingState.OFFERED)]
    site.services.answers[LeaveWaiting] = OfferOver(state="lapsed")
    browser = site.citizen()
    browser.send("/mon-espace/attente/", form=1)
    assert "n’est plus gardée pour vous" in words_of_page(browser.read("/mon-espace/attente/"))


def words_of_page(page: Any) -> str:
    return " ".join(page.get_text(" ").split())


def test_nobody_waiting_is_said_and_leads_somewhere(site: Any) -> None:
    site.services.answers[MyWaiting] = []
    page = site.citizen().read("/mon-espace/attente/")
    assert page.select_one('main a[href="/mon-espace/reservations/"]')


def an_enrolment(state: EnrolmentState, **differing: Any) -> Any:
    return mother.enrolment(state=state, **differing)


def test_an_enrolment_that_waits_says_its_place_and_an_offer_is_taken(site: Any) -> None:
    site.services.answers[ListDocumentTypes] = []
    view = an_enrolment(EnrolmentState.WAITING, place_in_line=2, order_sentence="dans l’ordre des demandes")
    site.services.answers[ShowEnrolment] = view
    browser = site.citizen()
    address = f"/mon-espace/inscriptions/suivi/{view.enrolment_id}"
    assert "2e sur la liste d’attente" in words(browser.read(address))
    offered = view.model_copy(update={"state": EnrolmentState.OFFERED, "offer_ends_at": mother.at(DAY)})
    site.services.answers[ShowEnrolment] = offered
    site.services.answers[TakeOffer] = view.model_copy(update={"state": EnrolmentState.ACCEPTED})
    browser.send(address)
    [took] = site.services.asked_for(TakeOffer)
    assert took.enrolment_id == view.enrolment_id


def test_agents_read_the_lines_in_their_order(site: Any) -> None:
    line = LineView(
        session_id=UUID(int=1),
        activity_name="Restauration scolaire",
        place_name="École Saint-Nicolas",
        day=DAY,
        capacity=30,
        taken=30,
        order_sentence="dans l’ordre des demandes",
        waiting=[waiting(WaitingState.OFFERED), waiting()],
    )
    found = LinesView(
        lines=[line],
        activities={"cantine": "Restauration scolaire", "mercredi": "Activités du mercredi"},
        places={mother.SCHOOL: "École Saint-Nicolas"},
    )
    site.services.answers[WaitingLists] = found
    site.services.answers[ShowLine] = line.model_copy(
        update={"ended": [EndedView(child_name="Max Roux", state=state, asked_at=ASKED, ended_at=ASKED)
                          for state in WaitingState if state not in ("waiting", "offered")]}
    )  # fmt: skip
    agent = site.agent(Role.REQUESTS)
    page = agent.read("/agents/attente/?activite=cantine&lieu=%20x")
    assert "30 places prises ou proposées sur 30. Places attribuées dans l’ordre des demandes" in words(page)
    [question] = site.services.asked_for(WaitingLists)
    assert (question.activity_code, question.place_code) == ("cantine", None)
    history = agent.read(f"/agents/attente/{line.session_id}")
    assert "Max Roux A pris la place" in words(history)
    site.services.answers[ShowLine] = line.model_copy(update={"waiting": []})
    assert "Personne n’attend de place" in words(agent.read(f"/agents/attente/{line.session_id}"))
    site.services.answers[WaitingLists] = found.model_copy(update={"lines": []})
    assert "Personne n’attend de place" in words(agent.read("/agents/attente/"))
    assert site.agent(Role.KITCHEN).get("/agents/attente/", status=403)
