"""A collection: planned, announced to the families, given up. Its file is made in filing.py.

Announcing takes the invoices as any other payment does: a payment in the state `collecting` with a part for each. From
then on the database refuses another payment of them, whoever starts it and whenever.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Result, Select, exists, func, insert, select
from sqlalchemy.orm import Session

from billing.accounting import ledger, numbers
from billing.debits import dates, mandates
from billing.debits.collectable import collectable
from billing.debits.creditors import Creditor, of_fund
from billing.debits.models import Collection, Debit, Mandate
from billing.debits.withdrawing import CANCELLED, MANDATE_ENDED, lock_payments, withdraw
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund, Invoice
from billing.invoicing.summaries import still_owed
from billing.models import Guardian
from billing.paying.models import Payment, PaymentPart
from billing.paying.payments import CURRENCY
from billing.treasury.models import ClaimPiece
from billing.wording import day_name
from chassis.outbox import tell_all
from contracts.billing.debits import (
    AnnounceCollection,
    CollectionPlan,
    CollectionState,
    MandateState,
    PlanCollection,
    RevokeMandate,
    WithdrawDebit,
)
from contracts.billing.invoices import InvoiceKind
from contracts.billing.payments import PaymentState
from contracts.billing.refusals import CollectionClosed, CollectionDateRefused, NothingToCollect
from contracts.caller import Caller, Kind
from contracts.errors import NotFound
from contracts.events.billing import DebitAnnounced, PaidPart

METHOD = "sepa_debit"
"""How such a payment is called: PayFiP's own debits, on its page, are `direct_debit`."""

FARTHEST_DAYS = 90
"""No collection is announced for a day farther off: it would hold the invoices from being paid otherwise."""


@dataclass(frozen=True)
class _Owed:
    mandate: Mandate
    cents: dict[UUID, int]
    numbers: dict[UUID, str]
    contested_cents: int


def plan(
    session: Session, creditors: Mapping[str, Creditor], ask: PlanCollection, now: datetime
) -> CollectionPlan:
    """What would be collected, as the books stand. Raises DebitNotOffered, CollectionDateRefused."""
    creditor = of_fund(creditors, ask.fund)
    check_date(creditor, ask.collect_on, now)
    owed = _owed(session, session.execute(_candidates(ask.fund, ask.collect_on)))
    return CollectionPlan(
        fund=ask.fund,
        fund_name=mandates.fund_names(session).get(ask.fund, ask.fund),
        collect_on=ask.collect_on,
        debits=len(owed),
        cents=sum(sum(each.cents.values()) for each in owed),
        mandates=session.scalar(
            select(func.count()).where(Mandate.fund == ask.fund, Mandate.state == MandateState.ACTIVE)
        )
        or 0,
    )


def check_date(creditor: Creditor, collect_on: date, now: datetime) -> None:
    """A bank day, late enough for the announcement. Raises CollectionDateRefused."""
    today = paris_day(now)
    earliest = dates.earliest(today, creditor.notice_days)
    too_far = (collect_on - today).days > FARTHEST_DAYS
    if collect_on < earliest or too_far or not dates.is_bank_day(collect_on):
        raise CollectionDateRefused(earliest=day_name(earliest))


def announce(
    session: Session,
    creditors: Mapping[str, Creditor],
    ask: AnnounceCollection,
    caller: Caller,
    now: datetime,
) -> Collection:
    """The collection with its payments; each family is told.

    Raises DebitNotOffered, CollectionDateRefused, NothingToCollect.
    """
    creditor = of_fund(creditors, ask.fund)
    check_date(creditor, ask.collect_on, now)
    # Shared with refunds and other collections, but not with a run that is publishing: it lays credits against debts.
    session.execute(select(Fund.code).where(Fund.code == ask.fund).with_for_update(read=True))
    session.execute(
        select(Mandate.mandate_id)
        .where(Mandate.fund == ask.fund, Mandate.state == MandateState.ACTIVE)
        .order_by(Mandate.mandate_id)
        .with_for_update()
    )
    candidates = _candidates(ask.fund, ask.collect_on)
    ids = candidates.with_only_columns(Invoice.invoice_id).order_by(Invoice.invoice_id)
    locked = session.scalars(ids.with_for_update(of=Invoice)).all()
    # Read again under the locks: what was paid, or begun, while they were waited for is left out.
    owed = _owed(session, session.execute(candidates.where(Invoice.invoice_id.in_(locked))))
    if not owed:
        raise NothingToCollect
    year = paris_day(now).year
    sequence = numbers.take(session, ask.fund, year, "debit")
    collection = Collection(
        collection_id=uuid4(),
        number=numbers.collection_number(ask.fund, year, sequence),
        fund=ask.fund,
        collect_on=ask.collect_on,
        state=CollectionState.ANNOUNCED,
        announced_at=now,
        announced_by=caller.account_id,
        announced_by_name=caller.name,
    )
    session.add(collection)
    session.flush()
    _take(session, collection, creditor, owed, now)
    return collection


