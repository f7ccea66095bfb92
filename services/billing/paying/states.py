"""The one table of a payment's states: what may follow what, and what the provider's word makes of it.

created ──► open ──► confirming ──► paid
   │          │ └───────────────────►│
   │          ├──► expired ─────────►│       (a notification that was late)
   └► failed  └──► different                 (another amount than ours: for an agent)
"""

from billing.paying.provider import Progress, Seen
from contracts.billing.payments import PaymentState

TRANSITIONS: frozenset[tuple[PaymentState, PaymentState]] = frozenset(
    {
        (PaymentState.CREATED, PaymentState.OPEN),
        (PaymentState.CREATED, PaymentState.FAILED),
        (PaymentState.CREATED, PaymentState.EXPIRED),
        (PaymentState.OPEN, PaymentState.CONFIRMING),
        (PaymentState.OPEN, PaymentState.PAID),
        (PaymentState.OPEN, PaymentState.EXPIRED),
        (PaymentState.OPEN, PaymentState.DIFFERENT),
        (PaymentState.CONFIRMING, PaymentState.OPEN),
        (PaymentState.CONFIRMING, PaymentState.PAID),
        (PaymentState.CONFIRMING, PaymentState.EXPIRED),
        (PaymentState.CONFIRMING, PaymentState.DIFFERENT),
        (PaymentState.EXPIRED, PaymentState.PAID),
        (PaymentState.EXPIRED, PaymentState.DIFFERENT),
    }
)

UNDERWAY = frozenset({PaymentState.CREATED, PaymentState.OPEN, PaymentState.CONFIRMING})
"""States in which money may still be taken: one payment at most per invoice is in one of them."""

WITHOUT_MONEY = frozenset({PaymentState.EXPIRED, PaymentState.FAILED})


def may(before: PaymentState, after: PaymentState) -> bool:
    """True when the table has it."""
    return (before, after) in TRANSITIONS


def state_for(seen: Seen, amount_cents: int, currency: str) -> PaymentState:
    """What the provider's books mean for ours: money counts only to the cent and in our currency."""
    match seen.progress:
        case Progress.PAID:
            agrees = seen.amount_cents == amount_cents and seen.currency.lower() == currency.lower()
            return PaymentState.PAID if agrees else PaymentState.DIFFERENT
        case Progress.EXPIRED:
            return PaymentState.EXPIRED
        case Progress.CONFIRMING:
            return PaymentState.CONFIRMING
        case Progress.OPEN:
            return PaymentState.OPEN
