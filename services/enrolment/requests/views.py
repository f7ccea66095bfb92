"""Requests as they are read: lists, the requester's page, the agents' list and file."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from contracts.caller import Caller
from contracts.enrolment.enrolments import GivenView
from contracts.enrolment.procedure_forms import FormPage, ProcedureForm
from contracts.enrolment.requests import (
    INTERNAL,
    Act,
    AttachedView,
    MyRequests,
    MyRequestsView,
    QueueLine,
    RequestFile,
    RequestLine,
    RequestQueue,
    RequestQueueView,
    RequestView,
    Side,
    StepKind,
    StepView,
)
from contracts.events.requests import ProcedureKind, RequestState, Silence
from enrolment.procedures.asking import shown
from enrolment.procedures.versions import form_of, forms_of
from enrolment.requests import answered, claiming, departments, letters, states, steps
from enrolment.requests.delays import Notice, months_later, notice
from enrolment.requests.models import Department, Request, RequestDocument, RequestStep
from enrolment.schedule import calendar

OPEN = ("received", "in_progress", "information_asked")
AGENTS_ACTS = frozenset({Act.TAKE, Act.ASK, Act.ACCEPT, Act.REFUSE})


def mine(session: Session, ask: MyRequests, caller: Caller) -> MyRequestsView:
    """The caller's, newest first, and what they may claim. Three statements."""
    account_id = caller.citizen()
    return MyRequestsView(
        total=session.scalar(
            select(func.count()).select_from(Request).where(Request.account_id == account_id)
        )
        or 0,
        requests=latest(session, account_id, ask.limit, ask.offset),
        claimable=claiming.claimable(session, account_id),
    )


def latest(session: Session, account_id: UUID, limit: int, offset: int = 0) -> list[RequestLine]:
    """An account's last requests, newest first. One statement."""
    rows = session.execute(LATEST, {"account_id": account_id, "most": limit, "skipped": offset})
    return [RequestLine.model_validate(row, from_attributes=True) for row in rows]


# Written once: they are part of every home.
LATEST = (
    select(
        Request.request_id,
        Request.number,
        Request.title,
        Request.state,
        Request.submitted_at,
        Request.due_on,
        Department.name.label("department_name"),
        Request.version,
    )
    .join(Department, Department.code == Request.department_code)
    .where(Request.account_id == bindparam("account_id"))
    .order_by(Request.submitted_at.desc(), Request.number.desc())
    .limit(bindparam("most", type_=Integer))
    .offset(bindparam("skipped", type_=Integer))
    .execution_options(**PREPARED)
)
"""Requests of the account bound as `account_id`, as `RequestLine`: `most` of them after `skipped`."""


def requester(session: Session, request: Request) -> RequestView:
    """The request as whoever filed it sees it."""
    return _view(session, request, [each for each in _steps(session, request) if each.kind not in INTERNAL])


def queue(session: Session, ask: RequestQueue, caller: Caller, now: datetime) -> RequestQueueView:
    """The agents' list. Five statements, however many requests there are."""
    own = departments.of_agent(session, caller)
    today = calendar.local_day(now)
    wanted = own & {ask.department_code} if ask.department_code else own
    conditions = [Request.department_code.in_(wanted), *_conditions(ask, caller, today)]
    total = session.scalar(select(func.count()).select_from(Request).where(*conditions)) or 0
    first = Request.due_on.asc() if ask.is_open else Request.closed_at.desc()
    found = session.execute(
        select(Request, Department.name)
        .join(Department, Department.code == Request.department_code)
        .where(*conditions)
        .order_by(first, Request.number)
        .limit(ask.limit)
        .offset(ask.offset)
    )
    rows = [(request, name) for request, name in found]
    forms = forms_of(session, {(request.procedure_code, request.form_number) for request, _ in rows})
    return RequestQueueView(
        total=total,
        requests=[
            QueueLine(
                line=line(request, name),
                requester=answered.name_of(
                    forms[request.procedure_code, request.form_number], request.answers
                )
                or request.email,
                agent_id=request.agent_id,
                agent_name=request.agent_name,
                department_code=request.department_code,
                late=_notice(request, today) is Notice.LATE,
                soon=_notice(request, today) is Notice.SOON,
            )
            for request, name in rows
        ],
        departments=departments.with_codes(session, own),
    )


