"""What is written about absences and contested roll-calls: receipts, decisions, and an evening without false alarm."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.clock import PARIS
from contracts.events.absences import (
    AbsenceDecided,
    AbsenceEffect,
    AbsenceReported,
    AbsentDay,
    AttendanceContested,
    ObjectionAnswered,
)
from contracts.events.attendance import AbsenceState, AttendanceLine, AttendanceSettled, Held, Mark
from contracts.events.event import Event
from tests.mothers import accounts as mother
from tests.services.accounts.conftest import Desk
from tests.services.accounts.test_notices import HANDLERS, LEA, MAX, Home, plain

HANDLERS |= {
    AbsenceReported: ["mail_absence"],
    AbsenceDecided: ["mail_absence_decision"],
    AttendanceContested: ["mail_objection"],
    ObjectionAnswered: ["mail_objection_answer"],
}
MONDAY = date(2026, 11, 23)


@pytest.fixture
def home(desk: Desk) -> Home:
    return Home(desk)


def absence(home: Home, kind: type[Any], state: AbsenceState, effect: AbsenceEffect, **more: Any) -> Event:
    day = AbsentDay(
        booking_id=uuid4(),
        session_id=uuid4(),
        activity_code="cantine",
        activity_name="Cantine",
        place_code=mother.SCHOOL,
        day=MONDAY,
        state=state,
        effect=effect,
    )
    known = {
        "absence_id": uuid4(),
        "child_id": home.child_id,
        "child_name": "Marius Fontanel",
        "family_id": home.family_id,
        "account_id": home.lea,
        "days": [day],
    }
    made: Event = kind(**{**known, **more})
    return made


def objection(home: Home, kind: type[Any], **more: Any) -> Event:
    made: Event = kind(
        objection_id=uuid4(),
        child_id=home.child_id,
        child_name="Marius Fontanel",
        family_id=home.family_id,
        account_id=home.lea,
        session_id=uuid4(),
        activity_name="Cantine",
        place_name="École Saint-Nicolas",
        day=MONDAY,
        mark=Mark.ABSENT_UNJUSTIFIED,
        **more,
    )
    return made


def sheet(home: Home, session_id: UUID, absence: AbsenceState | None, held: Held | None) -> AttendanceSettled:
    line = AttendanceLine(
        child_id=home.child_id,
        family_id=home.family_id,
        mark=Mark.ABSENT_UNJUSTIFIED,
        absence=absence,
        held=held,
    )
    return AttendanceSettled(
        session_id=session_id, activity_code="cantine", place_code=mother.SCHOOL, day=MONDAY, lines=[line]
    )


def test_who_reports_gets_a_receipt_that_says_what_it_does_to_the_bill(home: Home) -> None:
    until = date(2026, 12, 1)
    home.tell(
        absence(
            home,
            AbsenceReported,
            AbsenceState.REPORTED,
            AbsenceEffect.IF_CERTIFICATE,
            certificate_until=until,
        )
    )
    assert home.new() == [(LEA, "absence_reported")]
    words = plain(home.desk.mails(LEA)[-1].text)
    assert (
        "lundi 23 novembre 2026, Cantine : Ce jour ne sera pas facturé si le certificat est accepté." in words
    )
    assert "jusqu’au mardi 1er décembre 2026 inclus" in words
    assert "L. 112-11" in words


def test_a_decision_goes_to_the_family_that_pays_and_to_who_reported(home: Home) -> None:
    other = home.desk.parent("beau-parent@exemple.fr", first_name="Paul")
    home.before = len(home.desk.mails())
    home.tell(
        absence(
            home,
            AbsenceDecided,
            AbsenceState.UNJUSTIFIED,
            AbsenceEffect.BILLED,
            account_id=other,
            lapsed=True,
        )
    )
    assert {to for to, kind in home.new() if kind == "absence_decided"} == {
        LEA,
        MAX,
        "beau-parent@exemple.fr",
    }
    words = plain(home.desk.mails(MAX)[-1].text)
    assert "n’est pas arrivé à temps" in words
    assert "Absence non justifiée. Ce jour sera facturé." in words
    assert "dans les deux mois" in words


def test_an_objection_has_its_receipt_and_its_answer(home: Home) -> None:
    home.tell(objection(home, AttendanceContested))
    assert home.new() == [(LEA, "attendance_contested")]
    assert "n’est pas facturé tant que" in plain(home.desk.mails(LEA)[-1].text)
    home.tell(objection(home, ObjectionAnswered, corrected=False, answer="Deux agents l’ont vu."))
    home.tell(objection(home, ObjectionAnswered, corrected=True, corrected_to=Mark.PRESENT, answer=""))
    maintained, corrected = [plain(each.text) for each in home.desk.mails(MAX)[-2:]]
    assert "Il reste noté « absence non justifiée »" in maintained
    assert "Deux agents l’ont vu." in maintained
    assert "Il est maintenant noté « présence »" in corrected
    assert "tribunal" not in corrected


def test_an_absence_that_was_reported_is_no_news_of_the_evening(home: Home) -> None:
    """Reported before the roll-call, or after it and before or after the evening's mail."""
    evening = datetime(2026, 11, 23, 18, 30, tzinfo=PARIS)
    before, after = uuid4(), uuid4()
    home.tell(sheet(home, before, AbsenceState.REPORTED, Held.ABSENCE))
    home.tell(sheet(home, after, None, None))
    home.desk.clock.at = evening
    home.desk.service.write_attendance_news()
    assert home.new() == [(LEA, "attendance_noted"), (MAX, "attendance_noted")]
    home.tell(sheet(home, after, AbsenceState.REPORTED, Held.ABSENCE), version=2)
    home.tell(sheet(home, after, AbsenceState.JUSTIFIED, None), version=3)
    home.desk.clock.forward(days=1)
    home.desk.service.write_attendance_news()
    assert len(home.new()) == 2  # « l’appel a été corrigé » would say less than the decision's own mail


def test_the_evening_s_mail_leads_to_where_it_is_contested_and_an_objection_is_no_news(home: Home) -> None:
    session_id = uuid4()
    home.tell(sheet(home, session_id, None, None))
    home.desk.clock.at = datetime(2026, 11, 23, 18, 30, tzinfo=PARIS)
    home.desk.service.write_attendance_news()
    assert "/mon-espace/presences/" in home.desk.mails(LEA)[-1].text
    home.tell(sheet(home, session_id, None, Held.OBJECTION), version=2)
    home.desk.clock.forward(days=1)
    home.desk.service.write_attendance_news()
    assert len(home.new()) == 2
