"""Entry points of what the accountant is given."""

import structlog

from billing.invoicing.dates import paris_day
from billing.treasury import journal
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.treasury import (
    Chart,
    JournalPart,
    JournalSlice,
    JournalView,
    OpenChart,
    OpenJournal,
    SetChart,
)
from contracts.caller import Caller, Role

log = structlog.get_logger()


class TreasuryDesk(Service):
    """The journal and its chart of accounts."""

    @answers(OpenJournal)
    def open_journal(self, ask: OpenJournal, caller: Caller) -> JournalView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return journal.opening(session, ask, paris_day(self.clock.now()))

    @answers(JournalPart)
    def journal_part(self, ask: JournalPart, caller: Caller) -> JournalSlice:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            found = journal.part(session, ask)
        if ask.after is None:
            log.info("journal exported", fund=ask.fund, since=ask.since, until=ask.until, by=str(by))
        return found

    @answers(OpenChart)
    def open_chart(self, ask: OpenChart, caller: Caller) -> Chart:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return journal.open_chart(session, ask.fund)

    @answers(SetChart)
    def set_chart(self, ask: SetChart, caller: Caller) -> Chart:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            view = once(session, ask, caller, lambda: journal.set_chart(session, ask, caller.name))
        log.info("chart of accounts changed", fund=ask.fund, by=str(by))
        return view
