"""« Calendrier »: what is closed, what a closure would do, then done; what makes no sense comes back filled."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup

from chassis.clock import PARIS
from contracts.caller import Role
from contracts.enrolment.closures import (
    CalendarView,
    ClosurePreview,
    ClosureView,
    DeclareClosure,
    LiftClosure,
    PreviewClosure,
    Scope,
    ShowCalendar,
)
from contracts.enrolment.offer import ActivityView, OfferView, PlaceKind, PlaceView, ShowOffer
from contracts.events.offer import PublicHoliday, SchoolHolidays
from tests.mothers import enrolment as mother

DAY = date(2026, 12, 4)
FORM = "/agents/calendrier/fermer"
CLOSURE = ClosureView(
    closure_id=uuid4(),
    scope=Scope(first=DAY, last=DAY, activity_code="cantine"),
    activity_name="Restauration scolaire",
    reason="Grève : la cantine est fermée",
    declared_at=datetime(2026, 11, 23, 10, tzinfo=PARIS),
    declared_by="Agente Barbier",
    sessions=6,
    bookings=412,
)


@pytest.fixture
def admin(site: Any) -> Any:
    site.services.answers[ShowOffer] = OfferView(
        activities=[
            ActivityView(terms=terms, adding_sentence="", cancelling_sentence="")
            for terms in (mother.canteen(), mother.wednesday())
        ],
        places=[
            PlaceView(code=mother.SCHOOL, name="École Saint-Nicolas", kind=PlaceKind.SCHOOL, city="Romans")
        ],
        offerings=[],
        school_year="2026-2027",
        school_year_first=date(2026, 9, 1),
        school_year_last=date(2027, 8, 31),
    )
    site.services.answers[ShowCalendar] = CalendarView(
        label="2026-2027",
        first=date(2026, 9, 1),
        last=date(2027, 8, 31),
        holidays=[
            SchoolHolidays(holiday_name="Vacances de Noël", first=date(2026, 12, 19), last=date(2027, 1, 3))
        ],
        public_holidays=[PublicHoliday(day=date(2027, 5, 1), holiday_name="Fête du Travail")],
        closures=[CLOSURE],
        years=["2026-2027", "2027-2028"],
    )
    site.services.answers[PreviewClosure] = ClosurePreview(
        sessions=6, bookings=412, families=300, waiting=2, checked=1
    )
    site.services.answers[DeclareClosure] = CLOSURE
    site.services.answers[LiftClosure] = CLOSURE
    return site.agent(Role.ADMINISTRATION)


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").replace("\xa0", " ").split())


def filled(**differing: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "first": ["4", "12", "2026"], "last": ["4", "12", "2026"],
        "place": "tout", "activity": "cantine", "slot": "tout",
        "reason": "Grève : la cantine est fermée",
    }  # fmt: skip
    return fields | differing


def test_the_year_is_read_with_what_closes_it(admin: Any) -> None:
    page = admin.read("/agents/calendrier/")
    text = words(page)
    assert "Vendredi 4 décembre : Grève : la cantine est fermée" in text
    assert "412 réservations annulées" in text
    assert "Vacances de Noël" in text
    assert "samedi 1er mai 2027" in text


def test_what_it_would_cancel_is_said_before_it_is_done(site: Any, admin: Any) -> None:
    answer = admin.send(FORM, **filled())
    page = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
    assert "6 séances fermées, 412 réservations annulées, 300 familles prévenues par courriel." in words(page)
    assert "1 séance déjà pointée" in words(page)
    assert site.services.asked_for(DeclareClosure) == []
    done = admin.submit(page, button="Fermer et prévenir les familles")
    assert done.location == "/agents/calendrier/"
    [ask] = site.services.asked_for(DeclareClosure)
    assert ask.scope == Scope(first=DAY, last=DAY, activity_code="cantine")


@pytest.mark.parametrize(
    ("differing", "said"),
    [
        ({"last": ["3", "12", "2026"]}, "Le dernier jour précède le premier"),
        ({"last": ["4", "12", "2028"]}, "un an au plus"),
        ({"reason": ""}, "Écrivez le motif"),
        ({"reason": "x" * 201}, "200"),
    ],
)
def test_what_makes_no_sense_comes_back_filled(
    site: Any, admin: Any, differing: dict[str, Any], said: str
) -> None:
    answer = admin.send(FORM, **filled(**differing))
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert said in text
    assert 'value="2026"' in text
    assert site.services.asked_for(PreviewClosure) == []


def test_a_closure_is_lifted(site: Any, admin: Any) -> None:
    admin.send("/agents/calendrier/")
    [ask] = site.services.asked_for(LiftClosure)
    assert ask.closure_id == CLOSURE.closure_id


def test_only_the_administration(site: Any) -> None:
    site.agent(Role.REQUESTS).get("/agents/calendrier/", status=403)
