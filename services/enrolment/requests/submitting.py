"""Filing a request: the draft is judged again, becomes a request with a number, and is told once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Kind
from contracts.enrolment.procedure_forms import CONTACT_EMAIL, Answers
from contracts.enrolment.requests import (
    DocumentNotThere,
    GivenChanged,
    Side,
    StepKind,
    SubmitRequest,
    SubmittedView,
)
from contracts.errors import Invalid
from contracts.events.requests import RequestState, RequestSubmitted
from contracts.tracking_code import public_half
from enrolment.household.families import families_of
from enrolment.models import FamilyChild
from enrolment.procedures import drafts
from enrolment.procedures.asking import Shown, shown
from enrolment.requests import answered, delays, departments, reused, steps, tracking
from enrolment.requests.models import Request, RequestDocument
from enrolment.schedule import calendar


def submit(session: Session, ask: SubmitRequest, caller: Caller, now: datetime) -> SubmittedView:
    """Makes the caller's draft a request. Locks the draft. Raises what `SubmitRequest` says."""
    today = calendar.local_day(now)
    draft, form, given = drafts.complete(session, ask.draft_id, ask.secret, caller, ask.number, now)
    answers = given.within(draft.answers)
    asked = shown(form, answers)
    taken = given.taken.intersection(each.name for fields in asked.values() for each in fields)
    if taken != set(ask.reuse):
        raise GivenChanged
    _check_children(session, asked, draft.answers, draft.account_id)
    documents = _check_documents(session, asked, draft.answers, draft.draft_id, draft.account_id)
    department = departments.named(session, form.department, now)
    code = tracking.new_code()
    request = Request(
        request_id=draft.draft_id,
        number=tracking.next_number(session, today.year),
        procedure_code=draft.procedure_code,
        form_number=draft.number,
        title=form.title,
        account_id=draft.account_id,
        email=str(draft.answers[CONTACT_EMAIL]).lower(),
        answers={name: answer for name, answer in answers.items() if name not in given.taken - taken},
        code_hash=tracking.hash_of(code),
        code_key=public_half(code),
        state=RequestState.RECEIVED,
        kind=form.kind,
        silence=form.silence,
        department_code=department.code,
        submitted_at=now,
        due_on=delays.ends_on(today, form.answer_days),
        silence_on=delays.silent_on(today),
        retention_months=form.retention_months,
        lacking=[],
        version=1,
    )
    session.add(request)
    session.delete(draft)
    session.flush()
    own = session.scalars(select(RequestDocument).where(RequestDocument.request_id == request.request_id))
    reused.remember(session, request, own.all())
    documents += reused.join(session, request, [given.rows[name] for name in sorted(taken)], now)
    by = caller.name if caller.kind is Kind.CITIZEN else ""
    steps.note(session, request.request_id, StepKind.SUBMITTED, Side.REQUESTER, by, now)
    fact = RequestSubmitted(
        **steps.about(request, department),
        form_number=request.form_number,
        submitted_at=now,
        due_on=request.due_on,
        silence=form.silence,
        silence_on=request.silence_on,
        answers=answered.told(asked, request.answers),
        documents=documents,
    )
    tell(session, fact, subject=request.request_id, version=request.version, at=now)
    return SubmittedView(request_id=request.request_id, number=request.number, code=code)


def submitted_again(session: Session, ask: SubmitRequest) -> SubmittedView:
    """The answer to a repeat: the same request. Its first code is kept as a hash only, so a new one replaces it."""
    request = session.get_one(Request, ask.draft_id, with_for_update=True)
    code = tracking.new_code()
    request.code_hash, request.code_key = tracking.hash_of(code), public_half(code)
    return SubmittedView(request_id=request.request_id, number=request.number, code=code)


def _check_children(session: Session, asked: Shown, answers: Answers, account_id: UUID | None) -> None:
    """A child chosen from a file is of the caller's own. Raises Invalid."""
    chosen = answered.children_in(asked, answers)
    if not chosen:
        return
    families = families_of(session, account_id) if account_id else set()
    own = set(session.scalars(select(FamilyChild.child_id).where(FamilyChild.family_id.in_(families))).all())
    strangers = {field: "not_your_child" for field, child_id in chosen.items() if UUID(child_id) not in own}
    if strangers:
        raise Invalid(problems=dict(strangers))


def _check_documents(
    session: Session, asked: Shown, answers: Answers, draft_id: UUID, account_id: UUID | None
) -> list[UUID]:
    """Every document named was attached under this draft, by its account or without one. Raises DocumentNotThere."""
    named = {UUID(each) for ids in answered.documents_in(asked, answers).values() for each in ids}
    attached = set(
        session.scalars(
            select(RequestDocument.document_id).where(
                RequestDocument.request_id == draft_id,
                # A draft that was taken into an account keeps what was joined to it before.
                RequestDocument.account_id.is_not_distinct_from(account_id)
                | RequestDocument.account_id.is_(None),
            )
        )
    )
    if not named <= attached:
        raise DocumentNotThere
    return sorted(named, key=str)
