"""Enrolments: asked, decided, given up; the documents given with them."""

from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers, every, subscribes
from contracts.caller import Caller
from contracts.enrolment.enrolments import (
    ChoicesView,
    DecideEnrolment,
    EnrolmentChoices,
    EnrolmentQueue,
    EnrolmentQueueView,
    EnrolmentView,
    MyEnrolments,
    RequestEnrolment,
    ShowEnrolment,
    TakeOffer,
    WithdrawEnrolment,
)
from contracts.envelope import Envelope
from contracts.events.documents import DocumentShared
from contracts.events.enrolment import Consulted
from enrolment import consultations
from enrolment.enrolling import deciding, enrolment_views, enrolments, lines
from enrolment.schedule import calendar

log = structlog.get_logger()

ENROLMENTS = metrics.counter(
    "enrolments_total", "Enrolments, by activity and state reached", ("activity", "state")
)
ATTACHMENTS = metrics.counter("attachments_total", "Documents received for enrolments", ("outcome",))


class EnrolmentDesk(Service):
    """Enrolments: asked, decided, given up; the documents given with them."""

    @answers(EnrolmentChoices)
    def enrolment_choices(self, ask: EnrolmentChoices, caller: Caller) -> ChoicesView:
        with self.begin() as session:
            return enrolment_views.choices(session, ask.child_id, caller, self.clock.now())

    @answers(RequestEnrolment)
    def request_enrolment(self, ask: RequestEnrolment, caller: Caller) -> EnrolmentView:
        def request() -> EnrolmentView:
            enrolment_id = enrolments.request(session, ask, caller, self.clock.now())
            return _shown(session, enrolment_id, caller)

        with self.begin() as session:
            view = once(session, ask, caller, request)
        ENROLMENTS.labels(view.activity_code, view.state).inc()
        return view

    @answers(DecideEnrolment)
    def decide_enrolment(self, ask: DecideEnrolment, caller: Caller) -> EnrolmentView:
        def decide() -> EnrolmentView:
            deciding.decide(session, ask, caller, self.clock.now())
            return _shown(session, ask.enrolment_id, caller)

        with self.begin() as session:
            view = once(session, ask, caller, decide)
        ENROLMENTS.labels(view.activity_code, view.state).inc()
        return view

    @answers(TakeOffer)
    def take_offer(self, ask: TakeOffer, caller: Caller) -> EnrolmentView:
        def take() -> EnrolmentView:
            enrolments.take(session, ask, caller, self.clock.now())
            return _shown(session, ask.enrolment_id, caller)

        with self.begin() as session:
            view = once(session, ask, caller, take)
        ENROLMENTS.labels(view.activity_code, view.state).inc()
        return view

    @answers(WithdrawEnrolment)
    def withdraw_enrolment(self, ask: WithdrawEnrolment, caller: Caller) -> EnrolmentView:
        def withdraw() -> EnrolmentView:
            enrolments.withdraw(session, ask, caller, self.clock.now())
            return _shown(session, ask.enrolment_id, caller)

        with self.begin() as session:
            view = once(session, ask, caller, withdraw)
        ENROLMENTS.labels(view.activity_code, view.state).inc()
        return view

    @every(seconds=30)
    def end_offers(self) -> None:
        """Places offered and not taken in time go to the next in line."""
        now = self.clock.now()
        with self.begin() as session:
            over = lines.due(session, now)
        for enrolment_id in over:
            with self.begin() as session:
                enrolments.lapse(session, enrolment_id, now)

    @answers(MyEnrolments)
    def my_enrolments(self, ask: MyEnrolments, caller: Caller) -> list[EnrolmentView]:
        with self.begin() as session:
            return enrolment_views.of_account(session, caller, calendar.local_day(self.clock.now()))

    @answers(ShowEnrolment)
    def show_enrolment(self, ask: ShowEnrolment, caller: Caller) -> EnrolmentView:
        with self.begin() as session:
            view = enrolment_views.show(session, ask.enrolment_id, caller)
            opened = f"{view.child_name}, {view.activity_name}"
            consultations.note(
                session,
                caller,
                Consulted.ENROLMENT,
                view.family_id,
                view.child_id,
                opened,
                self.clock.now(),
            )
            return view

    @answers(EnrolmentQueue)
    def enrolment_queue(self, ask: EnrolmentQueue, caller: Caller) -> EnrolmentQueueView:
        with self.begin() as session:
            return enrolment_views.queue(session, ask, caller)

    @subscribes(DocumentShared)
    def keep_attachment(self, session: Session, fact: DocumentShared, envelope: Envelope) -> None:
        if fact.subject_kind != "enrolment":
            return
        kept = enrolments.attach(session, fact, self.clock.now())
        ATTACHMENTS.labels("kept" if kept else "refused").inc()
        if not kept:
            log.warning("attachment refused", enrolment=str(fact.subject_id), account=str(fact.account_id))


def _shown(session: Session, enrolment_id: UUID, caller: Caller) -> EnrolmentView:
    session.flush()
    return enrolment_views.show(session, enrolment_id, caller)
