"""Is an invoice about to be collected? Apart, because what parents read of invoices asks it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.debits.collectable import collectable
from billing.debits.models import Collection, Debit
from billing.paying.models import Payment, PaymentPart
from contracts.billing.debits import CollectionState
from contracts.billing.payments import PaymentState


@dataclass(frozen=True)
class Coming:
    """A debit that was announced, as far as one invoice is concerned."""

    collect_on: date
    cents: int


def of_invoice(session: Session, invoice_id: UUID) -> Coming | None:
    """When it will be collected, and how much of it: what is contested is taken off until the bank has the order."""
    row = session.execute(
        select(Collection.collect_on, Collection.state, Payment.family_id, PaymentPart.amount_cents)
        .join(Debit, Debit.collection_id == Collection.collection_id)
        .join(Payment, Payment.payment_id == Debit.payment_id)
        .join(PaymentPart, PaymentPart.payment_id == Payment.payment_id)
        .where(PaymentPart.invoice_id == invoice_id, Payment.state == PaymentState.COLLECTING)
    ).first()
    if row is None:
        return None
    if row.state is CollectionState.FILED:
        return Coming(row.collect_on, row.amount_cents)
    may, _ = collectable(session, [row.family_id], [invoice_id])
    return Coming(row.collect_on, min(row.amount_cents, may.get(invoice_id, 0)))
