"""Is an invoice about to be collected? Apart, because what parents read of invoices asks it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.debits.models import Collection, Debit
from billing.paying.models import Payment, PaymentPart
from contracts.billing.payments import PaymentState


@dataclass(frozen=True)
class Coming:
    """A debit that was announced, as far as one invoice is concerned."""

    collect_on: date
    cents: int


def of_invoice(session: Session, invoice_id: UUID) -> Coming | None:
    """When it will be collected, and how much of it."""
    row = session.execute(
        select(Collection.collect_on, PaymentPart.amount_cents)
        .join(Debit, Debit.collection_id == Collection.collection_id)
        .join(Payment, Payment.payment_id == Debit.payment_id)
        .join(PaymentPart, PaymentPart.payment_id == Payment.payment_id)
        .where(PaymentPart.invoice_id == invoice_id, Payment.state == PaymentState.COLLECTING)
    ).first()
    return Coming(row.collect_on, row.amount_cents) if row else None
