"""What an invoice's page says beside the lines that were contested."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.contesting.models import LineObjection, ObjectedDay
from contracts.billing.objection_terms import LineObjectionState, ObjectionMark


def of_invoices(session: Session, invoices: Collection[UUID]) -> defaultdict[UUID, list[ObjectionMark]]:
    """By invoice, the newest first; what was withdrawn is not said. One statement."""
    rows = session.execute(
        select(LineObjection, func.count(), func.sum(ObjectedDay.cents))
        .join(ObjectedDay, ObjectedDay.objection_id == LineObjection.objection_id)
        .where(LineObjection.invoice_id.in_(invoices), LineObjection.state != LineObjectionState.WITHDRAWN)
        .group_by(LineObjection.objection_id)
        .order_by(LineObjection.made_at.desc(), LineObjection.objection_id)
    )
    found: defaultdict[UUID, list[ObjectionMark]] = defaultdict(list)
    for objection, days, cents in rows:
        found[objection.invoice_id].append(
            ObjectionMark(
                line_id=objection.line_id,
                objection_id=objection.objection_id,
                state=objection.state,
                days=days,
                cents=int(cents),
                given_cents=objection.given_cents,
            )
        )
    return found
