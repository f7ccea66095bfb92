"""Slips (« bordereaux de remise »): what the till holds of a kind, handed on to the accountant under a number."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.accounting import ledger, numbers
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund
from billing.paying.counter import held
from billing.paying.models import Payment
from billing.paying.till_models import Deposit, Taken
from contracts.billing.counter import (
    DepositLine,
    DepositSummary,
    DepositView,
    MakeDeposit,
    Means,
    TillView,
)
from contracts.billing.refusals import NothingToDeposit
from contracts.caller import Caller
from contracts.errors import NotFound

_NEWEST = 50


def till(session: Session) -> TillView:
    """What it holds by fund and kind, and the newest slips."""
    waiting = session.execute(
        select(Taken.fund, Fund.name, Taken.means, func.count(), func.sum(Taken.held_cents))
        .join(Fund, Fund.code == Taken.fund)
        .where(held())
        .group_by(Taken.fund, Fund.name, Taken.means)
        .order_by(Taken.fund, Taken.means)
    )
    made = session.execute(
        select(Deposit, Fund.name)
        .join(Fund, Fund.code == Deposit.fund)
        .order_by(Deposit.made_at.desc(), Deposit.sequence.desc())
        .limit(_NEWEST)
    )
    return TillView(
        holds=[
            DepositSummary(fund=fund, fund_name=name, means=Means(means), payments=count, cents=int(cents))
            for fund, name, means, count, cents in waiting
        ],
        deposits=[_summary(deposit, name) for deposit, name in made],
    )


def make(session: Session, ask: MakeDeposit, caller: Caller, now: datetime) -> DepositView:
    """All that is held of the kind, on a slip; the ledger moves it from the till to the accountant.

    The payments are locked in the order of their ids: two agents at once make one slip and one refusal, and money that
    goes back at that moment is on no slip. Raises NothingToDeposit.
    """
    session.execute(
        select(Payment.payment_id)
        .join(Taken, Taken.payment_id == Payment.payment_id)
        .where(Taken.fund == ask.fund, Taken.means == ask.means, held())
        .order_by(Payment.payment_id)
        .with_for_update(of=Payment)
    )
    rows = session.scalars(
        select(Taken)
        .where(Taken.fund == ask.fund, Taken.means == ask.means, held())
        .order_by(Taken.payment_id)
        .with_for_update()
    ).all()
    if not rows:
        raise NothingToDeposit
    year, total = paris_day(now).year, sum(row.held_cents for row in rows)
    sequence = numbers.take(session, ask.fund, year, "deposit")
    deposit = Deposit(
        deposit_id=uuid4(),
        fund=ask.fund,
        means=ask.means,
        year=year,
        sequence=sequence,
        number=numbers.deposit_number(ask.fund, year, sequence),
        payments=len(rows),
        total_cents=total,
        made_at=now,
        made_by=caller.account_id,
        made_by_name=caller.name,
    )
    session.add(deposit)
    session.flush()
    session.execute(
        update(Taken)
        .where(Taken.payment_id.in_([row.payment_id for row in rows]))
        .values(deposit_id=deposit.deposit_id)
    )
    moved: list[ledger.Entry] = [
        (ledger.TREASURY, None, None, total),
        (ask.means, None, None, -total),
    ]
    ledger.post(session, "deposit", str(deposit.deposit_id), moved, now)
    return view(session, deposit.deposit_id)


def view(session: Session, deposit_id: UUID) -> DepositView:
    """As printed, in the order of the receipts. Raises NotFound."""
    found = session.execute(
        select(Deposit, Fund.name)
        .join(Fund, Fund.code == Deposit.fund)
        .where(Deposit.deposit_id == deposit_id)
    ).first()
    if found is None:
        raise NotFound(deposit_id=str(deposit_id))
    lines = session.execute(
        select(Payment, Taken)
        .join(Taken, Taken.payment_id == Payment.payment_id)
        .where(Taken.deposit_id == deposit_id)
        .order_by(Payment.receipt_number)
    )
    return DepositView(
        summary=_summary(found.Deposit, found.name),
        lines=[
            DepositLine(
                payment_id=payment.payment_id,
                receipt_number=payment.receipt_number or "",
                taken_on=paris_day(payment.paid_at or payment.created_at),
                paid_by=payment.paid_by,
                reference=taken.reference,
                cents=taken.held_cents,
            )
            for payment, taken in lines
        ],
    )


def _summary(deposit: Deposit, fund_name: str) -> DepositSummary:
    return DepositSummary(
        deposit_id=deposit.deposit_id,
        number=deposit.number,
        fund=deposit.fund,
        fund_name=fund_name,
        means=deposit.means,
        payments=deposit.payments,
        cents=deposit.total_cents,
        made_at=deposit.made_at,
        made_by_name=deposit.made_by_name,
    )
