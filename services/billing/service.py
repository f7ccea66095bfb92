"""Billing answers: see `contracts.billing` for what each question and command means, `entries` for who takes it."""

from billing.entries.allowances import AllowanceDesk
from billing.entries.bank_files import BankFileDesk
from billing.entries.cashbook import CashDesk
from billing.entries.contesting import ContestingDesk
from billing.entries.copies import CopyDesk
from billing.entries.counter import CounterDesk
from billing.entries.debits import DebitDesk
from billing.entries.dunning import DunningDesk
from billing.entries.funds import FundDesk
from billing.entries.invoices import InvoiceDesk
from billing.entries.nights import NightDesk
from billing.entries.papers import PaperDesk
from billing.entries.payments import PaymentDesk
from billing.entries.refunds import RefundDesk
from billing.entries.runs import RunDesk
from billing.entries.tariffs import TariffDesk, TariffDraftDesk
from billing.entries.treasury import TreasuryDesk
from chassis.parking import ParkingDesk


class BillingService(
    TariffDesk,
    TariffDraftDesk,
    AllowanceDesk,
    InvoiceDesk,
    PaperDesk,
    CounterDesk,
    NightDesk,
    RefundDesk,
    DebitDesk,
    BankFileDesk,
    PaymentDesk,
    RunDesk,
    CashDesk,
    ContestingDesk,
    FundDesk,
    TreasuryDesk,
    DunningDesk,
    CopyDesk,
    ParkingDesk,
):
    """The service, whole: one class per matter."""

    name = "billing"
