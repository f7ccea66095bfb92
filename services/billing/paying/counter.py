"""Money taken over the counter by agents: booked at once, under the same locks as any other payment."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from billing.accounting import ledger, numbers
from billing.invoicing import summaries
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Invoice, InvoiceLine
from billing.models import Family, Guardian
from billing.paying import parts, payments
from billing.paying.models import Payment, PaymentPart
from billing.paying.till_models import Taken
from billing.wording import euros
from contracts.billing.counter import CounterView, Means, OwedInvoice, TakePayment
from contracts.billing.invoices import InvoiceKind
from contracts.billing.payments import PaymentState
from contracts.billing.refusals import (
    CesuForCareOnly,
    MoreThanOwed,
    NothingToPay,
    PaymentUnderway,
    SelectionChanged,
)
from contracts.caller import Caller
from contracts.errors import NotFound


def desk(session: Session, family_id: UUID, today: date) -> CounterView:
    """What the family owes, oldest first. Raises NotFound."""
    family = session.get(Family, family_id)
    if family is None:
        raise NotFound(family_id=str(family_id))
    query = summaries.query().where(
        Invoice.family_id == family_id, Invoice.kind == InvoiceKind.INVOICE, summaries.still_owed()
    )
    owed = summaries.read(session, query.order_by(Invoice.due_on, Invoice.number), today)
    left = {each.invoice_id: each.left_cents for each in owed}
    care = care_left(session, left)
    return CounterView(
        family_id=family_id,
        family_label=family.label,
        family_number=family.number,
        guardians=list(
            session.scalars(
                select(Guardian.name).where(Guardian.family_id == family_id).order_by(Guardian.name)
            )
        ),
        owed=[OwedInvoice(summary=each, care_cents=care[each.invoice_id]) for each in owed],
    )


def underway(session: Session, invoices: Collection[UUID]) -> list[UUID]:
    """Payments that may still take money for one of these invoices."""
    query = select(PaymentPart.payment_id).where(PaymentPart.invoice_id.in_(invoices), PaymentPart.underway)
    return list(session.scalars(query.distinct()))


def take(session: Session, ask: TakePayment, caller: Caller, now: datetime) -> Payment:
    """A payment with its receipt, its entries and its fact.

    Two agents who take the same money at once follow one another: the second finds the invoice settled.
    Raises NotFound, NothingToPay, SelectionChanged, SeveralFamilies, MoreThanOwed, CesuForCareOnly, PaymentUnderway.
    """
    invoices = payments.lock_invoices(session, set(ask.invoice_ids))
    if underway(session, ask.invoice_ids):
        raise PaymentUnderway
    paid = _spread(session, ask, invoices)
    fund, year = invoices[0].fund, paris_day(now).year
    payment = Payment(
        payment_id=uuid4(),
        command_id=ask.command_id,
        invoice_id=next(iter(paid)),
        family_id=invoices[0].family_id,
        account_id=None,
        paid_by=ask.paid_by,
        amount_cents=ask.amount_cents,
        currency=payments.CURRENCY,
        state=PaymentState.PAID,
        provider=ledger.COUNTER,
        method=ask.means,
        created_at=now,
        paid_at=now,
        receipt_number=numbers.receipt_number(fund, year, numbers.take(session, fund, year, "receipt")),
    )
    session.add(payment)
    session.flush()
    parts.record(session, payment.payment_id, paid, underway=False)
    session.add(
        Taken(
            payment_id=payment.payment_id,
            fund=fund,
            means=ask.means,
            reference=ask.reference,
            taken_by=caller.account_id,
            taken_by_name=caller.name,
            held_cents=ask.amount_cents,
        )
    )
    ledger.post_payment(session, payment.payment_id, payment.family_id, paid, now, ask.means)
    payments.tell_received(session, payment, now)
    session.flush()
    return payment


def care_left(session: Session, left: dict[UUID, int]) -> dict[UUID, int]:
    """How much of what is left of each invoice CESU may still pay.

    A prefunded CESU pays child care, not food (Code du travail L1271-1): never more in all than the invoice's lines
    of care, whoever paid the rest and by what means.
    """
    care = _sums(
        session,
        select(InvoiceLine.invoice_id, func.sum(InvoiceLine.amount_cents))
        .where(InvoiceLine.invoice_id.in_(left), InvoiceLine.child_care)
        .group_by(InvoiceLine.invoice_id),
    )
    by_cesu = _sums(
        session,
        select(PaymentPart.invoice_id, func.sum(PaymentPart.amount_cents))
        .join(Taken, Taken.payment_id == PaymentPart.payment_id)
        .where(PaymentPart.invoice_id.in_(left), Taken.means == Means.CESU, ~Taken.given_back)
        .group_by(PaymentPart.invoice_id),
    )
    return {
        invoice_id: cesu_ceiling(care.get(invoice_id, 0), by_cesu.get(invoice_id, 0), cents)
        for invoice_id, cents in left.items()
    }


def cesu_ceiling(care_cents: int, paid_by_cesu: int, left_cents: int) -> int:
    """The most that CESU may pay of an invoice: its care, less what CESU paid of it, and no more than is left."""
    return max(0, min(left_cents, care_cents - paid_by_cesu))


def _spread(session: Session, ask: TakePayment, invoices: list[Invoice]) -> dict[UUID, int]:
    left = ledger.left_of(session, [invoice.invoice_id for invoice in invoices])
    debts = {invoice.invoice_id: left.get(invoice.invoice_id, 0) for invoice in invoices}
    settled = [invoice_id for invoice_id, cents in debts.items() if cents <= 0]
    if len(settled) == len(debts):
        raise NothingToPay(state=PaymentState.PAID)
    if settled:
        raise SelectionChanged
    if ask.amount_cents > sum(debts.values()):
        raise MoreThanOwed(most=euros(sum(debts.values())))
    if ask.means is Means.CESU:
        debts = care_left(session, debts)
        if ask.amount_cents > sum(debts.values()):
            raise CesuForCareOnly(most=euros(sum(debts.values())))
    return parts.spread(ask.amount_cents, list(debts.items()))


def held() -> ColumnElement[bool]:
    """A condition on `Taken`: it is in the till."""
    return Taken.deposit_id.is_(None) & ~Taken.given_back


def _sums(session: Session, query: object) -> dict[UUID, int]:
    return {row[0]: int(row[1]) for row in session.execute(query)}  # type: ignore[call-overload]
