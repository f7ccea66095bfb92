"""The roll-call on a tablet: what the page holds, what the script is told, and what is kept of it all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup

from contracts.accounts.health import Allergen, OpenAtHand
from contracts.caller import Role
from contracts.enrolment.attendance import (
    AttendanceDesk,
    AttendanceDeskView,
    MissingSheetView,
    PlaceSheetsView,
    RollCall,
    SettleAttendance,
    SheetsWaiting,
    SheetsWaitingView,
)
from contracts.enrolment.refusals import TapsArrived, TooEarly
from contracts.enrolment.taps import RecordTaps, Seen, ShowTaps, TapView
from contracts.errors import NotFound, ServiceUnavailable
from contracts.events.attendance import AbsenceState, Mark
from tests.mothers import enrolment as terms
from tests.mothers import enrolment_views as mother
from tests.mothers import health
from tests.mothers.taps import Tablet, state

DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
CALL = f"/agents/appel/{terms.SCHOOL}/cantine/2026-11-23"
SHEET = f"/agents/pointage/{terms.SCHOOL}/cantine/2026-11-23"
TAPS = "/agents/appel/appuis"
LEA, ADAM, INES = uuid4(), uuid4(), uuid4()
JSON = {"Accept": "application/json"}


def tap(seen: Seen, **differing: Any) -> TapView:
    return TapView(
        **({"seen": seen, "at": NOW, "by": "Agente Barbier", "device": "Chrome, Android"} | differing)
    )


def a_sheet(**differing: Any) -> Any:
    lines = (
        mother.expected("Léa", LEA, mark=Mark.PRESENT, tap=tap(Seen.HERE, number=3)),
        mother.expected("Adam", ADAM, absence=AbsenceState.REPORTED),
    )
    roster = [mother.expected("Inès", INES, booked=False, class_name="CP")]
    return mother.sheet(*lines, **({"taps": 3, "roster": roster} | differing))


@pytest.fixture
def agent(site: Any) -> Any:
    site.services.answers[RollCall] = a_sheet()
    return site.agent(Role.ATTENDANCE)


def a_batch(**differing: Any) -> dict[str, Any]:
    tablet = Tablet(uuid4())
    tablet.press(LEA, Seen.HERE, NOW)
    sent = tablet.sending(NOW).model_dump(mode="json", exclude={"command_id", "device"})
    return sent | differing


def send(browser: Any, body: Any, **headers: str) -> Any:
    given = {"X-CSRFToken": browser.token(), **JSON, **headers}
    return browser.client.post(TAPS, json=body, headers=given)


def read(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def test_the_page_holds_who_is_expected_and_the_names_of_who_may_turn_up(site: Any, agent: Any) -> None:
    page = agent.read(CALL)
    [ask] = site.services.asked_for(RollCall)
    assert ask.with_roster
    assert [row["data-child"] for row in page.select("[data-part] [data-child]")] == [str(LEA), str(ADAM)]
    assert "absence signalée" in page.select_one(f'[data-child="{ADAM}"]').get_text()
    assert [each["data-last-name"] for each in page.select("[data-pupil]")] == ["Fontanel"]
    root = page.select_one("[data-roll-call]")
    assert root["data-marks"] == f'{{"{LEA}": "here"}}'
    assert (root["data-taps"], root["data-version"], root["data-open"]) == ("3", "0", "yes")


def test_the_page_that_is_kept_says_nothing_of_anybody_s_health(site: Any, agent: Any) -> None:
    sheet = health.an_emergency(pupil=health.a_pupil(child_id=LEA))
    site.services.answers[OpenAtHand] = [sheet]
    body = agent.get(CALL).get_data(as_text=True)
    assert site.services.asked_for(OpenAtHand) == []
    assert not any(word in body for word in (health.INSTRUCTION, "arachide", "Wintzenheim"))


def test_without_script_the_page_leads_to_the_sheet_to_fill(agent: Any) -> None:
    page = agent.read(CALL)
    assert page.select_one(f'a[data-close][href="{SHEET}"]')
    assert all(button.has_attr("disabled") for button in page.select("[data-see]"))
    assert SHEET in str(page.select_one("noscript"))


def test_a_day_to_come_can_be_opened_beforehand_and_not_tapped(site: Any) -> None:
    site.services.answers[RollCall] = a_sheet(day=date(2026, 11, 24))
    page = site.agent(Role.ATTENDANCE).read(CALL.replace("23", "24"))
    assert page.select_one("[data-roll-call]")["data-open"] == "no"
    assert "sera gardée sur la tablette" in page.get_text()


def test_a_closed_session_says_why_and_takes_no_tap(site: Any) -> None:
    site.services.answers[RollCall] = mother.sheet(session_id=None, closed_because="Grève du personnel")
    page = site.agent(Role.ATTENDANCE).read(CALL)
    assert "Grève du personnel" in page.get_text()
    assert not page.select("[data-roll-call]")


def test_only_the_roll_call_s_agents_come_in(site: Any) -> None:
    site.agent(*(set(Role) - {Role.ATTENDANCE})).get(CALL, 403)
    assert site.anonymous().client.get(CALL).status_code == 302
    site.agent(Role.ATTENDANCE).get("/agents/appel/0261001A/cantine/demain", 404)


def test_what_to_know_is_told_of_the_children_on_the_sheet_and_of_no_other(site: Any, agent: Any) -> None:
    known = health.an_emergency(pupil=health.a_pupil(child_id=LEA), avoided=[Allergen.PEANUTS, Allergen.MILK])
    site.services.answers[OpenAtHand] = [known]
    answer = agent.get(f"{CALL}/consignes", headers=JSON)
    [ask] = site.services.asked_for(OpenAtHand)
    assert ask.child_ids == [LEA, ADAM]
    [told] = answer.json["sheets"]
    assert (told["child_id"], told["has_pai"], told["foods"]) == (str(LEA), True, "arachide, lait et lactose")
    assert told["lines"][0] == ["En cas d’urgence", health.INSTRUCTION]
    assert answer.headers["Cache-Control"] == "no-store"


def test_taps_are_passed_on_with_the_name_of_the_browser(site: Any, agent: Any) -> None:
    site.services.answers[RecordTaps] = lambda ask: state({LEA: Seen.HERE}, kept=[t.tap_id for t in ask.taps])
    batch = a_batch()
    tablet = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Safari/537.36"
    answer = send(agent, batch, **{"User-Agent": tablet})
    assert answer.json["kept"] == [batch["taps"][0]["tap_id"]]
    assert answer.json["marks"] == {str(LEA): "here"}
    [ask] = site.services.asked_for(RecordTaps)
    assert (ask.device, ask.device_id) == ("Chrome, Android", UUID(batch["device_id"]))
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "body", [None, [], "taps", {}, {"taps": []}, a_batch(taps=[{"seen": "here"}]), a_batch(sent_at="hier")]
)
def test_what_is_no_batch_of_taps_is_refused_and_passed_to_nobody(site: Any, agent: Any, body: Any) -> None:
    answer = send(agent, body)
    assert (answer.status_code, answer.json["error"]) == (422, "invalid")
    assert site.services.asked_for(RecordTaps) == []


def test_taps_without_this_session_s_token_are_told_to_ask_for_it(site: Any, agent: Any) -> None:
    answer = agent.client.post(TAPS, json=a_batch(), headers=JSON)
    assert (answer.status_code, answer.json["error"]) == (400, "csrf")
    token = agent.get("/agents/appel/jeton", headers=JSON).json["csrf"]
    site.services.answers[RecordTaps] = state()
    assert send(agent, a_batch(), **{"X-CSRFToken": token}).status_code == 200


def test_taps_of_an_ended_session_are_told_to_wait_for_the_sign_in(site: Any, agent: Any) -> None:
    site.real_clock.pass_by(minutes=31)
    answer = send(agent, a_batch())
    assert (answer.status_code, answer.json["error"]) == (401, "not_signed_in")
    assert agent.client.get("/agents/appel/jeton", headers=JSON).status_code == 401


@pytest.mark.parametrize(
    ("refusal", "status"), [(TooEarly(day="2026-11-24"), 422), (NotFound(), 404), (ServiceUnavailable(), 503)]
)
def test_a_refusal_of_taps_says_what_it_is(site: Any, agent: Any, refusal: Exception, status: int) -> None:
    site.services.answers[RecordTaps] = refusal
    answer = send(agent, a_batch())
    assert answer.status_code == status
    assert answer.json["message"]


def test_where_a_session_stands_is_told_to_the_other_tablets(site: Any, agent: Any) -> None:
    session_id = uuid4()
    site.services.answers[ShowTaps] = state({ADAM: Seen.AWAY}, version=2, settled_by="Agente Barbier")
    told = agent.get(f"/agents/appel/{session_id}/etat", headers=JSON).json
    assert (told["marks"], told["version"], told["settled_by"]) == ({str(ADAM): "away"}, 2, "Agente Barbier")
    site.agent(Role.BILLING).get(f"/agents/appel/{session_id}/etat", 403, headers=JSON)


def test_the_worker_sees_the_roll_calls_and_nothing_else_of_the_agents(site: Any) -> None:
    answer = site.anonymous().client.get("/agents/appel/appel.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"].startswith("no-")
    assert "Service-Worker-Allowed" not in answer.headers  # no more than its own folder
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_page_kept_for_want_of_another_bears_no_name(site: Any) -> None:
    page = site.anonymous().read("/agents/appel/hors-connexion")
    assert "pas gardé sur cette tablette" in page.h1.get_text()
    assert page.body["data-agent"] == "no"


def test_a_browser_is_told_whether_an_agent_works_in_it(site: Any, agent: Any) -> None:
    """By it the script forgets the names kept, once nobody is signed in."""
    assert agent.read(CALL).body["data-agent"] == "yes"
    assert site.citizen().read("/").body["data-agent"] == "no"
    assert site.anonymous().read("/").body["data-agent"] == "no"


# ---------------------------------------------------------------- the sheet that is closed


def test_the_sheet_is_closed_with_the_taps_it_showed(site: Any, agent: Any) -> None:
    site.services.answers[SettleAttendance] = a_sheet(version=1)
    agent.send(SHEET, button="Clore la feuille", **{f"mark-{ADAM}": "absent_unjustified"})
    [ask] = site.services.asked_for(SettleAttendance)
    assert ask.taps == 3
    assert {line.child_id: line.mark for line in ask.lines} == {
        LEA: Mark.PRESENT,
        ADAM: Mark.ABSENT_UNJUSTIFIED,
    }


def test_taps_that_arrived_meanwhile_stand_on_the_sheet_when_it_comes_back(site: Any, agent: Any) -> None:
    page = agent.read(SHEET)
    site.services.answers[SettleAttendance] = TapsArrived(children=1)
    site.services.answers[RollCall] = mother.sheet(
        mother.expected("Léa", LEA, mark=Mark.ABSENT_UNJUSTIFIED, tap=tap(Seen.AWAY, number=4)),
        mother.expected("Adam", ADAM),
        taps=4,
    )
    answer = agent.submit(page, button="Clore la feuille", **{f"mark-{ADAM}": "present"})
    assert answer.status_code == 409
    page = read(answer)
    ticked = {each["name"]: each["value"] for each in page.select("input[type=radio][checked]")}
    assert ticked == {f"mark-{LEA}": "absent_unjustified", f"mark-{ADAM}": "present"}
    assert page.select_one('input[name="taps"]')["value"] == "4"
    assert "Vient de changer" in page.get_text()
    assert "Une tablette vient d’envoyer des appuis" in page.select_one(".govuk-error-summary").get_text()


def test_numbers_that_a_page_never_held_are_none(site: Any, agent: Any) -> None:
    site.services.answers[SettleAttendance] = a_sheet(version=1)
    agent.post(SHEET, {"step": "save", "session": str(uuid4()), "version": "-4", "taps": "douze"})
    [ask] = site.services.asked_for(SettleAttendance)
    assert (ask.version, ask.taps) == (0, 0)


def test_a_sheet_to_review_shows_what_came_after_it_was_closed(site: Any) -> None:
    late = tap(Seen.HERE, number=9, late=True)
    site.services.answers[RollCall] = mother.sheet(
        mother.expected("Léa", LEA, mark=Mark.ABSENT_UNJUSTIFIED, tap=late),
        mother.expected("Inès", INES, booked=False, tap=late),
        version=1,
        settled_at=NOW - timedelta(hours=1),
        settled_by="Agente Barbier",
        taps=9,
    )
    agent = site.agent(Role.ATTENDANCE)
    page = agent.read(SHEET)
    said = page.get_text().replace("\xa0", " ")
    assert "Feuille à revoir" in said
    assert (
        said.count("Appui reçu après la clôture : présent, le 23 novembre 2026 à 12 h, par Agente Barbier")
        == 2
    )
    ticked = {each["name"]: each["value"] for each in page.select("input[type=radio][checked]")}
    assert ticked == {
        f"mark-{LEA}": "absent_unjustified"
    }  # what was told stays until an agent says otherwise
    site.services.answers[SettleAttendance] = a_sheet(version=2)
    agent.submit(page, button="Clore la feuille", **{f"mark-{LEA}": "present"})
    [ask] = site.services.asked_for(SettleAttendance)
    assert (ask.taps, ask.version, len(ask.lines)) == (9, 1, 1)


def test_allergies_are_beside_the_names_on_the_sheet_too(site: Any, agent: Any) -> None:
    known = health.an_emergency(pupil=health.a_pupil(child_id=LEA))
    only = health.an_emergency(
        pupil=health.a_pupil(child_id=ADAM),
        avoided=[],
        emergency="",
        treatment="",
        has_pai=False,
        ask_manager=True,
    )
    site.services.answers[OpenAtHand] = [known, only]
    page = agent.read(SHEET)
    said = [each.get_text(" ", strip=True).replace("\xa0", " ") for each in page.select(".care")]
    assert said[0].startswith("PAI Sans : arachide Que faire pour Léa Fontanel")
    assert health.INSTRUCTION in said[0]
    assert said[1].startswith("Consigne : voir le responsable")


def test_a_roll_call_goes_on_when_nothing_can_be_said_of_health(site: Any, agent: Any) -> None:
    site.services.answers[OpenAtHand] = ServiceUnavailable(service="accounts")
    page = agent.read(SHEET)
    assert "pas affichés pour le moment" in page.get_text()
    assert page.select_one(f'input[name="mark-{LEA}"]')
    agent.get(f"{CALL}/consignes", 503, headers=JSON)


def test_the_others_are_absent_at_one_press(site: Any, agent: Any) -> None:
    page = read(agent.send(SHEET, button="Les autres sont absents"))
    ticked = {each["name"]: each["value"] for each in page.select("input[type=radio][checked]")}
    assert ticked == {f"mark-{LEA}": "present", f"mark-{ADAM}": "absent_unjustified"}


# ---------------------------------------------------------------- where an agent starts


def a_missing(
    day: date, session_id: UUID | None = None, place: str = "École Saint-Nicolas"
) -> MissingSheetView:
    return MissingSheetView(
        session_id=session_id or uuid4(),
        place_code=terms.SCHOOL,
        place_name=place,
        activity_code="cantine",
        activity_name="Restauration scolaire",
        day=day,
        expected=27,
    )


def test_the_desk_says_what_is_begun_what_is_to_review_and_what_is_missing_since_when(site: Any) -> None:
    begun = uuid4()
    site.services.answers[AttendanceDesk] = AttendanceDeskView(
        day=DAY,
        today=[a_missing(DAY, begun)],
        done=[],
        tapped={begun: 12},
        review=[a_missing(date(2026, 11, 19))],
        places=[
            PlaceSheetsView(
                place_code=terms.SCHOOL,
                place_name="École Saint-Nicolas",
                missing=60,
                since=date(2026, 9, 1),
            )
        ],
        missing=[a_missing(date(2026, 9, 1))],
        missing_total=60,
    )
    page = site.agent(Role.ATTENDANCE).read("/agents/pointage/")
    said = page.get_text().replace("\xa0", " ")
    assert "Appel en cours : 12 pointés" in said
    assert "École Saint-Nicolas : 60 feuilles depuis le mardi 1er septembre" in said
    assert "Feuilles à revoir" in said
    assert page.select_one(f'.sheets a[href="{CALL}"]')
    assert page.select_one(f'.sheets a[href="{SHEET}"]')
    assert page.select_one("[data-outbox]")["data-send"] == TAPS


def test_the_agents_first_page_reminds_of_sheets(site: Any) -> None:
    site.services.answers[SheetsWaiting] = SheetsWaitingView(missing=3, since=date(2026, 11, 12), review=1)
    said = site.agent(Role.ATTENDANCE).read("/agents/").get_text().replace("\xa0", " ")
    assert "3 feuilles à faire depuis le jeudi 12 novembre, 1 à revoir" in said
    site.services.answers[SheetsWaiting] = ServiceUnavailable(service="enrolment")
    assert site.agent(Role.ATTENDANCE).read("/agents/").select(".desk__count") == []
    site.services.asked.clear()
    site.agent(Role.BILLING).read("/agents/")
    assert site.services.asked_for(SheetsWaiting) == []
