"""A payment contested at the payer's bank: kept as the provider tells it, booked as the money moves, shown to an agent.

inquiry ──► open ──► won      the bank takes the money (card → disputed), and returns it (disputed → card)
   │          └────► lost     … or the payer: what the payment had settled is due again (disputed → receivable)
   └──► closed                an inquiry moves no money
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.accounting import ledger
from billing.paying import back
from billing.paying.card_books import DisputeSeen
from billing.paying.differences import note_difference
from billing.paying.models import Dispute, Payment
from billing.paying.states import dispute_steps
from chassis.outbox import tell
from contracts.billing.refunds import DisputeState, DisputeView
from contracts.events.billing import PaymentDisputed

_OVER = (DisputeState.CLOSED, DisputeState.WON, DisputeState.LOST)


def follow(session: Session, payment_id: UUID, seen: DisputeSeen, now: datetime) -> DisputeState:
    """Brings the dispute to where the provider's books are, step by step; what the table lacks changes nothing."""
    locked = back.lock(session, payment_id)
    dispute = session.get(Dispute, seen.reference, with_for_update=True, populate_existing=True)
    if dispute is None:
        dispute = Dispute(
            reference=seen.reference,
            payment_id=payment_id,
            state=DisputeState.INQUIRY,
            amount_cents=seen.amount_cents,
            reason=seen.reason[:60],
            opened_at=now,
        )
        session.add(dispute)
        _show(session, dispute, locked.payment, "dispute", now)
    dispute.respond_by = seen.respond_by
    for state in dispute_steps(dispute.state, DisputeState(seen.progress)):
        _move(session, dispute, locked, state, now)
    session.flush()
    return dispute.state


def of_payment(session: Session, payment_id: UUID) -> list[DisputeView]:
    """Newest first."""
    rows = session.scalars(
        select(Dispute).where(Dispute.payment_id == payment_id).order_by(Dispute.opened_at.desc())
    )
    return [
        DisputeView(
            reference=row.reference,
            state=row.state,
            amount_cents=row.amount_cents,
            reason=row.reason,
            opened_at=row.opened_at,
            respond_by=row.respond_by,
        )
        for row in rows
    ]


def _move(
    session: Session, dispute: Dispute, locked: back.Locked, state: DisputeState, now: datetime
) -> None:
    payment, cents, reference = locked.payment, dispute.amount_cents, dispute.reference
    holder = ledger.holder_of(payment.provider, payment.method)
    match state:
        case DisputeState.OPEN:
            moved: list[ledger.Entry] = [(ledger.DISPUTED, None, None, cents), (holder, None, None, -cents)]
            ledger.post(session, "dispute_open", reference, moved, now)
        case DisputeState.WON:
            ledger.reverse(session, "dispute_open", reference, "dispute_won", now)
        case DisputeState.LOST:
            taken = back.spread(cents, locked.credits, locked.settled)
            moved = back.entries(payment.family_id, ledger.DISPUTED, taken)
            ledger.post(session, "dispute", reference, moved, now)
            _show(session, dispute, payment, "dispute_lost", now)
        case _:
            pass
    dispute.state = state
    dispute.closed_at = now if state in _OVER else None
    if state in {DisputeState.OPEN, DisputeState.WON, DisputeState.LOST}:
        fact = PaymentDisputed(
            payment_id=payment.payment_id, family_id=payment.family_id, amount_cents=cents, state=state
        )
        tell(session, fact, subject=payment.payment_id, version=1, at=now)


def _show(session: Session, dispute: Dispute, payment: Payment, kind: str, now: datetime) -> None:
    note_difference(
        session,
        now,
        kind,
        dispute.reference,
        payment_id=payment.payment_id,
        expected_cents=payment.amount_cents,
        seen_cents=dispute.amount_cents,
        seen_currency=payment.currency,
        detail=dispute.reason,
    )
