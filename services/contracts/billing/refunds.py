"""Billing: money given back by agents, and payments contested at the bank."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.billing.payments import PaymentView
from contracts.messages import Command, Question, View


class RefundState(StrEnum):
    """`asked`: ordered, the provider has not answered yet. `done` may still fail: a closed account."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


class RefundWay(StrEnum):
    """How money goes back: to the card through the provider, over the counter, or by the Treasury's transfer.

    `bounced`: the bank sent the cheque back, and nobody gave anything.
    """

    PROVIDER = "provider"
    COUNTER = "counter"
    TREASURY = "treasury"
    BOUNCED = "bounced"


class DisputeState(StrEnum):
    """An `inquiry` moves no money. `open`: the bank took it from the town until the dispute is won or lost."""

    INQUIRY = "inquiry"
    CLOSED = "closed"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class RefundView(View):
    """Money given back, or on its way. `reason` in the agent's words; `problem` in the provider's."""

    refund_id: UUID
    amount_cents: int
    state: RefundState
    way: RefundWay
    reason: str
    asked_by_name: str
    asked_at: AwareDatetime
    problem: str = ""


class DisputeView(View):
    """A contestation. `respond_by`: until when the town may answer at the provider's."""

    reference: str
    state: DisputeState
    amount_cents: int
    reason: str
    opened_at: AwareDatetime
    respond_by: AwareDatetime | None = None


class PaymentFile(View):
    """All an agent needs to know of a payment. `refundable_cents`: what may still be given back, and by which `way`.

    `credit_cents`: what the family has to its credit; a refund is taken from it first, then makes invoices due again.
    """

    payment: PaymentView
    family_id: UUID
    family_label: str
    paid_by: str
    method: str
    created_at: AwareDatetime
    provider_reference: str
    reason: str
    refunds: list[RefundView]
    disputes: list[DisputeView]
    refundable_cents: int
    way: RefundWay
    credit_cents: int
    may_bounce: bool = Field(
        default=False, description="A cheque that was handed on: the bank may send it back"
    )


class OpenPayment(Question[PaymentFile]):
    """A payment with its refunds and disputes. Role billing."""

    payment_id: UUID


class BookRefund(Command[RefundView]):
    """A refund made on the provider's own pages, taken into our books as the provider's list has it; once.

    Role billing, a person. Its difference is dealt with. Raises NotFound, RefundNotSeen, NotRefundable,
    RefundTooHigh, PaymentDisputed, ProviderAway.
    """

    difference_id: UUID


class RefundPayment(Command[RefundView]):
    """Gives money of a payment back. Role billing, a person. The answer may still be `asked`: it is tried on.

    Raises NotFound, NotRefundable, RefundTooHigh, PaymentDisputed.
    """

    payment_id: UUID
    amount_cents: int = Field(ge=1)
    reason: str = Field(min_length=3, max_length=300)
