"""Billing's entry points: parse, call one domain function, return."""

from contextlib import suppress
from functools import cache

import eventlet
from sqlalchemy.orm import Session

from billing import cashbook, consultations, consumption, copies, desk, mine, runs, statements, tariff_book
from billing.dates import paris_day
from billing.invoice_models import Run
from billing.stripe_provider import StripeProvider
from billing.till import Till
from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers, every, subscribes
from chassis.settings import Settings
from contracts.billing.invoices import DueView, InvoiceList, InvoiceView, MyInvoices, OpenInvoice, WhatIsDue
from contracts.billing.mine import BillingRecords
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
from contracts.billing.runs import (
    BillingDesk,
    CheckRun,
    DeskView,
    DifferenceView,
    DiscardRun,
    DraftRun,
    FindInvoices,
    FindNotifications,
    FindPayments,
    InvoicePage,
    NotificationPage,
    NotificationView,
    OpenRun,
    PaymentPage,
    PublishRun,
    ResolveDifference,
    RetryNotification,
    RunView,
)
from contracts.billing.tariffs import MyPrices, PriceList, PublishTariff, TariffList, Tariffs, TariffView
from contracts.caller import Caller, Kind, Role
from contracts.envelope import Envelope
from contracts.errors import NotAllowed
from contracts.events.accounts import AccountClosed, ChildUpdated, FamilyUpdated
from contracts.events.enrolment import (
    ActivityUpdated,
    AttendanceSettled,
    BookingCancelled,
    BookingMade,
    PlaceUpdated,
)
from contracts.records import Records

INVOICED_CENTS = metrics.counter("invoiced_cents_total", "Euro cents invoiced, by kind of paper", ("kind",))


@cache
def stripe_of(settings: Settings) -> StripeProvider:
    """One client per process: Nameko makes a service object per call."""
    return StripeProvider(
        settings.need("stripe_key"), settings.need("stripe_url"), settings.need("stripe_webhook_secret")
    )


