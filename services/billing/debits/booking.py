"""What happens to a collection by itself: booked as paid on its day; given up when no file was made in time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.debits.collecting import METHOD
from billing.debits.models import Collection, Debit, Mandate
from billing.invoicing.dates import paris_day
from billing.paying import payments
from billing.paying.models import Payment
from billing.paying.payments import Settled
from billing.paying.provider import Progress, Seen
from contracts.billing.debits import CollectionState
from contracts.billing.payments import PaymentState


def due(session: Session, now: datetime, limit: int = 200) -> list[UUID]:
    """Payments whose day has come, the bank having the order."""
    query = (
        select(Debit.payment_id)
        .join(Collection, Collection.collection_id == Debit.collection_id)
        .join(Payment, Payment.payment_id == Debit.payment_id)
        .where(
            Payment.state == PaymentState.COLLECTING,
            Collection.state == CollectionState.FILED,
            Collection.collect_on <= paris_day(now),
        )
    )
    return list(session.scalars(query.order_by(Collection.collect_on, Debit.payment_id).limit(limit)))


def book(session: Session, payment_id: UUID, now: datetime) -> Settled:
    """The day has come: the money counts, with receipt and fact, until a bank sends it back. Repeated, nothing."""
    payment = session.get_one(Payment, payment_id)
    reference = session.scalar(
        select(Mandate.reference)
        .join(Debit, Debit.mandate_id == Mandate.mandate_id)
        .where(Debit.payment_id == payment_id)
    )
    seen = Seen(Progress.PAID, payment.amount_cents, payment.currency, proof=reference or "", method=METHOD)
    return payments.settle(session, payment_id, seen, now)


def forgotten(session: Session, now: datetime) -> list[UUID]:
    """Collections whose day has come without a file."""
    query = select(Collection.collection_id).where(
        Collection.state == CollectionState.ANNOUNCED, Collection.collect_on <= paris_day(now)
    )
    return list(session.scalars(query.order_by(Collection.collection_id)))
