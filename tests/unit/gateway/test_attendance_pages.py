"""The roll-call and the offer, as agents see them."""

from datetime import date
from typing import Any
from uuid import uuid4

from bs4 import BeautifulSoup

from contracts.caller import Role
from contracts.documents.types import DocumentTypeView, ListDocumentTypes
from contracts.enrolment.attendance import (
    AttendanceDesk,
    AttendanceDeskView,
    MissingSheetView,
    RollCall,
    SettleAttendance,
)
from contracts.enrolment.offer import OfferingView, OfferView, OpenSessions, PlaceKind, PlaceView, ShowOffer
from contracts.enrolment.refusals import SheetChanged
from contracts.errors import Invalid
from contracts.events.attendance import Mark
from tests.mothers import enrolment as terms
from tests.mothers import enrolment_views as mother

SHEET = f"/agents/pointage/{terms.SCHOOL}/cantine/2026-11-23"
LEA, ADAM, INES = uuid4(), uuid4(), uuid4()


def lines() -> tuple[Any, Any]:
    return mother.expected("Léa", LEA), mother.expected("Adam", ADAM)


def read(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def test_one_save_sends_every_mark(site: Any) -> None:
    site.services.answers[RollCall] = mother.sheet(*lines(), version=2)
    site.services.answers[SettleAttendance] = mother.sheet(*lines(), version=3)
    agent = site.agent(Role.ATTENDANCE)
    answer = agent.send(
        SHEET,
        button="Clore la feuille",
        **{f"mark-{LEA}": "present", f"mark-{ADAM}": "absent_justified"},
    )
    assert answer.location == SHEET
    [ask] = site.services.asked_for(SettleAttendance)
    assert {line.child_id: line.mark for line in ask.lines} == {
        LEA: Mark.PRESENT,
        ADAM: Mark.ABSENT_JUSTIFIED,
    }
    assert ask.version == 2


def test_nothing_ticked_is_lost_by_looking_for_a_child(site: Any) -> None:
    site.services.answers[RollCall] = mother.sheet(
        *lines(), found=[mother.expected("Inès", INES, booked=False)]
    )
    agent = site.agent(Role.ATTENDANCE)
    marks = {f"mark-{LEA}": "present"}
    page = read(agent.send(SHEET, button="Chercher", find="inès", **marks))
    assert site.services.asked_for(RollCall)[-1].find == "inès"
    assert page.select_one(f'input[name="mark-{LEA}"][value="present"]').has_attr("checked")
    site.services.answers[RollCall] = mother.sheet(*lines(), mother.expected("Inès", INES, booked=False))
    page = read(agent.submit(page, button="Ajouter Inès Fontanel (CE2 A)"))
    assert site.services.asked_for(RollCall)[-1].also == [INES]
    assert page.select_one(f'input[name="mark-{INES}"][value="present_without_booking"]').has_attr("checked")
    assert page.select_one(f'input[name="mark-{LEA}"][value="present"]').has_attr("checked")


def test_the_others_are_present_at_one_press(site: Any) -> None:
    site.services.answers[RollCall] = mother.sheet(*lines())
    agent = site.agent(Role.ATTENDANCE)
    marks = {f"mark-{ADAM}": "absent_unjustified"}
    page = read(agent.send(SHEET, button="Les autres sont présents", **marks))
    ticked = {each["name"]: each["value"] for each in page.select("input[type=radio][checked]")}
    assert ticked == {f"mark-{LEA}": "present", f"mark-{ADAM}": "absent_unjustified"}
    assert site.services.asked_for(SettleAttendance) == []


def test_an_incomplete_sheet_says_who_is_missing(site: Any) -> None:
    site.services.answers[RollCall] = mother.sheet(*lines())
    site.services.answers[SettleAttendance] = Invalid(problems={"lines": "incomplete"})
    agent = site.agent(Role.ATTENDANCE)
    answer = agent.send(SHEET, button="Clore la feuille", **{f"mark-{LEA}": "present"})
    assert answer.status_code == 422
    page = read(answer)
    assert "pointez chaque enfant attendu" in page.select_one(".govuk-error-summary").get_text()
    assert "Adam" in page.select_one(".roll__child--missing").get_text()


def test_a_sheet_saved_by_somebody_else_is_not_overwritten(site: Any) -> None:
    site.services.answers[RollCall] = mother.sheet(*lines(), version=5)
    site.services.answers[SettleAttendance] = SheetChanged(by="Agente Barbier")
    agent = site.agent(Role.ATTENDANCE)
    answer = agent.post(
        SHEET, {"step": "save", "session": str(uuid4()), "version": "4", f"mark-{LEA}": "present"}
    )
    assert answer.status_code == 409
    page = read(answer)
    assert "Agente Barbier a clos" in page.get_text()
    assert page.select_one('input[name="version"]')["value"] == "4"


def test_a_day_without_session_says_why(site: Any) -> None:
    site.services.answers[RollCall] = mother.sheet(session_id=None, closed_because="Jour férié : Armistice")
    assert "Jour férié" in site.agent(Role.ATTENDANCE).read(SHEET).get_text()
    site.agent(Role.ATTENDANCE).get("/agents/pointage/0261001A/cantine/hier", 404)
    site.agent(Role.BILLING).get(SHEET, 403)


def test_the_desk_lists_the_day_and_what_was_not_done(site: Any) -> None:
    def missing(day: date) -> MissingSheetView:
        return MissingSheetView(
            session_id=uuid4(),
            place_code=terms.SCHOOL,
            place_name="École Saint-Nicolas",
            activity_code="cantine",
            activity_name="Restauration scolaire",
            day=day,
            expected=27,
        )

    site.services.answers[AttendanceDesk] = AttendanceDeskView(
        day=date(2026, 11, 23),
        today=[missing(date(2026, 11, 23))],
        done=[],
        missing=[missing(date(2026, 11, 20))],
        missing_total=1,
    )
    page = site.agent(Role.ATTENDANCE).read("/agents/pointage/")
    assert "27 enfants attendus" in page.get_text().replace("\xa0", " ")
    assert "1 feuille reste à faire" in page.get_text().replace("\xa0", " ")


def test_the_offer_reads_as_parents_read_it_and_sessions_are_opened(site: Any) -> None:
    place = PlaceView(code=terms.SCHOOL, name="École Saint-Nicolas", kind=PlaceKind.SCHOOL, city="Romans")
    asking = mother.activity()
    asking = asking.model_copy(
        update={"terms": asking.terms.model_copy(update={"documents": ("justificatif_domicile",)})}
    )
    home = DocumentTypeView(code="justificatif_domicile", name="Justificatif de domicile")
    site.services.answers[ListDocumentTypes] = [home]
    site.services.answers[ShowOffer] = OfferView(
        activities=[asking],
        places=[place],
        offerings=[OfferingView(place_code=terms.SCHOOL, activity_code="cantine", capacity=120)],
        school_year="2026-2027",
        school_year_first=date(2026, 9, 1),
        school_year_last=date(2027, 8, 31),
    )
    site.services.answers[OpenSessions] = 137
    agent = site.agent(Role.ADMINISTRATION)
    said = agent.read("/agents/offre/").get_text().replace("\xa0", " ")
    assert "jusqu’à 2 jours ouvrés avant, 9 h" in said
    assert "Justificatif de domicile" in said
    assert "justificatif_domicile" not in said
    answer = agent.send("/agents/offre/seances", activity="cantine", place="partout")
    assert answer.location == "/agents/offre/#a-cantine"
    [ask] = site.services.asked_for(OpenSessions)
    assert (ask.place_code, ask.first, ask.last) == (None, date(2026, 9, 1), date(2027, 8, 31))
