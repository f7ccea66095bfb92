"""The port to a card provider's books, beyond a payment: money given back, contested, and the list of it all.

Stripe stands behind it (stripe_books.py). A provider without it (the Treasury's) gives nothing back by itself.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID


class RefundProgress(StrEnum):
    """`done`: accepted, the money is on its way or there. It may still fail (a closed account)."""

    DONE = "done"
    FAILED = "failed"


class DisputeProgress(StrEnum):
    """An `inquiry` moves no money; `open` has taken it from the town until it is won or lost."""

    INQUIRY = "inquiry"
    CLOSED = "closed"  # an inquiry that came to nothing
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True)
class RefundOrder:
    """Money to give back. The same order made twice is one: `refund_id` is the idempotency key."""

    refund_id: UUID
    proof: str
    amount_cents: int


@dataclass(frozen=True)
class RefundSeen:
    """A refund in the provider's books. `refund_id`: ours, if we asked for it; `proof`: the debit it gives back."""

    reference: str
    proof: str
    refund_id: UUID | None
    amount_cents: int
    currency: str
    progress: RefundProgress
    problem: str = ""


@dataclass(frozen=True)
class DisputeSeen:
    """A payment contested at the payer's bank. `respond_by`: until when the town may send its evidence."""

    reference: str
    proof: str
    amount_cents: int
    currency: str
    progress: DisputeProgress
    reason: str = ""
    respond_by: datetime | None = None


@dataclass(frozen=True)
class ChargeSeen:
    """Money that was taken. `payment_id`: ours, if we asked for it."""

    proof: str
    payment_id: UUID | None
    amount_cents: int
    currency: str


@dataclass(frozen=True)
class Movements:
    """All that moved in the provider's books in a span of real time."""

    charges: list[ChargeSeen] = field(default_factory=list)
    refunds: list[RefundSeen] = field(default_factory=list)
    disputes: list[DisputeSeen] = field(default_factory=list)


@runtime_checkable
class CardBooks(Protocol):
    """A provider that gives money back on demand and lists what moved. Raises as `provider.Provider` does."""

    name: str

    def refund(self, order: RefundOrder) -> RefundSeen:
        """Gives money back to the card. Repeating the same order is the same refund."""
        ...

    def refunds_of(self, proof: str) -> list[RefundSeen]:
        """Every refund of a debit, whoever asked for it."""
        ...

    def look_at_dispute(self, reference: str) -> DisputeSeen:
        """How a dispute stands now."""
        ...

    def movements(self, since: datetime, until: datetime) -> Movements:
        """What was taken, given back and contested between two instants of real time."""
        ...
