"""Our books beside the card provider's list of what moved. What does not agree becomes a row for an agent.

Nothing is corrected in silence: a lost notification is made up for by asking about its payment, through the same
table as any other word of the provider's; what still differs afterwards is for a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from billing.paying.card_books import ChargeSeen, Movements, RefundProgress, RefundSeen
from billing.paying.differences import note_difference
from billing.paying.models import Payment, Refund
from contracts.billing.payments import PaymentState
from contracts.billing.refunds import RefundState, RefundWay

SETTLES_WITHIN = timedelta(hours=2)
"""A page is open for an hour: a payment begun before that has its debit in the list, or none."""


@dataclass(frozen=True)
class OurPayment:
    """A payment as compared. `must_be_listed`: begun inside the span, so that its debit is too.

    `shown`: another amount than ours came in, and has had its row since that day.
    """

    payment_id: UUID
    proof: str
    cents: int
    currency: str
    received: bool
    must_be_listed: bool
    shown: bool = False


@dataclass(frozen=True)
class OurRefund:
    """A refund by the provider, as compared."""

    refund_id: UUID
    payment_id: UUID
    cents: int
    done: bool
    must_be_listed: bool
    reference: str = ""


@dataclass(frozen=True)
class Found:
    """One thing that does not agree: kind and subject make it once."""

    kind: str
    subject: str
    payment_id: UUID | None
    expected_cents: int | None
    seen_cents: int | None
    currency: str
    detail: str = ""


def compare(payments: Iterable[OurPayment], refunds: Iterable[OurRefund], theirs: Movements) -> list[Found]:
    """Every payment and refund of one side against the other. Debits that carry no id of ours are another's."""
    ours = {payment.payment_id: payment for payment in payments}
    by_proof = {payment.proof: payment for payment in ours.values() if payment.proof}
    found = []
    listed = set()
    for charge in theirs.charges:
        payment = by_proof.get(charge.proof) or (ours.get(charge.payment_id) if charge.payment_id else None)
        if payment is not None:
            listed.add(payment.payment_id)
        elif charge.payment_id is None:
            continue
        found += _of_charge(charge, payment)
    found += [
        Found("not_at_provider", str(each.payment_id), each.payment_id, each.cents, None, each.currency)
        for each in ours.values()
        if each.received and each.must_be_listed and each.payment_id not in listed
    ]
    return [*found, *_of_refunds(refunds, theirs.refunds, by_proof)]


def _of_charge(charge: ChargeSeen, payment: OurPayment | None) -> list[Found]:
    if payment is None:
        return [
            Found("unknown", charge.proof, None, None, charge.amount_cents, charge.currency, charge.proof)
        ]
    shared = (payment.payment_id, payment.cents, charge.amount_cents, charge.currency, charge.proof)
    if not payment.received:
        return [Found("not_recorded", charge.proof, *shared)]
    if not payment.shown and (payment.cents, payment.currency.lower()) != (
        charge.amount_cents,
        charge.currency.lower(),
    ):
        return [Found("amount_at_provider", charge.proof, *shared)]
    return []


def _of_refunds(
    refunds: Iterable[OurRefund], theirs: Iterable[RefundSeen], by_proof: dict[str, OurPayment]
) -> list[Found]:
    ours = {refund.refund_id: refund for refund in refunds}
    # What was made on the provider's pages and booked by an agent carries no id of ours there.
    by_reference = {refund.reference: refund for refund in ours.values() if refund.reference}
    found, listed = [], set()
    for seen in theirs:
        refund = ours.get(seen.refund_id) if seen.refund_id else by_reference.get(seen.reference)
        payment = by_proof.get(seen.proof)
        if seen.progress is not RefundProgress.DONE or (refund is None and payment is None):
            continue
        if refund is not None:
            listed.add(refund.refund_id)
            if refund.done and refund.cents == seen.amount_cents:
                continue
        found.append(
            Found(
                "refund",
                seen.reference,
                refund.payment_id if refund else payment.payment_id if payment else None,
                refund.cents if refund and refund.done else None,
                seen.amount_cents,
                seen.currency,
                seen.reference,
            )
        )
    found += [
        Found("refund_unknown", str(each.refund_id), each.payment_id, each.cents, None, "eur")
        for each in ours.values()
        if each.done and each.must_be_listed and each.refund_id not in listed
    ]
    return found


def our_side(
    session: Session, provider: str, theirs: Movements, since: datetime, until: datetime
) -> tuple[list[OurPayment], list[OurRefund]]:
    """What is compared: all begun in the span of real time, and all that the list names, whenever begun."""
    named = {charge.payment_id for charge in theirs.charges if charge.payment_id}
    proofs = {charge.proof for charge in theirs.charges} | {seen.proof for seen in theirs.refunds}
    sure = Payment.real_started_at.between(since, until - SETTLES_WITHIN)
    payments = session.execute(
        select(Payment, sure).where(
            Payment.provider == provider,
            or_(sure, Payment.payment_id.in_(named), Payment.provider_proof.in_(proofs - {""})),
        )
    )
    ordered = Refund.real_asked_at.between(since, until)
    listed = {seen.refund_id for seen in theirs.refunds if seen.refund_id}
    references = {seen.reference for seen in theirs.refunds} - {""}
    refunds = session.execute(
        select(Refund, ordered).where(
            Refund.way == RefundWay.PROVIDER,
            or_(ordered, Refund.refund_id.in_(listed), Refund.provider_reference.in_(references)),
        )
    )
    received = (PaymentState.PAID, PaymentState.DIFFERENT)
    return (
        [
            OurPayment(
                row.payment_id,
                row.provider_proof,
                row.amount_cents,
                row.currency,
                row.state in received,
                bool(must),
                shown=row.state is PaymentState.DIFFERENT,
            )
            for row, must in payments
        ],
        [
            OurRefund(
                row.refund_id,
                row.payment_id,
                row.amount_cents,
                row.state is RefundState.DONE,
                bool(must),
                row.provider_reference,
            )
            for row, must in refunds
        ],
    )


def show(session: Session, found: list[Found], now: datetime) -> None:
    """A row for an agent each, once."""
    for each in found:
        note_difference(
            session,
            now,
            each.kind,
            each.subject,
            payment_id=each.payment_id,
            expected_cents=each.expected_cents,
            seen_cents=each.seen_cents,
            seen_currency=each.currency,
            detail=each.detail,
        )


def span(session: Session, last: datetime | None) -> tuple[datetime, datetime]:
    """The span of real time to compare: since two days before the last time; at first, a month."""
    until = session.scalar(select(func.now()))
    if until is None:
        raise LookupError("the database has no clock")
    since = until - timedelta(days=30) if last is None else last - timedelta(days=2)
    return max(since, until - timedelta(days=30)), until
