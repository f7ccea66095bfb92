"""The office's answer: it waives days, says that what they were billed by was corrected, or explains the line."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.contesting import facts
from billing.contesting.due_today import due_cents
from billing.contesting.models import LineObjection, ObjectedDay, WaivedDay
from billing.contesting.objections import close, lock
from billing.invoicing import credit_notes
from billing.invoicing.charged import ChildDays, standing_cents
from billing.invoicing.models import Invoice
from contracts.billing.contesting import AnswerLineObjection
from contracts.billing.objection_terms import LineObjectionState
from contracts.billing.refusals import LineObjectionChanged, NothingBilled, NothingCorrected
from contracts.caller import Caller, Role
from contracts.errors import Invalid, NotFound

State = LineObjectionState


def answer(session: Session, ask: AnswerLineObjection, caller: Caller, now: datetime) -> None:
    """Ends the objection.

    Locks: the fund and the family's papers, then the objection: a run that is drafted or published is before or after
    the answer, never amid it; of two agents the second is told. Raises NotFound, LineObjectionChanged, NothingBilled,
    NothingCorrected, Invalid.
    """
    agent = caller.agent(Role.BILLING)
    found = session.get(LineObjection, ask.objection_id)
    if found is None:
        raise NotFound(objection_id=str(ask.objection_id))
    invoice = session.get_one(Invoice, found.invoice_id)
    credit_notes.lock_books(session, invoice.fund, found.family_id)
    objection = lock(session, ask.objection_id)
    if objection.version != ask.version or objection.state is not State.OPEN:
        raise LineObjectionChanged(by=objection.answered_by_name)
    contested = dict(
        session.execute(
            select(ObjectedDay.session_id, ObjectedDay.cents).where(
                ObjectedDay.objection_id == objection.objection_id
            )
        ).all()
    )
    _check(ask, contested.keys())
    match ask.state:
        case State.WAIVED:
            _waive(session, ask, objection, invoice, caller, now)
        case State.REPRICED:
            days = ChildDays(objection.family_id, objection.child_id, contested.keys())
            objection.given_cents = sum(contested.values()) - due_cents(session, days)
            if objection.given_cents <= 0:
                raise NothingCorrected
    objection.waiver = ask.waiver if ask.state is State.WAIVED else None
    objection.answer = ask.answer
    objection.answered_at, objection.answered_by, objection.answered_by_name = now, agent, caller.name
    close(session, objection, ask.state)
    facts.tell_answered(session, objection, now)


def _check(ask: AnswerLineObjection, contested: Collection[UUID]) -> None:
    problems = {}
    if ask.state not in (State.WAIVED, State.REPRICED, State.EXPLAINED):
        problems["state"] = "not_an_answer"
    part = False
    if ask.state is State.WAIVED:
        wanted = set(ask.session_ids)
        part = wanted != set(contested)
        if not wanted or not wanted <= set(contested):
            problems["session_ids"] = "days_missing"
        if ask.waiver is None:
            problems["waiver"] = "waiver_missing"
    if (ask.state is State.EXPLAINED or part) and not ask.answer:
        problems["answer"] = "answer_missing"
    if problems:
        raise Invalid(problems=problems)


def _waive(
    session: Session,
    ask: AnswerLineObjection,
    objection: LineObjection,
    invoice: Invoice,
    caller: Caller,
    now: datetime,
) -> None:
    """These days are not due any more: given back now, or by the next run, which reckons them at nothing."""
    days = ChildDays(objection.family_id, objection.child_id, set(ask.session_ids))
    objection.given_cents = standing_cents(session, days)
    if objection.given_cents <= 0:
        raise NothingBilled
    rows = [
        {
            "family_id": days.family_id,
            "session_id": session_id,
            "child_id": days.child_id,
            "objection_id": objection.objection_id,
            "kind": ask.waiver,
            "waived_at": now,
            "waived_by": caller.account_id,
            "waived_by_name": caller.name,
        }
        for session_id in days.session_ids
    ]
    # Waived before, by the answer to another line: it stays as it was.
    session.execute(insert(WaivedDay).values(rows).on_conflict_do_nothing())
    if ask.at_once:
        credit_note = credit_notes.issue(session, invoice, days, now)
        objection.credit_note_id = credit_note.invoice_id if credit_note else None
