"""What one may ask of billing: invoices and receipts, the month's run, tariffs, card payments.

Amounts are integer euro cents, negative for what is given back; a quotient familial is in euros; `month` is a
month's first day; instants are aware datetimes. `reason` texts are French sentences, kept as they were printed.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from contracts.errors import Conflict, DomainError, Invalid, NotFound
from contracts.messages import Command, Message, Question, View

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Cents = Annotated[int, Field(ge=0, le=100_000_00)]

# ---------------------------------------------------------------- tariffs, as data


class Surcharge(Message):
    """What presence without a booking costs more: a percentage of the price, then a fixed amount."""

    percent: int = Field(default=0, ge=0, le=500)
    cents: Cents = 0


class _Rule(Message):
    """What every rule may add to its base price."""

    non_resident_percent: int = Field(
        default=0, ge=0, le=500, description="Added for families living elsewhere"
    )
    surcharge: Surcharge = Surcharge()


class FixedRule(_Rule):
    """The same price for all."""

    kind: Literal["fixed"] = "fixed"
    cents: Cents


class Band(Message):
    """A range of quotients: up to `up_to` euros, included; None is the top."""

    name: str = Field(min_length=1, max_length=20)
    up_to: int | None = Field(default=None, ge=0)
    cents: Cents


class BandsRule(_Rule):
    """A price by band of quotient familial. An unknown quotient pays the top band."""

    kind: Literal["bands"] = "bands"
    bands: tuple[Band, ...] = Field(min_length=1, max_length=30)

    @model_validator(mode="after")
    def _in_order(self) -> "BandsRule":
        bounds = [band.up_to for band in self.bands[:-1]]
        if self.bands[-1].up_to is not None or None in bounds:
            raise ValueError("the last band, and only it, has no upper bound")
        known = [bound for bound in bounds if bound is not None]
        if known != sorted(set(known)):
            raise ValueError("bands follow one another upwards")
        return self


class EffortRule(_Rule):
    """A share of the quotient, between two prices: « taux d’effort »."""

    kind: Literal["effort"] = "effort"
    rate_per_100000: int = Field(gt=0, le=100_000, description="525 is 0,525 % of the quotient")
    least_cents: Cents
    most_cents: Cents

    @model_validator(mode="after")
    def _in_order(self) -> "EffortRule":
        if self.least_cents > self.most_cents:
            raise ValueError("the least is above the most")
        return self


TariffRule = Annotated[FixedRule | BandsRule | EffortRule, Field(discriminator="kind")]


class TariffView(View):
    """A published version."""

    tariff_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    valid_from: date
    version: int
    rule: TariffRule
    published_at: AwareDatetime


class PublishTariff(Command[TariffView]):
    """A dated version of a price. A later one of the same date replaces it; what was invoiced is corrected by a run.

    Role billing, or the installation. Publishing the same rule at the same date again changes nothing.
    """

    activity_code: Code
    place_code: str = Field(default="", max_length=40, description="Empty: everywhere")
    valid_from: date
    rule: TariffRule


class TariffList(View):
    """Versions in force, to come and past."""

    tariffs: list[TariffView]


class Tariffs(Question[TariffList]):
    """Every published version, newest first. Role billing."""


class PriceView(View):
    """A unit price and its reason: « tranche C (QF 620, octobre 2026) »."""

    family_id: UUID
    activity_code: str
    activity_name: str
    unit: str
    cents: int
    reason: str
    quotient_known: bool


class PriceList(View):
    """By activity name."""

    prices: list[PriceView]


class MyPrices(Question[PriceList]):
    """What each activity costs the caller's families today, and why."""


# ---------------------------------------------------------------- invoices, for those who pay them


class InvoiceKind(StrEnum):
    """A claim, or what is given back."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceState(StrEnum):
    """What a parent needs to know. Worked out from the ledger, never stored."""

    TO_PAY = "to_pay"
    IN_PROGRESS = "in_progress"
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
    published_on: date
    due_on: date
    pay_online_until: date
    payable_online: bool
    overdue: bool
    receipt_payment_id: UUID | None = None


class CarriedAmount(View):
    """Consumption of a month under 15 €, kept for the next invoice (CGCT D1611-1)."""

    family_id: UUID
    family_label: str
    month: date
    cents: int


class InvoiceList(View):
    """Newest first. `balance_cents`: what the families owe in all; negative is in their favour."""

    invoices: list[InvoiceSummary]
    carried: list[CarriedAmount]
    balance_cents: int
    family_known: bool = Field(description="False until an activation key was redeemed")


class MyInvoices(Question[InvoiceList]):
    """The invoices of every family the caller is a guardian of."""


class DueView(View):
    """`invoices` to pay; `in_progress` counts payments being confirmed."""

    invoices: list[InvoiceSummary]
    in_progress: int


class WhatIsDue(Question[DueView]):
    """For the dashboard: what is to be paid, the most pressing first."""


class InvoiceLine(View):
    """`12 repas × 3,20 €` and why. A correction has a negative quantity."""

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


class PaymentLine(View):
    """A payment or an offset of a credit on the invoice's page."""

    on: date
    label: str
    cents: int
    payment_id: UUID | None = None


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


