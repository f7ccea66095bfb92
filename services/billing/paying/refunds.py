"""A refund in our books: ordered under the payment's lock, booked when the provider (or the agent's hand) gave it.

Every function is one transaction's work; none talks to the provider (see money_back.py).
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.invoicing.models import Invoice
from billing.paying import back
from billing.paying.card_books import RefundOrder, RefundProgress, RefundSeen
from billing.paying.differences import note_difference
from billing.paying.models import Dispute, Payment, Refund
from billing.paying.states import may_refund
from billing.paying.till_models import Taken
from billing.wording import euros
from chassis.outbox import tell
from contracts.billing.counter import Means
from contracts.billing.payments import PaymentState
from contracts.billing.refunds import DisputeState, RefundPayment, RefundState, RefundView, RefundWay
from contracts.billing.refusals import NotRefundable, PaymentDisputed, RefundTooHigh, RefundWholeOnly
from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.events.billing import PaidPart, RefundFailed, RefundMade

_AGAIN = timedelta(seconds=60)
MADE_THERE = "Fait sur les pages du prestataire de paiement"
_TAKEN_BACK = (DisputeState.OPEN, DisputeState.LOST)


def order(session: Session, ask: RefundPayment, caller: Caller, by_provider: bool, now: datetime) -> Refund:
    """The refund's row, which holds the money: two orders at once cannot give more than was paid.

    `by_provider`: who took the money gives it back on demand; otherwise the refund is booked at once.
    Repeated, the first one is given.
    Raises NotFound, NotRefundable, RefundTooHigh, RefundWholeOnly, PaymentDisputed.
    """
    locked = back.lock(session, ask.payment_id)
    repeated = session.scalars(select(Refund).where(Refund.command_id == ask.command_id)).first()
    if repeated is not None:
        return repeated
    most = refundable(session, locked.payment)
    if is_disputed(session, ask.payment_id):
        raise PaymentDisputed
    if most <= 0:
        raise NotRefundable
    if ask.amount_cents > most:
        raise RefundTooHigh(most=euros(most))
    way = way_of(session, locked.payment, by_provider, lock=True)
    if way is RefundWay.COUNTER:
        _take_out(session, locked.payment, ask.amount_cents)
    refund = Refund(
        refund_id=uuid4(),
        command_id=ask.command_id,
        payment_id=ask.payment_id,
        amount_cents=ask.amount_cents,
        state=RefundState.ASKED,
        way=way,
        reason=ask.reason,
        asked_by=caller.account_id,
        asked_by_name=caller.name,
        asked_at=now,
    )
    session.add(refund)
    session.flush()
    if way is RefundWay.PROVIDER:
        _look_again(session, refund.refund_id)
    else:
        _give(session, refund, locked, now)
    session.flush()
    return refund


def order_of(session: Session, refund_id: UUID) -> RefundOrder:
    """What the provider is asked for: wholly a function of our books, so that asking twice is asking once."""
    refund = session.get_one(Refund, refund_id)
    payment = session.get_one(Payment, refund.payment_id)
    return RefundOrder(refund_id, payment.provider_proof, refund.amount_cents)


def settle(session: Session, refund_id: UUID, seen: RefundSeen, now: datetime) -> RefundState:
    """Brings the refund to where the provider's books are, through the table. Repeated, it changes nothing."""
    payment_id = session.scalar(select(Refund.payment_id).where(Refund.refund_id == refund_id))
    if payment_id is None:
        raise NotFound(refund_id=str(refund_id))
    locked = back.lock(session, payment_id)
    refund = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    before = refund.state
    after = RefundState.DONE if seen.progress is RefundProgress.DONE else RefundState.FAILED
    if not may_refund(before, after):
        return before
    refund.provider_reference = seen.reference or refund.provider_reference
    if after is RefundState.DONE:
        _give(session, refund, locked, now)
    else:
        fail(session, refund, locked.payment, seen.problem, now)
    session.flush()
    return refund.state


def book(
    session: Session, payment_id: UUID, seen: RefundSeen, command_id: UUID, caller: Caller, now: datetime
) -> Refund:
    """A refund that somebody made on the provider's own pages, as its list has it. Under the payment's lock: once.

    Raises NotFound, NotRefundable, RefundTooHigh, PaymentDisputed.
    """
    locked = back.lock(session, payment_id)
    booked = by_reference(session, payment_id, seen.reference)
    if booked is not None:
        return booked
    most = refundable(session, locked.payment)
    if is_disputed(session, payment_id):
        raise PaymentDisputed
    if most <= 0:
        raise NotRefundable
    if seen.amount_cents > most:
        raise RefundTooHigh(most=euros(most))
    refund = Refund(
        refund_id=uuid4(),
        command_id=command_id,
        payment_id=payment_id,
        amount_cents=seen.amount_cents,
        state=RefundState.ASKED,
        way=RefundWay.PROVIDER,
        reason=MADE_THERE,
        asked_by=caller.account_id,
        asked_by_name=caller.name,
        provider_reference=seen.reference,
        asked_at=now,
    )
    session.add(refund)
    session.flush()
    _give(session, refund, locked, now)
    session.flush()
    return refund


