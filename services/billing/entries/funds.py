"""Entry points of the funds' own terms."""

import structlog

from billing.paying import funds
from chassis.commands import once
from chassis.service import Service, answers
from contracts.billing.funds import FundList, Funds, FundView, SetFundTerms
from contracts.caller import Caller, Role

log = structlog.get_logger()


class FundDesk(Service):
    """What the town decided of each fund."""

    @answers(Funds)
    def funds(self, ask: Funds, caller: Caller) -> FundList:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return funds.funds(session)

    @answers(SetFundTerms)
    def set_fund_terms(self, ask: SetFundTerms, caller: Caller) -> FundView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            view = once(session, ask, caller, lambda: funds.set_terms(session, ask))
        log.info("fund terms set", fund=view.code, part_from_cents=view.part_from_cents, by=str(by))
        return view