class OpenInvoice(Question[InvoiceView]):
    """One invoice, line by line. Guardians of the family, or role billing."""

    invoice_id: UUID


# ---------------------------------------------------------------- payment by card


class PaymentState(StrEnum):
    """Where a payment stands; few of these are shown."""

    CREATED = "created"
    OPEN = "open"
    CONFIRMING = "confirming"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    DIFFERENT = "different"


class PaymentStarted(View):
    """Where to send the browser."""

    payment_id: UUID
    url: str


class StartPayment(Command[PaymentStarted]):
    """Goes to pay an invoice. Amount and owner are the server's; a guardian of the family only."""

    invoice_id: UUID


class PaymentView(View):
    """A payment and, once paid, its receipt. `pending`: not known yet, ask again."""

    payment_id: UUID
    invoice_id: UUID
    invoice_number: str
    state: PaymentState
    pending: bool
    amount_cents: int
    receipt_number: str | None = None
    paid_at: AwareDatetime | None = None


class CheckPayment(Question[PaymentView]):
    """How a payment stands, asking the provider while it is not settled (up to 10 s). Guardians of the family."""

    payment_id: UUID


class ReceiptView(View):
    """What a receipt says (CRPA L112-11)."""

    payment_id: UUID
    receipt_number: str
    invoice_id: UUID
    invoice_number: str
    month: date
    fund_name: str
    family_number: str
    addressee: list[str]
    paid_by: str
    amount_cents: int
    left_cents: int
    paid_at: AwareDatetime
    method: str
    provider_reference: str


class OpenReceipt(Question[ReceiptView]):
    """The receipt of a payment. Guardians of the family, or role billing. Raises NotFound before it is paid."""

    payment_id: UUID


class NotificationTaken(View):
    """`first`: never seen before. It is stored; what follows from it happens afterwards."""

    event_id: str
    first: bool


class ReceiveNotification(Question[NotificationTaken]):
    """What the provider sent, word for word. The installation only. Raises SignatureRefused.

    Not a command: the provider's own event id makes it safe to repeat.
    """

    body: str = Field(max_length=65_536)
    signature: str = Field(max_length=2_000)


# ---------------------------------------------------------------- the month's run, for agents


class RunState(StrEnum):
    """Draft → checked → published; or discarded."""

    DRAFT = "draft"
    CHECKED = "checked"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class LeftOutReason(StrEnum):
    """Why a day is not billed."""

    NOT_CHECKED = "not_checked"
    NOT_ON_SHEET = "not_on_sheet"
    TO_COME = "to_come"
    NO_TARIFF = "no_tariff"
    UNKNOWN_FAMILY = "unknown_family"
    UNKNOWN_CHILD = "unknown_child"
    UNKNOWN_ACTIVITY = "unknown_activity"


class LeftOut(View):
    """A session (activity, place, day) left out for a reason, and how many children it concerns."""

    reason: LeftOutReason
    activity_name: str
    place_name: str
    day: date
    slot: str
    children: int


class AnomalyKind(StrEnum):
    """What an agent should look at before publishing."""

    QUOTIENT_UNKNOWN = "quotient_unknown"
    NO_ACCOUNT = "no_account"
    JUMP = "jump"
    CREDIT = "credit"
    NO_ADDRESS = "no_address"


class Anomaly(View):
    """One family, one thing to look at. `cents` is the amount of this run, `before_cents` the last month's."""

    kind: AnomalyKind
    family_id: UUID
    family_label: str
    family_number: str
    cents: int
    before_cents: int | None = None


class RunInvoice(View):
    """What the run would publish, or has published, for a family."""

    family_id: UUID
    family_label: str
    family_number: str
    children: int
    cents: int
    carried: bool
    invoice_id: UUID | None = None
    number: str | None = None


class ActivityTotal(View):
    """What an activity brings in this run."""

    activity_name: str
    quantity: int
    cents: int


class RunSummary(View):
    """A line of the list of runs."""

    run_id: UUID
    month: date
    state: RunState
    drafted_at: AwareDatetime
    published_at: AwareDatetime | None = None
    invoices: int
    credit_notes: int
    carried: int
    total_cents: int
    carried_cents: int
    left_out: int