class BillingService(Service):
    """Tariffs, invoices, the ledger, payments."""

    name = "billing"

    @property
    def till(self) -> Till:
        """Card payments, wired to Stripe."""
        return Till(self.begin, stripe_of(self.settings), self.clock, self.settings.public_url.rstrip("/"))

    # ------------------------------------------------------------ tariffs

    @answers(PublishTariff)
    def publish_tariff(self, ask: PublishTariff, caller: Caller) -> TariffView:
        by, now = caller.staff(Role.BILLING), self.clock.now()
        with self.begin() as session:
            return once(
                session, ask, caller, lambda: tariff_book.publish(session, ask, by, now, paris_day(now))
            )

    @answers(Tariffs)
    def tariffs(self, ask: Tariffs, caller: Caller) -> TariffList:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return tariff_book.published(session)

    @answers(MyPrices)
    def my_prices(self, ask: MyPrices, caller: Caller) -> PriceList:
        with self.begin() as session:
            return tariff_book.prices_of(session, caller.citizen(), paris_day(self.clock.now()))

    # ------------------------------------------------------------ invoices

    @answers(MyInvoices)
    def my_invoices(self, ask: MyInvoices, caller: Caller) -> InvoiceList:
        with self.begin() as session:
            return statements.invoices(session, caller.citizen(), paris_day(self.clock.now()))

    @answers(WhatIsDue)
    def what_is_due(self, ask: WhatIsDue, caller: Caller) -> DueView:
        with self.begin() as session:
            return statements.due(session, caller.citizen(), paris_day(self.clock.now()))

    @answers(OpenInvoice)
    def open_invoice(self, ask: OpenInvoice, caller: Caller) -> InvoiceView:
        now = self.clock.now()
        with self.begin() as session:
            view = statements.invoice(session, caller, ask.invoice_id, paris_day(now))
            consultations.note(session, caller, ask.invoice_id, f"Facture {view.summary.number}", now)
            return view

    @answers(FindInvoices)
    def find_invoices(self, ask: FindInvoices, caller: Caller) -> InvoicePage:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return desk.find_invoices(session, ask, paris_day(self.clock.now()))

    @answers(BillingRecords)
    def billing_records(self, ask: BillingRecords, caller: Caller) -> Records:
        account_id = caller.citizen()
        with self.begin() as session:
            return mine.records(session, account_id)

    # ------------------------------------------------------------ payment

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

    # ------------------------------------------------------------ the month's run

    @answers(BillingDesk)
    def billing_desk(self, ask: BillingDesk, caller: Caller) -> DeskView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return desk.desk(session, paris_day(self.clock.now()))

    @answers(OpenRun)
    def open_run(self, ask: OpenRun, caller: Caller) -> RunView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return desk.run_view(session, ask)

    @answers(DraftRun)
    def draft_run(self, ask: DraftRun, caller: Caller) -> RunView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: _viewed(session, runs.draft(session, ask.month, by, self.clock.now())),
            )

    @answers(CheckRun)
    def check_run(self, ask: CheckRun, caller: Caller) -> RunView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(
                session,
                ask,
                caller,
                lambda: _viewed(session, runs.check(session, ask.run_id, by, self.clock.now())),
            )

    @answers(PublishRun)
    def publish_run(self, ask: PublishRun, caller: Caller) -> RunView:
        by = caller.staff(Role.BILLING)
        with self.begin() as session:
            run, cents = runs.publish(session, ask, by, self.clock.now())
            view = _viewed(session, run)
        INVOICED_CENTS.labels("invoice" if cents >= 0 else "credit_note").inc(abs(cents))
        return view

    @answers(DiscardRun)
    def discard_run(self, ask: DiscardRun, caller: Caller) -> RunView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return _viewed(session, runs.discard(session, ask.run_id))

    # ------------------------------------------------------------ the cash book

    @answers(FindPayments)
    def find_payments(self, ask: FindPayments, caller: Caller) -> PaymentPage:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return cashbook.find_payments(session, ask)

    @answers(ResolveDifference)
    def resolve_difference(self, ask: ResolveDifference, caller: Caller) -> DifferenceView:
        by = caller.agent(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, lambda: cashbook.resolve(session, ask, by, self.clock.now()))

    @answers(FindNotifications)
    def find_notifications(self, ask: FindNotifications, caller: Caller) -> NotificationPage:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return cashbook.find_notifications(session, parked=ask.parked)

    @answers(RetryNotification)
    def retry_notification(self, ask: RetryNotification, caller: Caller) -> NotificationView:
        caller.staff(Role.BILLING)
        with self.begin() as session:
            return once(session, ask, caller, lambda: cashbook.retry(session, ask.event_id))

    # ------------------------------------------------------------ facts of the others

    @subscribes(FamilyUpdated)
    def keep_family(self, session: Session, fact: FamilyUpdated, envelope: Envelope) -> None:
        copies.keep_family(session, fact, envelope.aggregateversion)

    @subscribes(AccountClosed)
    def drop_account(self, session: Session, fact: AccountClosed, envelope: Envelope) -> None:
        mine.drop_account(session, fact.account_id)

    @subscribes(ChildUpdated)
    def keep_child(self, session: Session, fact: ChildUpdated, envelope: Envelope) -> None:
        copies.keep_child(session, fact, envelope.aggregateversion)

    @subscribes(PlaceUpdated)
    def keep_place(self, session: Session, fact: PlaceUpdated, envelope: Envelope) -> None:
        copies.keep_place(session, fact, envelope.aggregateversion)

    @subscribes(ActivityUpdated)
    def keep_activity(self, session: Session, fact: ActivityUpdated, envelope: Envelope) -> None:
        copies.keep_activity(session, fact, envelope.aggregateversion)

    @subscribes(BookingMade)
    def keep_booking(self, session: Session, fact: BookingMade, envelope: Envelope) -> None:
        consumption.keep_booking(session, fact, envelope.aggregateversion, standing=True)

    @subscribes(BookingCancelled)
    def drop_booking(self, session: Session, fact: BookingCancelled, envelope: Envelope) -> None:
        consumption.keep_booking(session, fact, envelope.aggregateversion, standing=False)

    @subscribes(AttendanceSettled)
    def settle_session(self, session: Session, fact: AttendanceSettled, envelope: Envelope) -> None:
        consumption.settle_session(session, fact, envelope.aggregateversion)


def _viewed(session: Session, run: Run) -> RunView:
    session.flush()
    return desk.run_view(session, OpenRun(run_id=run.run_id))
