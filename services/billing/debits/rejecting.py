"""What a bank sends back: the entries are reversed, the debt is due again, the family told what to do.

One debit by hand or all those of a bank's file: the same sets of statements, however many there are.
"""

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.debits import mandates
from billing.debits.collecting import lock_collections
from billing.debits.models import Collection, Debit, Mandate
from billing.debits.reject_codes import SUSPENDS, suspends
from billing.debits.withdrawing import MANDATE_ENDED, lock_payments, withdraw
from billing.invoicing.dates import paris_day
from billing.paying import parts
from billing.paying.differences import close_of_payments
from billing.paying.models import Payment
from billing.paying.states import may
from chassis.outbox import tell_all
from contracts.billing.debits import CollectionState, MandateState, RejectDebit
from contracts.billing.payments import PaymentState
from contracts.billing.refusals import RejectRefused
from contracts.caller import Caller
from contracts.errors import Invalid, NotFound
from contracts.events.billing import DebitRejected, PaidPart

KIND = "debit_rejected"
"""Of the ledger's transaction: the payment's entries, the other way round."""

BY_HAND = "return_by_hand"
"""Of the row for an agent: a bank's file names this debit, and its reason, amount or day is not for us to believe."""


@dataclass(frozen=True)
class Returned:
    """What a bank says of one debit. `code`: one of `reject_codes.SUSPENDS`; `on`: the bank's day."""

    code: str
    on: date


def reject(session: Session, ask: RejectDebit, caller: Caller, now: datetime) -> Collection:
    """Books a debit back, whether its day has come or not; a mandate that cannot serve any more is suspended.

    Raises NotFound, RejectRefused, Invalid.
    """
    collection = session.scalar(
        select(Collection)
        .join(Debit, Debit.collection_id == Collection.collection_id)
        .where(Debit.payment_id == ask.payment_id)
    )
    if collection is None:
        raise NotFound(payment_id=str(ask.payment_id))
    if collection.state is not CollectionState.FILED or collection.filed_at is None:
        raise RejectRefused
    _check(ask, paris_day(collection.filed_at), paris_day(now))
    if not reject_all(session, {ask.payment_id: Returned(ask.code, ask.rejected_on)}, caller.name, now):
        raise RejectRefused
    return collection


def reject_all(session: Session, returned: Mapping[UUID, Returned], by_name: str, now: datetime) -> set[UUID]:
    """Books these debits back; gives those that were. The others were before, or were never sent to the bank.

    The caller has looked at codes and days. Two at once of the same debit: the second finds it done, under the locks.
    """
    under = _lock_mandates(session, returned)
    doomed = {
        under[payment_id].mandate_id
        for payment_id, word in returned.items()
        if payment_id in under and suspends(word.code)
    }
    announced = mandates.announced_under(session, doomed)
    still_open = lock_collections(session, list(announced))
    locked = lock_payments(session, [*returned, *still_open])
    filed = _filed(session, returned)
    done = [each for each in locked if each.payment_id in filed and may(each.state, _after(each))]
    booked = {each.payment_id for each in done if each.state is PaymentState.PAID}
    _write(session, done, returned, by_name)
    ledger.reverse_all(session, "payment", sorted(map(str, booked)), KIND, now)
    ended = {
        under[payment.payment_id].mandate_id: (under[payment.payment_id], payment.reason)
        for payment in done
        if suspends(payment.reason) and under[payment.payment_id].state is MandateState.ACTIVE
    }
    _tell(session, done, under, filed, set(ended), booked, now)
    given_up = [each for each in locked if each.payment_id in still_open]
    withdraw(session, [each for each in given_up if announced[each.payment_id] in ended], MANDATE_ENDED, now)
    mandates.end_all(session, ended.values(), MandateState.SUSPENDED, now)
    rejected = {payment.payment_id for payment in done}
    close_of_payments(session, BY_HAND, rejected, "Rejet enregistré", now)
    return rejected


def _check(ask: RejectDebit, filed_on: date, today: date) -> None:
    problems = {}
    if ask.code not in SUSPENDS:
        problems["code"] = "reject_code_unknown"
    if not filed_on <= ask.rejected_on <= today:
        problems["rejected_on"] = "reject_date"
    if problems:
        raise Invalid(problems=problems)


def _lock_mandates(session: Session, payments: Iterable[UUID]) -> dict[UUID, Mandate]:
    """By payment."""
    rows = session.execute(
        select(Debit.payment_id, Mandate)
        .join(Mandate, Mandate.mandate_id == Debit.mandate_id)
        .where(Debit.payment_id.in_(list(payments)))
        .order_by(Mandate.mandate_id)
        .with_for_update(of=Mandate)
        .execution_options(populate_existing=True)
    )
    return {row.payment_id: row.Mandate for row in rows}


def _filed(session: Session, payments: Iterable[UUID]) -> dict[UUID, Collection]:
    """The collection of each of these debits that the bank has."""
    rows = session.execute(
        select(Debit.payment_id, Collection)
        .join(Collection, Collection.collection_id == Debit.collection_id)
        .where(Debit.payment_id.in_(list(payments)), Collection.state == CollectionState.FILED)
    )
    return {row.payment_id: row.Collection for row in rows}


def _after(payment: Payment) -> PaymentState:
    """Where a reject leads: money that was counted is booked back, other money never came."""
    return PaymentState.REJECTED if payment.state is PaymentState.PAID else PaymentState.FAILED


def _write(session: Session, done: list[Payment], returned: Mapping[UUID, Returned], by_name: str) -> None:
    """A statement for each reason and for each day, however many debits have it."""
    by_reason: dict[tuple[PaymentState, str], list[UUID]] = defaultdict(list)
    by_day: dict[date, list[UUID]] = defaultdict(list)
    for payment in done:
        word = returned[payment.payment_id]
        by_reason[_after(payment), word.code].append(payment.payment_id)
        by_day[word.on].append(payment.payment_id)
    for (after, code), ids in by_reason.items():
        session.execute(update(Payment).where(Payment.payment_id.in_(ids)).values(state=after, reason=code))
    for day, ids in by_day.items():
        session.execute(
            update(Debit).where(Debit.payment_id.in_(ids)).values(rejected_on=day, rejected_by_name=by_name)
        )


def _tell(
    session: Session,
    done: list[Payment],
    under: Mapping[UUID, Mandate],
    filed: Mapping[UUID, Collection],
    ended: Several[UUID],
    booked: Several[UUID],
    now: datetime,
) -> None:
    paid = parts.views(session, [payment.payment_id for payment in done])
    facts = [
        DebitRejected(
            payment_id=payment.payment_id,
            family_id=payment.family_id,
            account_id=payment.account_id,
            amount_cents=payment.amount_cents,
            collect_on=filed[payment.payment_id].collect_on,
            mandate_reference=under[payment.payment_id].reference,
            code=payment.reason,
            suspended=under[payment.payment_id].mandate_id in ended,
            receipt_number=(payment.receipt_number or "") if payment.payment_id in booked else "",
            parts=[
                PaidPart(invoice_id=part.invoice_id, invoice_number=part.number, amount_cents=part.cents)
                for part in paid[payment.payment_id]
            ],
        )
        for payment in done
    ]
    tell_all(session, [(fact, fact.payment_id, 2) for fact in facts], at=now)
