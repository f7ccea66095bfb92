"""Billing: payment online."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.messages import Command, Question, View


class PaymentState(StrEnum):
    """Where a payment stands; few of these are shown."""

    CREATED = "created"
    OPEN = "open"
    CONFIRMING = "confirming"
    PAID = "paid"
    EXPIRED = "expired"
    FAILED = "failed"
    DIFFERENT = "different"
    COLLECTING = "collecting"
    REJECTED = "rejected"


class PaymentStarted(View):
    """Where to send the browser."""

    payment_id: UUID
    url: str


class StartPayment(Command[PaymentStarted]):
    """Goes to pay an invoice, or several of one family. What is owed and by whom is the server's; guardians only.

    `part_cents`: pays only so much, the oldest debt first, where the fund allows it (`PartialPaymentClosed`).
    Raises NothingToPay, SelectionChanged, SeveralFamilies, OnlinePaymentClosed, PartOutOfBounds.
    """

    invoice_id: UUID
    also: tuple[UUID, ...] = Field(default=(), max_length=23)
    part_cents: int | None = Field(default=None, ge=1)


class PaidInvoice(View):
    """What of a payment goes to one invoice."""

    invoice_id: UUID
    number: str
    month: date
    cents: int


class PaymentView(View):
    """A payment and, once paid, its receipt. `pending`: not known yet, ask again. `invoice_id`: the oldest it pays."""

    payment_id: UUID
    invoice_id: UUID
    invoice_number: str
    state: PaymentState
    pending: bool
    amount_cents: int
    receipt_number: str | None = None
    paid_at: AwareDatetime | None = None
    parts: list[PaidInvoice] = Field(default=[], description="The oldest invoice first")
    over_cents: int = Field(
        default=0, description="Of it, more than was owed when it came: the family's credit"
    )


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
    left_cents: int = Field(description="Of all the invoices that it pays")
    paid_at: AwareDatetime
    method: str
    provider_reference: str
    parts: list[PaidInvoice] = Field(default=[], description="The oldest invoice first")


class OpenReceipt(Question[ReceiptView]):
    """The receipt of a payment. Guardians of the family, or role billing. Raises NotFound before it is paid."""

    payment_id: UUID


class NotificationTaken(View):
    """`first`: never seen before. It is stored; what follows from it happens afterwards."""

    event_id: str
    first: bool


class ReceiveNotification(Question[NotificationTaken]):
    """What a provider sent, word for word. The installation only. Raises SignatureRefused.

    Not a command: the provider's own event id makes it safe to repeat.
    """

    provider: str = Field(default="stripe", max_length=20)

    body: str = Field(max_length=65_536)
    signature: str = Field(max_length=2_000)
