"""Billing: invoices, for those who pay them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.billing.allowances import AllowanceView
from contracts.billing.dunning import ReminderMark
from contracts.billing.objection_terms import ObjectionMark
from contracts.messages import Question, View


class InvoiceKind(StrEnum):
    """A claim, or what is given back."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceState(StrEnum):
    """What a parent needs to know. Worked out from the ledger, never stored."""

    TO_PAY = "to_pay"
    IN_PROGRESS = "in_progress"
    COLLECTING = "collecting"
    PAID = "paid"
    CREDIT = "credit"


class InvoiceSummary(View):
    """A line of « Mes factures ». `left_cents`: what is still to pay."""

    invoice_id: UUID
    number: str
    kind: InvoiceKind
    state: InvoiceState
    family_id: UUID
    family_label: str
    month: date
    total_cents: int
    left_cents: int
    overpaid_cents: int = Field(default=0, description="Paid beyond the invoice: a credit of the family's")
    published_on: date
    due_on: date
    pay_online_until: date
    payable_online: bool
    overdue: bool
    receipt_payment_id: UUID | None = None
    fund: str = ""
    fund_name: str = ""
    part_from_cents: int | None = Field(
        default=None, description="The least that may be paid of it online; none: it is paid whole"
    )


class CarriedAmount(View):
    """Consumption of a month under 15 €, kept for the fund's next invoice (CGCT D1611-1)."""

    family_id: UUID
    family_label: str
    month: date
    cents: int
    fund_name: str = ""


class InvoiceList(View):
    """Newest first. `balance_cents`: what the families owe in all; negative is in their favour.

    `funds`: the names of those that bill something: each makes its own invoice of a month. `credits`: what each has to
    the families' credit, by name, in cents.
    """

    invoices: list[InvoiceSummary]
    carried: list[CarriedAmount]
    balance_cents: int
    family_known: bool = Field(description="False until an activation key was redeemed")
    allowances: list[AllowanceView] = Field(
        default_factory=list, description="Reductions and aids granted to them, the newest first"
    )
    funds: list[str] = Field(default_factory=list)
    credits: dict[str, int] = Field(default_factory=dict)


class MyInvoices(Question[InvoiceList]):
    """The invoices of every family the caller is a guardian of."""


class DueView(View):
    """`invoices` to pay; `in_progress` counts payments being confirmed."""

    invoices: list[InvoiceSummary]
    in_progress: int


class WhatIsDue(Question[DueView]):
    """For the dashboard: what is to be paid, the most pressing first."""


class PriceStep(View):
    """One step of the reckoning of a unit's price: what was applied, and the price after it, to the cent."""

    words: str
    cents: int


class InvoiceLine(View):
    """`12 repas × 3,20 €` and why. A correction has a negative quantity."""

    line_id: int = Field(default=0, description="What an objection against the line names")
    child_id: UUID
    child_name: str
    activity_code: str
    activity_name: str
    month: date
    mark: str
    quantity: int
    unit: str
    unit_cents: int
    amount_cents: int
    reason: str
    correction: bool
    days: list[date]
    tariff_since: date | None = Field(
        default=None, description="Since when the tariff of the price was valid"
    )
    steps: list[PriceStep] = Field(
        default_factory=list, description="From the tariff's base to `unit_cents`, as it was reckoned"
    )


class PaymentLine(View):
    """A payment or an offset of a credit on the invoice's page."""

    on: date
    label: str
    cents: int
    payment_id: UUID | None = None
    void: bool = Field(default=False, description="The bank sent it back: its receipt does not hold any more")


class InvoiceView(View):
    """Everything the page and the paper show."""

    summary: InvoiceSummary
    fund_name: str
    family_number: str
    addressee: list[str]
    lines: list[InvoiceLine]
    payments: list[PaymentLine]
    carried_months: list[date] = Field(description="Earlier months whose carried amount is in this invoice")
    balance_cents: int
    started_payment: UUID | None = Field(default=None, description="A payment that is being confirmed")
    collect_on: date | None = Field(
        default=None, description="It will be collected by direct debit on that day"
    )
    collect_cents: int = 0
    paid_through: str = Field(
        default="stripe",
        description="Who takes the fund's payments: `stripe`, `payfip`; empty: nobody online",
    )
    contest_until: date | None = Field(
        default=None, description="The last day to contest a line; none: it has passed"
    )
    objections: list[ObjectionMark] = Field(
        default_factory=list, description="What was contested of it, the newest first; not what was withdrawn"
    )
    reminders: list[ReminderMark] = Field(default=[], description="Letters about it, the first one first")


class OpenInvoice(Question[InvoiceView]):
    """One invoice, line by line. Guardians of the family, or role billing."""

    invoice_id: UUID
