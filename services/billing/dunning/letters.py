"""A letter read again, as it was sent."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.dunning.models import Reminder, ReminderLine
from billing.dunning.sending import paragraphs
from billing.dunning.wording import PROMISE
from billing.invoicing.models import Fund, Invoice
from contracts.billing.dunning import LateInvoice, LettersToPost, ReminderView
from contracts.errors import NotFound


def letter(session: Session, reminder_id: UUID) -> ReminderView:
    """One. Raises NotFound."""
    row = session.get(Reminder, reminder_id)
    if row is None:
        raise NotFound
    return _views(session, [row])[0]


def to_post(session: Session, sending_id: UUID) -> LettersToPost:
    """Those of a sending that no mail carries, by address. Raises NotFound for a sending without any."""
    rows = session.scalars(
        select(Reminder)
        .where(Reminder.sending_id == sending_id, Reminder.by_post)
        .order_by(Reminder.addressee, Reminder.reminder_id)
    ).all()
    if not rows:
        raise NotFound
    return LettersToPost(letters=_views(session, rows))


def _views(session: Session, rows: Sequence[Reminder]) -> list[ReminderView]:
    funds = {row.code: row.name for row in session.scalars(select(Fund))}
    lines: dict[UUID, list[LateInvoice]] = defaultdict(list)
    for line, invoice in session.execute(
        select(ReminderLine, Invoice)
        .join(Invoice, Invoice.invoice_id == ReminderLine.invoice_id)
        .where(ReminderLine.reminder_id.in_([row.reminder_id for row in rows]))
        .order_by(Invoice.due_on, Invoice.number)
    ):
        lines[line.reminder_id].append(
            LateInvoice(
                invoice_id=invoice.invoice_id, number=invoice.number, month=invoice.month,
                due_on=invoice.due_on, cents=line.cents, last_step=line.step, last_on=None,
            )
        )  # fmt: skip
    return [
        ReminderView(
            reminder_id=row.reminder_id,
            family_id=row.family_id,
            family_number=row.family_number,
            fund_name=funds[row.fund],
            addressee=row.addressee,
            step=row.step,
            subject=row.subject,
            paragraphs=paragraphs(row.text),
            promise=PROMISE,
            invoices=lines[row.reminder_id],
            cents=row.cents,
            sent_on=row.sent_on,
        )
        for row in rows
    ]
