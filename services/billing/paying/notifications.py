"""What the provider sends: verified, stored word for word once, answered; then acted on from the table.

A notification is only a reason to ask: how the payment stands is read in the provider's books, so that the order,
the number and the age of notifications do not matter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.paying.differences import note_difference
from billing.paying.models import Notification, Payment
from billing.paying.provider import Concern, Told
from contracts.errors import NotFound

MOST_ATTEMPTS = 10
_AGAIN = (2, 5, 15, 30, 60, 120, 300, 600, 1200, 3600)  # seconds; also how long one process may take


@dataclass(frozen=True)
class Taken:
    """A notification lent to one process until its next try is due."""

    event_id: str
    provider: str
    body: str
    attempts: int


def store(session: Session, told: Told, provider: str, body: str, now: datetime) -> bool:
    """Keeps it unless its event id is known. True when there is something new to act on.

    One that is not signed says no more than « ask again »: it is kept once per page and acted on at each coming.
    """
    row = insert(Notification).values(
        event_id=told.event_id,
        provider=provider,
        kind=told.kind[:100],
        body=body,
        provider_reference=told.reference,
        state="received",
        received_at=now,
    )
    if told.signed:
        known = row.on_conflict_do_nothing()
    else:
        known = row.on_conflict_do_update(
            index_elements=[Notification.event_id],
            set_={"state": "received", "attempts": 0, "received_at": now, "real_next_try_at": func.now()},
            where=Notification.state != "received",
        )
    return session.execute(known.returning(Notification.event_id)).first() is not None


def take(session: Session, event_id: str | None = None) -> Taken | None:
    """The next one to act on, if any: put off first, so that a process that dies leaves it to the next."""
    query = select(Notification).where(
        Notification.state == "received", Notification.real_next_try_at <= func.now()
    )
    if event_id is not None:
        query = query.where(Notification.event_id == event_id)
    row = session.scalars(
        query.order_by(Notification.real_next_try_at).limit(1).with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    taken = Taken(row.event_id, row.provider, row.body, row.attempts + 1)
    wait = timedelta(seconds=20 + _AGAIN[min(row.attempts, len(_AGAIN) - 1)])
    session.execute(
        update(Notification)
        .where(Notification.event_id == row.event_id)
        .values(attempts=taken.attempts, real_next_try_at=func.now() + wait)
        .execution_options(synchronize_session=False)
    )
    return taken


def payment_of(session: Session, told: Told) -> UUID | None:
    """Which of our payments it is about, by our id, the page's or the debit's."""
    named = [Payment.payment_id == told.payment_id] if told.payment_id else []
    if told.reference:
        named.append(Payment.provider_reference == told.reference)
    if told.proof:
        named.append(Payment.provider_proof == told.proof)
    return session.scalar(select(Payment.payment_id).where(or_(*named)).limit(1)) if named else None


def note_concern(session: Session, told: Told, payment_id: UUID | None, now: datetime) -> None:
    """Money given back or contested, or a payment of ours that we do not know: an agent must see it."""
    kind = "unknown" if told.concern is Concern.PAYMENT else str(told.concern)
    subject = told.proof or told.reference or told.event_id
    note_difference(
        session,
        now,
        kind,
        f"{subject}:{told.amount_cents}" if kind == "refund" else subject,
        payment_id=payment_id,
        seen_cents=told.amount_cents,
        seen_currency=told.currency,
        detail=told.kind,
    )


def close(session: Session, event_id: str, state: str, payment_id: UUID | None) -> None:
    """Acted on (`processed`) or none of our business (`ignored`)."""
    session.execute(
        update(Notification)
        .where(Notification.event_id == event_id)
        .values(state=state, payment_id=payment_id, problem="")
    )


def put_back(session: Session, taken: Taken, problem: str) -> bool:
    """It failed: later again, or parked after the last attempt. True when parked."""
    parked = taken.attempts >= MOST_ATTEMPTS
    wait = timedelta(seconds=_AGAIN[min(taken.attempts, len(_AGAIN)) - 1])
    session.execute(
        update(Notification)
        .where(Notification.event_id == taken.event_id)
        .values(
            state="parked" if parked else "received",
            problem=problem[:500],
            real_next_try_at=func.now() + wait,
        )
    )
    return parked


def retry(session: Session, event_id: str) -> Notification:
    """A parked notification is taken up again from the first attempt. Raises NotFound."""
    row = session.get(Notification, event_id, with_for_update=True)
    if row is None:
        raise NotFound(event_id=event_id)
    if row.state == "parked":
        row.state, row.attempts, row.problem = "received", 0, ""
        session.execute(
            update(Notification)
            .where(Notification.event_id == event_id)
            .values(real_next_try_at=func.now())
            .execution_options(synchronize_session=False)
        )
        session.flush()
    return row
