"""The bank's file of a collection: made once, kept sealed, given again as often as it is asked for."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.debits import dates, mandates
from billing.debits.collecting import lock_open, payments_of, signer_is_guardian
from billing.debits.creditors import Creditor, of_fund
from billing.debits.models import Collection, Debit, Mandate
from billing.debits.pain008 import Head, Order
from billing.debits.withdrawing import MANDATE_ENDED, NOTHING_LEFT, lock_payments, withdraw
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund
from billing.paying import parts
from billing.paying.models import Payment, PaymentPart
from billing.paying.payments import title_of
from billing.wording import day_name
from chassis.sealed_column import Seal
from contracts.billing.debits import CollectionState, MandateState
from contracts.billing.payments import PaymentState
from contracts.billing.refusals import CollectionTooLate
from contracts.caller import Caller
from contracts.errors import NotFound

Write = Callable[[Head, Iterable[Order]], bytes]
"""`pain008.write`: given, because the entry point runs it in a thread of its own."""


def make(
    session: Session,
    creditors: Mapping[str, Creditor],
    seal: Seal,
    write: Write,
    collection_id: UUID,
    caller: Caller,
    now: datetime,
) -> Collection:
    """The file of an announced collection. Never more than was announced: less where the debt is less by now.

    A collection of which nothing is left is given up instead, and comes back cancelled.
    Raises NotFound, CollectionClosed, CollectionTooLate, DebitNotOffered.
    """
    fund = session.scalar(select(Collection.fund).where(Collection.collection_id == collection_id))
    if fund is None:
        raise NotFound(collection_id=str(collection_id))
    creditor = of_fund(creditors, fund)
    session.execute(select(Fund.code).where(Fund.code == fund).with_for_update(read=True))
    under = _lock_mandates(session, collection_id)
    collection = lock_open(session, collection_id)
    until = dates.file_until(collection.collect_on)
    if paris_day(now) > until:
        raise CollectionTooLate(until=day_name(until))
    locked = lock_payments(session, payments_of(session, collection_id))
    payments = [each for each in locked if each.state is PaymentState.COLLECTING]
    _leave_out(session, payments, under, now)
    kept = [each for each in payments if each.state is PaymentState.COLLECTING]
    if not kept:
        collection.state = CollectionState.CANCELLED
        session.flush()
        return collection
    orders = list(_orders(session, seal, kept, under))
    head = Head(
        number=collection.number,
        name=mandates.fund_names(session)[fund],
        identifier=creditor.identifier,
        iban=creditor.iban,
        bic=creditor.bic,
        collect_on=collection.collect_on,
        made_at=now,
    )
    collection.sealed_file = seal.close(write(head, orders).decode())
    collection.state, collection.filed_at, collection.filed_by_name = CollectionState.FILED, now, caller.name
    session.execute(
        update(Mandate)
        .where(Mandate.mandate_id.in_([under[each.payment_id].mandate_id for each in kept]))
        .values(last_debit_on=collection.collect_on)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    return collection


def content(collection: Collection, seal: Seal) -> bytes:
    """The file, byte for byte as it was made. Raises NotFound before it is made and once it is erased."""
    if collection.sealed_file is None:
        raise NotFound(collection_id=str(collection.collection_id))
    return seal.open(collection.sealed_file).encode()


def _lock_mandates(session: Session, collection_id: UUID) -> dict[UUID, Mandate]:
    """By payment."""
    rows = session.execute(
        select(Debit.payment_id, Mandate)
        .join(Mandate, Mandate.mandate_id == Debit.mandate_id)
        .where(Debit.collection_id == collection_id)
        .order_by(Mandate.mandate_id)
        .with_for_update(of=Mandate)
        .execution_options(populate_existing=True)
    )
    return {row.payment_id: row.Mandate for row in rows}


def _leave_out(
    session: Session, payments: list[Payment], under: Mapping[UUID, Mandate], now: datetime
) -> None:
    """Gives up what may not be collected any more, and takes no more than is left of each invoice."""
    serving = set(
        session.scalars(
            select(Mandate.mandate_id).where(
                Mandate.mandate_id.in_({under[each.payment_id].mandate_id for each in payments}),
                Mandate.state == MandateState.ACTIVE,
                Mandate.sealed_iban.is_not(None),
                signer_is_guardian(),
            )
        )
    )
    ended = [each for each in payments if under[each.payment_id].mandate_id not in serving]
    withdraw(session, ended, MANDATE_ENDED, now)
    rows = session.scalars(
        select(PaymentPart).where(PaymentPart.payment_id.in_([each.payment_id for each in payments]))
    ).all()
    left = ledger.left_of(session, {row.invoice_id for row in rows})
    owed = {
        (row.payment_id, row.invoice_id): min(row.amount_cents, max(0, left.get(row.invoice_id, 0)))
        for row in rows
    }
    settled = []
    for payment in payments:
        if payment.state is not PaymentState.COLLECTING:
            continue
        cents = sum(each for (payment_id, _), each in owed.items() if payment_id == payment.payment_id)
        if not cents:
            settled.append(payment)
        elif cents < payment.amount_cents:
            payment.amount_cents = cents
            mine = [row for row in rows if row.payment_id == payment.payment_id]
            _lower(session, payment, {row.invoice_id: owed[row.payment_id, row.invoice_id] for row in mine})
    withdraw(session, settled, NOTHING_LEFT, now)


def _lower(session: Session, payment: Payment, cents: Mapping[UUID, int]) -> None:
    for invoice_id, part in cents.items():
        row = (PaymentPart.payment_id == payment.payment_id) & (PaymentPart.invoice_id == invoice_id)
        if part:
            session.execute(update(PaymentPart).where(row).values(amount_cents=part))
        else:
            session.execute(delete(PaymentPart).where(row))
    if not cents[payment.invoice_id]:
        payment.invoice_id = next(iter(parts.of_payment(session, payment.payment_id)))
    session.flush()


def _orders(
    session: Session, seal: Seal, payments: list[Payment], under: Mapping[UUID, Mandate]
) -> Iterable[Order]:
    """One a payment; which are the first of their mandate is written down with it."""
    ids = [payment.payment_id for payment in payments]
    debits = {
        each.payment_id: each for each in session.scalars(select(Debit).where(Debit.payment_id.in_(ids)))
    }
    used = set(
        session.scalars(
            select(Debit.mandate_id)
            .join(Payment, Payment.payment_id == Debit.payment_id)
            .where(
                Debit.mandate_id.in_({each.mandate_id for each in debits.values()}),
                Debit.sequence != "",
                Payment.state != PaymentState.FAILED,  # sent back before its day: the next is the first again
            )
        )
    )
    paid = parts.views(session, ids)
    for payment in payments:
        mandate, debit = under[payment.payment_id], debits[payment.payment_id]
        debit.sequence = "RCUR" if mandate.mandate_id in used else "FRST"
        yield Order(
            end_to_end=payment.payment_id.hex,
            sequence=debit.sequence,
            cents=payment.amount_cents,
            holder=mandate.holder,
            iban=mandates.iban_of(mandate, seal),
            bic=mandate.bic,
            reference=mandate.reference,
            signed_on=paris_day(mandate.signed_at),
            about=title_of([part.number for part in paid[payment.payment_id]]),
        )
