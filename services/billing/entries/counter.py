"""Entry points of the counter: money taken by agents, and the slips it is handed on under."""

from sqlalchemy.orm import Session

from billing import consultations
from billing.entries.payments import PaymentDesk
from billing.invoicing import statements
from billing.invoicing.dates import paris_day
from billing.paying import bounces, counter, deposits, refunds
from billing.paying.till import PAID_CENTS
from chassis.commands import once
from chassis.service import answers
from contracts.billing.counter import (
    BounceCheque,
    CounterView,
    DepositView,
    MakeDeposit,
    OpenCounter,
    OpenDeposit,
    OpenTill,
    TakePayment,
    TillView,
)
from contracts.billing.payments import PaymentView
from contracts.billing.refunds import RefundView
from contracts.caller import Caller, Role


class CounterDesk(PaymentDesk):
    """Over the counter."""

    @answers(OpenCounter)
    def open_counter(self, ask: OpenCounter, caller: Caller) -> CounterView:
        caller.staff(Role.BILLING)
        now = self.clock.now()
        with self.begin() as session:
            view = counter.desk(session, ask.family_id, paris_day(now))
            consultations.note_family(session, caller, ask.family_id, "Factures à encaisser", now)
            return view

    @answers(TakePayment)
    def take_payment(self, ask: TakePayment, caller: Caller) -> PaymentView:
        caller.agent(Role.BILLING)
        self.till.close_pages(ask.invoice_ids)
        with self.begin() as session:
            return once(session, ask, caller, lambda: self._take(session, ask, caller))

    def _take(self, session: Session, ask: TakePayment, caller: Caller) -> PaymentView:
        payment = counter.take(session, ask, caller, self.clock.now())
        PAID_CENTS.labels(ask.means).inc(ask.amount_cents)
        return statements.payment(session, caller, payment.payment_id)

    @answers(OpenTill)
    def open_till(self, ask: OpenTill, caller: Caller) -> TillView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return deposits.till(session)

    @answers(MakeDeposit)
    def make_deposit(self, ask: MakeDeposit, caller: Caller) -> DepositView:
        caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, lambda: deposits.make(session, ask, caller, self.clock.now()))

    @answers(OpenDeposit)
    def open_deposit(self, ask: OpenDeposit, caller: Caller) -> DepositView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return deposits.view(session, ask.deposit_id)

    @answers(BounceCheque)
    def bounce_cheque(self, ask: BounceCheque, caller: Caller) -> RefundView:
        caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: refunds.view(bounces.bounce(session, ask, caller, self.clock.now())),
            )
