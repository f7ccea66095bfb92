"""Objections as they are read: by the family, and by the office with all of billing's to judge by."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from billing.contesting import contestable
from billing.contesting.due_today import due_cents
from billing.contesting.models import LineObjection, ObjectedDay, ObjectionPaper, WaivedDay
from billing.contesting.objections import line_of
from billing.contesting.terms import answer_before, contest_until, warn_before
from billing.invoicing import statements
from billing.invoicing.charged import ChildDays, standing_cents
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Charge, Invoice, InvoiceLine
from billing.models import FamilyQuotient, Price
from contracts.billing.contesting import (
    ContestableLineView,
    DayCharge,
    KnownQuotient,
    LineObjectionFileView,
    LineObjectionQueue,
    LineObjectionQueueView,
    LineObjectionView,
)
from contracts.billing.contesting import ObjectedDay as DayView
from contracts.billing.objection_terms import LineObjectionState
from contracts.caller import Caller, Role
from contracts.errors import NotFound


def contestable_line(session: Session, line_id: int, caller: Caller, now: datetime) -> ContestableLineView:
    """A line and its days, for a guardian of the family. Raises NotFound."""
    line, invoice = line_of(session, line_id, caller)
    today, until = paris_day(now), contest_until(invoice.published_on)
    return ContestableLineView(
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        line_id=line.line_id,
        child_name=line.child_name,
        activity_name=line.activity_name,
        month=line.month,
        reason=line.reason,
        unit=line.unit,
        unit_cents=line.unit_cents,
        days=contestable.days_of(session, line, invoice.family_id),
        contest_until=until,
        is_open=today <= until,
        answer_before=answer_before(today),
    )


def mine(session: Session, caller: Caller, now: datetime) -> list[LineObjectionView]:
    """Those of the caller's families, newest first."""
    families = statements.families_of(session, caller.citizen())
    wanted = select(LineObjection).where(LineObjection.family_id.in_(families))
    return _read(session, wanted.order_by(LineObjection.made_at.desc(), LineObjection.objection_id), now)


def show(session: Session, objection_id: UUID, caller: Caller, now: datetime) -> LineObjectionView:
    """One, for a guardian of the family, or the office. Raises NotFound."""
    found = session.get(LineObjection, objection_id)
    if found is None:
        raise NotFound(objection_id=str(objection_id))
    statements.may_read(session, caller, found.family_id)
    return _read(session, select(LineObjection).where(LineObjection.objection_id == objection_id), now)[0]


def queue(session: Session, ask: LineObjectionQueue, caller: Caller, now: datetime) -> LineObjectionQueueView:
    """The open ones oldest first, the others newest first; a list made for work has no words of a family in it."""
    caller.staff(Role.BILLING)
    is_open = LineObjection.state == LineObjectionState.OPEN
    wanted = is_open if ask.is_open else ~is_open
    total = session.scalar(select(func.count()).select_from(LineObjection).where(wanted)) or 0
    order = LineObjection.made_at if ask.is_open else LineObjection.answered_at.desc()
    page = select(LineObjection).where(wanted).order_by(order, LineObjection.objection_id)
    found = _read(session, page.offset(ask.offset).limit(ask.limit), now)
    return LineObjectionQueueView(
        total=total,
        objections=[each.model_copy(update={"words": "", "answer": ""}) for each in found],
        warn_before=warn_before(paris_day(now)),
    )


def file(session: Session, objection_id: UUID, caller: Caller, now: datetime) -> LineObjectionFileView:
    """The objection beside its line, step by step, and all that billing knows. Role billing. Raises NotFound."""
    caller.agent(Role.BILLING)
    objection = show(session, objection_id, caller, now)
    invoice = statements.invoice(session, caller, objection.invoice_id, paris_day(now))
    line = next(each for each in invoice.lines if each.line_id == objection.line_id)
    days = ChildDays(objection.family_id, objection.child_id, [each.session_id for each in objection.days])
    return LineObjectionFileView(
        objection=objection,
        invoice=invoice.summary,
        line=line,
        payments=invoice.payments,
        charges=_charges(session, days),
        quotients=_quotients(session, objection),
        billed_cents=standing_cents(session, days),
        due_cents=due_cents(session, days),
    )


