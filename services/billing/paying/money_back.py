"""Refunds and disputes, where our books and the card provider's meet; it is never called inside a transaction.

As in till.py each step commits before the next, and what a death leaves half done is taken up: a refund that was
ordered and never answered is looked for in the provider's books before it is ordered again, under the same key.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from billing.paying import disputes, notifications, refunds
from billing.paying.card_books import CardBooks, DisputeSeen, RefundProgress, RefundSeen
from billing.paying.differences import close_difference, note_difference
from billing.paying.models import Difference, Payment, Refund
from billing.paying.provider import ProviderRefused, ProviderUnreachable, Told
from chassis import metrics
from chassis.clock import Clock
from contracts.billing.refunds import BookRefund, RefundPayment, RefundState, RefundView, RefundWay
from contracts.billing.refusals import ProviderAway, RefundNotSeen
from contracts.caller import Caller
from contracts.errors import NotFound

log = structlog.get_logger()

REFUNDED = metrics.counter("refunded_cents_total", "Euro cents given back", ("way",))
DISPUTES = metrics.counter("disputes_total", "Disputes by the state they reached", ("state",))


@dataclass(frozen=True)
class MoneyBack:
    """`books_of`: the card provider's books of a payment; none when its provider gives nothing back by itself."""

    begin: Callable[[], AbstractContextManager[Session]]
    books_of: Callable[[Payment], CardBooks | None]
    clock: Clock

    def refund(self, ask: RefundPayment, caller: Caller) -> RefundView:
        """Gives money back. A silent provider leaves it `asked`: the timer goes on.

        Raises NotFound, NotRefundable, RefundTooHigh, PaymentDisputed.
        """
        with self.begin() as session:
            payment = session.get(Payment, ask.payment_id)
        if payment is None:
            raise NotFound(payment_id=str(ask.payment_id))
        by_provider = self.books_of(payment) is not None
        with self.begin() as session:
            refund = refunds.order(session, ask, caller, by_provider, self.clock.now())
        if refund.state is RefundState.ASKED:
            self._order(refund.refund_id)
        elif refund.way is not RefundWay.PROVIDER:
            REFUNDED.labels(refund.way).inc(refund.amount_cents)
        with self.begin() as session:
            return refunds.view(session.get_one(Refund, refund.refund_id))

    def book(self, ask: BookRefund, caller: Caller) -> RefundView:
        """See `contracts.billing.refunds`. The sum is the provider's word, asked for again; never the page's."""
        with self.begin() as session:
            difference = session.get(Difference, ask.difference_id)
            payment = session.get(Payment, difference.payment_id) if difference else None
            if difference is None or difference.kind != "refund" or payment is None:
                raise NotFound(difference_id=str(ask.difference_id))
            reference = difference.subject
        books = self.books_of(payment)
        if books is None:
            raise NotFound(payment_id=str(payment.payment_id))
        try:
            listed = books.refunds_of(payment.provider_proof)
        except ProviderUnreachable as problem:
            raise ProviderAway from problem
        seen = next((each for each in listed if each.reference == reference), None)
        if (
            seen is None
            or seen.refund_id is not None
            or seen.progress is not RefundProgress.DONE
            or seen.currency.lower() != payment.currency.lower()
        ):
            raise RefundNotSeen
        now = self.clock.now()
        with self.begin() as session:
            refund = refunds.book(session, payment.payment_id, seen, ask.command_id, caller, now)
            close_difference(session, ask.difference_id, caller.account_id, refunds.MADE_THERE, now)
            return refunds.view(refund)

    def recover(self) -> int:
        """Takes up refunds that were ordered and not answered. Returns how many."""
        with self.begin() as session:
            found = refunds.waiting(session)
            payments = {each: session.get_one(Refund, each).payment_id for each in found}
        for refund_id, payment_id in payments.items():
            try:
                self.follow(payment_id)
            except ProviderUnreachable:
                continue
            with self.begin() as session:
                unanswered = session.get_one(Refund, refund_id).state is RefundState.ASKED
            if unanswered:
                self._order(refund_id)
        return len(found)

    def follow(self, payment_id: UUID) -> None:
        """Brings all refunds of a payment to where the provider's books are. Raises ProviderUnreachable."""
        with self.begin() as session:
            payment = session.get_one(Payment, payment_id)
        books = self.books_of(payment)
        if books is None or not payment.provider_proof:
            return
        for seen in books.refunds_of(payment.provider_proof):
            self._take_in(payment_id, seen)

    def dispute(self, told: Told, payment_id: UUID) -> None:
        """Brings a dispute to where the provider's books are. Raises ProviderUnreachable."""
        with self.begin() as session:
            payment = session.get_one(Payment, payment_id)
        books = self.books_of(payment)
        if books is None:
            with self.begin() as session:
                notifications.note_concern(session, told, payment_id, self.clock.now())
            return
        seen = books.look_at_dispute(told.subject)
        with self.begin() as session:
            state = self._follow_dispute(session, payment_id, seen)
        DISPUTES.labels(state).inc()
        log.info("dispute followed", payment_id=str(payment_id), state=state)

    def _order(self, refund_id: UUID) -> None:
        with self.begin() as session:
            order = refunds.order_of(session, refund_id)
            payment_id = session.get_one(Refund, refund_id).payment_id
            payment = session.get_one(Payment, payment_id)
        books = self.books_of(payment)
        if books is None:
            raise NotFound(payment_id=str(payment_id))
        try:
            seen = books.refund(order)
        except ProviderUnreachable as problem:
            log.warning("refund not answered", refund_id=str(refund_id), problem=str(problem))
            return
        except ProviderRefused as problem:
            log.error("refund refused", refund_id=str(refund_id), problem=str(problem))
            seen = RefundSeen(
                "", order.proof, refund_id, order.amount_cents, "", RefundProgress.FAILED, str(problem)
            )
        self._take_in(payment_id, seen)

    def _take_in(self, payment_id: UUID, seen: RefundSeen) -> None:
        now = self.clock.now()
        with self.begin() as session:
            ours = session.get(Refund, seen.refund_id) if seen.refund_id else None
            ours = ours or refunds.by_reference(session, payment_id, seen.reference)
            if ours is None or ours.payment_id != payment_id:
                if seen.progress is RefundProgress.DONE:
                    _show_foreign(session, payment_id, seen, now)
                return
            before = ours.state
            after = refunds.settle(session, ours.refund_id, seen, now)
        if before is not after:
            log.info("refund moved", refund_id=str(ours.refund_id), before=before, after=after)
            if after is RefundState.DONE:
                REFUNDED.labels(RefundWay.PROVIDER).inc(seen.amount_cents)

    def _follow_dispute(self, session: Session, payment_id: UUID, seen: DisputeSeen) -> str:
        return disputes.follow(session, payment_id, seen, self.clock.now())


def _show_foreign(session: Session, payment_id: UUID, seen: RefundSeen, now: datetime) -> None:
    """A refund made at the provider's own counter: a row for an agent, never a silent correction."""
    note_difference(
        session,
        now,
        "refund",
        seen.reference,
        payment_id=payment_id,
        seen_cents=seen.amount_cents,
        seen_currency=seen.currency,
        detail=seen.reference,
    )