def file(session: Session, request: Request, now: datetime) -> RequestFile:
    """The request as its department sees it."""
    kind, state = ProcedureKind(request.kind), RequestState(request.state)
    told = _notice(request, calendar.local_day(now))
    return RequestFile(
        request=_view(session, request, _steps(session, request)),
        agent_id=request.agent_id,
        agent_name=request.agent_name,
        department_code=request.department_code,
        late=told is Notice.LATE,
        soon=told is Notice.SOON,
        code_key=request.code_key if request.account_id is None else None,
        acts=[act for act in states.acts(kind, state) if act in AGENTS_ACTS],
        colleagues=departments.colleagues(session, request.department_code),
        departments=departments.other_than(session, request.department_code),
    )


def line(request: Request, department_name: str) -> RequestLine:
    """A request in a list."""
    return RequestLine(
        request_id=request.request_id,
        number=request.number,
        title=request.title,
        state=RequestState(request.state),
        submitted_at=request.submitted_at,
        due_on=request.due_on,
        department_name=department_name,
        version=request.version,
    )


def answered_pages(form: ProcedureForm, request: Request) -> list[FormPage]:
    """The pages that were shown for these answers, with the fields that were."""
    asked = shown(form, request.answers)
    return [
        page.model_copy(update={"fields": tuple(asked[page.name])})
        for page in form.pages
        if page.name in asked
    ]


def _view(session: Session, request: Request, history: Sequence[RequestStep]) -> RequestView:
    erased = request.erased_at is not None
    form = form_of(session, request.procedure_code, request.form_number)
    state = RequestState(request.state)
    documents = session.scalars(
        select(RequestDocument)
        .where(
            RequestDocument.request_id == request.request_id,
            RequestDocument.account_id.is_not_distinct_from(request.account_id)
            | RequestDocument.account_id.is_(None)
            | RequestDocument.given_at.is_not(None),  # by another guardian of the household
        )
        .order_by(RequestDocument.received_at)
    )
    department = session.get_one(Department, request.department_code)
    return RequestView(
        line=line(request, department.name),
        procedure_code=request.procedure_code,
        kind=ProcedureKind(request.kind),
        silence=Silence(request.silence),
        silence_on=request.silence_on,
        email=request.email,
        has_account=request.account_id is not None,
        paused=request.paused_on is not None,
        pages=[] if erased else answered_pages(form, request),
        answers=request.answers,
        documents=[_attached(each) for each in documents],
        lacking=request.lacking if states.is_open(state) else [],
        steps=[
            StepView(
                at=each.at,
                kind=StepKind(each.kind),
                side=Side(each.side),
                by_name=each.by_name,
                words=each.words,
                documents=each.documents,
                by_code=each.by_code,
            )
            for each in history
        ],
        letter=request.letter,
        decided_by=request.decided_by,
        closed_at=request.closed_at,
        letter_place=letters.place(request),
        letter_put_at=request.letter_put_at,
        may_write=states.is_open(state) and not erased,
        may_withdraw=Act.WITHDRAW in states.acts(ProcedureKind(request.kind), state) and not erased,
        kept_until=_kept_until(request),
        erased=erased,
    )


def _attached(row: RequestDocument) -> AttachedView:
    given = None
    if row.given_at is not None:
        given = GivenView(
            document_type=row.document_type,
            given_at=row.given_at,
            valid_until=row.valid_until,
            given_with=row.given_with,
        )
    return AttachedView(
        document_id=row.document_id,
        document_type=row.document_type,
        received_at=row.received_at,
        given=given,
        is_coming=row.is_coming,
    )


def _conditions(ask: RequestQueue, caller: Caller, today: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Request.state.in_(OPEN) if ask.is_open else Request.state.not_in(OPEN)
    ]
    if ask.state is not None:
        conditions.append(Request.state == ask.state)
    if ask.mine:
        conditions.append(Request.agent_id == caller.account_id)
    if ask.words.strip():
        conditions.append(_says(ask.words.strip().lower()))
    if ask.late:
        conditions.append(Request.due_on < today)
        conditions.append(Request.paused_on.is_(None))
    return conditions


def _says(words: str) -> ColumnElement[bool]:
    """Somewhere in what was given, or in the number."""
    given = func.jsonb_each_text(Request.answers).table_valued("key", "value")
    return or_(
        func.strpos(Request.number, words) > 0,
        func.strpos(Request.email, words) > 0,
        exists().where(func.strpos(func.lower(given.c.value), words) > 0),
    )


def _notice(request: Request, today: date) -> Notice:
    """Nothing while the delay does not run."""
    if request.state not in OPEN or request.paused_on is not None:
        return Notice.NONE
    return notice(request.due_on, today)


def _kept_until(request: Request) -> date | None:
    if request.closed_at is None:
        return None
    return months_later(calendar.local_day(request.closed_at), request.retention_months)


def _steps(session: Session, request: Request) -> list[RequestStep]:
    return steps.of(session, request.request_id)
