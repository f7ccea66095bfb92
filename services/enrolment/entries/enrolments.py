"""Enrolments: asked, decided, given up; the documents given with them."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
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
    FamilyEnrolments,
    FamilyEnrolmentsView,
    MyEnrolments,
    RequestEnrolment,
    ShowEnrolment,
    TakeOffer,
    WithdrawEnrolment,
)
from contracts.envelope import Envelope
from contracts.events.consultations import Consulted
from contracts.events.documents import DocumentShared, DocumentWithheld
from contracts.messages import Command
from contracts.serving import ENROLMENT
from enrolment import consultations
from enrolment.enrolling import deciding, enrolment_views, enrolments, lines
from enrolment.schedule import calendar

log = structlog.get_logger()

ENROLMENTS = metrics.counter(
    "enrolments_total", "Enrolments, by activity and state reached", ("activity", "state")
)
ATTACHMENTS = metrics.counter("attachments_total", "Documents received for enrolments", ("outcome",))


Ask = TypeVar("Ask", bound=Command[EnrolmentView])
Named = TypeVar("Named", DecideEnrolment, TakeOffer, WithdrawEnrolment)


class EnrolmentDesk(Service):
    """Enrolments: asked, decided, given up; the documents given with them."""

    @answers(EnrolmentChoices)
    def enrolment_choices(self, ask: EnrolmentChoices, caller: Caller) -> ChoicesView:
        with self.begin() as session:
            return enrolment_views.choices(session, ask.child_id, caller, self.clock.now())

    @answers(RequestEnrolment)
    def request_enrolment(self, ask: RequestEnrolment, caller: Caller) -> EnrolmentView:
        return self._act(ask, caller, enrolments.request)

    @answers(DecideEnrolment)
    def decide_enrolment(self, ask: DecideEnrolment, caller: Caller) -> EnrolmentView:
        return self._act(ask, caller, _then_it(deciding.decide))

    @answers(TakeOffer)
    def take_offer(self, ask: TakeOffer, caller: Caller) -> EnrolmentView:
        return self._act(ask, caller, _then_it(enrolments.take))

    @answers(WithdrawEnrolment)
    def withdraw_enrolment(self, ask: WithdrawEnrolment, caller: Caller) -> EnrolmentView:
        return self._act(ask, caller, _then_it(enrolments.withdraw))

    def _act(
        self, ask: Ask, caller: Caller, act: Callable[[Session, Ask, Caller, datetime], UUID]
    ) -> EnrolmentView:
        """One command, one commit; answers the enrolment as it is now."""
        with self.begin() as session:
            now = self.clock.now()
            view = once(
                session, ask, caller, lambda: _shown(session, act(session, ask, caller, now), caller, now)
            )
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

    @answers(FamilyEnrolments)
    def family_enrolments(self, ask: FamilyEnrolments, caller: Caller) -> FamilyEnrolmentsView:
        with self.begin() as session:
            return FamilyEnrolmentsView(
                children=enrolment_views.children_of(session, caller.citizen()),
                enrolments=enrolment_views.of_account(session, caller, calendar.local_day(self.clock.now())),
            )

    @answers(ShowEnrolment)
    def show_enrolment(self, ask: ShowEnrolment, caller: Caller) -> EnrolmentView:
        with self.begin() as session:
            view = enrolment_views.show(
                session, ask.enrolment_id, caller, calendar.local_day(self.clock.now())
            )
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
            return enrolment_views.queue(session, ask, caller, calendar.local_day(self.clock.now()))

    @subscribes(DocumentShared)
    def keep_attachment(self, session: Session, fact: DocumentShared, envelope: Envelope) -> None:
        if fact.subject_kind != ENROLMENT:
            return
        kept = enrolments.attach(session, fact, self.clock.now())
        ATTACHMENTS.labels("kept" if kept else "refused").inc()
        if not kept:
            log.warning("attachment refused", enrolment=str(fact.subject_id), account=str(fact.account_id))

    @subscribes(DocumentWithheld)
    def withhold_document(self, session: Session, fact: DocumentWithheld, envelope: Envelope) -> None:
        if fact.subject_kind == ENROLMENT:
            enrolments.withhold(session, fact, self.clock.now())


def _then_it(
    act: Callable[[Session, Named, Caller, datetime], None],
) -> Callable[[Session, Named, Caller, datetime], UUID]:
    """An act on the enrolment that the command names, which is then shown."""

    def done(session: Session, ask: Named, caller: Caller, now: datetime) -> UUID:
        act(session, ask, caller, now)
        return ask.enrolment_id

    return done


def _shown(session: Session, enrolment_id: UUID, caller: Caller, now: datetime) -> EnrolmentView:
    session.flush()
    return enrolment_views.show(session, enrolment_id, caller, calendar.local_day(now))
