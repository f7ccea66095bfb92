"""A payment in our books: started under the invoice's lock, settled by what the provider's books say.

Every function here is one transaction's work; none talks to the provider (see till.py). Locks are always taken
in the order invoices (by id), payment, numbering.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Interval, Update, and_, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from billing.accounting import ledger, numbers
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund, Invoice
from billing.models import Guardian
from billing.paying import parts
from billing.paying.differences import note_difference
from billing.paying.models import Payment, PaymentPart
from billing.paying.provider import Order, Seen, Terms
from billing.paying.providers import Providers
from billing.paying.states import ASKED_ABOUT, WITHOUT_MONEY, may, state_for
from billing.wording import euros
from chassis.outbox import tell
from contracts.billing.payments import PaymentState, StartPayment
from contracts.billing.refusals import (
    AmountOutOfBounds,
    CollectionUnderway,
    NothingToPay,
    OnlinePaymentAbsent,
    OnlinePaymentClosed,
    PartialPaymentClosed,
    PartOutOfBounds,
    SelectionChanged,
    SeveralFamilies,
)
from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.events.billing import PaidPart, PaymentFailed, PaymentReceived

CURRENCY = "eur"
_LOOKS = (30, 60, 120, 300, 600)  # seconds until the provider is asked (again) about a silent payment
_LOOKS_AFTER_THE_END = 3600  # and about one that ended without money
_AGE = func.now() - func.coalesce(Payment.real_opened_at, Payment.real_started_at)


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


def begin(session: Session, ask: StartPayment, caller: Caller, providers: Providers, now: datetime) -> Begun:
    """A payment of what is left of the invoices asked for, or of a part of it, for their family's guardian.

    The invoices' row locks make two starts at once follow one another: the second finds the first one's payment.
    Raises NotFound (also for another family's invoice), NothingToPay, SelectionChanged, SeveralFamilies,
    OnlinePaymentClosed, OnlinePaymentAbsent, CollectionUnderway, PartialPaymentClosed, PartOutOfBounds,
    AmountOutOfBounds.
    """
    account = caller.citizen()
    invoices = lock_invoices(session, {ask.invoice_id, *ask.also}, account)
    repeated = session.scalars(select(Payment).where(Payment.command_id == ask.command_id)).first()
    if repeated is not None and repeated.account_id == account:
        if repeated.state in {PaymentState.CREATED, PaymentState.OPEN}:
            return Begun(repeated, resumed=True)
        raise NothingToPay(state=repeated.state)
    fund = invoices[0].fund
    wanted = _wanted(session, ask, invoices, now)
    underway = session.scalars(
        select(Payment)
        .join(PaymentPart, PaymentPart.payment_id == Payment.payment_id)
        .where(PaymentPart.invoice_id.in_(wanted), PaymentPart.underway)
        .order_by(Payment.created_at)
    ).first()
    if underway is not None and underway.state is PaymentState.COLLECTING:
        raise CollectionUnderway
    if underway is not None:
        terms = providers.named(underway.provider, fund).terms
        serves = _serves(session, underway, account, wanted, terms)
        return Begun(underway, in_the_way=not serves, resumed=serves)
    provider = providers.of_fund(fund)
    if provider is None:
        raise OnlinePaymentAbsent(fund=fund)
    least, most = provider.terms.least_cents, provider.terms.most_cents
    if not least <= sum(wanted.values()) <= most:
        raise AmountOutOfBounds(least_cents=least, most_cents=most)
    oldest = next(iter(wanted))
    payment = Payment(
        payment_id=uuid4(),
        command_id=ask.command_id,
        invoice_id=oldest,
        family_id=invoices[0].family_id,
        account_id=account,
        paid_by=caller.name,
        amount_cents=sum(wanted.values()),
        currency=CURRENCY,
        state=PaymentState.CREATED,
        provider=provider.name,
        created_at=now,
    )
    session.add(payment)
    session.flush()
    parts.record(session, payment.payment_id, wanted, underway=True)
    session.refresh(payment)
    session.execute(_look_again(payment))
    return Begun(payment)


def lock_invoices(session: Session, wanted: set[UUID], account: UUID | None = None) -> list[Invoice]:
    """The invoices, locked in the order of ids; given oldest debt first. `account`: a guardian's, none but theirs.

    Raises NotFound, SeveralFamilies.
    """
    query = select(Invoice).where(Invoice.invoice_id.in_(wanted))
    if account is not None:
        theirs = select(Guardian.family_id).where(Guardian.account_id == account)
        query = query.where(Invoice.family_id.in_(theirs))
    found = session.scalars(query.order_by(Invoice.invoice_id).with_for_update()).all()
    if len(found) != len(wanted):
        raise NotFound
    if len({(invoice.family_id, invoice.fund) for invoice in found}) > 1:
        raise SeveralFamilies
    return sorted(found, key=lambda invoice: (invoice.due_on, invoice.number))


def _wanted(session: Session, ask: StartPayment, invoices: list[Invoice], now: datetime) -> dict[UUID, int]:
    """Cents by invoice, oldest debt first: all that is left of each, or the part asked for."""
    left = ledger.left_of(session, [invoice.invoice_id for invoice in invoices])
    debts = [(invoice.invoice_id, left.get(invoice.invoice_id, 0)) for invoice in invoices]
    settled = [invoice_id for invoice_id, cents in debts if cents <= 0]
    if len(settled) == len(debts):
        raise NothingToPay(state=PaymentState.PAID)
    if settled:
        raise SelectionChanged
    for invoice in invoices:
        if paris_day(now) > invoice.pay_online_until:
            raise OnlinePaymentClosed(until=invoice.pay_online_until.isoformat())
    total = sum(cents for _, cents in debts)
    if ask.part_cents is None or ask.part_cents == total:
        return dict(debts)
    least = session.scalar(select(Fund.part_from_cents).where(Fund.code == invoices[0].fund))
    if least is None:
        raise PartialPaymentClosed
    if not min(least, total) <= ask.part_cents <= total:
        raise PartOutOfBounds(least=euros(min(least, total)), most=euros(total))
    return parts.spread(ask.part_cents, debts)


def _serves(session: Session, payment: Payment, account: UUID, wanted: dict[UUID, int], terms: Terms) -> bool:
    """True when a payment underway can be taken up: same payer, same parts, its page still open for a while."""
    while_ = terms.open_for - min(timedelta(minutes=10), terms.open_for / 3)
    young = session.scalar(select(while_ > _AGE).where(Payment.payment_id == payment.payment_id))
    resumable = payment.state in {PaymentState.CREATED, PaymentState.OPEN}
    same = payment.account_id == account and parts.of_payment(session, payment.payment_id) == wanted
    return resumable and same and bool(young)


def order_of(session: Session, payment: Payment, terms: Terms, site_url: str) -> Order:
    """What the provider is asked to collect: wholly a function of our books, so that asking twice is asking once."""
    invoice = session.get_one(Invoice, payment.invoice_id)
    paid = parts.views(session, [payment.payment_id])[payment.payment_id]
    mail = session.scalar(
        select(Guardian.email).where(
            Guardian.family_id == payment.family_id, Guardian.account_id == payment.account_id
        )
    )
    pages = f"{site_url}/mon-espace/factures"
    left_page = f"{pages}/{payment.invoice_id}" if len(paid) == 1 else f"{pages}/"
    return Order(
        payment_id=payment.payment_id,
        fund=invoice.fund,
        invoice_number=invoice.number,
        year=invoice.published_on.year,
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        title=title_of([part.number for part in paid]),
        detail=f"Famille {invoice.family_number}",
        success_url=f"{pages}/paiements/{payment.payment_id}",
        cancel_url=f"{left_page}?abandon=1",
        expires_at=payment.real_started_at + terms.open_for,
        payer_mail=mail or "",
    )


def title_of(numbers: list[str]) -> str:
    """What the payer reads on the provider's page: « Factures ENF-2026-000001 et 2 autres »."""
    if len(numbers) == 1:
        return f"Facture {numbers[0]}"
    if len(numbers) == 2:
        return f"Factures {numbers[0]} et {numbers[1]}"
    return f"Factures {numbers[0]} et {len(numbers) - 1} autres"


def opened(session: Session, payment_id: UUID, reference: str, url: str) -> Payment:
    """The provider made the page. A repeat finds it recorded."""
    payment = lock(session, payment_id)
    if may(payment.state, PaymentState.OPEN) and payment.provider_reference is None:
        payment.state = PaymentState.OPEN
        payment.provider_reference, payment.provider_url = reference, url
        session.flush()
        session.execute(
            update(Payment).where(Payment.payment_id == payment_id).values(real_opened_at=func.now())
        )
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
    payment.reason, payment.method = seen.reason or payment.reason, seen.method
    if after is PaymentState.PAID:
        tell_received(session, payment, now)
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
    """The payment, its invoices locked before it, in the order of their ids. Raises NotFound."""
    paid = parts.of_payment(session, payment_id)
    if not paid:
        raise NotFound(payment_id=str(payment_id))
    session.execute(
        select(Invoice.invoice_id)
        .where(Invoice.invoice_id.in_(paid))
        .order_by(Invoice.invoice_id)
        .with_for_update()
    )
    return session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)


