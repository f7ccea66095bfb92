"""Entry points of online payments: started, checked, told by the provider."""

from contextlib import suppress

import eventlet

from billing import consultations
from billing.invoicing import statements
from billing.paying.till import Till
from billing.paying.wiring import providers_of, site_of
from chassis.service import Service, answers, every
from contracts.billing.payments import (
    CheckPayment,
    NotificationTaken,
    OpenReceipt,
    PaymentStarted,
    PaymentView,
    ReceiptView,
    ReceiveNotification,
    StartPayment,
)
from contracts.billing.refusals import ProviderAway
from contracts.caller import Caller, Kind
from contracts.errors import NotAllowed


class PaymentDesk(Service):
    """Payments online."""

    @property
    def till(self) -> Till:
        """Wired to the town's providers."""
        return Till(self.begin, providers_of(self.settings), self.clock, site_of(self.settings))

    @answers(StartPayment)
    def start_payment(self, ask: StartPayment, caller: Caller) -> PaymentStarted:
        return self.till.start(ask, caller)

    @answers(CheckPayment)
    def check_payment(self, ask: CheckPayment, caller: Caller) -> PaymentView:
        with self.begin() as session:
            seen = statements.payment(session, caller, ask.payment_id)
        if not seen.pending:
            return seen
        with suppress(ProviderAway):  # still pending, says the page then; the timer goes on asking
            self.till.refresh(ask.payment_id, came_back=caller.kind is Kind.CITIZEN)
        with self.begin() as session:
            return statements.payment(session, caller, ask.payment_id)

    @answers(OpenReceipt)
    def open_receipt(self, ask: OpenReceipt, caller: Caller) -> ReceiptView:
        with self.begin() as session:
            view = statements.receipt(session, caller, ask.payment_id)
            paper = f"Reçu {view.receipt_number}"
            consultations.note(session, caller, view.invoice_id, paper, self.clock.now())
            return view

    @answers(ReceiveNotification)
    def receive_notification(self, ask: ReceiveNotification, caller: Caller) -> NotificationTaken:
        if caller.kind is not Kind.SYSTEM:
            raise NotAllowed
        taken = self.till.receive(ask)
        if taken.first:
            # The provider gets its answer now; a process that dies here leaves the row to the timer.
            eventlet.spawn_n(self.till.act, taken.event_id)
        return taken

    @every(seconds=2)
    def act_on_notifications(self) -> None:
        for _ in range(50):
            if not self.till.act():
                break

    @every(seconds=10)
    def recover_payments(self) -> None:
        self.till.recover()
