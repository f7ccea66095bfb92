"""Entry points of what the town grants families."""

from billing import consultations
from billing.invoicing.dates import paris_day
from billing.tariffs import allowances
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.allowances import (
    AllowancePage,
    EndAllowance,
    FamilyAllowances,
    FindAllowances,
    GrantAllowance,
    GrantedAllowance,
    OpenAllowances,
)
from contracts.caller import Caller, Role


class AllowanceDesk(Service):
    """Reductions and aids, family by family."""

    @answers(FindAllowances)
    def find_allowances(self, ask: FindAllowances, caller: Caller) -> AllowancePage:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return allowances.find(session, ask, paris_day(self.clock.now()))

    @answers(OpenAllowances)
    def open_allowances(self, ask: OpenAllowances, caller: Caller) -> FamilyAllowances:
        caller.staff(Role.BILLING)
        now = self.clock.now()
        with self.begin() as session:
            view = allowances.of_family(session, ask.family_id, paris_day(now))
            consultations.note_family(session, caller, ask.family_id, "Aides et réductions", now)
            return view

    @answers(GrantAllowance)
    def grant_allowance(self, ask: GrantAllowance, caller: Caller) -> GrantedAllowance:
        caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(
                session, ask, caller, lambda: allowances.grant(session, ask, caller, self.clock.now())
            )

    @answers(EndAllowance)
    def end_allowance(self, ask: EndAllowance, caller: Caller) -> GrantedAllowance:
        caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, lambda: allowances.end(session, ask, caller, self.clock.now()))
