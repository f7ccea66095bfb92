"""Giving up a debit that was announced and not sent to the bank: the invoice is free again, the family told."""

from collections.abc import Collection as Several
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.debits.models import Collection, Debit
from billing.invoicing.models import Invoice
from billing.paying import parts
from billing.paying.models import Payment, PaymentPart
from billing.paying.states import may
from chassis.outbox import tell_all
from contracts.billing.payments import PaymentState
from contracts.events.billing import DebitWithdrawn, PaidPart

MANDATE_ENDED = "mandate_ended"
NOTHING_LEFT = "nothing_left"
CONTESTED = "contested"
CANCELLED = "cancelled"


def lock_payments(session: Session, payments: Several[UUID]) -> list[Payment]:
    """The payments, in the order of ids; all their invoices locked before the first of them, in the same order."""
    of_these = select(PaymentPart.invoice_id).where(PaymentPart.payment_id.in_(payments))
    session.execute(
        select(Invoice.invoice_id)
        .where(Invoice.invoice_id.in_(of_these))
        .order_by(Invoice.invoice_id)
        .with_for_update()
    )
    locked = session.scalars(
        select(Payment)
        .where(Payment.payment_id.in_(payments))
        .order_by(Payment.payment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(locked)


def withdraw(session: Session, payments: Several[Payment], reason: str, now: datetime) -> None:
    """These payments, locked before, are not collected; those that were not about to be stay as they are."""
    given_up = [each for each in payments if may(each.state, PaymentState.FAILED)]
    if not given_up:
        return
    ids = [payment.payment_id for payment in given_up]
    # One statement for a whole town; the rows that the session holds are changed with it.
    session.execute(
        update(Payment).where(Payment.payment_id.in_(ids)).values(state=PaymentState.FAILED, reason=reason)
    )
    rows = session.execute(
        select(Debit.payment_id, Collection.collect_on)
        .join(Collection, Collection.collection_id == Debit.collection_id)
        .where(Debit.payment_id.in_(ids))
    )
    collect_on = {row.payment_id: row.collect_on for row in rows}
    paid = parts.views(session, ids)
    facts = [
        DebitWithdrawn(
            payment_id=payment.payment_id,
            family_id=payment.family_id,
            account_id=payment.account_id,
            amount_cents=payment.amount_cents,
            collect_on=collect_on[payment.payment_id],
            reason=reason,
            parts=[
                PaidPart(invoice_id=part.invoice_id, invoice_number=part.number, amount_cents=part.cents)
                for part in paid[payment.payment_id]
            ],
        )
        for payment in given_up
    ]
    tell_all(session, [(fact, fact.payment_id, 2) for fact in facts], at=now)