class RunView(View):
    """Everything of the check page. Lists are bounded; their counts are not."""

    summary: RunSummary
    outdated: bool = Field(description="Attendance, tariffs or families changed since the draft")
    activities: list[ActivityTotal]
    left_out: list[LeftOut]
    left_out_sessions: int
    anomalies: list[Anomaly]
    anomalies_total: int
    invoices: list[RunInvoice]
    invoices_total: int
    page: int
    due_on: date
    pay_online_until: date


class DraftRun(Command[RunView]):
    """Works out what is due up to the end of `month` less what was invoiced. Replaces a draft of the same month."""

    month: date


class CheckRun(Command[RunView]):
    """The agent has read what is left out and the anomalies."""

    run_id: UUID


class PublishRun(Command[RunView]):
    """Numbers and publishes what was checked, all or nothing. Publishing twice gives the first outcome."""

    run_id: UUID
    due_on: date | None = None
    pay_online_until: date | None = None


class DiscardRun(Command[RunView]):
    """Drops a run that is not published."""

    run_id: UUID


class OpenRun(Question[RunView]):
    """A run. Role billing."""

    run_id: UUID
    family: str = Field(
        default="", max_length=60, description="Shows only families whose name or number has it"
    )
    page: int = Field(default=1, ge=1)


class MonthToRun(View):
    """A month with something to bill or to check."""

    month: date
    settled_sessions: int
    unsettled_sessions: int


class DeskView(View):
    """Runs, months waiting, and what needs a person."""

    runs: list[RunSummary]
    months: list[MonthToRun]
    open_differences: int
    parked_notifications: int
    owed_cents: int
    received_cents: int


class BillingDesk(Question[DeskView]):
    """The billing office's first page. Role billing."""


class InvoicePage(View):
    """One page of 50."""

    invoices: list[InvoiceSummary]
    total: int
    page: int


class FindInvoices(Question[InvoicePage]):
    """Published invoices, newest first. Role billing. `text`: number, family name or file number."""

    text: str = Field(default="", max_length=60)
    month: date | None = None
    unpaid: bool = False
    page: int = Field(default=1, ge=1)


class PaymentRow(View):
    """A payment as an agent sees it."""

    payment: PaymentView
    family_label: str
    provider_reference: str
    created_at: AwareDatetime
    reason: str


class DifferenceView(View):
    """What the provider says and our books do not: for a person to decide."""

    difference_id: UUID
    kind: str
    payment_id: UUID | None
    invoice_number: str | None
    expected_cents: int | None
    seen_cents: int | None
    seen_currency: str
    detail: str
    found_at: AwareDatetime
    resolved_at: AwareDatetime | None = None
    note: str = ""


class ResolveDifference(Command[DifferenceView]):
    """An agent dealt with it, and says how. Role billing."""

    difference_id: UUID
    note: str = Field(min_length=3, max_length=500)


class PaymentPage(View):
    """One page of 50 payments, with every open difference."""

    payments: list[PaymentRow]
    total: int
    page: int
    differences: list[DifferenceView]


class FindPayments(Question[PaymentPage]):
    """Payments, differences and notifications. Role billing."""

    state: PaymentState | None = None
    page: int = Field(default=1, ge=1)


class NotificationView(View):
    """A notification: `state` is received, processed, ignored or parked."""

    event_id: str
    kind: str
    state: str
    attempts: int
    received_at: AwareDatetime
    problem: str
    payment_id: UUID | None


class RetryNotification(Command[NotificationView]):
    """Takes a parked notification up again. Role billing."""

    event_id: str = Field(max_length=255)


class NotificationPage(View):
    """The newest hundred."""

    notifications: list[NotificationView]
    parked: int


class FindNotifications(Question[NotificationPage]):
    """What the provider sent, newest first. Role billing."""

    parked: bool = False


# ---------------------------------------------------------------- refusals


class NothingToPay(Conflict):
    """The invoice is settled, or is a credit note."""

    code = "nothing_to_pay"


class PaymentUnderway(Conflict):
    """Another payment of the same invoice is being made at this very moment."""

    code = "payment_underway"


class OnlinePaymentClosed(Conflict):
    """The date until which it could be paid online has passed. `until`."""

    code = "online_payment_closed"


class ProviderAway(DomainError):
    """The card service does not answer; nothing was taken."""

    code = "provider_away"


class SignatureRefused(Invalid):
    """A notification that the provider did not sign."""

    code = "signature_refused"


class RunNotChecked(Conflict):
    """A run is published after it was checked. `state`."""

    code = "run_not_checked"


class RunOpen(Conflict):
    """Another run is open: publish or discard it first. `month`."""

    code = "run_open"


class MonthNotBegun(Invalid):
    """Nothing of that month can be due yet."""

    code = "month_not_begun"


class RunNotFound(NotFound):
    """No such run."""

    code = "run_not_found"


class TariffFromThePast(Invalid):
    """Dates beyond what can be corrected (more than a year ago)."""

    code = "tariff_from_the_past"
