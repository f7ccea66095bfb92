"""Sending what an agent has looked at: what is owed is read again under the invoices' locks, so that a payment wins.

Payments lock the same rows in the same order: one that came first has taken its sum off the letter, or the whole family
out of it; one that waits finds the letter sent and pays all the same.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from billing.contesting.contested import contested_cents
from billing.dunning.late import late, reprieves, terms_of
from billing.dunning.models import Reminder, ReminderLine
from billing.dunning.steps import Letter, sort
from billing.dunning.wording import PROMISE
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund, Invoice
from billing.models import Family, Guardian
from chassis.outbox import tell_all
from contracts.billing.dunning import DunningTerms, SendReminders, SentReminders, StepTerms
from contracts.errors import NotFound
from contracts.events.billing import RemindedInvoice, ReminderSent


def send(session: Session, ask: SendReminders, by: str, now: datetime) -> SentReminders:
    """A letter each to the families asked for that are still to be written to at that step. Raises NotFound."""
    if session.get(Fund, ask.fund, with_for_update=True) is None:
        raise NotFound(code=ask.fund)
    terms = terms_of(session, ask.fund)
    letters = _still_due(session, ask, terms, now)
    written = {letter.family_id for letter in letters}
    known = _families(session, ask.family_ids)
    sending = uuid4()
    words = terms.steps[ask.step - 1]
    reminders = [
        _reminder(sending, ask, letter, words, known[letter.family_id], by, now) for letter in letters
    ]
    _keep(session, letters, reminders)
    tell_all(
        session,
        [
            (_fact(letter, reminder), reminder.reminder_id, 1)
            for letter, reminder in zip(letters, reminders, strict=True)
        ],
        at=now,
    )
    return SentReminders(
        sending_id=sending if letters else None,
        letters=len(letters),
        by_post=sum(each.by_post for each in reminders),
        cents=sum(letter.cents for letter in letters),
        dropped=sorted(
            known[each][0].label for each in ask.family_ids if each in known and each not in written
        ),
    )


def _still_due(session: Session, ask: SendReminders, terms: DunningTerms, now: datetime) -> list[Letter]:
    session.execute(
        select(Invoice.invoice_id)
        .where(Invoice.fund == ask.fund, Invoice.family_id.in_(ask.family_ids))
        .order_by(Invoice.invoice_id)
        .with_for_update()
    )
    today = paris_day(now)
    found = late(session, today, ask.fund, ask.family_ids)
    spare = reprieves(session, ask.family_ids, today)
    contested = contested_cents(session, ask.family_ids)
    letters, _ = sort(found, terms, spare, contested, today)
    return [letter for letter in letters if letter.step == ask.step]


def _families(session: Session, families: Collection[UUID]) -> dict[UUID, tuple[Family, list[Guardian]]]:
    rows = session.scalars(select(Family).where(Family.family_id.in_(families)))
    found: dict[UUID, tuple[Family, list[Guardian]]] = {row.family_id: (row, []) for row in rows}
    for guardian in session.scalars(
        select(Guardian).where(Guardian.family_id.in_(found)).order_by(Guardian.position, Guardian.name)
    ):
        found[guardian.family_id][1].append(guardian)
    return found


def _reminder(
    sending: UUID,
    ask: SendReminders,
    letter: Letter,
    words: StepTerms,
    known: tuple[Family, list[Guardian]],
    by: str,
    now: datetime,
) -> Reminder:
    family, guardians = known
    names = [guardian.name for guardian in guardians] or [family.label]
    address = [family.street, f"{family.postcode} {family.city}".strip()]
    return Reminder(
        reminder_id=uuid4(),
        sending_id=sending,
        fund=ask.fund,
        family_id=letter.family_id,
        family_number=family.number,
        addressee=[line for line in (*names, *address) if line],
        step=letter.step,
        subject=words.subject,
        text=words.text,
        cents=letter.cents,
        by_post=not any(guardian.account_id for guardian in guardians),
        sent_on=paris_day(now),
        sent_at=now,
        sent_by_name=by,
    )


def _keep(session: Session, letters: Sequence[Letter], reminders: Sequence[Reminder]) -> None:
    if not letters:
        return
    session.add_all(reminders)
    session.flush()
    lines = [
        {
            "reminder_id": reminder.reminder_id,
            "invoice_id": each.invoice_id,
            "step": letter.step,
            "cents": each.cents,
        }
        for letter, reminder in zip(letters, reminders, strict=True)
        for each in letter.invoices
    ]
    session.execute(insert(ReminderLine).values(lines))


def _fact(letter: Letter, reminder: Reminder) -> ReminderSent:
    return ReminderSent(
        reminder_id=reminder.reminder_id,
        family_id=letter.family_id,
        step=letter.step,
        subject=reminder.subject,
        paragraphs=paragraphs(reminder.text),
        promise=PROMISE,
        total_cents=letter.cents,
        invoices=[
            RemindedInvoice(
                invoice_id=each.invoice_id, number=each.number, month=each.month, due_on=each.due_on,
                cents=each.cents,
            )
            for each in letter.invoices
        ],
    )  # fmt: skip


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a letter: an empty line stands between them."""
    blocks = text.replace("\r\n", "\n").split("\n\n")
    return [" ".join(block.split()) for block in blocks if block.strip()]
