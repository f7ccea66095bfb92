"""The port to whoever takes the money. Stripe stands behind it (stripe_provider.py); another may."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Progress(StrEnum):
    """How far a payment got, in the provider's books."""

    OPEN = "open"
    CONFIRMING = "confirming"  # the payer is done, the money is not certain yet
    PAID = "paid"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Order:
    """What is to be paid. The same order opened twice is one: `payment_id` is the idempotency key."""

    payment_id: UUID
    amount_cents: int
    currency: str
    title: str
    detail: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class Opened:
    """Where the payer goes. `reference`: the provider's name for it."""

    reference: str
    url: str


@dataclass(frozen=True)
class Seen:
    """A payment in the provider's books. `proof`: its id of the debit; `reason`: of the last refusal."""

    progress: Progress
    amount_cents: int
    currency: str
    proof: str = ""
    reason: str = ""


class Concern(StrEnum):
    """What a notification is about."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Told:
    """A notification, its signature verified. Only `event_id`, `concern` and the references are ever believed:
    how a payment stands is asked back. `amount_cents` and `currency` serve the rows shown to an agent; `subject` is
    the provider's own id of the refund or dispute it tells of."""

    event_id: str
    kind: str
    concern: Concern
    reference: str = ""
    proof: str = ""
    payment_id: UUID | None = None
    amount_cents: int | None = None
    currency: str = ""
    subject: str = ""


class ProviderUnreachable(Exception):
    """No answer, or a fault on its side: nothing is known to have been done; try again later."""


class ProviderRefused(Exception):
    """It answered no, and will again."""


class ForgedNotification(Exception):
    """Not signed by the provider, too old, or not readable."""


class Provider(Protocol):
    """A hosted payment page and its books."""

    name: str

    def open(self, order: Order) -> Opened:
        """Makes the page. Repeating the same order gives the same page."""
        ...

    def look(self, reference: str) -> Seen:
        """How it stands now."""
        ...

    def expire(self, reference: str) -> Seen:
        """Closes the page if it is still open, and says how it stands."""
        ...

    def read(self, body: bytes, signature: str) -> Told:
        """Verifies and reads a notification, byte for byte as it came. Raises ForgedNotification."""
        ...

    def reread(self, body: bytes) -> Told:
        """Reads a notification that was verified when it came."""
        ...