def find(session: Session, payment_id: UUID) -> tuple[Payment, str, timedelta]:
    """The payment as it is, its fund, and the age of its page in real time."""
    row = session.execute(
        select(Payment, Invoice.fund, type_coerce(_AGE, Interval()))
        .join(Invoice, Invoice.invoice_id == Payment.invoice_id)
        .where(Payment.payment_id == payment_id)
    ).one()
    return row[0], row[1], row[2]


def silent(session: Session, watched: Mapping[str, timedelta], limit: int = 20) -> list[UUID]:
    """Payments not heard of for a while, and puts off when to ask about them again.

    `watched`: by provider, for how long a page that ended without money is asked about all the same.
    SKIP LOCKED: two processes share the work; the postponement is committed before anybody is asked.
    """
    waiting = session.scalars(
        select(Payment)
        .where(or_(Payment.state.in_(ASKED_ABOUT), *_ended(watched)), Payment.real_next_look_at <= func.now())
        .order_by(Payment.real_next_look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for payment in waiting:
        session.execute(_look_again(payment))
    return [payment.payment_id for payment in waiting]


def put_off(session: Session, payment_id: UUID, wait: timedelta) -> None:
    """Nobody is asked about it by the timer for so long."""
    session.execute(
        update(Payment)
        .where(Payment.payment_id == payment_id)
        .values(real_next_look_at=func.now() + wait)
        .execution_options(synchronize_session=False)
    )


def _ended(watched: Mapping[str, timedelta]) -> list[ColumnElement[bool]]:
    return [
        and_(
            Payment.state == PaymentState.EXPIRED,
            Payment.provider == name,
            Payment.real_opened_at > func.now() - span,
        )
        for name, span in watched.items()
    ]


def _receive(session: Session, payment: Payment, now: datetime) -> None:
    invoice = session.get_one(Invoice, payment.invoice_id)
    paid = parts.of_payment(session, payment.payment_id)
    left = ledger.left_of(session, paid)
    owed = sum(min(cents, max(0, left.get(invoice_id, 0))) for invoice_id, cents in paid.items())
    year = paris_day(now).year
    sequence = numbers.take(session, invoice.fund, year, "receipt")
    account = ledger.holder_of(payment.provider, payment.method)
    ledger.post_payment(session, payment.payment_id, payment.family_id, paid, now, account)
    payment.over_cents = payment.amount_cents - owed
    if payment.over_cents and _paid_meanwhile(session, payment, paid):
        note_difference(
            session,
            now,
            "paid_twice",
            str(payment.payment_id),
            payment_id=payment.payment_id,
            expected_cents=owed,
            seen_cents=payment.amount_cents,
            seen_currency=payment.currency,
        )
    # State and receipt number go together: the table refuses one without the other.
    payment.state, payment.paid_at = PaymentState.PAID, now
    payment.receipt_number = numbers.receipt_number(invoice.fund, year, sequence)


def _paid_meanwhile(session: Session, payment: Payment, invoices: Collection[UUID]) -> bool:
    """Somebody paid the same twice: whether to give it back is to be decided.

    A credit note that came while the payer was paying leaves nothing to decide: the rest is the family's credit.
    """
    query = (
        select(Payment.payment_id)
        .join(PaymentPart, PaymentPart.payment_id == Payment.payment_id)
        .where(
            PaymentPart.invoice_id.in_(invoices),
            Payment.payment_id != payment.payment_id,
            Payment.state == PaymentState.PAID,
            Payment.paid_at >= payment.created_at,
        )
    )
    return session.scalar(query.limit(1)) is not None


def tell_received(session: Session, payment: Payment, now: datetime) -> None:
    """The fact of money that arrived, with all the invoices it pays."""
    paid = parts.views(session, [payment.payment_id])[payment.payment_id]
    fact = PaymentReceived(
        payment_id=payment.payment_id,
        invoice_id=paid[0].invoice_id,
        invoice_number=paid[0].number,
        family_id=payment.family_id,
        account_id=payment.account_id,
        amount_cents=payment.amount_cents,
        method=payment.method,
        receipt_number=payment.receipt_number or "",
        over_cents=payment.over_cents,
        parts=[
            PaidPart(invoice_id=part.invoice_id, invoice_number=part.number, amount_cents=part.cents)
            for part in paid
        ],
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
    ended = payment.state is PaymentState.EXPIRED
    seconds = _LOOKS_AFTER_THE_END if ended else _LOOKS[min(payment.looks, len(_LOOKS) - 1)]
    wait = timedelta(seconds=seconds)
    return (
        update(Payment)
        .where(Payment.payment_id == payment.payment_id)
        .values(real_next_look_at=func.now() + wait, looks=Payment.looks + 1)
        .execution_options(synchronize_session=False)
    )
