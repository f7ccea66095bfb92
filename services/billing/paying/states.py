"""The tables of states of a payment, a refund and a dispute: what may follow what, and what the provider's word means.

created ──► open ──► confirming ──► paid
   │          │ └───────────────────►│
   │          ├──► expired ─────────►│       (a notification that was late)
   └► failed  └──► different                 (another amount than ours: for an agent)

collecting ──► paid ──► rejected    (a direct debit, announced: booked on its day, sent back by the bank)
   └► failed                        (given up, or sent back before its day)
"""

from billing.paying.provider import Progress, Seen
from contracts.billing.payments import PaymentState
from contracts.billing.refunds import DisputeState, RefundState

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
        (PaymentState.COLLECTING, PaymentState.PAID),
        (PaymentState.COLLECTING, PaymentState.FAILED),
        (PaymentState.PAID, PaymentState.REJECTED),
    }
)

ASKED_ABOUT = frozenset({PaymentState.CREATED, PaymentState.OPEN, PaymentState.CONFIRMING})
"""States whose end a provider knows: it is asked."""

UNDERWAY = ASKED_ABOUT | {PaymentState.COLLECTING}
"""States in which money may still be taken: one payment at most per invoice is in one of them."""

WITHOUT_MONEY = frozenset({PaymentState.EXPIRED, PaymentState.FAILED})


REFUND_TRANSITIONS: frozenset[tuple[RefundState, RefundState]] = frozenset(
    {
        (RefundState.ASKED, RefundState.DONE),
        (RefundState.ASKED, RefundState.FAILED),
        (RefundState.DONE, RefundState.FAILED),  # accepted, then sent back by the bank
    }
)

DISPUTE_TRANSITIONS: frozenset[tuple[DisputeState, DisputeState]] = frozenset(
    {
        (DisputeState.INQUIRY, DisputeState.OPEN),
        (DisputeState.INQUIRY, DisputeState.CLOSED),
        (DisputeState.OPEN, DisputeState.WON),
        (DisputeState.OPEN, DisputeState.LOST),
    }
)


def may_refund(before: RefundState, after: RefundState) -> bool:
    """True when the table has it."""
    return (before, after) in REFUND_TRANSITIONS


def dispute_steps(before: DisputeState, after: DisputeState) -> list[DisputeState]:
    """The states to go through, each with its entries, when words were missed; none when the table leads nowhere."""
    if (before, after) in DISPUTE_TRANSITIONS:
        return [after]
    if {(before, DisputeState.OPEN), (DisputeState.OPEN, after)} <= DISPUTE_TRANSITIONS:
        return [DisputeState.OPEN, after]
    return []


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
