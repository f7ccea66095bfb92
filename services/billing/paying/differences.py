"""What does not agree, as rows for an agent: written once, counted for as long as nobody has dealt with them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.paying.models import Difference


def note_difference(
    session: Session,
    now: datetime,
    kind: str,
    subject: str,
    *,
    payment_id: UUID | None = None,
    expected_cents: int | None = None,
    seen_cents: int | None = None,
    seen_currency: str = "",
    detail: str = "",
) -> None:
    """A row for an agent, once per kind and subject."""
    session.execute(
        insert(Difference)
        .values(
            kind=kind,
            subject=subject,
            payment_id=payment_id,
            expected_cents=expected_cents,
            seen_cents=seen_cents,
            seen_currency=seen_currency[:3],
            detail=detail,
            found_at=now,
        )
        .on_conflict_do_nothing()
    )


def close_difference(
    session: Session, difference_id: UUID, by: UUID | None, note: str, now: datetime
) -> None:
    """Dealt with, unless it was already: the first word stands."""
    found = session.get(Difference, difference_id, with_for_update=True, populate_existing=True)
    if found is not None and found.resolved_at is None:
        found.resolved_at, found.resolved_by, found.note = now, by, note


def close_of_payments(
    session: Session, kind: str, payments: Collection[UUID], note: str, now: datetime
) -> None:
    """Dealt with by what was just done to these payments: nobody has anything left to decide."""
    session.execute(
        update(Difference)
        .where(Difference.kind == kind, Difference.payment_id.in_(payments), Difference.resolved_at.is_(None))
        .values(resolved_at=now, note=note)
        .execution_options(synchronize_session=False)
    )


def still_open(session: Session) -> dict[str, int]:
    """Rows nobody has dealt with, by kind."""
    rows = session.execute(
        select(Difference.kind, func.count())
        .where(Difference.resolved_at.is_(None))
        .group_by(Difference.kind)
    )
    return {row.kind: row[1] for row in rows}
