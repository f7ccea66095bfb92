"""Where our books and the provider's meet: the provider is never called inside a transaction.

Each step commits before the next begins, so that dying between two of them leaves something that the next visit,
the next notification or the timer takes up: a payment row without a page is opened again under the same
idempotency key, a page whose fate is unknown is asked about.
"""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from billing.paying import counter, notifications, payments
from billing.paying.card_books import CardBooks
from billing.paying.models import Payment
from billing.paying.money_back import MoneyBack
from billing.paying.provider import (
    Concern,
    ForgedNotification,
    Progress,
    ProviderRefused,
    ProviderUnreachable,
    Seen,
)
from billing.paying.providers import Providers
from billing.paying.states import UNDERWAY
from chassis import metrics
from chassis.clock import Clock
from contracts.billing.payments import (
    NotificationTaken,
    PaymentStarted,
    PaymentState,
    ReceiveNotification,
    StartPayment,
)
from contracts.billing.refusals import CollectionUnderway, PaymentUnderway, ProviderAway, SignatureRefused
from contracts.caller import Caller

log = structlog.get_logger()

PAYMENTS = metrics.counter("payments_total", "Payments by the state they reached", ("state",))
PAID_CENTS = metrics.counter("paid_cents_total", "Euro cents received", ("method",))
NOTIFICATIONS = metrics.counter("payment_notifications_total", "Notifications by outcome", ("outcome",))


