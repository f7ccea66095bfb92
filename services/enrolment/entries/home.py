"""What a parent has here: the home's summary, and everything kept of them."""

from chassis.service import Service, answers
from contracts.caller import Caller
from contracts.enrolment.home import Overview, OverviewView
from contracts.enrolment.mine import EnrolmentRecords
from contracts.records import Records
from enrolment import mine, overview
from enrolment.schedule import calendar


class HomeDesk(Service):
    """What a parent has here: the home's summary, and everything kept of them."""

    @answers(Overview)
    def overview(self, ask: Overview, caller: Caller) -> OverviewView:
        with self.look() as session:
            return overview.overview(session, caller, self.clock.now())

    @answers(EnrolmentRecords)
    def enrolment_records(self, ask: EnrolmentRecords, caller: Caller) -> Records:
        account_id = caller.citizen()
        with self.begin() as session:
            return mine.records(session, account_id, calendar.local_day(self.clock.now()))
