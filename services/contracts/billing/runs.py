"""Billing: the month's run, for agents."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.billing.invoices import InvoiceSummary, InvoiceView
from contracts.billing.payments import PaymentState, PaymentView
from contracts.messages import Command, Question, View


class RunState(StrEnum):
    """Draft → checked → published; or discarded."""

    DRAFT = "draft"
    CHECKED = "checked"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class LeftOutReason(StrEnum):
    """Why a day is not billed."""

    CONTESTED = "contested"
    ABSENCE_UNDECIDED = "absence_undecided"
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
    DROP = "drop"
    UNCHECKED = "unchecked"
    CREDIT = "credit"
    NO_ADDRESS = "no_address"


class Anomaly(View):
    """One family, one thing to look at. `cents` is the amount of this run, `before_cents` the last month's.

    Of a sum that moved sharply, `cents` is the month's, earlier runs included.
    """

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
    fund: str = ""
    fund_name: str = ""
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


class CountState(StrEnum):
    """Enrolment's count of the month's sheets beside billing's copy."""

    AWAITED = "awaited"
    AGREES = "agrees"
    DIFFERS = "differs"


class SheetDifference(View):
    """A family's lines on a sheet: as enrolment counted them, as billing keeps them.

    Equal numbers: the copy is of an older version of the sheet. No family: the sheet is without lines.
    """

    session_id: UUID
    activity_name: str
    place_name: str
    day: date
    slot: str
    family_label: str
    counted: int
    kept: int


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
    count: CountState = CountState.AGREES
    sheet_differences: list[SheetDifference] = Field(default_factory=list)
    sheet_differences_total: int = 0


class DraftRun(Command[RunView]):
    """Works out what is due to a fund up to the end of `month` less what it invoiced. Replaces its draft of that month.

    Without a fund: the one that bills what is named nowhere else. Raises NotFound.
    """

    month: date
    fund: str = Field(default="", max_length=10)


class CheckRun(Command[RunView]):
    """The agent has read what is left out and the anomalies.

    Raises SheetsNotCounted (enrolment's count of the month has not come yet), SheetsDiffer (it is not what billing
    keeps: ReplaySheets, then a new draft).
    """

    run_id: UUID


class PublishRun(Command[RunView]):
    """Numbers and publishes what was checked, all or nothing. Publishing twice gives the first outcome.

    Raises RunContested when a line of it was contested since the draft: a new draft leaves it out.
    """

    run_id: UUID
    due_on: date | None = None
    pay_online_until: date | None = None


class DiscardRun(Command[RunView]):
    """Drops a run that is not published."""

    run_id: UUID


class ReplaySheets(Command[RunView]):
    """Has enrolment tell the sheets again that differ; a draft made afterwards has them. Role billing."""

    run_id: UUID


class OpenRun(Question[RunView]):
    """A run. Role billing."""

    run_id: UUID
    family: str = Field(
        default="", max_length=60, description="Shows only families whose name or number has it"
    )
    page: int = Field(default=1, ge=1)


class RunPapers(View):
    """Some invoices and credit notes of a run, in the order of their numbers. `after`: where the next ones begin."""

    fund: str = Field(description="Code of the run's fund")
    month: date
    invoices: list[InvoiceView]
    after: int | None


class ReadRunPapers(Question[RunPapers]):
    """The papers of a published run, part by part, for all to be printed. A list made for work: no family is told.

    Role billing. Raises RunNotFound, RunNotChecked.
    """

    run_id: UUID
    after: int = Field(default=0, ge=0, description="The sequence of the last one that was read")
    limit: int = Field(default=20, ge=1, le=50)


class MonthToRun(View):
    """A month with something for a fund to bill or to check."""

    month: date
    fund: str = ""
    fund_name: str = ""
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
    bookable: bool = Field(
        default=False, description="A refund made on the provider's pages: one click books it"
    )


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