def _read(session: Session, wanted: Select[LineObjection], now: datetime) -> list[LineObjectionView]:
    """In the order asked for. Four statements, however many there are."""
    found = session.scalars(wanted).all()
    if not found:
        return []
    ids = [each.objection_id for each in found]
    today = paris_day(now)
    lines = {
        line.line_id: (line, invoice)
        for line, invoice in session.execute(
            select(InvoiceLine, Invoice)
            .join(Invoice, Invoice.invoice_id == InvoiceLine.invoice_id)
            .where(InvoiceLine.line_id.in_({each.line_id for each in found}))
        )
    }
    credit_notes = {each.credit_note_id for each in found if each.credit_note_id}
    numbers = dict(
        session.execute(
            select(Invoice.invoice_id, Invoice.number).where(Invoice.invoice_id.in_(credit_notes))
        ).all()
    )
    papers = dict(
        session.execute(
            select(ObjectionPaper.objection_id, func.count())
            .where(ObjectionPaper.objection_id.in_(ids))
            .group_by(ObjectionPaper.objection_id)
        ).all()
    )
    days = _days(session, ids)
    return [
        _view(each, *lines[each.line_id], days[each.objection_id], today).model_copy(
            update={
                "papers": papers.get(each.objection_id, 0),
                "credit_note_number": numbers.get(each.credit_note_id, "") if each.credit_note_id else "",
            }
        )
        for each in found
    ]


def _days(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[DayView]]:
    waived = (
        (WaivedDay.family_id == ObjectedDay.family_id)
        & (WaivedDay.session_id == ObjectedDay.session_id)
        & (WaivedDay.child_id == ObjectedDay.child_id)
    )
    rows = session.execute(
        select(ObjectedDay, WaivedDay.session_id.is_not(None))
        .outerjoin(WaivedDay, waived)
        .where(ObjectedDay.objection_id.in_(ids))
        .order_by(ObjectedDay.day, ObjectedDay.slot, ObjectedDay.session_id)
    )
    found: defaultdict[UUID, list[DayView]] = defaultdict(list)
    for each, is_waived in rows:
        found[each.objection_id].append(
            DayView(
                session_id=each.session_id,
                day=each.day,
                slot=each.slot,
                cents=each.cents,
                waived=is_waived,
            )
        )
    return found


def _view(
    objection: LineObjection, line: InvoiceLine, invoice: Invoice, days: list[DayView], today: date
) -> LineObjectionView:
    return LineObjectionView(
        objection_id=objection.objection_id,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        line_id=line.line_id,
        family_id=invoice.family_id,
        family_label=invoice.family_label,
        child_id=line.child_id,
        child_name=line.child_name,
        activity_name=line.activity_name,
        month=line.month,
        days=days,
        cents=sum(each.cents for each in days),
        reason=objection.reason,
        words=objection.words,
        made_at=objection.made_at,
        made_by=objection.made_by_name,
        state=objection.state,
        answer_before=objection.answer_before,
        overdue=objection.state is LineObjectionState.OPEN and today > objection.answer_before,
        answer=objection.answer,
        answered_at=objection.answered_at,
        answered_by=objection.answered_by_name,
        waiver=objection.waiver,
        given_cents=objection.given_cents,
        credit_note_id=objection.credit_note_id,
        version=objection.version,
    )


def _charges(session: Session, days: ChildDays) -> list[DayCharge]:
    """Every paper that billed these days or took them back, in the order of what happened."""
    rows = session.execute(
        select(Charge, Invoice.number, Invoice.published_on, Price.reason)
        .join(Invoice, Invoice.invoice_id == Charge.invoice_id)
        .join(Price, Price.price_id == Charge.price_id)
        .where(
            Charge.family_id == days.family_id,
            Charge.child_id == days.child_id,
            Charge.session_id.in_(days.session_ids),
        )
        .order_by(Charge.charge_id)
    )
    return [
        DayCharge(
            invoice_id=charge.invoice_id,
            number=number,
            published_on=published_on,
            day=charge.day,
            slot=charge.slot,
            quantity=charge.quantity,
            unit_cents=charge.unit_cents,
            reason=reason,
        )
        for charge, number, published_on, reason in rows
    ]


def _quotients(session: Session, objection: LineObjectionView) -> list[KnownQuotient]:
    """Newest first; the one of the line's price is marked."""
    used = session.scalar(
        select(Price.quotient_month)
        .join(InvoiceLine, InvoiceLine.price_id == Price.price_id)
        .where(InvoiceLine.line_id == objection.line_id)
    )
    rows = session.scalars(
        select(FamilyQuotient)
        .where(FamilyQuotient.family_id == objection.family_id)
        .order_by(FamilyQuotient.month.desc())
    )
    return [KnownQuotient(month=each.month, euros=each.euros, used=each.month == used) for each in rows]
