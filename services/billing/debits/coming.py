"""Is an invoice about to be collected? Apart, because what parents read of invoices asks it."""

from collections.abc import Sequence
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


def of_invoices(session: Session, invoices: Sequence[UUID]) -> dict[UUID, Coming]:
    """When each will be collected, and how much of it: what is contested is taken off until the bank has the order."""
    rows = session.execute(
        select(
            PaymentPart.invoice_id,
            Collection.collect_on,
            Collection.state,
            Payment.family_id,
            PaymentPart.amount_cents,
        )
        .join(Debit, Debit.collection_id == Collection.collection_id)
        .join(Payment, Payment.payment_id == Debit.payment_id)
        .join(PaymentPart, PaymentPart.payment_id == Payment.payment_id)
        .where(PaymentPart.invoice_id.in_(invoices), Payment.state == PaymentState.COLLECTING)
    ).all()
    open_still = [row for row in rows if row.state is not CollectionState.FILED]
    may: dict[UUID, int] = {}
    if open_still:
        families = list({row.family_id for row in open_still})
        may, _ = collectable(session, families, [row.invoice_id for row in open_still])
    return {
        row.invoice_id: Coming(
            row.collect_on,
            row.amount_cents if row not in open_still else min(row.amount_cents, may.get(row.invoice_id, 0)),
        )
        for row in rows
    }
