"""What of a payment goes to which invoice: spread by a rule, kept as rows, read back in the order of the debts."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.invoicing.models import Invoice
from billing.paying.models import Payment, PaymentPart
from billing.paying.till_models import Taken
from contracts.billing.payments import PaidInvoice


def spread(cents: int, debts: Sequence[tuple[UUID, int]]) -> dict[UUID, int]:
    """`cents` over what is left of each invoice, in the order given: the first is paid whole before the next.

    Raises ValueError when more is paid than is owed.
    """
    parts: dict[UUID, int] = {}
    for invoice_id, left in debts:
        part = min(cents, max(0, left))
        if part > 0:
            parts[invoice_id] = part
            cents -= part
    if cents:
        raise ValueError("more is paid than is owed")
    return parts


def record(session: Session, payment_id: UUID, parts: dict[UUID, int], *, underway: bool) -> None:
    """Writes them beside the payment, which is flushed before."""
    session.add_all(
        PaymentPart(payment_id=payment_id, invoice_id=invoice_id, amount_cents=cents, underway=underway)
        for invoice_id, cents in parts.items()
    )
    session.flush()


def of_payment(session: Session, payment_id: UUID) -> dict[UUID, int]:
    """Cents by invoice, in the order of ids: that in which rows are locked."""
    rows = session.scalars(
        select(PaymentPart).where(PaymentPart.payment_id == payment_id).order_by(PaymentPart.invoice_id)
    )
    return {row.invoice_id: row.amount_cents for row in rows}


def reference_of(session: Session, payment: Payment) -> str:
    """By which others know it: the provider's debit, a cheque's bank and number."""
    taken = session.get(Taken, payment.payment_id)
    if taken is not None:
        return taken.reference
    return payment.provider_proof or payment.provider_reference or ""


def views(session: Session, payments: Collection[UUID]) -> dict[UUID, list[PaidInvoice]]:
    """What each of these payments pays, the oldest invoice first. One statement."""
    found: dict[UUID, list[PaidInvoice]] = defaultdict(list)
    rows = session.execute(
        select(PaymentPart, Invoice.number, Invoice.month)
        .join(Invoice, Invoice.invoice_id == PaymentPart.invoice_id)
        .where(PaymentPart.payment_id.in_(payments))
        .order_by(Invoice.due_on, Invoice.number)
    )
    for part, number, month in rows:
        view = PaidInvoice(invoice_id=part.invoice_id, number=number, month=month, cents=part.amount_cents)
        found[part.payment_id].append(view)
    return found
