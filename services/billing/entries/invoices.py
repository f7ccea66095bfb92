"""Entry points of invoices: what parents read, and agents find."""

from functools import partial

from billing import consultations, mine
from billing.invoicing import desk, statements
from billing.invoicing.dates import paris_day
from billing.paying.wiring import name_for
from chassis.service import Service, answers
from contracts.billing.invoices import DueView, InvoiceList, InvoiceView, MyInvoices, OpenInvoice, WhatIsDue
from contracts.billing.mine import BillingRecords
from contracts.billing.runs import (
    FindInvoices,
    InvoicePage,
)
from contracts.caller import Caller, Role
from contracts.records import Records


class InvoiceDesk(Service):
    """Invoices, read."""

    @answers(MyInvoices)
    def my_invoices(self, ask: MyInvoices, caller: Caller) -> InvoiceList:
        with self.begin() as session:
            return statements.invoices(session, caller.citizen(), paris_day(self.clock.now()))

    @answers(WhatIsDue)
    def what_is_due(self, ask: WhatIsDue, caller: Caller) -> DueView:
        with self.look() as session:
            return statements.due(session, caller.citizen(), paris_day(self.clock.now()))

    @answers(OpenInvoice)
    def open_invoice(self, ask: OpenInvoice, caller: Caller) -> InvoiceView:
        now = self.clock.now()
        with self.begin() as session:
            view = statements.invoice(
                session, caller, ask.invoice_id, paris_day(now), partial(name_for, self.settings)
            )
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
