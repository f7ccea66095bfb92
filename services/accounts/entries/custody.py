"""Custody calendars: shown, stated, answered, looked at; and the school years that they are made of."""

from sqlalchemy.orm import Session

from accounts.entries.desk import Desk
from accounts.shared_custody import custody_agreements, custody_statements, custody_views, school_years
from chassis.commands import once
from chassis.inbox import newer
from chassis.service import answers, every, subscribes
from contracts.accounts.custody import (
    AnswerCustody,
    CustodyFile,
    CustodyView,
    OpenCustody,
    PreviewCustody,
    PreviewView,
    ProposalView,
    ShowCustody,
    StateCustody,
)
from contracts.caller import Caller, Role
from contracts.envelope import Envelope
from contracts.events.offer import SchoolYearUpdated


class CustodyDesk(Desk):
    """Custody calendars."""

    @answers(ShowCustody)
    def show_custody(self, ask: ShowCustody, caller: Caller) -> CustodyView:
        account_id = caller.citizen()
        with self.begin() as session:
            return custody_views.show(session, ask, account_id, self.clock.now())

    @answers(PreviewCustody)
    def preview_custody(self, ask: PreviewCustody, caller: Caller) -> PreviewView:
        account_id = caller.citizen()
        with self.begin() as session:
            return custody_views.preview(session, ask, account_id, self.clock.now())

    @answers(StateCustody)
    def state_custody(self, ask: StateCustody, caller: Caller) -> ProposalView:
        caller.citizen()
        now = self.clock.now()
        with self.begin() as session:
            return once(
                session, ask, caller, lambda: custody_statements.state(session, self.site, ask, caller, now)
            )

    @answers(AnswerCustody)
    def answer_custody(self, ask: AnswerCustody, caller: Caller) -> ProposalView:
        caller.citizen()
        now = self.clock.now()
        with self.begin() as session:
            return once(session, ask, caller, lambda: custody_statements.answer(session, ask, caller, now))

    @answers(OpenCustody)
    def open_custody(self, ask: OpenCustody, caller: Caller) -> CustodyFile:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return custody_views.open_file(session, ask.change_id, caller, self.clock.now())

    @subscribes(SchoolYearUpdated)
    def keep_school_year(self, session: Session, fact: SchoolYearUpdated, envelope: Envelope) -> None:
        if newer(session, "school_year", fact.label, envelope.aggregateversion):
            school_years.keep(session, fact)
            self._tell_calendars(session)

    @every(seconds=3600)
    def extend_calendars(self) -> None:
        """Where the school year has turned, or a child has left one of its homes, the calendar told is another."""
        with self.begin() as session:
            children = custody_agreements.children_with_calendars(session)
        for child_id in children:  # each by itself: a long list holds nobody's lock and nobody's turn
            with self.begin() as session:
                custody_agreements.tell_again(session, child_id, self.clock.now())

    def _tell_calendars(self, session: Session) -> None:
        for child_id in custody_agreements.children_with_calendars(session):
            custody_agreements.tell_again(session, child_id, self.clock.now())
