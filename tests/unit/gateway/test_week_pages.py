"""The week of all the children; a usual week and a sibling's days: chosen, looked at, then saved."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup

from contracts.enrolment.bookings import BookingAnswer, CellState, Refusal
from contracts.enrolment.home import Overview, OverviewView
from contracts.enrolment.weeks import (
    ApplyCopy,
    ApplyPlan,
    ChangeWeek,
    PlannedDay,
    PlannedGap,
    PlanView,
    PreviewCopy,
    PreviewPlan,
    UsualActivityView,
    UsualDay,
    UsualWeek,
    UsualWeekView,
    WeekChildView,
    WeekDayView,
    WeekPage,
    WeekView,
)
from contracts.errors import NotFound
from tests.mothers import enrolment_views as mother

TOM = UUID("00000000-0000-4000-8000-000000000703")
MONDAY = date(2026, 12, 7)
WEEK = "/mon-espace/semaine/2026-12-07"
USUAL = f"/mon-espace/reservations/{mother.LEA}/semaine-type"
COPY = f"/mon-espace/reservations/{mother.LEA}/copier"
SHARED = uuid4()


def words(page: Any) -> str:
    return " ".join(page.select_one("main").get_text(" ").replace("\xa0", " ").split())


def parsed(answer: Any) -> Any:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def child_week(
    child_id: UUID, name: str, states: dict[int, CellState], *, enrolled: bool = True
) -> WeekChildView:
    activities = mother.december({}).activities if enrolled else []
    days = [
        WeekDayView(
            day=date(2026, 12, 7 + n),
            closed_because="" if n in states else "Pas d’activité ce jour",
            cells=[mother.cell(states[n], MONDAY, SHARED if n == 0 else None)] if n in states else [],
        )
        for n in range(7)
    ]
    return WeekChildView(child=mother.child(child_id, name), activities=activities, days=days)


@pytest.fixture
def week(site: Any) -> Any:
    site.services.answers[WeekPage] = WeekView(
        monday=MONDAY,
        children=[
            child_week(mother.LEA, "Léa", {0: CellState.OPEN, 1: CellState.BOOKED, 3: CellState.LOCKED}),
            child_week(TOM, "Tom", {0: CellState.BOOKED}),
            child_week(uuid4(), "Zoé", {}, enrolled=False),
        ],
        first=date(2026, 9, 1),
        last=date(2026, 12, 13),
    )
    return site


def test_every_child_has_its_days_and_its_words(week: Any) -> None:
    page = week.citizen().read(WEEK)
    text = words(page)
    assert [each.get_text(strip=True) for each in page.select("main caption")] == ["Léa", "Tom"]
    assert "Non réservé Fermé depuis" in text
    assert "Zoé n’a aucune inscription" in text
    assert page.select_one('a[rel="prev"]')["href"].endswith("2026-11-30")
    assert page.select_one('a[rel="next"]') is None  # no session after this week
    ids = [box["id"] for box in page.select("main input[type=checkbox]")]
    assert len(ids) == len(set(ids)) == 3


def test_the_menu_says_where_one_is(week: Any) -> None:
    page = week.citizen().read(WEEK)
    assert [link.get_text() for link in page.select(".space-menu [aria-current]")] == ["Réservations"]


def test_one_save_carries_each_childs_changes(week: Any) -> None:
    week.services.answers[ChangeWeek] = [
        mother.saved([(7, True)]),
        mother.saved([(7, False)]).model_copy(update={"child_name": "Tom"}),
    ]
    browser = week.citizen()
    page = browser.read(WEEK)
    answer = browser.submit(page, **{f"book-{mother.LEA}": [str(SHARED)], f"book-{TOM}": None})
    [ask] = week.services.asked_for(ChangeWeek)
    lea, tom = ask.children
    assert (lea.child_id, lea.additions, len(lea.removals)) == (mother.LEA, [SHARED], 1)
    assert (tom.child_id, tom.additions, tom.removals) == (TOM, [], [SHARED])
    text = words(parsed(answer))
    assert "Vos réservations sont enregistrées" in text
    assert "Tom : 1 jour annulé" in text


def test_nothing_changed_is_no_command(week: Any) -> None:
    browser = week.citizen()
    assert browser.submit(browser.read(WEEK)).location == WEEK
    assert week.services.asked_for(ChangeWeek) == []


def test_a_day_that_is_none_is_not_found(week: Any) -> None:
    week.citizen().get("/mon-espace/semaine/2026-13-45", status=404)


def planned(day: int, state: CellState = CellState.OPEN, **cell: Any) -> PlannedDay:
    when = date(2026, 12, day)
    return PlannedDay(
        session_id=uuid4(),
        activity_code="cantine",
        activity_name="Restauration scolaire",
        day=when,
        cell=mother.cell(state, when).model_copy(update=cell),
    )


@pytest.fixture
def usual(site: Any) -> Any:
    site.services.answers[UsualWeek] = UsualWeekView(
        child=mother.child(),
        activities=[
            UsualActivityView(
                activity_code="cantine",
                name="Restauration scolaire",
                place_name="École Saint-Nicolas",
                slots=[""],
                weekdays=[1, 2, 4, 5],
            )
        ],
        days=[UsualDay(activity_code="cantine", weekday=1)],
        is_kept=False,
        first=date(2026, 11, 24),
        last=date(2027, 7, 2),
    )
    site.services.answers[PreviewPlan] = PlanView(
        child=mother.child(),
        booked=[planned(7), planned(14)],
        cancelled=[planned(8, CellState.BOOKED)],
        kept=1,
        other_home=3,
        gaps=[
            PlannedGap(because="Vacances de Noël", first=date(2026, 12, 21), last=date(2027, 1, 1), days=4),
            PlannedGap(
                because="Jour férié : Lundi de Pâques",
                first=date(2027, 3, 29),
                last=date(2027, 3, 29),
                days=1,
            ),
        ],
        impossible=[
            planned(11, CellState.CLOSED, closed_because="Grève"),
            planned(1, CellState.LOCKED),
            planned(4, CellState.LOCKED),
        ],
    )
    site.services.answers[ApplyPlan] = mother.saved([(7, True), (14, True)])
    return site


def test_the_usual_week_is_proposed_and_looked_at_before_it_is_saved(usual: Any) -> None:
    browser = usual.citizen()
    page = browser.read(USUAL)
    assert [box["value"] for box in page.select("input[name=day][checked]")] == ["cantine||1"]
    preview = parsed(browser.submit(page, day=["cantine||1", "cantine||5"], mode="exactly"))
    [asked] = usual.services.asked_for(PreviewPlan)
    assert [day.weekday for day in asked.plan.days] == [1, 5]
    assert (asked.plan.exactly, asked.plan.first, asked.plan.last) == (
        True,
        date(2026, 11, 24),
        date(2027, 7, 2),
    )
    text = words(preview)
    assert "2 jours à réserver, 1 jour à annuler. 1 jour voulu est déjà réservé." in text
    assert "décembre 2026 : lundi 7, lundi 14" in text
    assert "Impossible : le délai est dépassé" in text
    assert "décembre 2026 : mardi 1er, vendredi 4" in text
    assert "fermé par la mairie (Grève)" in text
    assert "3 jours voulus sont laissés à l’autre foyer" in text
    assert "Vacances de Noël 4 jours, du lundi 21 décembre au vendredi 1er janvier" in text
    assert "Jour férié : Lundi de Pâques lundi 29 mars" in text
    assert usual.services.asked_for(ApplyPlan) == []
    done = browser.submit(preview, button="Enregistrer")
    [ask] = usual.services.asked_for(ApplyPlan)
    assert ask.plan == asked.plan
    assert "Vos réservations sont enregistrées" in words(parsed(done))


def test_changing_ones_mind_loses_nothing(usual: Any) -> None:
    browser = usual.citizen()
    preview = parsed(browser.send(USUAL, day=["cantine||5"], mode="exactly"))
    again = parsed(browser.submit(preview, button="Modifier"))
    assert [box["value"] for box in again.select("input[name=day][checked]")] == ["cantine||5"]
    assert again.select_one("input[name=mode][checked]")["value"] == "exactly"


@pytest.mark.parametrize(
    ("last", "said"), [(["1", "11", "2026"], "précède le premier"), (["1", "12", "2028"], "un an au plus")]
)
def test_a_period_that_makes_no_sense_comes_back_filled(usual: Any, last: list[str], said: str) -> None:
    answer = usual.citizen().send(USUAL, day=["cantine||5"], last=last)
    assert answer.status_code == 422
    page = parsed(answer)
    assert said in words(page)
    assert [box["value"] for box in page.select("input[name=day][checked]")] == ["cantine||5"]


def test_a_box_that_is_none_of_ours_is_dropped(usual: Any) -> None:
    browser = usual.citizen()
    page = browser.read(USUAL)
    browser.submit(page, day=["piscine||1", "cantine||7", "cantine||2"])
    [asked] = usual.services.asked_for(PreviewPlan)
    assert [day.weekday for day in asked.plan.days] == [2]


def test_a_siblings_days_are_copied(site: Any) -> None:
    site.services.answers[Overview] = OverviewView(
        children=[mother.child(), mother.child(TOM, "Tom")], enrolments=[], upcoming=[], deadlines=[]
    )
    site.services.answers[PreviewCopy] = PlanView(
        child=mother.child(TOM, "Tom"),
        booked=[planned(7)],
        cancelled=[],
        kept=0,
        impossible=[],
        not_enrolled=["Activités du mercredi"],
    )
    answer: BookingAnswer = mother.saved([(7, True)])
    site.services.answers[ApplyCopy] = answer.model_copy(update={"child_name": "Tom"})
    browser = site.citizen()
    sent = {"sibling": str(TOM), "first": ["7", "12", "2026"], "last": ["18", "12", "2026"]}
    assert browser.read(COPY).select_one("main input[type=radio][checked]")["value"] == str(
        TOM
    )  # the only one
    preview = parsed(browser.send(COPY, **sent))
    assert "Activités du mercredi : ces jours ne sont pas copiés" in words(preview)
    browser.submit(preview, button="Enregistrer")
    [ask] = site.services.asked_for(ApplyCopy)
    assert (ask.copy_of.from_child_id, ask.copy_of.child_id) == (mother.LEA, TOM)


def test_somebody_elses_child_is_not_found(site: Any) -> None:
    site.services.answers[UsualWeek] = NotFound()
    site.citizen().get(USUAL, status=404)
    site.services.answers[Overview] = OverviewView(children=[], enrolments=[], upcoming=[], deadlines=[])
    site.citizen().get(COPY, status=404)


def test_many_days_of_one_reason_are_said_in_one_breath(usual: Any) -> None:
    refused = [(number, Refusal.TOO_LATE) for number in (1, 3, 4, 7)] + [(11, Refusal.FULL)]
    usual.services.answers[ApplyPlan] = mother.saved([(n, True) for n in range(8, 19)], refused)
    browser = usual.citizen()
    done = words(
        parsed(browser.submit(parsed(browser.send(USUAL, day=["cantine||5"])), button="Enregistrer"))
    )
    assert "Une partie de vos changements est enregistrée" in done
    assert done.count("le délai est dépassé") == 1
    assert (
        "décembre 2026 : mardi 1er, jeudi 3, vendredi 4, lundi 7 Non réservé : le délai est dépassé." in done
    )
    assert "vendredi 11 décembre Non réservé : il ne reste plus de place." in done
    assert "Restauration scolaire décembre 2026 : mardi 8, mercredi 9," in done


def test_the_week_is_asked_for_once(week: Any) -> None:
    week.services.answers[ChangeWeek] = [mother.saved([(7, True)])]
    browser = week.citizen()
    browser.submit(browser.read(WEEK), **{f"book-{mother.LEA}": [str(SHARED)]})
    assert len(week.services.asked_for(WeekPage)) == 1


@pytest.mark.parametrize(
    "sent",
    [
        {f"book-{uuid4()}": [str(uuid4())] for _ in range(21)},
        {f"book-{mother.LEA}": [str(uuid4()) for _ in range(1001)]},
        {f"book-{mother.LEA}": ["lundi"]},
    ],
)
def test_what_no_page_of_ours_sends_is_a_bad_request(week: Any, sent: dict[str, list[str]]) -> None:
    browser = week.citizen()
    assert browser.post(WEEK, {"command_id": str(uuid4()), **sent}).status_code == 400
    assert week.services.asked_for(ChangeWeek) == []
