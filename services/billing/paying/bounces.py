"""A cheque that the bank sends back after it was handed on: what it had settled is due again."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.invoicing.models import Invoice
from billing.paying import back
from billing.paying.models import Refund
from billing.paying.till_models import Taken
from chassis.outbox import tell
from contracts.billing.counter import BounceCheque, Means
from contracts.billing.refunds import RefundState, RefundWay
from contracts.billing.refusals import ChequeBounced, ChequeNotDeposited
from contracts.caller import Caller
from contracts.events.billing import PaidPart, PaymentBounced


def bounce(session: Session, ask: BounceCheque, caller: Caller, now: datetime) -> Refund:
    """Its whole sum, out of what was handed on. A row beside the refunds: none of it may be given back any more.

    Raises NotFound, ChequeNotDeposited, ChequeBounced.
    """
    locked = back.lock(session, ask.payment_id)
    payment = locked.payment
    if not is_deposited(session, payment.payment_id):
        raise ChequeNotDeposited
    if has_bounced(session, payment.payment_id):
        raise ChequeBounced
    row = Refund(
        refund_id=uuid4(),
        command_id=ask.command_id,
        payment_id=payment.payment_id,
        amount_cents=payment.amount_cents,
        state=RefundState.DONE,
        way=RefundWay.BOUNCED,
        reason=ask.reason,
        asked_by=caller.account_id,
        asked_by_name=caller.name,
        asked_at=now,
        done_at=now,
    )
    session.add(row)
    session.flush()
    due = back.spread(payment.amount_cents, locked.credits, locked.settled)
    entries = back.entries(payment.family_id, ledger.TREASURY, due)
    ledger.post(session, "bounce", str(row.refund_id), entries, now)
    numbers = {
        invoice.invoice_id: invoice.number
        for invoice in session.scalars(select(Invoice).where(Invoice.invoice_id.in_(due)))
    }
    fact = PaymentBounced(
        payment_id=payment.payment_id,
        family_id=payment.family_id,
        amount_cents=payment.amount_cents,
        receipt_number=payment.receipt_number or "",
        parts=[
            PaidPart(invoice_id=invoice_id, invoice_number=numbers[invoice_id], amount_cents=cents)
            for invoice_id, cents in due.items()
        ],
    )
    tell(session, fact, subject=payment.payment_id, version=1, at=now)
    return row


def is_deposited(session: Session, payment_id: UUID) -> bool:
    """A cheque, handed on under a slip."""
    taken = session.get(Taken, payment_id)
    return taken is not None and taken.means is Means.CHEQUE and taken.deposit_id is not None


def has_bounced(session: Session, payment_id: UUID) -> bool:
    """It was sent back already."""
    query = select(Refund.refund_id).where(Refund.payment_id == payment_id, Refund.way == RefundWay.BOUNCED)
    return session.scalar(query.limit(1)) is not None