def revoke(session: Session, ask: RevokeMandate, caller: Caller, now: datetime) -> Mandate:
    """Ends a mandate; what it had announced is given up, unless the bank has the order already.

    Raises NotFound, NotAllowed, MandateOver.
    """
    mandate = mandates.to_revoke(session, ask.mandate_id, caller)
    reason = mandates.REVOKED_BY_TOWN if caller.kind is Kind.AGENT else ""
    stop(session, mandate, MandateState.REVOKED, reason, now)
    return mandate


def stop(session: Session, mandate: Mandate, state: MandateState, reason: str, now: datetime) -> None:
    """Ends or suspends a mandate, locked before, with what it had announced."""
    announced = lock_collections(session, list(mandates.announced_under(session, [mandate.mandate_id])))
    withdraw(session, lock_payments(session, announced), MANDATE_ENDED, now)
    mandates.end(session, mandate, state, reason, now)


def end_over(session: Session, mandate_id: UUID, reason: str, now: datetime) -> None:
    """Ends a mandate whose time is over (see `mandates.over`)."""
    mandate = mandates.lock(session, mandate_id)
    if mandate.state in mandates.LIVING:
        state = MandateState.LAPSED if reason == mandates.UNUSED else MandateState.REVOKED
        stop(session, mandate, state, reason, now)


def cancel(session: Session, collection_id: UUID, now: datetime) -> Collection:
    """Gives up a whole collection. Raises NotFound, CollectionClosed."""
    collection = lock_open(session, collection_id)
    withdraw(session, lock_payments(session, payments_of(session, collection_id)), CANCELLED, now)
    collection.state = CollectionState.CANCELLED
    session.flush()
    return collection


def withdraw_one(session: Session, ask: WithdrawDebit, now: datetime) -> Collection:
    """Takes one family out of a collection. Raises NotFound, CollectionClosed."""
    debit = session.get(Debit, ask.payment_id)
    if debit is None:
        raise NotFound(payment_id=str(ask.payment_id))
    collection = lock_open(session, debit.collection_id)
    withdraw(session, lock_payments(session, [ask.payment_id]), CANCELLED, now)
    return collection


def lock_open(session: Session, collection_id: UUID) -> Collection:
    """Raises NotFound, CollectionClosed."""
    collection = session.get(Collection, collection_id, with_for_update=True, populate_existing=True)
    if collection is None:
        raise NotFound(collection_id=str(collection_id))
    if collection.state is not CollectionState.ANNOUNCED:
        raise CollectionClosed
    return collection


def payments_of(session: Session, collection_id: UUID) -> list[UUID]:
    """In the order of ids."""
    query = select(Debit.payment_id).where(Debit.collection_id == collection_id)
    return list(session.scalars(query.order_by(Debit.payment_id)))


def lock_collections(session: Session, payments: list[UUID]) -> list[UUID]:
    """Of these payments, those whose collection is still open once it stands still."""
    rows = session.execute(
        select(Debit.payment_id, Debit.collection_id).where(Debit.payment_id.in_(payments))
    ).all()
    open_ones = set(
        session.scalars(
            select(Collection.collection_id)
            .where(
                Collection.collection_id.in_({row.collection_id for row in rows}),
                Collection.state == CollectionState.ANNOUNCED,
            )
            .order_by(Collection.collection_id)
            .with_for_update()
        )
    )
    return [row.payment_id for row in rows if row.collection_id in open_ones]


