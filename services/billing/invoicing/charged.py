"""What stands billed of a family's days, corrections taken off: the charges of its papers, summed."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.invoicing.models import Charge


@dataclass(frozen=True)
class ChildDays:
    """Days of one child that one family is billed for."""

    family_id: UUID
    child_id: UUID
    session_ids: Collection[UUID]


def standing_cents(session: Session, days: ChildDays) -> int:
    """What stands billed of these days, in cents."""
    total = session.scalar(
        select(func.coalesce(func.sum(Charge.quantity * Charge.unit_cents), 0)).where(
            Charge.family_id == days.family_id,
            Charge.child_id == days.child_id,
            Charge.session_id.in_(days.session_ids),
        )
    )
    return int(total or 0)
