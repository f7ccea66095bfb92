"""Entry points of refunds and of a payment's file."""

from billing import consultations
from billing.entries.payments import PaymentDesk
from billing.paying import cashbook
from chassis.service import answers, every
from contracts.billing.refunds import BookRefund, OpenPayment, PaymentFile, RefundPayment, RefundView
from contracts.caller import Caller, Role


class RefundDesk(PaymentDesk):
    """Money given back."""

    @answers(OpenPayment)
    def open_payment(self, ask: OpenPayment, caller: Caller) -> PaymentFile:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            view = cashbook.payment_file(session, ask.payment_id, self.till.gives_back)
            paper = f"Paiement de la facture {view.payment.invoice_number}"
            consultations.note(session, caller, view.payment.invoice_id, paper, self.clock.now())
            return view

    @answers(RefundPayment)
    def refund_payment(self, ask: RefundPayment, caller: Caller) -> RefundView:
        # Not under `once`: the provider is asked between two transactions; the order's row has the command's id.
        caller.agent(Role.BILLING)
        return self.till.money_back.refund(ask, caller)

    @answers(BookRefund)
    def book_refund(self, ask: BookRefund, caller: Caller) -> RefundView:
        # Not under `once` either: booked already, it is found again by the provider's own reference.
        caller.agent(Role.BILLING)
        return self.till.money_back.book(ask, caller)

    @every(seconds=10)
    def recover_refunds(self) -> None:
        self.till.money_back.recover()