def signer_is_guardian() -> ColumnElement[bool]:
    """A condition on `Mandate`: whoever signed still has a part in the family."""
    return (
        exists()
        .where(Guardian.family_id == Mandate.family_id, Guardian.account_id == Mandate.account_id)
        .correlate(Mandate)
    )


def _candidates(fund: str, collect_on: date) -> Select[Mandate, Invoice]:
    underway = exists().where(PaymentPart.invoice_id == Invoice.invoice_id, PaymentPart.underway)
    # What the Treasury was told of is the Treasury's to collect.
    told = (
        select(func.coalesce(func.sum(ClaimPiece.cents), 0))
        .where(ClaimPiece.invoice_id == Invoice.invoice_id)
        .correlate(Invoice)
    )
    return (
        select(Mandate, Invoice)
        .join(Invoice, (Invoice.family_id == Mandate.family_id) & (Invoice.fund == Mandate.fund))
        .where(
            Mandate.fund == fund,
            Mandate.state == MandateState.ACTIVE,
            signer_is_guardian(),
            Invoice.kind == InvoiceKind.INVOICE,
            Invoice.due_on <= collect_on,
            still_owed(),
            ~underway.correlate(Invoice),
            told.scalar_subquery() <= 0,
        )
    )


def _owed(session: Session, rows: Result[Mandate, Invoice]) -> list[_Owed]:
    """By mandate, what may be taken of each invoice, the oldest debt first: nothing of what is contested."""
    by_mandate: dict[UUID, list[tuple[Mandate, Invoice]]] = defaultdict(list)
    for mandate, invoice in rows:
        by_mandate[mandate.mandate_id].append((mandate, invoice))
    every = [invoice for pairs in by_mandate.values() for _, invoice in pairs]
    families = {invoice.family_id for invoice in every}
    may, waits = collectable(session, families, [invoice.invoice_id for invoice in every])
    found = []
    for pairs in by_mandate.values():
        invoices = sorted((invoice for _, invoice in pairs), key=lambda each: (each.due_on, each.number))
        cents = {each.invoice_id: may[each.invoice_id] for each in invoices if may[each.invoice_id] > 0}
        if cents:
            contested = sum(waits[each] for each in cents)
            numbers_of = {each.invoice_id: each.number for each in invoices}
            found.append(_Owed(pairs[0][0], cents, numbers_of, contested))
    return found


def _take(
    session: Session, collection: Collection, creditor: Creditor, owed: list[_Owed], now: datetime
) -> None:
    """A payment for each mandate, its parts, its debit, its fact: four statements, however many families."""
    payments, paid, debits, facts = [], [], [], []
    for each in owed:
        mandate, payment_id = each.mandate, uuid4()
        payments.append(
            {
                "payment_id": payment_id,
                "command_id": uuid4(),
                "invoice_id": next(iter(each.cents)),
                "family_id": mandate.family_id,
                "account_id": mandate.account_id,
                "paid_by": mandate.holder,
                "amount_cents": sum(each.cents.values()),
                "currency": CURRENCY,
                "state": PaymentState.COLLECTING,
                "provider": ledger.SEPA,
                "provider_reference": payment_id.hex,
                "method": METHOD,
                "created_at": now,
            }
        )
        paid += [
            {"payment_id": payment_id, "invoice_id": invoice_id, "amount_cents": cents, "underway": True}
            for invoice_id, cents in each.cents.items()
        ]
        debits.append(
            {
                "payment_id": payment_id,
                "collection_id": collection.collection_id,
                "mandate_id": mandate.mandate_id,
            }
        )
        facts.append(
            DebitAnnounced(
                payment_id=payment_id,
                family_id=mandate.family_id,
                account_id=mandate.account_id,
                fund=collection.fund,
                amount_cents=sum(each.cents.values()),
                collect_on=collection.collect_on,
                mandate_reference=mandate.reference,
                creditor_id=creditor.identifier,
                iban_end=mandate.iban_end,
                parts=[
                    PaidPart(invoice_id=key, invoice_number=each.numbers[key], amount_cents=cents)
                    for key, cents in each.cents.items()
                ],
                contested_cents=each.contested_cents,
            )
        )
    session.execute(insert(Payment), payments)
    session.execute(insert(PaymentPart), paid)
    session.execute(insert(Debit), debits)
    tell_all(session, [(fact, fact.payment_id, 1) for fact in facts], at=now)
