"""Entry points of objections against lines of invoices."""

from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from billing import consultations
from billing.contesting import answers as answering
from billing.contesting import kept, objections, views
from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers, every, subscribes
from contracts.billing.contesting import (
    AnswerLineObjection,
    ContestableLineView,
    ContestInvoiceLine,
    LineObjectionFileView,
    LineObjectionQueue,
    LineObjectionQueueView,
    LineObjectionView,
    MyLineObjections,
    OpenLineObjection,
    ShowContestableLine,
    ShowLineObjection,
    WithdrawLineObjection,
)
from contracts.caller import Caller
from contracts.envelope import Envelope
from contracts.events.documents import DocumentShared

log = structlog.get_logger()

CONTESTED = metrics.counter(
    "line_objections_total", "Lines of invoices contested, and the answers", ("outcome",)
)

SUBJECT = "line_objection"
"""What a document of a vault is attached to."""


class ContestingDesk(Service):
    """A family contests a line; the office answers. Words are never kept with a command."""

    @answers(ShowContestableLine)
    def show_contestable_line(self, ask: ShowContestableLine, caller: Caller) -> ContestableLineView:
        with self.begin() as session:
            return views.contestable_line(session, ask.line_id, caller, self.clock.now())

    @answers(ContestInvoiceLine)
    def contest_invoice_line(self, ask: ContestInvoiceLine, caller: Caller) -> UUID:
        now = self.clock.now()
        with self.begin() as session:
            objection_id = once(session, ask, caller, lambda: objections.contest(session, ask, caller, now))
        CONTESTED.labels("made").inc()
        return objection_id

    @answers(MyLineObjections)
    def my_line_objections(self, ask: MyLineObjections, caller: Caller) -> list[LineObjectionView]:
        with self.begin() as session:
            return views.mine(session, caller, self.clock.now())

    @answers(ShowLineObjection)
    def show_line_objection(self, ask: ShowLineObjection, caller: Caller) -> LineObjectionView:
        caller.citizen()
        with self.begin() as session:
            return views.show(session, ask.objection_id, caller, self.clock.now())

    @answers(WithdrawLineObjection)
    def withdraw_line_objection(self, ask: WithdrawLineObjection, caller: Caller) -> LineObjectionView:
        now = self.clock.now()

        def shown() -> LineObjectionView:
            return views.show(session, ask.objection_id, caller, now)

        def withdraw() -> LineObjectionView:
            objections.withdraw(session, ask.objection_id, caller, now)
            return shown()

        with self.begin() as session:
            view = once(session, ask, caller, withdraw, again=shown)
        CONTESTED.labels("withdrawn").inc()
        return view

    @answers(LineObjectionQueue)
    def line_objection_queue(self, ask: LineObjectionQueue, caller: Caller) -> LineObjectionQueueView:
        with self.begin() as session:
            return views.queue(session, ask, caller, self.clock.now())

    @answers(OpenLineObjection)
    def open_line_objection(self, ask: OpenLineObjection, caller: Caller) -> LineObjectionFileView:
        now = self.clock.now()
        with self.begin() as session:
            view = views.file(session, ask.objection_id, caller, now)
            paper = f"Contestation d’une ligne de la facture {view.invoice.number}"
            consultations.note_family(session, caller, view.objection.family_id, paper, now)
            return view

    @answers(AnswerLineObjection)
    def answer_line_objection(self, ask: AnswerLineObjection, caller: Caller) -> LineObjectionView:
        now = self.clock.now()

        def shown() -> LineObjectionView:
            return views.show(session, ask.objection_id, caller, now)

        def answer() -> LineObjectionView:
            answering.answer(session, ask, caller, now)
            return shown()

        with self.begin() as session:
            view = once(session, ask, caller, answer, again=shown)
        CONTESTED.labels(view.state).inc()
        return view

    @every(seconds=3600)
    def forget_old_words(self) -> None:
        with self.begin() as session:
            kept.forget_words(session, self.clock.now())

    @subscribes(DocumentShared)
    def keep_paper(self, session: Session, fact: DocumentShared, envelope: Envelope) -> None:
        if fact.subject_kind != SUBJECT:
            return
        if not objections.attach(session, fact, self.clock.now()):
            log.warning("paper refused", objection=str(fact.subject_id), account=str(fact.account_id))
