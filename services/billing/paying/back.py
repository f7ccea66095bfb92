"""Which invoices money that goes back is taken from, and the entries of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.invoicing.models import Fund, Invoice, LedgerEntry
from billing.paying import parts
from billing.paying.models import Payment
from contracts.errors import NotFound


@dataclass(frozen=True)
class Locked:
    """A payment whose family's credits and invoices stand still until the transaction ends."""

    payment: Payment
    credits: list[tuple[UUID, int]]
    settled: list[tuple[UUID, int]]


def spread(
    cents: int, credits_: Sequence[tuple[UUID, int]], settled: Sequence[tuple[UUID, int]]
) -> dict[UUID, int]:
    """What each invoice owes more once `cents` went back.

    First what the family has to its credit is used up, oldest first: nothing becomes due for it. Then the invoices
    that the payment settled become due again, the newest first. A rest (a credit of this payment that went to other
    invoices meanwhile) falls on the last of them.
    """
    back: dict[UUID, int] = {}
    for invoice_id, most in (*credits_, *settled):
        part = min(cents, most)
        if part > 0:
            back[invoice_id] = back.get(invoice_id, 0) + part
            cents -= part
    if cents:
        invoice_id = settled[0][0]
        back[invoice_id] = back.get(invoice_id, 0) + cents
    return back


def lock(session: Session, payment_id: UUID) -> Locked:
    """Locks fund, invoices (by id) and payment, in that order. Raises NotFound.

    The fund's lock is shared with other refunds, but not with a run that is publishing: it lays credits against debts.
    """
    found = session.execute(
        select(Payment.family_id, Invoice.fund)
        .join(Invoice, Invoice.invoice_id == Payment.invoice_id)
        .where(Payment.payment_id == payment_id)
    ).first()
    if found is None:
        raise NotFound(payment_id=str(payment_id))
    session.execute(select(Fund.code).where(Fund.code == found.fund).with_for_update(read=True))
    paid = parts.of_payment(session, payment_id)
    open_credits = list(_credits(session, found.family_id, found.fund))
    invoices = session.scalars(
        select(Invoice)
        .where(Invoice.invoice_id.in_({*paid, *open_credits}))
        .order_by(Invoice.invoice_id)
        .with_for_update()
    ).all()
    payment = session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)
    left = ledger.left_of(session, [invoice.invoice_id for invoice in invoices])
    by_age = sorted(invoices, key=lambda invoice: (invoice.due_on, invoice.number))
    return Locked(
        payment,
        credits=[(each.invoice_id, -left[each.invoice_id]) for each in by_age if left[each.invoice_id] < 0],
        settled=[
            (
                each.invoice_id,
                max(0, min(paid[each.invoice_id], each.total_cents - max(0, left[each.invoice_id]))),
            )
            for each in reversed(by_age)
            if each.invoice_id in paid
        ],
    )


def credit_of(session: Session, family_id: UUID, fund: str) -> int:
    """What the family has to its credit with the fund, over all its papers."""
    return sum(_credits(session, family_id, fund).values())


def entries(family_id: UUID, account: str, back: Mapping[UUID, int]) -> list[ledger.Entry]:
    """The family owes that much more; `account` holds that much less."""
    return [
        *((ledger.RECEIVABLE, family_id, invoice_id, cents) for invoice_id, cents in back.items()),
        (account, None, None, -sum(back.values())),
    ]


def _credits(session: Session, family_id: UUID, fund: str) -> dict[UUID, int]:
    left = func.sum(LedgerEntry.amount_cents)
    rows = session.execute(
        select(LedgerEntry.invoice_id, -left)
        .join(Invoice, Invoice.invoice_id == LedgerEntry.invoice_id)
        .where(
            LedgerEntry.account == ledger.RECEIVABLE,
            LedgerEntry.family_id == family_id,
            Invoice.fund == fund,
        )
        .group_by(LedgerEntry.invoice_id)
        .having(left < 0)
    )
    return {invoice_id: int(cents) for invoice_id, cents in rows if invoice_id is not None}
