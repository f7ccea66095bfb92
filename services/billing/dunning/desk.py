"""What the office reads of dunning and decides: who is to be written to, when and how, and who is spared."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.contesting.contested import contested_cents
from billing.dunning.late import late, reprieves, terms_of
from billing.dunning.models import FundDunning, Reminder, ReminderLine, Reprieve
from billing.dunning.steps import Late, Letter, Spared, sort
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Fund
from billing.models import Family, Guardian
from contracts.billing.dunning import (
    MOST_FAMILIES,
    STEPS,
    DueFamily,
    DunningTerms,
    DunningView,
    EndReprieve,
    FamilyDunning,
    GrantReprieve,
    LateInvoice,
    OpenDunning,
    ReminderMark,
    ReprieveView,
    SendingView,
    SetDunningTerms,
    SpareFamily,
)
from contracts.errors import Invalid, NotFound

_SENDINGS = 40


def opening(session: Session, ask: OpenDunning, now: datetime) -> DunningView:
    """Raises NotFound for a fund that is not."""
    funds = {row.code: row.name for row in session.scalars(select(Fund).order_by(Fund.code))}
    fund = ask.fund or next(iter(funds))
    if fund not in funds:
        raise NotFound(code=fund)
    today, terms = paris_day(now), terms_of(session, fund)
    found = late(session, today, fund)
    families = {each.family_id for each in found}
    contested = contested_cents(session, families)
    letters, spared = sort(found, terms, reprieves(session, families, today), contested, today)
    counts = Counter(letter.step for letter in letters)
    chosen = [letter for letter in letters if letter.step == ask.step][:MOST_FAMILIES]
    known = _known(session, {each.family_id for each in chosen} | {each.family_id for each in spared})
    return DunningView(
        funds=funds,
        fund=fund,
        step=ask.step,
        counts={step: counts[step] for step in STEPS},
        due=[_due(letter, known) for letter in chosen],
        spared=[_spared(each, known) for each in spared],
        terms=terms,
        sendings=_sendings(session, fund),
    )


def set_terms(session: Session, ask: SetDunningTerms, by: str) -> DunningTerms:
    """From the next letter on. Raises NotFound."""
    if session.get(Fund, ask.fund, with_for_update=True) is None:
        raise NotFound(code=ask.fund)
    row = session.get(FundDunning, ask.fund) or FundDunning(fund=ask.fund)
    row.terms, row.changed_by_name = ask.terms.model_dump(mode="json"), by
    session.add(row)
    session.flush()
    return ask.terms


def family(session: Session, family_id: UUID, now: datetime) -> FamilyDunning:
    """What a family owes too late, and what it was written. Raises NotFound."""
    found = session.get(Family, family_id)
    if found is None:
        raise NotFound
    rows = session.scalars(
        select(Reminder).where(Reminder.family_id == family_id).order_by(Reminder.sent_at.desc())
    )
    reprieve = _reprieve(session, family_id)
    return FamilyDunning(
        family_id=family_id,
        label=found.label,
        number=found.number,
        late=[late_view(each) for each in late(session, paris_day(now), families=[family_id])],
        reminders=[_mark(row) for row in rows],
        reprieve=ReprieveView(
            reprieve_id=reprieve.reprieve_id,
            until=reprieve.until,
            reason=reprieve.reason,
            granted_at=reprieve.granted_at,
            granted_by_name=reprieve.granted_by_name,
        )
        if reprieve and reprieve.until >= paris_day(now)
        else None,
    )


def grant(session: Session, ask: GrantReprieve, by: str, now: datetime) -> FamilyDunning:
    """In the place of the one before. Raises NotFound, Invalid (`until_past`)."""
    if session.get(Family, ask.family_id, with_for_update=True) is None:
        raise NotFound
    if ask.until < paris_day(now):
        raise Invalid(problems={"until": "until_past"})
    _end(session, ask.family_id, by, now)
    session.add(
        Reprieve(
            family_id=ask.family_id, until=ask.until, reason=ask.reason, granted_at=now, granted_by_name=by
        )
    )
    session.flush()
    return family(session, ask.family_id, now)


def end(session: Session, ask: EndReprieve, by: str, now: datetime) -> FamilyDunning:
    """The family is written to again. Raises NotFound."""
    if session.get(Family, ask.family_id, with_for_update=True) is None:
        raise NotFound
    _end(session, ask.family_id, by, now)
    return family(session, ask.family_id, now)


def marks(session: Session, invoices: Collection[UUID]) -> defaultdict[UUID, list[ReminderMark]]:
    """The letters about each invoice, oldest first."""
    rows = session.execute(
        select(ReminderLine.invoice_id, Reminder)
        .join(ReminderLine, ReminderLine.reminder_id == Reminder.reminder_id)
        .where(ReminderLine.invoice_id.in_(invoices))
        .order_by(Reminder.step)
    )
    found: defaultdict[UUID, list[ReminderMark]] = defaultdict(list)
    for invoice_id, letter in rows:
        found[invoice_id].append(_mark(letter))
    return found


def late_view(each: Late) -> LateInvoice:
    """As pages and letters read it."""
    return LateInvoice(
        invoice_id=each.invoice_id,
        number=each.number,
        month=each.month,
        due_on=each.due_on,
        cents=each.cents,
        last_step=each.last_step,
        last_on=each.last_on,
    )


def _mark(row: Reminder) -> ReminderMark:
    return ReminderMark(reminder_id=row.reminder_id, step=row.step, sent_on=row.sent_on)


def _reprieve(session: Session, family_id: UUID) -> Reprieve | None:
    return session.scalars(
        select(Reprieve).where(Reprieve.family_id == family_id, Reprieve.ended_at.is_(None))
    ).first()


def _end(session: Session, family_id: UUID, by: str, now: datetime) -> None:
    standing = _reprieve(session, family_id)
    if standing is not None:
        standing.ended_at, standing.ended_by_name = now, by
        session.flush()


def _known(session: Session, families: Collection[UUID]) -> dict[UUID, tuple[str, str, bool]]:
    """Label, file number, and whether somebody of the family has an account."""
    rows = session.execute(
        select(Family.family_id, Family.label, Family.number, func.count(Guardian.account_id))
        .outerjoin(Guardian, Guardian.family_id == Family.family_id)
        .where(Family.family_id.in_(families))
        .group_by(Family.family_id)
    )
    return {family_id: (label, number, accounts > 0) for family_id, label, number, accounts in rows}


def _due(letter: Letter, known: dict[UUID, tuple[str, str, bool]]) -> DueFamily:
    label, number, has_account = known[letter.family_id]
    return DueFamily(
        family_id=letter.family_id,
        label=label,
        number=number,
        cents=letter.cents,
        by_post=not has_account,
        invoices=[late_view(each) for each in letter.invoices],
    )


def _spared(each: Spared, known: dict[UUID, tuple[str, str, bool]]) -> SpareFamily:
    return SpareFamily(
        family_id=each.family_id,
        label=known[each.family_id][0],
        cents=each.cents,
        reason=each.reason,
        until=each.reprieve.until if each.reprieve else None,
        words=each.reprieve.words if each.reprieve else "",
    )


def _sendings(session: Session, fund: str) -> Sequence[SendingView]:
    rows = session.execute(
        select(
            Reminder.sending_id,
            func.min(Reminder.step).label("step"),
            func.min(Reminder.sent_at).label("sent_at"),
            func.min(Reminder.sent_by_name).label("sent_by_name"),
            func.count().label("letters"),
            func.count().filter(Reminder.by_post).label("by_post"),
            func.sum(Reminder.cents).label("cents"),
        )
        .where(Reminder.fund == fund)
        .group_by(Reminder.sending_id)
        .order_by(func.min(Reminder.sent_at).desc())
        .limit(_SENDINGS)
    )
    return [SendingView.model_validate(row, from_attributes=True) for row in rows]
