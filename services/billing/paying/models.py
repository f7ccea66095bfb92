"""Tables of payments, of what the provider sends, and of what does not agree."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from billing.models import Base, states
from contracts.billing.payments import PaymentState
from contracts.billing.refunds import DisputeState, RefundState, RefundWay

_ASKED_ABOUT = "state IN ('created', 'open', 'confirming')"


class Payment(Base):
    """A payment, from the click (or the counter) to the receipt."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("command_id"),
        UniqueConstraint("receipt_number"),
        UniqueConstraint("provider", "provider_reference"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint(
            "(state IN ('paid', 'rejected')) = (receipt_number IS NOT NULL)", name="paid_has_receipt"
        ),
        Index(
            "ix_payment_pending",
            "real_next_look_at",
            postgresql_where=text(_ASKED_ABOUT),
        ),
        Index("ix_payment_ended", "real_opened_at", postgresql_where=text("state = 'expired'")),
    )

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    command_id: Mapped[UUID] = mapped_column(comment="Of the form that started it")
    invoice_id: Mapped[UUID] = mapped_column(
        ForeignKey("invoice.invoice_id"), index=True, comment="The oldest of those it pays: see payment_part"
    )
    family_id: Mapped[UUID]
    account_id: Mapped[UUID | None] = mapped_column(
        comment="The guardian who pays; empty: taken over the counter"
    )
    paid_by: Mapped[str] = mapped_column(String(250))
    amount_cents: Mapped[int]
    over_cents: Mapped[int] = mapped_column(
        default=0, server_default="0", comment="Of it, more than was owed when it came: the family's credit"
    )
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[PaymentState] = mapped_column(states(PaymentState), index=True)
    provider: Mapped[str] = mapped_column(String(20))
    provider_reference: Mapped[str | None] = mapped_column(String(255))
    provider_url: Mapped[str | None] = mapped_column(Text)
    provider_proof: Mapped[str] = mapped_column(
        String(255), default="", comment="The provider's id of the debit"
    )
    reason: Mapped[str] = mapped_column(
        String(60), default="", comment="Why it did not happen, as far as known"
    )
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    receipt_number: Mapped[str | None] = mapped_column(String(40))
    method: Mapped[str] = mapped_column(
        String(20),
        default="card",
        server_default="card",
        comment="`card`, `direct_debit`, `cash`, `cheque` …",
    )
    real_started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    real_opened_at: Mapped[datetime | None] = mapped_column(comment="When the provider had made the page")
    real_next_look_at: Mapped[datetime] = mapped_column(server_default=func.now())
    looks: Mapped[int] = mapped_column(Integer, default=0)


class PaymentPart(Base):
    """What of a payment goes to which invoice. The parts add up to the payment; the nightly check looks at it."""

    __tablename__ = "payment_part"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        Index("uq_payment_part_underway", "invoice_id", unique=True, postgresql_where=text("underway")),
    )

    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.payment_id"), primary_key=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoice.invoice_id"), primary_key=True, index=True)
    amount_cents: Mapped[int]
    underway: Mapped[bool] = mapped_column(
        comment="Money may still be taken: one payment per invoice. Kept by a trigger on the payment's state"
    )


class Refund(Base):
    """Money given back of a payment, from the agent's order to the provider's word."""

    __tablename__ = "refund"
    __table_args__ = (
        UniqueConstraint("command_id"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        Index("ix_refund_waiting", "real_next_look_at", postgresql_where=text("state = 'asked'")),
    )

    refund_id: Mapped[UUID] = mapped_column(primary_key=True)
    command_id: Mapped[UUID] = mapped_column(comment="Of the form that ordered it")
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.payment_id"), index=True)
    amount_cents: Mapped[int]
    state: Mapped[RefundState] = mapped_column(states(RefundState))
    way: Mapped[RefundWay] = mapped_column(states(RefundWay))
    reason: Mapped[str] = mapped_column(Text, comment="In the agent's words")
    asked_by: Mapped[UUID | None]
    asked_by_name: Mapped[str] = mapped_column(String(250))
    provider_reference: Mapped[str] = mapped_column(String(255), default="")
    problem: Mapped[str] = mapped_column(Text, default="", comment="Why it failed, in the provider's words")
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    real_asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    real_next_look_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Dispute(Base):
    """A payment contested at the payer's bank, as the provider last told it."""

    __tablename__ = "dispute"

    reference: Mapped[str] = mapped_column(String(255), primary_key=True, comment="The provider's id")
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payment.payment_id"), index=True)
    state: Mapped[DisputeState] = mapped_column(states(DisputeState))
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(String(60), comment="The provider's word for it")
    respond_by: Mapped[datetime | None] = mapped_column(comment="Until when evidence may be sent")
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Notification(Base):
    """What the provider sent, word for word, and what became of it."""

    __tablename__ = "notification"
    __table_args__ = (
        Index("ix_notification_waiting", "real_next_try_at", postgresql_where=text("state = 'received'")),
    )

    event_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    provider: Mapped[str] = mapped_column(String(20), default="stripe", server_default="stripe")
    kind: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)
    provider_reference: Mapped[str] = mapped_column(String(255), default="")
    payment_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(20), comment="`received`, `processed`, `ignored` or `parked`")
    attempts: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime]
    real_next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Difference(Base):
    """What the provider says and the books do not: for an agent."""

    __tablename__ = "difference"
    __table_args__ = (UniqueConstraint("kind", "subject"),)

    difference_id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(
        String(30), comment="`amount`, `paid_twice`, `unknown`, `refund`, `dispute`"
    )
    subject: Mapped[str] = mapped_column(String(255), comment="Payment or provider's object: found once")
    payment_id: Mapped[UUID | None] = mapped_column(index=True)
    expected_cents: Mapped[int | None]
    seen_cents: Mapped[int | None]
    seen_currency: Mapped[str] = mapped_column(String(3), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    found_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(Text, default="")
