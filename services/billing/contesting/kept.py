"""What is kept of objections for as long as of invoices, and what is not: the family's own words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from billing.contesting.models import LineObjection, ObjectedDay
from billing.invoicing.models import Invoice, InvoiceLine
from contracts.billing.objection_terms import LineObjectionState

WORDS_KEPT = timedelta(days=366)


@dataclass
class Kept:
    """An objection with what names its line. `cents`: what is contested."""

    objection: LineObjection
    invoice_number: str
    child_name: str
    activity_name: str
    days: list[date] = field(default_factory=list)
    cents: int = 0


def of_families(session: Session, families: Sequence[UUID]) -> list[Kept]:
    """Everything that was contested, newest first. Two statements."""
    rows = session.execute(
        select(LineObjection, Invoice.number, InvoiceLine.child_name, InvoiceLine.activity_name)
        .join(Invoice, Invoice.invoice_id == LineObjection.invoice_id)
        .join(InvoiceLine, InvoiceLine.line_id == LineObjection.line_id)
        .where(LineObjection.family_id.in_(families))
        .order_by(LineObjection.made_at.desc(), LineObjection.objection_id)
    )
    found = [Kept(*row) for row in rows]
    days: defaultdict[UUID, list[ObjectedDay]] = defaultdict(list)
    wanted = ObjectedDay.objection_id.in_([each.objection.objection_id for each in found])
    for day in session.scalars(select(ObjectedDay).where(wanted).order_by(ObjectedDay.day)):
        days[day.objection_id].append(day)
    for each in found:
        each.days = [day.day for day in days[each.objection.objection_id]]
        each.cents = sum(day.cents for day in days[each.objection.objection_id])
    return found


def forget_words(session: Session, now: datetime) -> int:
    """Drops what families wrote of objections that were over a year ago; says how many. The decision stays.

    By then the time to go to court has passed, as has the term of what was attached (`documents/shares.py`).
    """
    over = now - WORDS_KEPT
    statement = (
        update(LineObjection)
        .where(LineObjection.answered_at < over, LineObjection.words != "")
        .values(words="")
        .returning(LineObjection.objection_id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(statement).all())


def forget_author(session: Session, account_id: UUID) -> None:
    """A closed account's objections stay with the family's invoice, without their author and, once they are over,
    without the author's words. An open one keeps its words until its answer: somebody has to judge by them.
    """
    is_open = LineObjection.state == LineObjectionState.OPEN
    session.execute(
        update(LineObjection)
        .where(LineObjection.made_by == account_id)
        .values(made_by=None, made_by_name="", words=case((is_open, LineObjection.words), else_=""))
        .execution_options(synchronize_session=False)
    )
