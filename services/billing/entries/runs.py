"""Entry points of the month's run."""

from sqlalchemy.orm import Session

from billing.invoicing import closing, desk, run_papers, runs
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Run
from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.runs import (
    BillingDesk,
    CheckRun,
    DeskView,
    DiscardRun,
    DraftRun,
    OpenRun,
    PublishRun,
    ReadRunPapers,
    ReplaySheets,
    RunPapers,
    RunView,
)
from contracts.caller import Caller, Role

INVOICED_CENTS = metrics.counter("invoiced_cents_total", "Euro cents invoiced, by kind of paper", ("kind",))


class RunDesk(Service):
    """Drafted, checked, published, or discarded."""

    @answers(BillingDesk)
    def billing_desk(self, ask: BillingDesk, caller: Caller) -> DeskView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return desk.desk(session, paris_day(self.clock.now()))

    @answers(OpenRun)
    def open_run(self, ask: OpenRun, caller: Caller) -> RunView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return desk.run_view(session, ask)

    @answers(ReadRunPapers)
    def read_run_papers(self, ask: ReadRunPapers, caller: Caller) -> RunPapers:
        caller.agent(Role.BILLING)
        with self.begin() as session:
            return run_papers.read(session, ask, paris_day(self.clock.now()))

    @answers(DraftRun)
    def draft_run(self, ask: DraftRun, caller: Caller) -> RunView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: _viewed(session, runs.draft(session, ask.month, by, self.clock.now(), ask.fund)),
            )

    @answers(CheckRun)
    def check_run(self, ask: CheckRun, caller: Caller) -> RunView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: _viewed(session, closing.check(session, ask.run_id, by, self.clock.now())),
            )

    @answers(ReplaySheets)
    def replay_sheets(self, ask: ReplaySheets, caller: Caller) -> RunView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: _viewed(session, closing.replay(session, ask.run_id, self.clock.now())),
            )

    @answers(PublishRun)
    def publish_run(self, ask: PublishRun, caller: Caller) -> RunView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            run, cents = runs.publish(session, ask, by, self.clock.now())
            view = _viewed(session, run)
        INVOICED_CENTS.labels("invoice" if cents >= 0 else "credit_note").inc(abs(cents))
        return view

    @answers(DiscardRun)
    def discard_run(self, ask: DiscardRun, caller: Caller) -> RunView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return _viewed(session, runs.discard(session, ask.run_id))


def _viewed(session: Session, run: Run) -> RunView:
    session.flush()
    return desk.run_view(session, OpenRun(run_id=run.run_id))
