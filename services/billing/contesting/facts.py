"""What is told of an objection. A family's own words are in no fact: they may say something of health."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.contesting.models import LineObjection, ObjectedDay
from billing.invoicing.models import Invoice, InvoiceLine
from chassis.outbox import tell
from contracts.events.billing import (
    InvoiceLineAnswered,
    InvoiceLineContested,
    InvoiceLineObjectionWithdrawn,
)


def tell_contested(session: Session, objection: LineObjection, now: datetime) -> None:
    """It was received: the receipt is due (CRPA L112-11)."""
    fact = InvoiceLineContested(
        **_common(session, objection), reason=objection.reason, answer_before=objection.answer_before
    )
    tell(session, fact, subject=objection.objection_id, version=objection.version, at=now)


def tell_withdrawn(session: Session, objection: LineObjection, now: datetime) -> None:
    """The family took it back."""
    fact = InvoiceLineObjectionWithdrawn(**_common(session, objection))
    tell(session, fact, subject=objection.objection_id, version=objection.version, at=now)


def tell_answered(session: Session, objection: LineObjection, now: datetime) -> None:
    """The office answered, in words that it was told are mailed."""
    number = session.scalar(select(Invoice.number).where(Invoice.invoice_id == objection.credit_note_id))
    fact = InvoiceLineAnswered(
        **_common(session, objection),
        outcome=objection.state,
        given_cents=objection.given_cents,
        credit_note_number=number or "",
        answer=objection.answer,
    )
    tell(session, fact, subject=objection.objection_id, version=objection.version, at=now)


def _common(session: Session, objection: LineObjection) -> dict[str, Any]:
    line, number = session.execute(
        select(InvoiceLine, Invoice.number)
        .join(Invoice, Invoice.invoice_id == InvoiceLine.invoice_id)
        .where(InvoiceLine.line_id == objection.line_id)
    ).one()
    days = session.scalars(
        select(ObjectedDay)
        .where(ObjectedDay.objection_id == objection.objection_id)
        .order_by(ObjectedDay.day, ObjectedDay.slot)
    ).all()
    return {
        "objection_id": objection.objection_id,
        "invoice_id": objection.invoice_id,
        "invoice_number": number,
        "family_id": objection.family_id,
        "account_id": objection.made_by,
        "child_name": line.child_name,
        "activity_name": line.activity_name,
        "days": [each.day for each in days],
        "cents": sum(each.cents for each in days),
    }
