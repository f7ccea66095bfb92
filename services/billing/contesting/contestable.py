"""The days that a line adds up, and which of them may be contested."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from billing.contesting.models import LineObjection, ObjectedDay
from billing.contesting.terms import why_not
from billing.invoicing.models import Charge, InvoiceLine
from contracts.billing.contesting import ContestableDay
from contracts.billing.objection_terms import LineObjectionState


def days_of(session: Session, line: InvoiceLine, family_id: UUID) -> list[ContestableDay]:
    """The days that a line adds up, in order, each with what keeps it from being contested. Two statements."""
    other = aliased(Charge)
    standing = (
        select(func.sum(other.quantity))
        .where(
            other.family_id == Charge.family_id,
            other.session_id == Charge.session_id,
            other.child_id == Charge.child_id,
            other.unit_cents == Charge.unit_cents,
        )
        .scalar_subquery()
    )
    month: date = line.month
    rows = session.execute(
        select(Charge.session_id, Charge.day, Charge.slot, Charge.unit_cents, standing.label("standing"))
        .where(
            Charge.invoice_id == line.invoice_id,
            Charge.family_id == family_id,
            Charge.child_id == line.child_id,
            Charge.activity_code == line.activity_code,
            Charge.mark == line.mark,
            Charge.unit_cents == line.unit_cents,
            Charge.price_id == line.price_id,
            Charge.quantity > 0,
            func.date_trunc("month", Charge.day) == month,
        )
        .order_by(Charge.day, Charge.slot, Charge.session_id)
    ).all()
    said = session.execute(
        select(ObjectedDay.session_id, LineObjection.line_id, LineObjection.state)
        .join(LineObjection, LineObjection.objection_id == ObjectedDay.objection_id)
        .where(
            ObjectedDay.family_id == family_id,
            ObjectedDay.child_id == line.child_id,
            ObjectedDay.session_id.in_([row.session_id for row in rows]),
            LineObjection.state != LineObjectionState.WITHDRAWN,
        )
    ).all()
    open_days = {each.session_id for each in said if each.state is LineObjectionState.OPEN}
    answered = {each.session_id for each in said if each.line_id == line.line_id} - open_days
    return [
        ContestableDay(
            session_id=row.session_id,
            day=row.day,
            slot=row.slot,
            cents=row.unit_cents,
            why=why_not(
                standing=int(row.standing),
                is_open=row.session_id in open_days,
                was_answered=row.session_id in answered,
            ),
        )
        for row in rows
    ]
