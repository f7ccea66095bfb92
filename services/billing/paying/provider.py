"""The port to whoever takes the money: Stripe (stripe_provider.py) or the Treasury's PayFiP (payfip_provider.py)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
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
    """What is to be paid. The same order opened twice is one: `payment_id` is the idempotency key.

    `payer_mail` is empty when no address of the payer is known.
    """

    payment_id: UUID
    fund: str
    invoice_number: str
    year: int
    amount_cents: int
    currency: str
    title: str
    detail: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    payer_mail: str = ""


@dataclass(frozen=True)
class Opened:
    """Where the payer goes. `reference`: the provider's name for it."""

    reference: str
    url: str


@dataclass(frozen=True)
class Seen:
    """A payment in the provider's books. `proof`: its id of the debit; `reason`: of the last refusal; `method`:
    `card` or `direct_debit`. Amount and currency count only once it is paid."""

    progress: Progress
    amount_cents: int
    currency: str
    proof: str = ""
    reason: str = ""
    method: str = "card"


class Concern(StrEnum):
    """What a notification is about."""

    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Told:
    """A notification. Only `event_id`, `concern` and the references are ever believed: how a payment stands is asked
    back. `amount_cents` and `currency` serve the rows shown to an agent; `subject` is the provider's own id of the
    refund or dispute it tells of.

    `signed`: its signature was verified, and its event id is its own. A provider that signs nothing names a payment,
    no more: such a notification is taken for a payment of ours only, and acted on however often it comes.
    """

    event_id: str
    kind: str
    concern: Concern
    reference: str = ""
    proof: str = ""
    payment_id: UUID | None = None
    amount_cents: int | None = None
    currency: str = ""
    subject: str = ""
    signed: bool = True


@dataclass(frozen=True)
class Terms:
    """What a provider's pages are like.

    `open_for`: a page can be paid on for so long after it was made; `watched_for`: for so long a page that ended
    without money may still turn out to be paid; `rest`: how long to leave it alone after it failed to answer;
    `one_return`: the payer comes back to one address, paid or not. Amounts in cents, both included.
    """

    least_cents: int
    most_cents: int
    open_for: timedelta
    watched_for: timedelta = timedelta(0)
    rest: timedelta = timedelta(0)
    one_return: bool = False


class ProviderUnreachable(Exception):
    """No answer, or a fault on its side: nothing is known to have been done; try again later."""


class ProviderRefused(Exception):
    """It answered no, and will again."""


class ForgedNotification(Exception):
    """Not signed by the provider, too old, or not readable."""


class Provider(Protocol):
    """A hosted payment page and its books."""

    name: str
    terms: Terms

    def open(self, order: Order) -> Opened:
        """Makes the page. Repeating the same order gives the same page, or one in place of a page nobody was shown."""
        ...

    def look(self, reference: str, age: timedelta, /) -> Seen:
        """How it stands now; `age` is the page's, in real time."""
        ...

    def expire(self, reference: str, age: timedelta, /) -> Seen:
        """Closes the page if it is still open and can be closed, and says how it stands."""
        ...

    def read(self, body: bytes, signature: str) -> Told:
        """Verifies and reads a notification, byte for byte as it came. Raises ForgedNotification."""
        ...

    def reread(self, body: bytes) -> Told:
        """Reads a notification that was verified when it came."""
        ...
