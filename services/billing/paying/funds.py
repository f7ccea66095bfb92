"""The funds, and how each takes its money: what the town decided, as data."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.invoicing.models import Fund
from contracts.billing.funds import FundList, FundView, OpenFund, SetFundTerms
from contracts.billing.refusals import FundExists
from contracts.errors import NotFound


def funds(session: Session) -> FundList:
    """By code."""
    return FundList(funds=[view(fund) for fund in session.scalars(select(Fund).order_by(Fund.code))])


def open_fund(session: Session, ask: OpenFund) -> FundView:
    """A fund that bills nothing yet. Raises FundExists."""
    opened = insert(Fund).values(code=ask.code, name=ask.name).on_conflict_do_nothing().returning(Fund)
    fund = session.scalars(opened).first()
    if fund is None:
        raise FundExists(fund=ask.code)
    return view(fund)


def set_terms(session: Session, ask: SetFundTerms) -> FundView:
    """From now on; payments begun and runs published keep their amounts. Raises NotFound."""
    fund = session.get(Fund, ask.code, with_for_update=True)
    if fund is None:
        raise NotFound(code=ask.code)
    fund.part_from_cents, fund.least_claim_cents = ask.part_from_cents, ask.least_claim_cents
    session.flush()
    return view(fund)


def view(fund: Fund) -> FundView:
    """A fund as the office reads it; who takes its payments is the installation's to say."""
    return FundView(
        code=fund.code,
        name=fund.name,
        part_from_cents=fund.part_from_cents,
        least_claim_cents=fund.least_claim_cents,
    )
