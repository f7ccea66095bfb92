"""What the office reads and decides about payments: the list, the differences, the notifications that failed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.invoicing.models import Invoice
from billing.invoicing.statements import payment_view
from billing.paying import back, bounces, disputes, notifications, parts, refunds
from billing.paying.models import Difference, Notification, Payment, Refund
from contracts.billing.refunds import PaymentFile
from contracts.billing.runs import (
    DifferenceView,
    FindPayments,
    NotificationPage,
    NotificationView,
    PaymentPage,
    PaymentRow,
    ResolveDifference,
)
from contracts.errors import NotFound

PAGE = 50


def find_payments(session: Session, ask: FindPayments) -> PaymentPage:
    """Payments, newest first, and every difference nobody has dealt with."""
    conditions = [Payment.state == ask.state] if ask.state else []
    rows = session.execute(
        select(Payment, Invoice.family_label)
        .join(Invoice, Invoice.invoice_id == Payment.invoice_id)
        .where(*conditions)
        .order_by(Payment.created_at.desc(), Payment.payment_id)
        .limit(PAGE)
        .offset((ask.page - 1) * PAGE)
    ).all()
    paid = parts.views(session, [row.payment_id for row, _ in rows])
    return PaymentPage(
        payments=[
            PaymentRow(
                payment=payment_view(row, paid[row.payment_id]),
                family_label=label,
                provider_reference=row.provider_proof or row.provider_reference or "",
                created_at=row.created_at,
                reason=row.reason,
            )
            for row, label in rows
        ],
        total=session.scalar(select(func.count()).select_from(Payment).where(*conditions)) or 0,
        page=ask.page,
        differences=_differences(session, Difference.resolved_at.is_(None)),
    )


def payment_file(session: Session, payment_id: UUID, gives_back: Callable[[Payment], bool]) -> PaymentFile:
    """All of a payment. `gives_back`: its provider refunds on demand. Raises NotFound."""
    row = session.execute(
        select(Payment, Invoice.family_label, Invoice.fund)
        .join(Invoice, Invoice.invoice_id == Payment.invoice_id)
        .where(Payment.payment_id == payment_id)
    ).first()
    if row is None:
        raise NotFound(payment_id=str(payment_id))
    payment: Payment = row.Payment
    blocked = refunds.is_disputed(session, payment_id)
    return PaymentFile(
        payment=payment_view(payment, parts.views(session, [payment_id])[payment_id]),
        family_id=payment.family_id,
        family_label=row.family_label,
        paid_by=payment.paid_by,
        method=payment.method,
        created_at=payment.created_at,
        provider_reference=parts.reference_of(session, payment),
        reason=payment.reason,
        refunds=refunds.of_payment(session, payment_id),
        disputes=disputes.of_payment(session, payment_id),
        refundable_cents=0 if blocked else refunds.refundable(session, payment),
        way=refunds.way_of(session, payment, gives_back(payment)),
        credit_cents=back.credit_of(session, payment.family_id, row.fund),
        may_bounce=bounces.is_deposited(session, payment_id) and not bounces.has_bounced(session, payment_id),
    )


def resolve(session: Session, ask: ResolveDifference, by: UUID, now: datetime) -> DifferenceView:
    """An agent dealt with it. The first answer stands. Raises NotFound."""
    found = session.get(Difference, ask.difference_id, with_for_update=True)
    if found is None:
        raise NotFound
    if found.resolved_at is None:
        found.resolved_at, found.resolved_by, found.note = now, by, ask.note
        session.flush()
    return _differences(session, Difference.difference_id == ask.difference_id)[0]


def find_notifications(session: Session, *, parked: bool) -> NotificationPage:
    """The newest hundred, or the parked ones."""
    conditions = [Notification.state == "parked"] if parked else []
    rows = session.scalars(
        select(Notification).where(*conditions).order_by(Notification.received_at.desc()).limit(100)
    )
    waiting = select(func.count()).select_from(Notification).where(Notification.state == "parked")
    return NotificationPage(
        notifications=[_notification(row) for row in rows], parked=session.scalar(waiting) or 0
    )


def retry(session: Session, event_id: str) -> NotificationView:
    """Takes a parked notification up again. Raises NotFound."""
    return _notification(notifications.retry(session, event_id))


def _notification(row: Notification) -> NotificationView:
    return NotificationView(
        event_id=row.event_id,
        kind=row.kind,
        state=row.state,
        attempts=row.attempts,
        received_at=row.received_at,
        problem=row.problem,
        payment_id=row.payment_id,
    )


def _differences(session: Session, condition: Any) -> list[DifferenceView]:
    found = session.execute(
        select(Difference, Invoice.number)
        .outerjoin(Payment, Payment.payment_id == Difference.payment_id)
        .outerjoin(Invoice, Invoice.invoice_id == Payment.invoice_id)
        .where(condition)
        .order_by(Difference.found_at)
        .limit(200)
    ).all()
    subjects = [row.subject for row, _ in found if row.kind == "refund"]
    booked = set(
        session.scalars(select(Refund.provider_reference).where(Refund.provider_reference.in_(subjects)))
    )
    return [
        DifferenceView(
            difference_id=row.difference_id,
            kind=row.kind,
            payment_id=row.payment_id,
            invoice_number=number,
            expected_cents=row.expected_cents,
            seen_cents=row.seen_cents,
            seen_currency=row.seen_currency,
            detail=row.detail,
            found_at=row.found_at,
            resolved_at=row.resolved_at,
            note=row.note,
            bookable=_is_bookable(row, booked),
        )
        for row, number in found
    ]


def _is_bookable(row: Difference, booked: set[str]) -> bool:
    """A refund of a payment of ours, not one that we had ordered ourselves."""
    ours = row.kind == "refund" and row.payment_id is not None and row.expected_cents is None
    return ours and row.resolved_at is None and row.subject not in booked
