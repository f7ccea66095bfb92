"""Absences and what was pointed, as parents read it; the decisions and answers of agents."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup

from contracts.caller import Role
from contracts.documents.types import ListDocumentTypes
from contracts.enrolment.absence_terms import AbsenceReason
from contracts.enrolment.absences import (
    AbsenceChoices,
    AbsenceChoicesView,
    AbsenceQueue,
    AbsenceQueueView,
    CancellableView,
    DecideAbsence,
    MyAbsences,
    MyAbsencesView,
    ReportAbsence,
    ShowAbsence,
    WithdrawAbsence,
)
from contracts.enrolment.attendance import RollCall
from contracts.enrolment.enrolments import AttachmentView, GivenView
from contracts.enrolment.home import AwaitedCertificateView
from contracts.enrolment.objections import (
    AnswerObjection,
    CheckedDays,
    CheckedDaysView,
    Claim,
    ContestLine,
    ObjectionFileView,
    ObjectionQueue,
    ObjectionQueueView,
    ObjectionState,
    SheetVersionView,
    ShowCheckedLine,
    ShowObjection,
)
from contracts.enrolment.refusals import AbsenceChanged, CannotContest, CannotReport, ObjectionChanged
from contracts.events.absences import AbsenceEffect
from contracts.events.attendance import AbsenceState, Held, Mark
from gateway.citizen.enrolment_part import show_overview
from gateway.dashboard import Page
from tests.mothers import absences as mother
from tests.mothers import enrolment_views as views
from tests.mothers.enrolment_views import LEA, at, child

TUESDAY = date(2026, 11, 24)
ABSENCES = "/mon-espace/absences/"


def text_of(page: Any) -> str:
    return " ".join(page.main.get_text(" ").replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.fixture
def parents(site: Any) -> Any:
    site.services.answers[ListDocumentTypes] = []
    site.services.answers[AbsenceChoices] = AbsenceChoicesView(
        child=child(),
        days=[mother.reportable(), mother.reportable(TUESDAY, elsewhere=True)],
        cancellable=[
            CancellableView(
                activity_name="Heures éducatives", day=date(2026, 11, 27), closes_at=at(date(2026, 11, 26))
            )
        ],
    )
    return site


def test_the_page_says_what_to_cancel_and_what_each_reason_is_worth(parents: Any) -> None:
    page = parents.citizen().read(f"{ABSENCES}signaler/{LEA}")
    words = text_of(page)
    assert "Ces jours peuvent encore être annulés" in words
    assert "Heures éducatives : jusqu’au jeudi 26 novembre, 9 h" in words
    assert "Ne sera pas facturé si le certificat est accepté." in words
    assert "Sera facturé : la place était réservée." in words
    assert "Réservé par l’autre foyer" in words


def test_a_report_is_checked_with_what_each_day_costs_then_sent_once(parents: Any) -> None:
    view = parents.services.answers[AbsenceChoices]
    made = mother.absence()
    parents.services.answers[ReportAbsence] = [made]
    browser = parents.citizen()
    days = [str(each.booking_id) for each in view.days]
    answer = browser.send(f"{ABSENCES}signaler/{LEA}", days=days, reason="illness", note="Une grippe.")
    checked = answer.get_data(as_text=True)
    assert checked.count("Ne sera pas facturé si le certificat est accepté.") == 2
    sent = [each for each in parents.services.asked if isinstance(each, ReportAbsence)]
    assert sent == []

    done = browser.submit(BeautifulSoup(checked, "html5lib"), button="Signaler l’absence")
    assert done.location == f"{ABSENCES}{made.absence_id}"
    [sent] = [each for each in parents.services.asked if isinstance(each, ReportAbsence)]
    assert (sent.reason, sent.note, len(sent.booking_ids)) == (AbsenceReason.ILLNESS, "Une grippe.", 2)


def test_the_certificate_of_a_recent_absence_serves_when_the_parent_says_that_it_covers_these_days(
    parents: Any,
) -> None:
    view = parents.services.answers[AbsenceChoices]
    before = GivenView(
        document_type="certificat_medical", given_at=at(date(2026, 11, 20)), given_with="absence"
    )
    parents.services.answers[AbsenceChoices] = view.model_copy(update={"certificate": before})
    parents.services.answers[ReportAbsence] = [mother.absence()]
    browser = parents.citizen()
    address, day = f"{ABSENCES}signaler/{LEA}", str(view.days[0].booking_id)
    page = browser.read(address)
    assert "Déjà fourni le 20 novembre 2026 pour une absence." in text_of(page)
    assert not page.select_one("input[name=reuse]").has_attr("checked")
    for ticked, said in ((["certificat_medical"], "est repris"), ([], "Vous joindrez le certificat")):
        answer = browser.send(address, days=[day], reason="illness", reuse=ticked)
        checked = BeautifulSoup(answer.get_data(as_text=True), "html5lib")
        assert said in text_of(checked)
        browser.submit(checked, button="Signaler l’absence")
        assert parents.services.asked_for(ReportAbsence)[-1].reuse_certificate is bool(ticked)


def test_a_report_without_a_day_or_that_comes_too_late_says_what_to_do(parents: Any) -> None:
    browser = parents.citizen()
    assert "Cochez au moins un jour." in browser.send(f"{ABSENCES}signaler/{LEA}").get_data(as_text=True)
    parents.services.answers[ReportAbsence] = CannotReport(why="present", day="2026-11-23")
    day = str(parents.services.answers[AbsenceChoices].days[0].booking_id)
    answer = browser.post(
        f"{ABSENCES}signaler/{LEA}",
        {"days": day, "reason": "other", "note": "", "step": "confirm", "command_id": str(uuid4())},
    )
    assert answer.status_code == 409
    assert "contestez plutôt le pointage" in answer.get_data(as_text=True)


def test_the_list_says_what_each_day_does_to_the_bill(site: Any) -> None:
    site.services.answers[MyAbsences] = MyAbsencesView(
        children=[child()],
        absences=[
            mother.absence(),
            mother.absence(
                awaits_certificate=False,
                days=[mother.absent_day(state=AbsenceState.JUSTIFIED, effect=AbsenceEffect.FREE)],
            ),
        ],
    )
    words = text_of(site.citizen().read(ABSENCES))
    assert "Signaler une absence de Léa" in words
    assert "Certificat attendu" in words
    assert "Lundi 23 novembre, Restauration scolaire : ne sera pas facturé." in words


def test_a_report_leads_to_its_certificate_and_may_be_taken_back(site: Any) -> None:
    view = mother.absence()
    site.services.answers |= {ShowAbsence: view, ListDocumentTypes: [], WithdrawAbsence: view}
    browser = site.citizen()
    page = browser.read(f"{ABSENCES}{view.absence_id}")
    [link] = [a for a in page.main.select("a") if a.get_text(strip=True) == "Joindre le certificat"]
    assert str(link["href"]).startswith(
        f"/mon-espace/pieces/absence/{view.absence_id}?type=certificat_medical"
    )
    answer = browser.submit(page)
    assert answer.location == f"{ABSENCES}{view.absence_id}"
    assert isinstance(site.services.asked[-1], WithdrawAbsence)


def test_an_absence_answered_shows_the_answer_and_nothing_to_press(site: Any) -> None:
    view = mother.absence(
        days=[mother.absent_day(state=AbsenceState.UNJUSTIFIED, effect=AbsenceEffect.BILLED)],
        awaits_certificate=False,
        awaits_decision=False,
        may_withdraw=False,
        answer="Le certificat n’est pas signé.",
        decided_at=at(TUESDAY),
        reported_by="",
    )
    site.services.answers |= {ShowAbsence: view, ListDocumentTypes: []}
    page = site.citizen().read(f"{ABSENCES}{view.absence_id}")
    assert "Le certificat n’est pas signé." in text_of(page)
    assert "l’autre foyer de l’enfant" in text_of(page)
    assert page.main.select("form") == []


def test_what_was_pointed_is_read_day_by_day_with_what_it_costs(site: Any) -> None:
    contestable = mother.checked(
        mark=Mark.ABSENT_UNJUSTIFIED,
        claims=[Claim.WAS_PRESENT, Claim.HAD_REPORTED],
        contest_until=date(2026, 12, 8),
        settled_at=at(mother.MONDAY, 14),
    )
    held = mother.checked(
        mark=Mark.PRESENT_WITHOUT_BOOKING, booked=False, held=Held.OBJECTION, objection=mother.objection()
    )
    site.services.answers[CheckedDays] = CheckedDaysView(
        children=[child()], since=date(2026, 10, 19), lines=[mother.checked(TUESDAY), contestable, held]
    )
    page = site.citizen().read("/mon-espace/presences/")
    words = text_of(page)
    assert words.index("Mardi 24 novembre") < words.index("Lundi 23 novembre")
    assert "Rien n’est facturé tant que l’appel n’est pas fait." in words
    assert "Pas facturé tant que la mairie n’a pas répondu à votre contestation." in words
    assert "jusqu’au mardi 8 décembre inclus" in words
    [link] = [a for a in page.main.select("a") if a.get_text(strip=True).startswith("Contester")]
    assert link["href"] == f"/mon-espace/presences/{contestable.session_id}/{LEA}"


def test_a_line_is_contested_with_what_was_seen_and_in_words(site: Any) -> None:
    line = mother.checked(
        mark=Mark.ABSENT_UNJUSTIFIED,
        claims=[Claim.WAS_PRESENT],
        contest_until=date(2026, 12, 8),
        settled_at=at(mother.MONDAY, 14),
    )
    site.services.answers |= {ShowCheckedLine: line, ContestLine: line}
    address = f"/mon-espace/presences/{line.session_id}/{LEA}"
    browser = site.citizen()
    assert "Choisissez ce qui s’est passé." in browser.send(address).get_data(as_text=True)
    answer = browser.send(address, claim="was_present", words="Elle a mangé.")
    assert answer.location == "/mon-espace/presences/"
    sent = site.services.asked[-1]
    assert (sent.mark, sent.claim, sent.words) == (
        Mark.ABSENT_UNJUSTIFIED,
        Claim.WAS_PRESENT,
        "Elle a mangé.",
    )
    site.services.answers[ContestLine] = CannotContest(why="too_late")
    late = browser.send(address, claim="was_present", words="Elle a mangé.")
    assert "Le délai pour contester ce pointage est dépassé." in late.get_data(as_text=True)


def test_a_line_answered_shows_what_the_town_said(site: Any) -> None:
    said = mother.objection(
        state=ObjectionState.MAINTAINED, answer="Deux agents l’ont vu.", answered_at=at(TUESDAY), version=2
    )
    line = mother.checked(mark=Mark.ABSENT_UNJUSTIFIED, objection=said, contest_until=date(2026, 12, 8))
    site.services.answers[ShowCheckedLine] = line
    page = site.citizen().read(f"/mon-espace/presences/{line.session_id}/{LEA}")
    assert "Pointage maintenu" in text_of(page)
    assert "Deux agents l’ont vu." in text_of(page)
    assert page.main.select("form") == []


# ---------------------------------------------------------------- agents


def test_agents_of_requests_have_both_lists_and_others_neither(site: Any) -> None:
    site.services.answers[AbsenceQueue] = AbsenceQueueView(total=1, absences=[mother.absence()])
    site.services.answers[ObjectionQueue] = ObjectionQueueView(total=1, objections=[mother.objection()])
    agent = site.agent(Role.REQUESTS)
    assert "Léa Fontanel" in text_of(agent.read("/agents/absences/"))
    assert "Léa Fontanel" in text_of(agent.read("/agents/absences/?vues=1"))
    assert "Mon enfant était présent" in text_of(agent.read("/agents/contestations/"))
    assert "Léa Fontanel" in text_of(agent.read("/agents/contestations/?repondues=1"))
    for address in ("/agents/absences/", "/agents/contestations/"):
        site.agent(Role.ATTENDANCE).get(address, status=403)


def test_an_agent_justifies_all_some_or_none_of_the_days(site: Any) -> None:
    days = [mother.absent_day(), mother.absent_day(TUESDAY)]
    certificate = AttachmentView(document_type="certificat_medical", received_at=at(mother.MONDAY, 9))
    view = mother.absence(days=days, certificates=[certificate], awaits_certificate=False)
    site.services.answers |= {ShowAbsence: view, ListDocumentTypes: [], DecideAbsence: view}
    address = f"/agents/absences/{view.absence_id}"
    agent = site.agent(Role.REQUESTS)

    def sent(**fields: Any) -> list[UUID]:
        assert agent.send(address, **fields).location == "/agents/absences/"
        return list(site.services.asked[-1].justified)

    assert sent(decision="all") == [day.booking_id for day in days]
    assert sent(decision="none", answer="Illisible.") == []
    assert sent(decision="some", days=[str(days[1].booking_id)], answer="Mardi.") == [days[1].booking_id]
    none = agent.send(address, decision="some")
    assert "Cochez les jours justifiés." in none.get_data(as_text=True)
    site.services.answers[DecideAbsence] = AbsenceChanged()
    changed = agent.send(address, decision="all")
    assert (changed.status_code, "changé entre-temps" in changed.get_data(as_text=True)) == (409, True)


def test_an_agent_answers_beside_the_sheet_and_the_proofs(site: Any) -> None:
    view = ObjectionFileView(
        objection=mother.objection(),
        booked=True,
        mark=Mark.ABSENT_UNJUSTIFIED,
        sheets=[
            SheetVersionView(
                version=1,
                settled_at=at(mother.MONDAY, 14),
                settled_by="Karim Belhadj",
                mark=Mark.ABSENT_UNJUSTIFIED,
            )
        ],
        proofs=[],
        choices=[Mark.PRESENT, Mark.ABSENT_JUSTIFIED],
        may_be_removed=False,
    )
    site.services.answers |= {ShowObjection: view, AnswerObjection: view.objection}
    address = f"/agents/contestations/{view.objection.objection_id}"
    agent = site.agent(Role.REQUESTS)
    words = text_of(agent.read(address))
    assert "Karim Belhadj" in words
    assert "Aucune preuve de réservation" in words

    def sent(**fields: Any) -> tuple[bool, Mark | None]:
        assert agent.send(address, **fields).location == "/agents/contestations/"
        return site.services.asked[-1].corrected, site.services.asked[-1].mark

    assert sent(outcome="present") == (True, Mark.PRESENT)
    assert sent(outcome="maintain", answer="Vérifié.") == (False, None)
    site.services.answers[AnswerObjection] = ObjectionChanged(by="Agent Sorel")
    assert "Agent Sorel a déjà répondu" in agent.send(address, outcome="present").get_data(as_text=True)


def test_the_sheet_has_the_children_reported_away_marked_beforehand(site: Any) -> None:
    away = views.expected("Hugo", absence=AbsenceState.REPORTED)
    excused = views.expected("Lou", absence=AbsenceState.JUSTIFIED)
    came = views.expected("Max", absence=AbsenceState.REPORTED, mark=Mark.PRESENT)
    site.services.answers[RollCall] = views.sheet(away, excused, came, views.expected("Léa"))
    page = site.agent(Role.ATTENDANCE).read(f"/agents/pointage/{views.SCHOOL}/cantine/2026-11-23")
    ticked = {str(each["name"]): str(each["value"]) for each in page.select("input[type=radio][checked]")}
    assert ticked == {
        f"mark-{away.child_id}": "absent_unjustified",
        f"mark-{excused.child_id}": "absent_justified",
        f"mark-{came.child_id}": "present",
    }
    assert text_of(page).count("Absence signalée") == 3


def test_the_home_reminds_of_a_certificate(site: Any) -> None:
    page = Page()
    awaited = AwaitedCertificateView(
        absence_id=uuid4(), child_name="Léa", day=mother.MONDAY, until=date(2026, 12, 1)
    )
    with site.app.test_request_context("/mon-espace/"):
        show_overview(page, views.overview(certificates=[awaited]))
    [task] = page.tasks
    assert task.href.startswith(f"/mon-espace/pieces/absence/{awaited.absence_id}")
    assert "sera facturée" in task.text
