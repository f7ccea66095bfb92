"""Changes of the family files, and the subjects that this service brings itself."""

from sqlalchemy.orm import Session

from accounts.entries.desk import Desk
from accounts.household import contact_subjects, family_subjects  # noqa: F401 -- the subjects register
from accounts.revision import change_views, changes
from accounts.revision.change_subjects import subject_of
from chassis.commands import once
from chassis.service import answers
from contracts.accounts.changes import (
    ChangeFile,
    ChangeOutcome,
    ChangesPage,
    ChangeView,
    DecideChange,
    ListChanges,
    OpenChange,
    ProposeChanges,
    WaitingView,
    WhatWaits,
    WithdrawChange,
)
from contracts.caller import Caller
from contracts.errors import NotFound


class ChangeDesk(Desk):
    """Changes of the family files: asked for, withdrawn, looked at, decided."""

    @answers(ProposeChanges)
    def propose_changes(self, ask: ProposeChanges, caller: Caller) -> ChangeOutcome:
        now = self.clock.now()
        if subject_of(ask.subject_kind).own_command:
            raise NotFound

        def do(session: Session) -> ChangeOutcome:
            return changes.propose(
                session, ask.family_id, ask.subject_kind, ask.subject_id, ask.edits, caller, now
            )

        with self.begin() as session:
            return once(session, ask, caller, lambda: do(session))

    @answers(WithdrawChange)
    def withdraw_change(self, ask: WithdrawChange, caller: Caller) -> ChangeView:
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: changes.withdraw(session, ask.change_id, caller, self.clock.now()),
            )

    @answers(ListChanges)
    def list_changes(self, ask: ListChanges, caller: Caller) -> ChangesPage:
        caller.staff()
        with self.begin() as session:
            return change_views.list_changes(session, ask, caller)

    @answers(WhatWaits)
    def what_waits(self, ask: WhatWaits, caller: Caller) -> WaitingView:
        caller.staff()
        with self.begin() as session:
            return WaitingView(changes=change_views.count_awaiting(session, caller))

    @answers(OpenChange)
    def open_change(self, ask: OpenChange, caller: Caller) -> ChangeFile:
        caller.staff()
        with self.begin() as session:
            return change_views.open_change(session, ask.change_id, caller, self.clock.now())

    @answers(DecideChange)
    def decide_change(self, ask: DecideChange, caller: Caller) -> ChangeFile:
        caller.staff()
        now = self.clock.now()

        def do(session: Session) -> ChangeFile:
            changes.decide(session, self.site, ask, caller, now)
            return change_views.load_change(session, ask.change_id, caller, now)

        with self.begin() as session:
            return once(session, ask, caller, lambda: do(session))