def by_reference(session: Session, payment_id: UUID, reference: str) -> Refund | None:
    """The refund of a payment that the provider calls so."""
    query = select(Refund).where(Refund.payment_id == payment_id, Refund.provider_reference == reference)
    return session.scalars(query.limit(1)).first() if reference else None


def fail(session: Session, refund: Refund, payment: Payment, problem: str, now: datetime) -> None:
    """It did not arrive: what was booked is booked back, and an agent must see it."""
    if refund.state is RefundState.DONE:
        ledger.reverse(session, "refund", str(refund.refund_id), "refund_failed", now)
        fact = RefundFailed(
            refund_id=refund.refund_id,
            payment_id=payment.payment_id,
            family_id=payment.family_id,
            amount_cents=refund.amount_cents,
        )
        tell(session, fact, subject=refund.refund_id, version=2, at=now)
    refund.state, refund.problem = RefundState.FAILED, problem[:500]
    note_difference(
        session,
        now,
        "refund_failed",
        str(refund.refund_id),
        payment_id=payment.payment_id,
        expected_cents=refund.amount_cents,
        seen_cents=0,
        seen_currency=payment.currency,
        detail=problem[:200],
    )


def waiting(session: Session, limit: int = 20) -> list[UUID]:
    """Refunds without an answer for a while; puts off when to ask again, so that two processes share the work."""
    found = session.scalars(
        select(Refund.refund_id)
        .where(Refund.state == RefundState.ASKED, Refund.real_next_look_at <= func.now())
        .order_by(Refund.real_next_look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for refund_id in found:
        _look_again(session, refund_id)
    return list(found)


def way_of(session: Session, payment: Payment, by_provider: bool, *, lock: bool = False) -> RefundWay:
    """How money of this payment goes back: over the counter while it is in the till, where `lock` keeps it."""
    if by_provider:
        return RefundWay.PROVIDER
    taken = session.get(Taken, payment.payment_id, with_for_update=lock or None, populate_existing=True)
    return RefundWay.COUNTER if taken and taken.deposit_id is None else RefundWay.TREASURY


def refundable(session: Session, payment: Payment) -> int:
    """Cents that may still be given back: what was received less what went back or is on its way."""
    if payment.state is not PaymentState.PAID:
        return 0
    given = session.scalar(
        select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
            Refund.payment_id == payment.payment_id, Refund.state != RefundState.FAILED
        )
    )
    return payment.amount_cents - int(given or 0)


def is_disputed(session: Session, payment_id: UUID) -> bool:
    """The bank has taken it back already, or may."""
    query = select(Dispute.reference).where(Dispute.payment_id == payment_id, Dispute.state.in_(_TAKEN_BACK))
    return session.scalar(query.limit(1)) is not None


def of_payment(session: Session, payment_id: UUID) -> list[RefundView]:
    """Newest first."""
    rows = session.scalars(
        select(Refund)
        .where(Refund.payment_id == payment_id)
        .order_by(Refund.asked_at.desc(), Refund.refund_id)
    )
    return [view(row) for row in rows]


def view(refund: Refund) -> RefundView:
    """As an agent reads it."""
    return RefundView(
        refund_id=refund.refund_id,
        amount_cents=refund.amount_cents,
        state=refund.state,
        way=refund.way,
        reason=refund.reason,
        asked_by_name=refund.asked_by_name,
        asked_at=refund.asked_at,
        problem=refund.problem,
    )


def _take_out(session: Session, payment: Payment, cents: int) -> None:
    """Out of the till: notes and coins in any sum, a cheque or a title whole. Raises RefundWholeOnly."""
    taken = session.get_one(Taken, payment.payment_id)
    if taken.means is not Means.CASH and cents != taken.held_cents:
        raise RefundWholeOnly(whole=euros(taken.held_cents))
    if cents == taken.held_cents:
        taken.given_back = True
    else:
        taken.held_cents -= cents


def _give(session: Session, refund: Refund, locked: back.Locked, now: datetime) -> None:
    payment = locked.payment
    given = back.spread(refund.amount_cents, locked.credits, locked.settled)
    account = (
        ledger.TREASURY
        if refund.way is RefundWay.TREASURY
        else ledger.holder_of(payment.provider, payment.method)
    )
    ledger.post(
        session, "refund", str(refund.refund_id), back.entries(payment.family_id, account, given), now
    )
    refund.state, refund.done_at = RefundState.DONE, now
    found = session.scalars(select(Invoice).where(Invoice.invoice_id.in_(given)))
    numbers = {invoice.invoice_id: invoice.number for invoice in found}
    fact = RefundMade(
        refund_id=refund.refund_id,
        payment_id=payment.payment_id,
        family_id=payment.family_id,
        account_id=payment.account_id,
        amount_cents=refund.amount_cents,
        way=refund.way,
        receipt_number=payment.receipt_number or "",
        parts=[
            PaidPart(invoice_id=invoice_id, invoice_number=numbers[invoice_id], amount_cents=cents)
            for invoice_id, cents in given.items()
        ],
    )
    tell(session, fact, subject=refund.refund_id, version=1, at=now)


def _look_again(session: Session, refund_id: UUID) -> None:
    session.execute(
        update(Refund)
        .where(Refund.refund_id == refund_id)
        .values(real_next_look_at=func.now() + _AGAIN)
        .execution_options(synchronize_session=False)
    )
