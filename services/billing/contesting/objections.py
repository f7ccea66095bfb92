"""A family contests days of a line, and may take it back."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.contesting import contestable, facts
from billing.contesting.models import LineObjection, ObjectedDay, ObjectionPaper
from billing.contesting.terms import answer_before, contest_until
from billing.invoicing.dates import paris_day
from billing.invoicing.models import Invoice, InvoiceLine
from billing.invoicing.statements import families_of
from contracts.billing.contesting import ContestInvoiceLine
from contracts.billing.objection_terms import LineObjectionState, ObjectionReason
from contracts.billing.refusals import CannotContestLine, LineObjectionChanged
from contracts.caller import Caller
from contracts.errors import Invalid, NotFound
from contracts.events.documents import DocumentShared


def contest(session: Session, ask: ContestInvoiceLine, caller: Caller, now: datetime) -> UUID:
    """An objection against days of a line.

    The invoice's row lock makes two guardians at once follow one another: the second finds the first one's objection.
    Raises NotFound, CannotContestLine, Invalid.
    """
    line, invoice = line_of(session, ask.line_id, caller, lock=True)
    today = paris_day(now)
    until = contest_until(invoice.published_on)
    if today > until:
        raise CannotContestLine(why="too_late", until=until.isoformat())
    if ask.reason is ObjectionReason.OTHER and not ask.words:
        raise Invalid(problems={"words": "words_missing"})
    days = {each.session_id: each for each in contestable.days_of(session, line, invoice.family_id)}
    wanted = set(ask.session_ids)
    if not wanted <= days.keys():
        raise Invalid(problems={"days": "day_not_of_line"})
    if why := next((days[each].why for each in wanted if days[each].why), ""):
        raise CannotContestLine(why=why, until=until.isoformat())
    objection = LineObjection(
        objection_id=uuid4(),
        invoice_id=invoice.invoice_id,
        line_id=line.line_id,
        family_id=invoice.family_id,
        child_id=line.child_id,
        reason=ask.reason,
        words=ask.words,
        made_at=now,
        made_by=caller.citizen(),
        made_by_name=caller.name,
        answer_before=answer_before(today),
        state=LineObjectionState.OPEN,
        answer="",
        answered_by_name="",
        given_cents=0,
        version=1,
    )
    session.add(objection)
    session.flush()
    session.add_all(
        ObjectedDay(
            objection_id=objection.objection_id,
            session_id=each,
            family_id=invoice.family_id,
            child_id=line.child_id,
            day=days[each].day,
            slot=days[each].slot,
            cents=days[each].cents,
            is_open=True,
        )
        for each in wanted
    )
    session.flush()
    facts.tell_contested(session, objection, now)
    return objection.objection_id


def withdraw(session: Session, objection_id: UUID, caller: Caller, now: datetime) -> None:
    """The family takes it back; the days may be contested again. Raises NotFound, LineObjectionChanged."""
    objection = lock(session, objection_id)
    if objection.family_id not in families_of(session, caller.citizen()):
        raise NotFound
    if objection.state is not LineObjectionState.OPEN:
        raise LineObjectionChanged(by=objection.answered_by_name)
    objection.answered_at = now
    close(session, objection, LineObjectionState.WITHDRAWN)
    facts.tell_withdrawn(session, objection, now)


def close(session: Session, objection: LineObjection, state: LineObjectionState) -> None:
    """Moves a locked, open objection to its end: its days are free for another. What nobody may read goes."""
    objection.state = state
    objection.version += 1
    if objection.made_by is None:
        objection.words = ""
    session.execute(
        update(ObjectedDay)
        .where(ObjectedDay.objection_id == objection.objection_id)
        .values(is_open=False)
        .execution_options(synchronize_session=False)
    )
    session.flush()


def attach(session: Session, fact: DocumentShared, now: datetime) -> bool:
    """Notes a document that a guardian of the family attached. False when it is for none of their open objections."""
    objection = session.get(LineObjection, fact.subject_id, with_for_update=True)
    if objection is None or objection.state is not LineObjectionState.OPEN:
        return False
    if objection.family_id not in families_of(session, fact.account_id):
        return False
    row = insert(ObjectionPaper).values(
        share_id=fact.share_id,
        objection_id=objection.objection_id,
        document_type=fact.document_type,
        received_at=now,
    )
    session.execute(row.on_conflict_do_nothing())
    objection.version += 1  # an agent about to answer without it must look again
    return True


def line_of(
    session: Session, line_id: int, caller: Caller, *, lock: bool = False
) -> tuple[InvoiceLine, Invoice]:
    """A line that something was billed by, and its paper, for a guardian of the family. Raises NotFound."""
    line = session.get(InvoiceLine, line_id)
    if line is None or line.amount_cents <= 0:
        raise NotFound
    invoice = session.get_one(Invoice, line.invoice_id, with_for_update=lock or None)
    if invoice.family_id not in families_of(session, caller.citizen()):
        raise NotFound
    return line, invoice


def lock(session: Session, objection_id: UUID) -> LineObjection:
    """The objection, locked until the transaction ends. Raises NotFound."""
    found = session.scalars(
        select(LineObjection)
        .where(LineObjection.objection_id == objection_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound(objection_id=str(objection_id))
    return found
