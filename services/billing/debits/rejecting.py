"""What a bank sends back: the entries are reversed, the debt is due again, the family told what to do."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.debits import mandates
from billing.debits.collecting import lock_collections
from billing.debits.models import Collection, Debit, Mandate
from billing.debits.reject_codes import SUSPENDS, suspends
from billing.debits.withdrawing import MANDATE_ENDED, lock_payments, withdraw
from billing.invoicing.dates import paris_day
from billing.paying import parts
from billing.paying.models import Payment
from billing.paying.states import may
from chassis.outbox import tell
from contracts.billing.debits import CollectionState, MandateState, RejectDebit
from contracts.billing.payments import PaymentState
from contracts.billing.refusals import RejectRefused
from contracts.caller import Caller
from contracts.errors import Invalid, NotFound
from contracts.events.billing import DebitRejected, PaidPart

KIND = "debit_rejected"
"""Of the ledger's transaction: the payment's entries, the other way round."""


def reject(session: Session, ask: RejectDebit, caller: Caller, now: datetime) -> Collection:
    """Books a debit back, whether its day has come or not; a mandate that cannot serve any more is suspended.

    Raises NotFound, RejectRefused, Invalid.
    """
    found = session.execute(
        select(Debit, Collection)
        .join(Collection, Collection.collection_id == Debit.collection_id)
        .where(Debit.payment_id == ask.payment_id)
    ).first()
    if found is None:
        raise NotFound(payment_id=str(ask.payment_id))
    debit: Debit = found.Debit
    collection: Collection = found.Collection
    if collection.state is not CollectionState.FILED or collection.filed_at is None:
        raise RejectRefused
    _check(ask, paris_day(collection.filed_at), paris_day(now))
    mandate = mandates.lock(session, debit.mandate_id)
    suspended = suspends(ask.code) and mandate.state is MandateState.ACTIVE
    announced = []
    if suspended:
        announced = lock_collections(session, mandates.announced_of(session, mandate.mandate_id))
    locked = lock_payments(session, [ask.payment_id, *announced])
    payment = next(each for each in locked if each.payment_id == ask.payment_id)
    booked = payment.state is PaymentState.PAID
    _send_back(session, payment, ask.code, now)
    debit.rejected_on, debit.rejected_by_name = ask.rejected_on, caller.name
    _tell(session, payment, mandate, collection, suspended=suspended, booked=booked, now=now)
    if suspended:
        withdraw(session, [each for each in locked if each is not payment], MANDATE_ENDED, now)
        mandates.end(session, mandate, MandateState.SUSPENDED, ask.code, now)
    session.flush()
    return collection


def _check(ask: RejectDebit, filed_on: date, today: date) -> None:
    problems = {}
    if ask.code not in SUSPENDS:
        problems["code"] = "reject_code_unknown"
    if not filed_on <= ask.rejected_on <= today:
        problems["rejected_on"] = "reject_date"
    if problems:
        raise Invalid(problems=problems)


def _send_back(session: Session, payment: Payment, code: str, now: datetime) -> None:
    after = PaymentState.REJECTED if payment.state is PaymentState.PAID else PaymentState.FAILED
    if not may(payment.state, after):
        raise RejectRefused
    if after is PaymentState.REJECTED:
        ledger.reverse(session, "payment", str(payment.payment_id), KIND, now)
    payment.state, payment.reason = after, code
    session.flush()


def _tell(
    session: Session,
    payment: Payment,
    mandate: Mandate,
    collection: Collection,
    *,
    suspended: bool,
    booked: bool,
    now: datetime,
) -> None:
    fact = DebitRejected(
        payment_id=payment.payment_id,
        family_id=payment.family_id,
        account_id=payment.account_id,
        amount_cents=payment.amount_cents,
        collect_on=collection.collect_on,
        mandate_reference=mandate.reference,
        code=payment.reason,
        suspended=suspended,
        receipt_number=payment.receipt_number if booked and payment.receipt_number else "",
        parts=[
            PaidPart(invoice_id=part.invoice_id, invoice_number=part.number, amount_cents=part.cents)
            for part in parts.views(session, [payment.payment_id])[payment.payment_id]
        ],
    )
    tell(session, fact, subject=payment.payment_id, version=2, at=now)
