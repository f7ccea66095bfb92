"""Billing: payments that agents take over the counter, and the slips under which they hand them on."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.billing.invoices import InvoiceSummary
from contracts.billing.payments import PaymentView
from contracts.billing.refunds import RefundView
from contracts.messages import Command, Question, View


class Means(StrEnum):
    """A kind of money that the till holds. `cesu`: prefunded CESU, for child care only (Code du travail L1271-1)."""

    CASH = "cash"
    CHEQUE = "cheque"
    CESU = "cesu"
    VOUCHER = "voucher"


class OwedInvoice(View):
    """An invoice to pay. `care_cents`: how much of what is left CESU may still pay; food is not child care."""

    summary: InvoiceSummary
    care_cents: int


class CounterView(View):
    """What an agent needs to take a family's money: what it owes, oldest first, and who may be paying."""

    family_id: UUID
    family_label: str
    family_number: str
    guardians: list[str]
    owed: list[OwedInvoice]


class OpenCounter(Question[CounterView]):
    """What a family owes, for the agent at the counter. Role billing. Raises NotFound."""

    family_id: UUID


class TakePayment(Command[PaymentView]):
    """Money taken over the counter: one receipt, the oldest debt first. Role billing, a person.

    A payment page that is open for one of the invoices is closed first. Raises NotFound, NothingToPay,
    SelectionChanged, SeveralFamilies, MoreThanOwed, CesuForCareOnly, PaymentUnderway, ProviderAway.
    """

    invoice_ids: tuple[UUID, ...] = Field(min_length=1, max_length=24)
    means: Means
    amount_cents: int = Field(ge=1, le=100_000_00)
    paid_by: str = Field(min_length=2, max_length=250)
    reference: str = Field(
        default="", max_length=100, description="Of a cheque: bank and number; of titles: their numbers"
    )


class DepositLine(View):
    """A payment on a slip, less what was given back over the counter."""

    payment_id: UUID
    receipt_number: str
    taken_on: date
    paid_by: str
    reference: str
    cents: int


class DepositSummary(View):
    """A slip (« bordereau de remise »), or what waits for one: then it has no number."""

    deposit_id: UUID | None = None
    number: str = ""
    fund: str
    fund_name: str
    means: Means
    payments: int
    cents: int
    made_at: AwareDatetime | None = None
    made_by_name: str = ""


class DepositView(View):
    """A slip with its lines, as printed."""

    summary: DepositSummary
    lines: list[DepositLine]


class TillView(View):
    """What the till holds, by fund and kind; the newest fifty slips."""

    holds: list[DepositSummary]
    deposits: list[DepositSummary]


class OpenTill(Question[TillView]):
    """The till. Role billing."""


class MakeDeposit(Command[DepositView]):
    """Puts all that the till holds of a kind on a numbered slip. Role billing, a person. Raises NothingToDeposit."""

    fund: str = Field(max_length=10)
    means: Means


class BounceCheque(Command[RefundView]):
    """The bank sends a deposited cheque back: what it had settled is due again. Role billing, a person.

    Raises NotFound, ChequeNotDeposited, ChequeBounced.
    """

    payment_id: UUID
    reason: str = Field(min_length=3, max_length=300)


class OpenDeposit(Question[DepositView]):
    """A slip. Role billing. Raises NotFound."""

    deposit_id: UUID
