"""A payment in our books: started under the invoice's lock, settled by what the provider's books say.

Every function here is one transaction's work; none talks to the provider (see till.py). Locks are always taken
in the order invoice, payment, numbering.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Update, func, select, update
from sqlalchemy.orm import Session

from billing.accounting import ledger, numbers
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Invoice
from billing.models import Guardian
from billing.paying.differences import note_difference
from billing.paying.models import Payment
from billing.paying.provider import Order, Seen
from billing.paying.states import UNDERWAY, WITHOUT_MONEY, may, state_for
from chassis.outbox import tell
from contracts.billing.payments import PaymentState, StartPayment
from contracts.billing.refusals import NothingToPay, OnlinePaymentClosed
from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.events.billing import PaymentFailed, PaymentReceived

CURRENCY = "eur"
PAGE_OPEN_FOR = timedelta(minutes=60)
_LOOKS = (30, 60, 120, 300, 600)  # seconds until the provider is asked (again) about a silent payment


@dataclass(frozen=True)
class Begun:
    """What starting led to: `payment` is ours to pay with, unless `in_the_way` (somebody's, stale) must close first.

    `resumed`: it was there before, and its page may have moved on since.
    """

    payment: Payment
    in_the_way: bool = False
    resumed: bool = False


@dataclass(frozen=True)
class Settled:
    """What changed: from, to (equal when nothing did), and the cents received by this very change."""

    before: PaymentState
    after: PaymentState
    received_cents: int = 0


def begin(session: Session, ask: StartPayment, caller: Caller, provider: str, now: datetime) -> Begun:
    """A payment of what is left of the invoice, for its family's guardian.

    The invoice's row lock makes two starts at once follow one another: the second finds the first one's payment.
    Raises NotFound (also for another family's invoice), NothingToPay, OnlinePaymentClosed.
    """
    account = caller.citizen()
    invoice = session.scalars(
        select(Invoice)
        .join(Guardian, Guardian.family_id == Invoice.family_id)
        .where(Invoice.invoice_id == ask.invoice_id, Guardian.account_id == account)
        .with_for_update(of=Invoice)
    ).first()
    if invoice is None:
        raise NotFound(invoice_id=str(ask.invoice_id))
    repeated = session.scalars(select(Payment).where(Payment.command_id == ask.command_id)).first()
    if repeated is not None and repeated.invoice_id == invoice.invoice_id and repeated.account_id == account:
        if repeated.state in {PaymentState.CREATED, PaymentState.OPEN}:
            return Begun(repeated, resumed=True)
        raise NothingToPay(state=repeated.state)
    left = ledger.left_of(session, [invoice.invoice_id]).get(invoice.invoice_id, 0)
    if left <= 0:
        raise NothingToPay(state=PaymentState.PAID)
    if paris_day(now) > invoice.pay_online_until:
        raise OnlinePaymentClosed(until=invoice.pay_online_until.isoformat())
    underway = session.scalars(
        select(Payment).where(Payment.invoice_id == invoice.invoice_id, Payment.state.in_(UNDERWAY))
    ).first()
    if underway is not None:
        serves = _serves(session, underway, account, left)
        return Begun(underway, in_the_way=not serves, resumed=serves)
    payment = Payment(
        payment_id=uuid4(),
        command_id=ask.command_id,
        invoice_id=invoice.invoice_id,
        family_id=invoice.family_id,
        account_id=account,
        paid_by=caller.name,
        amount_cents=left,
        currency=CURRENCY,
        state=PaymentState.CREATED,
        provider=provider,
        created_at=now,
    )
    session.add(payment)
    session.flush()
    session.refresh(payment)
    session.execute(_look_again(payment))
    return Begun(payment)


def _serves(session: Session, payment: Payment, account: UUID, left: int) -> bool:
    """True when a payment underway can be taken up: same payer, same amount, its page still open for a while."""
    young = session.scalar(
        select(func.now() < Payment.real_started_at + PAGE_OPEN_FOR - timedelta(minutes=10)).where(
            Payment.payment_id == payment.payment_id
        )
    )
    resumable = payment.state in {PaymentState.CREATED, PaymentState.OPEN}
    return resumable and payment.account_id == account and payment.amount_cents == left and bool(young)


def order_of(session: Session, payment: Payment, site_url: str) -> Order:
    """What the provider is asked to collect: wholly a function of our books, so that asking twice is asking once."""
    invoice = session.get_one(Invoice, payment.invoice_id)
    pages = f"{site_url}/mon-espace/factures"
    return Order(
        payment_id=payment.payment_id,
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        title=f"Facture {invoice.number}",
        detail=f"Famille {invoice.family_number}",
        success_url=f"{pages}/paiements/{payment.payment_id}",
        cancel_url=f"{pages}/{payment.invoice_id}?abandon=1",
        expires_at=payment.real_started_at + PAGE_OPEN_FOR,
    )


def opened(session: Session, payment_id: UUID, reference: str, url: str) -> Payment:
    """The provider made the page. A repeat finds it recorded."""
    payment = lock(session, payment_id)
    if may(payment.state, PaymentState.OPEN) and payment.provider_reference is None:
        payment.state = PaymentState.OPEN
        payment.provider_reference, payment.provider_url = reference, url
        session.flush()
    return payment


def refused(session: Session, payment_id: UUID, now: datetime) -> None:
    """The provider will not make the page: nothing was taken, the invoice may be tried again."""
    payment = lock(session, payment_id)
    if may(payment.state, PaymentState.FAILED):
        payment.state, payment.reason = PaymentState.FAILED, "refused_by_provider"
        _tell_failed(session, payment, now)


def settle(session: Session, payment_id: UUID, seen: Seen, now: datetime) -> Settled:
    """Brings the payment to where the provider's books are, through the table; what the table lacks changes nothing.

    Repeated, late or out of order, the same word has the same effect once: receipt, ledger and fact go with the one
    transition into `paid`, under the payment's lock.
    """
    payment = lock(session, payment_id)
    before, after = payment.state, state_for(seen, payment.amount_cents, payment.currency)
    if not may(before, after):
        return Settled(before, before)
    received = 0
    if after is PaymentState.PAID:
        received = payment.amount_cents
        _receive(session, payment, now)
    payment.state = after
    payment.provider_proof = seen.proof or payment.provider_proof
    payment.reason = seen.reason or payment.reason
    if after is PaymentState.PAID:
        _tell_received(session, payment, now)
    elif after is PaymentState.DIFFERENT:
        note_difference(
            session,
            now,
            "amount",
            str(payment.payment_id),
            payment_id=payment.payment_id,
            expected_cents=payment.amount_cents,
            seen_cents=seen.amount_cents,
            seen_currency=seen.currency,
        )
    elif after in WITHOUT_MONEY:
        payment.reason = payment.reason or "abandoned"
        _tell_failed(session, payment, now)
    session.flush()
    return Settled(before, after, received)


def lock(session: Session, payment_id: UUID) -> Payment:
    """The payment, its invoice locked before it. Raises NotFound."""
    invoice_id = session.scalar(select(Payment.invoice_id).where(Payment.payment_id == payment_id))
    if invoice_id is None:
        raise NotFound(payment_id=str(payment_id))
    session.execute(select(Invoice.invoice_id).where(Invoice.invoice_id == invoice_id).with_for_update())
    return session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)


def silent(session: Session, limit: int = 20) -> list[UUID]:
    """Payments not heard of for a while, and puts off when to ask about them again.

    SKIP LOCKED: two processes share the work; the postponement is committed before anybody is asked.
    """
    waiting = session.scalars(
        select(Payment)
        .where(Payment.state.in_(UNDERWAY), Payment.real_next_look_at <= func.now())
        .order_by(Payment.real_next_look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for payment in waiting:
        session.execute(_look_again(payment))
    return [payment.payment_id for payment in waiting]


def _receive(session: Session, payment: Payment, now: datetime) -> None:
    invoice = session.get_one(Invoice, payment.invoice_id)
    left = ledger.left_of(session, [invoice.invoice_id]).get(invoice.invoice_id, 0)
    year = paris_day(now).year
    sequence = numbers.take(session, invoice.fund, year, "receipt")
    ledger.post_payment(
        session, payment.payment_id, payment.family_id, payment.invoice_id, payment.amount_cents, now
    )
    if payment.amount_cents > left:
        note_difference(
            session,
            now,
            "paid_twice",
            str(payment.payment_id),
            payment_id=payment.payment_id,
            expected_cents=max(0, left),
            seen_cents=payment.amount_cents,
            seen_currency=payment.currency,
        )
    # State and receipt number go together: the table refuses one without the other.
    payment.state, payment.paid_at = PaymentState.PAID, now
    payment.receipt_number = numbers.receipt_number(invoice.fund, year, sequence)


def _tell_received(session: Session, payment: Payment, now: datetime) -> None:
    number = session.scalar(select(Invoice.number).where(Invoice.invoice_id == payment.invoice_id))
    fact = PaymentReceived(
        payment_id=payment.payment_id,
        invoice_id=payment.invoice_id,
        invoice_number=number or "",
        family_id=payment.family_id,
        account_id=payment.account_id,
        amount_cents=payment.amount_cents,
        receipt_number=payment.receipt_number or "",
    )
    tell(session, fact, subject=payment.payment_id, version=1, at=now)


def _tell_failed(session: Session, payment: Payment, now: datetime) -> None:
    fact = PaymentFailed(
        payment_id=payment.payment_id,
        invoice_id=payment.invoice_id,
        family_id=payment.family_id,
        account_id=payment.account_id,
        reason=payment.reason,
    )
    tell(session, fact, subject=payment.payment_id, version=1, at=now)


def _look_again(payment: Payment) -> Update:
    wait = timedelta(seconds=_LOOKS[min(payment.looks, len(_LOOKS) - 1)])
    return (
        update(Payment)
        .where(Payment.payment_id == payment.payment_id)
        .values(real_next_look_at=func.now() + wait, looks=Payment.looks + 1)
        .execution_options(synchronize_session=False)
    )
