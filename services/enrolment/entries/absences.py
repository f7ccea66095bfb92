"""Absences reported after the deadline, and what parents say against a roll-call."""

import structlog
from sqlalchemy.orm import Session

from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers, every, subscribes
from contracts.caller import Caller
from contracts.enrolment.absences import (
    AbsenceChoices,
    AbsenceChoicesView,
    AbsenceQueue,
    AbsenceQueueView,
    AbsenceView,
    DecideAbsence,
    MyAbsences,
    MyAbsencesView,
    ReportAbsence,
    ShowAbsence,
    WithdrawAbsence,
)
from contracts.enrolment.objections import (
    AnswerObjection,
    CheckedDays,
    CheckedDaysView,
    CheckedLineView,
    ContestLine,
    ObjectionFileView,
    ObjectionQueue,
    ObjectionQueueView,
    ObjectionView,
    ShowCheckedLine,
    ShowObjection,
)
from contracts.enrolment.traces import DayTraceView, TraceDays
from contracts.envelope import Envelope
from contracts.events.consultations import Consulted
from contracts.events.documents import DocumentShared, DocumentWithheld
from contracts.serving import ABSENCE
from enrolment import consultations
from enrolment.absences import (
    absence_views,
    certificates,
    checked,
    deciding,
    objection_views,
    objections,
    reports,
    traces,
)

log = structlog.get_logger()

ABSENCES = metrics.counter("absences_total", "Absences reported and what became of them", ("outcome",))
OBJECTIONS = metrics.counter(
    "objections_total", "Lines of roll-calls contested, and the answers", ("outcome",)
)


class AbsenceDesk(Service):
    """Absences reported after the deadline, and what parents say against a roll-call."""

    @answers(AbsenceChoices)
    def absence_choices(self, ask: AbsenceChoices, caller: Caller) -> AbsenceChoicesView:
        with self.begin() as session:
            return reports.choices(session, ask.child_id, caller, self.clock.now())

    @answers(ReportAbsence)
    def report_absence(self, ask: ReportAbsence, caller: Caller) -> list[AbsenceView]:
        now = self.clock.now()

        def shown() -> list[AbsenceView]:
            made = reports.made_by(session, ask)
            return [absence_views.show(session, absence_id, caller, now) for absence_id in made]

        def report() -> list[AbsenceView]:
            reports.report(session, ask, caller, now)
            return shown()

        with self.begin() as session:
            views = once(session, ask, caller, report, again=shown)  # a note is not kept with the command
        ABSENCES.labels("reported").inc(len(views))
        return views

    @answers(MyAbsences)
    def my_absences(self, ask: MyAbsences, caller: Caller) -> MyAbsencesView:
        with self.begin() as session:
            return absence_views.mine(session, caller, self.clock.now())

    @answers(ShowAbsence)
    def show_absence(self, ask: ShowAbsence, caller: Caller) -> AbsenceView:
        now = self.clock.now()
        with self.begin() as session:
            view = absence_views.show(session, ask.absence_id, caller, now)
            consultations.note(
                session, caller, Consulted.ABSENCE, view.family_id, view.child_id, view.child_name, now
            )
            return view

    @answers(WithdrawAbsence)
    def withdraw_absence(self, ask: WithdrawAbsence, caller: Caller) -> AbsenceView:
        now = self.clock.now()

        def shown() -> AbsenceView:
            return absence_views.show(session, ask.absence_id, caller, now)

        def withdraw() -> AbsenceView:
            reports.withdraw(session, ask, caller, now)
            return shown()

        with self.begin() as session:
            view = once(session, ask, caller, withdraw, again=shown)
        ABSENCES.labels("withdrawn").inc()
        return view

    @answers(AbsenceQueue)
    def absence_queue(self, ask: AbsenceQueue, caller: Caller) -> AbsenceQueueView:
        with self.begin() as session:
            return absence_views.queue(session, ask, caller, self.clock.now())

    @answers(DecideAbsence)
    def decide_absence(self, ask: DecideAbsence, caller: Caller) -> AbsenceView:
        now = self.clock.now()

        def shown() -> AbsenceView:
            return absence_views.show(session, ask.absence_id, caller, now)

        def decide() -> AbsenceView:
            deciding.decide(session, ask, caller, now)
            return shown()

        with self.begin() as session:
            view = once(session, ask, caller, decide, again=shown)
        ABSENCES.labels("decided").inc()
        return view

    @answers(CheckedDays)
    def checked_days(self, ask: CheckedDays, caller: Caller) -> CheckedDaysView:
        with self.begin() as session:
            return checked.days(session, ask, caller, self.clock.now())

    @answers(ShowCheckedLine)
    def show_checked_line(self, ask: ShowCheckedLine, caller: Caller) -> CheckedLineView:
        with self.begin() as session:
            return checked.show(session, ask, caller, self.clock.now())

    @answers(ContestLine)
    def contest_line(self, ask: ContestLine, caller: Caller) -> CheckedLineView:
        now = self.clock.now()
        line = ShowCheckedLine(session_id=ask.session_id, child_id=ask.child_id)

        def contest() -> CheckedLineView:
            objections.contest(session, ask, caller, now)
            return checked.show(session, line, caller, now)

        with self.begin() as session:
            view = once(session, ask, caller, contest)
        OBJECTIONS.labels("made").inc()
        return view

    @answers(ObjectionQueue)
    def objection_queue(self, ask: ObjectionQueue, caller: Caller) -> ObjectionQueueView:
        with self.begin() as session:
            return objection_views.queue(session, ask, caller)

    @answers(ShowObjection)
    def show_objection(self, ask: ShowObjection, caller: Caller) -> ObjectionFileView:
        with self.begin() as session:
            view = objection_views.show(session, ask.objection_id, caller)
            said = view.objection
            consultations.note(
                session,
                caller,
                Consulted.OBJECTION,
                said.family_id,
                said.child_id,
                f"{said.child_name}, {said.activity_name}",
                self.clock.now(),
            )
            return view

    @answers(TraceDays)
    def trace_days(self, ask: TraceDays, caller: Caller) -> list[DayTraceView]:
        with self.begin() as session:
            return traces.trace(session, ask, caller, self.clock.now())

    @answers(AnswerObjection)
    def answer_objection(self, ask: AnswerObjection, caller: Caller) -> ObjectionView:
        now = self.clock.now()

        def answer() -> ObjectionView:
            objections.answer(session, ask, caller, now)
            return objection_views.show(session, ask.objection_id, caller).objection

        with self.begin() as session:
            view = once(session, ask, caller, answer)
        OBJECTIONS.labels(view.state).inc()
        return view

    @subscribes(DocumentShared)
    def keep_certificate(self, session: Session, fact: DocumentShared, envelope: Envelope) -> None:
        if fact.subject_kind != ABSENCE:
            return
        if not reports.attach(session, fact, self.clock.now()):
            log.warning("certificate refused", absence=str(fact.subject_id), account=str(fact.account_id))

    @subscribes(DocumentWithheld)
    def withhold_certificate(self, session: Session, fact: DocumentWithheld, envelope: Envelope) -> None:
        if fact.subject_kind == ABSENCE:
            certificates.withhold(session, fact)

    @every(seconds=600)
    def end_waiting_for_certificates(self) -> None:
        """Absences whose certificate did not come in time, each in its own transaction."""
        with self.begin() as session:
            late = deciding.late(session, self.clock.now())
        for absence_id in late:
            with self.begin() as session:
                lapsed = deciding.lapse(session, absence_id, self.clock.now())
            if lapsed:
                ABSENCES.labels("lapsed").inc()
