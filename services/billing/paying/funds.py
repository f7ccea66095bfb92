"""How each fund takes its money: what the town decided, as data."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.invoicing.models import Fund
from contracts.billing.funds import FundList, FundView, SetFundTerms
from contracts.errors import NotFound


def funds(session: Session) -> FundList:
    """By code."""
    return FundList(funds=[_view(fund) for fund in session.scalars(select(Fund).order_by(Fund.code))])


def set_terms(session: Session, ask: SetFundTerms) -> FundView:
    """From now on; payments already begun keep their amount. Raises NotFound."""
    fund = session.get(Fund, ask.code, with_for_update=True)
    if fund is None:
        raise NotFound(code=ask.code)
    fund.part_from_cents = ask.part_from_cents
    session.flush()
    return _view(fund)


def _view(fund: Fund) -> FundView:
    return FundView(code=fund.code, name=fund.name, part_from_cents=fund.part_from_cents)
