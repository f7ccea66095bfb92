"""Entry points of the funds: which there are, their terms, what each bills."""

import structlog

from billing.invoicing import fund_scopes
from billing.paying import funds
from billing.paying.wiring import name_for
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.funds import (
    FundList,
    Funds,
    FundScopes,
    FundView,
    OpenFund,
    ReadFundScopes,
    SetFundScope,
    SetFundTerms,
)
from contracts.caller import Caller, Role

log = structlog.get_logger()


class FundDesk(Service):
    """What the town decided of each fund."""

    @answers(Funds)
    def funds(self, ask: Funds, caller: Caller) -> FundList:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            found = funds.funds(session).funds
        taken = [
            each.model_copy(update={"paid_through": name_for(self.settings, each.code)}) for each in found
        ]
        return FundList(funds=taken)

    @answers(SetFundTerms)
    def set_fund_terms(self, ask: SetFundTerms, caller: Caller) -> FundView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            view = once(session, ask, caller, lambda: funds.set_terms(session, ask))
        log.info(
            "fund terms set",
            fund=view.code,
            part_from_cents=view.part_from_cents,
            least_claim_cents=view.least_claim_cents,
            by=str(by),
        )
        return view

    @answers(OpenFund)
    def open_fund(self, ask: OpenFund, caller: Caller) -> FundView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            view = once(session, ask, caller, lambda: funds.open_fund(session, ask))
        log.info("fund opened", fund=view.code, by=str(by))
        return view

    @answers(ReadFundScopes)
    def read_fund_scopes(self, ask: ReadFundScopes, caller: Caller) -> FundScopes:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return fund_scopes.read(session, self.clock.now())

    @answers(SetFundScope)
    def set_fund_scope(self, ask: SetFundScope, caller: Caller) -> FundScopes:
        by = caller.staff(Role.BILLING)
        now = self.clock.now()
        with self.begin() as session:
            view = once(session, ask, caller, lambda: fund_scopes.set_scope(session, ask, caller.name, now))
        log.info(
            "fund scope set",
            fund=ask.fund,
            activity=ask.activity_code,
            place=ask.place_code,
            since=ask.since.isoformat(),
            by=str(by),
        )
        return view