@dataclass(frozen=True)
class Till:
    """`begin` opens a transaction; `site_url` is where the provider sends the payer back."""

    begin: Callable[[], AbstractContextManager[Session]]
    providers: Providers
    clock: Clock
    site_url: str

    @property
    def money_back(self) -> MoneyBack:
        """Refunds and disputes of what this till takes."""
        return MoneyBack(self.begin, self._books_of, self.clock)

    def start(self, ask: StartPayment, caller: Caller) -> PaymentStarted:
        """A page to pay on: our row first, then the provider, then its answer.

        Raises what `payments.begin` does, PaymentUnderway, ProviderAway.
        """
        for _ in range(3 + len(ask.also)):  # each invoice may have a payment of its own in the way
            with self.begin() as session:
                begun = payments.begin(session, ask, caller, self.providers, self.clock.now())
            payment = begun.payment
            if begun.in_the_way:
                # Another guardian's page, another amount or an old page: closed first, unless it was just paid.
                if self.refresh(payment.payment_id, close=True) in UNDERWAY:
                    break
                continue
            if payment.provider_url is None:
                payment = self._open(payment.payment_id)
            elif begun.resumed and self.refresh(payment.payment_id) is not PaymentState.OPEN:
                continue
            if payment.state is PaymentState.OPEN and payment.provider_url:
                return PaymentStarted(payment_id=payment.payment_id, url=payment.provider_url)
        raise PaymentUnderway(invoice_id=str(ask.invoice_id))

    def refresh(self, payment_id: UUID, *, close: bool = False, came_back: bool = False) -> PaymentState:
        """Asks the provider how an unsettled payment stands, and settles it.

        `close` shuts its page if nobody paid; `came_back`: the payer returned, so that silence means confirming.
        Raises ProviderAway.
        """
        with self.begin() as session:
            payment, fund, age = payments.find(session, payment_id)
        if payment.state in (PaymentState.PAID, PaymentState.COLLECTING):
            return payment.state
        provider = self.providers.named(payment.provider, fund)
        if payment.state is PaymentState.CREATED:
            payment, age = self._open(payment_id), timedelta(0)
        if payment.provider_reference is None:
            return payment.state
        try:
            ask = provider.expire if close else provider.look
            seen = ask(payment.provider_reference, age)
        except (ProviderUnreachable, ProviderRefused) as problem:
            log.warning("provider does not say", payment_id=str(payment_id), problem=str(problem))
            if came_back and payment.state is PaymentState.OPEN:
                self._settle(payment_id, Seen(Progress.CONFIRMING, payment.amount_cents, payment.currency))
            if isinstance(problem, ProviderUnreachable) and provider.terms.rest:
                with self.begin() as session:
                    payments.put_off(session, payment_id, provider.terms.rest)
            raise ProviderAway(payment_id=str(payment_id)) from problem
        if came_back and seen.progress is Progress.OPEN and provider.terms.one_return:
            seen = replace(seen, progress=Progress.CONFIRMING)
        return self._settle(payment_id, seen)

    def close_pages(self, invoices: Collection[UUID]) -> None:
        """Shuts the pages on which one of these invoices may be paid: an agent is about to take the money.

        Raises ProviderAway, PaymentUnderway when a payer is done and the money not certain yet, CollectionUnderway.
        """
        with self.begin() as session:
            found = counter.underway(session, invoices)
        for payment_id in found:
            state = self.refresh(payment_id, close=True)
            if state is PaymentState.COLLECTING:
                raise CollectionUnderway
            if state in UNDERWAY:
                raise PaymentUnderway

    def receive(self, ask: ReceiveNotification) -> NotificationTaken:
        """Verifies and stores a notification; acting on it comes after. Raises SignatureRefused."""
        try:
            told = self.providers.named(ask.provider).read(ask.body.encode(), ask.signature)
        except (ForgedNotification, LookupError) as problem:
            NOTIFICATIONS.labels("refused").inc()
            log.warning("notification refused", provider=ask.provider, problem=str(problem))
            raise SignatureRefused(provider=ask.provider) from problem
        with self.begin() as session:
            if not told.signed and notifications.payment_of(session, told) is None:
                # Anybody can send it: what names no payment of ours leaves no trace.
                NOTIFICATIONS.labels("ignored").inc()
                return NotificationTaken(event_id=told.event_id, first=False)
            first = notifications.store(session, told, ask.provider, ask.body, self.clock.now())
        NOTIFICATIONS.labels("stored" if first else "repeated").inc()
        return NotificationTaken(event_id=told.event_id, first=first)

    def act(self, event_id: str | None = None) -> bool:
        """Takes up one stored notification (that one, or the next due). False when there is none."""
        with self.begin() as session:
            taken = notifications.take(session, event_id)
        if taken is None:
            return False
        try:
            self._act_on(taken)
        except Exception as problem:
            # Whatever went wrong, the notification is not lost: later again, at last parked for an agent.
            with self.begin() as session:
                parked = notifications.put_back(session, taken, f"{type(problem).__name__}: {problem}")
            NOTIFICATIONS.labels("parked" if parked else "put_back").inc()
            log.warning("notification put back", event_id=taken.event_id, parked=parked, problem=str(problem))
        return True

    def recover(self) -> int:
        """Asks about payments that nobody told us the end of. Returns how many were asked about."""
        with self.begin() as session:
            waiting = payments.silent(session, self.providers.watched())
        for payment_id in waiting:
            try:
                self.refresh(payment_id)
            except ProviderAway:
                continue
        return len(waiting)

    def _act_on(self, taken: notifications.Taken) -> None:
        told = self.providers.named(taken.provider).reread(taken.body.encode())
        with self.begin() as session:
            payment_id = notifications.payment_of(session, told)
        state = "processed"
        if told.concern is Concern.NOTHING or (payment_id is None and told.payment_id is None):
            state = "ignored"  # another use of the same account at the provider, or a type we do not need
        elif told.concern is Concern.PAYMENT and payment_id is not None:
            self.refresh(payment_id)
        elif told.concern is Concern.REFUND and payment_id is not None:
            self.money_back.follow(payment_id)
        elif told.concern is Concern.DISPUTE and payment_id is not None:
            self.money_back.dispute(told, payment_id)
        else:
            with self.begin() as session:
                notifications.note_concern(session, told, payment_id, self.clock.now())
        with self.begin() as session:
            notifications.close(session, taken.event_id, state, payment_id)
        NOTIFICATIONS.labels(state).inc()

    def books(self) -> list[CardBooks]:
        """The books of the providers that list what moved."""
        return [each for each in self.providers.all() if isinstance(each, CardBooks)]

    def gives_back(self, payment: Payment) -> bool:
        """True when who took it refunds on demand."""
        return self._books_of(payment) is not None

    def _books_of(self, payment: Payment) -> CardBooks | None:
        return next((each for each in self.books() if each.name == payment.provider), None)

    def _open(self, payment_id: UUID) -> Payment:
        with self.begin() as session:
            payment, fund, _ = payments.find(session, payment_id)
            provider = self.providers.named(payment.provider, fund)
            order = payments.order_of(session, payment, provider.terms, self.site_url)
        try:
            page = provider.open(order)
        except ProviderRefused as problem:
            log.error("provider refuses the order", payment_id=str(payment_id), problem=str(problem))
            with self.begin() as session:
                payments.refused(session, payment_id, self.clock.now())
            PAYMENTS.labels(PaymentState.FAILED).inc()
            raise ProviderAway(payment_id=str(payment_id)) from problem
        except ProviderUnreachable as problem:
            raise ProviderAway(payment_id=str(payment_id)) from problem
        with self.begin() as session:
            return payments.opened(session, payment_id, page.reference, page.url)

    def _settle(self, payment_id: UUID, seen: Seen) -> PaymentState:
        with self.begin() as session:
            settled = payments.settle(session, payment_id, seen, self.clock.now())
        if settled.before is not settled.after:
            PAYMENTS.labels(settled.after).inc()
            log.info("payment moved", payment_id=str(payment_id), before=settled.before, after=settled.after)
        if settled.received_cents:
            PAID_CENTS.labels(seen.method).inc(settled.received_cents)
        return settled.after
