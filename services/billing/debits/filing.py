"""The bank's file of a collection: made once, kept sealed, given again as often as it is asked for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text, tuple_, update
from sqlalchemy.orm import Session

from billing.debits import dates, mandates
from billing.debits.collectable import collectable
from billing.debits.collecting import lock_open, payments_of, signer_is_guardian
from billing.debits.creditors import Creditor, of_fund
from billing.debits.models import Collection, Debit, Mandate
from billing.debits.pain008 import Head, Order
from billing.debits.withdrawing import CONTESTED, MANDATE_ENDED, NOTHING_LEFT, lock_payments, withdraw
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

_LOWER_PARTS = """
UPDATE payment_part SET amount_cents = new.cents
FROM unnest(CAST(:payments AS uuid[]), CAST(:invoices AS uuid[]), CAST(:cents AS int[]))
     AS new (payment_id, invoice_id, cents)
WHERE payment_part.payment_id = new.payment_id AND payment_part.invoice_id = new.invoice_id
"""

_LOWER_PAYMENTS = """
UPDATE payment SET amount_cents = kept.cents,
    invoice_id = CASE WHEN payment.invoice_id = ANY(kept.invoices) THEN payment.invoice_id ELSE kept.invoices[1] END
FROM (
    SELECT payment_id, sum(amount_cents) AS cents, array_agg(invoice_id ORDER BY invoice_id) AS invoices
    FROM payment_part WHERE payment_id = ANY(:payments) GROUP BY payment_id
) AS kept
WHERE payment.payment_id = kept.payment_id
"""


def make(
    session: Session,
    creditors: Mapping[str, Creditor],
    seal: Seal,
    write: Write,
    collection_id: UUID,
    caller: Caller,
    now: datetime,
) -> Collection:
    """The file of an announced collection. Never more than was announced; less where less is owed, or it is contested.

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
    """Gives up what may not be collected any more, and takes no more than may be of each invoice."""
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
    families = {each.family_id for each in payments}
    may, waits = collectable(session, families, {row.invoice_id for row in rows})
    owed: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for row in rows:
        owed[row.payment_id][row.invoice_id] = min(row.amount_cents, may.get(row.invoice_id, 0))
    alive = [each for each in payments if each.state is PaymentState.COLLECTING]
    settled = [each for each in alive if not any(owed[each.payment_id].values())]
    contested = [each for each in settled if any(waits.get(key, 0) for key in owed[each.payment_id])]
    withdraw(session, contested, CONTESTED, now)
    withdraw(session, [each for each in settled if each not in contested], NOTHING_LEFT, now)
    lowered = {
        each.payment_id: owed[each.payment_id]
        for each in alive
        if 0 < sum(owed[each.payment_id].values()) < each.amount_cents
    }
    _lower(session, lowered)


def _lower(session: Session, lowered: Mapping[UUID, Mapping[UUID, int]]) -> None:
    """Takes less: cents by payment and invoice. An invoice of which nothing is left is not paid by it any more."""
    if not lowered:
        return
    parts_left = [(each, *part) for each, invoices in lowered.items() for part in invoices.items()]
    kept = [part for part in parts_left if part[2]]
    gone = [part[:2] for part in parts_left if not part[2]]
    if gone:
        of_these = tuple_(PaymentPart.payment_id, PaymentPart.invoice_id).in_(gone)
        session.execute(delete(PaymentPart).where(of_these).execution_options(synchronize_session=False))
    payments, invoices, cents = (list(column) for column in zip(*kept, strict=True))
    session.execute(text(_LOWER_PARTS), {"payments": payments, "invoices": invoices, "cents": cents})
    session.execute(text(_LOWER_PAYMENTS), {"payments": list(lowered)})
    again = select(Payment).where(Payment.payment_id.in_(lowered))
    session.scalars(again.execution_options(populate_existing=True)).all()


def _orders(
    session: Session, seal: Seal, payments: list[Payment], under: Mapping[UUID, Mandate]
) -> Iterable[Order]:
    """One a payment; which are the first of their mandate is written down with it."""
    ids = [payment.payment_id for payment in payments]
    used = set(
        session.scalars(
            select(Debit.mandate_id)
            .join(Payment, Payment.payment_id == Debit.payment_id)
            .where(
                Debit.mandate_id.in_({under[each].mandate_id for each in ids}),
                Debit.sequence != "",
                Payment.state != PaymentState.FAILED,  # sent back before its day: the next is the first again
            )
        )
    )
    first = {each for each in ids if under[each].mandate_id not in used}
    for sequence, those in (("FRST", first), ("RCUR", set(ids) - first)):
        session.execute(
            update(Debit)
            .where(Debit.payment_id.in_(those))
            .values(sequence=sequence)
            .execution_options(synchronize_session=False)
        )
    paid = parts.views(session, ids)
    for payment in payments:
        mandate = under[payment.payment_id]
        yield Order(
            end_to_end=payment.payment_id.hex,
            sequence="FRST" if payment.payment_id in first else "RCUR",
            cents=payment.amount_cents,
            holder=mandate.holder,
            iban=mandates.iban_of(mandate, seal),
            bic=mandate.bic,
            reference=mandate.reference,
            signed_on=paris_day(mandate.signed_at),
            about=title_of([part.number for part in paid[payment.payment_id]]),
        )
