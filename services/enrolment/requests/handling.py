"""What the department in charge does with a request, and what the requester does. One lock: the request's row.

An agent acts on requests of their departments alone; a request of another one is not there for them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller
from contracts.enrolment.requests import (
    Act,
    AssignRequest,
    DecideRequest,
    ForwardRequest,
    HandleRequest,
    RequestChanged,
    RequestClosed,
    Side,
    StepKind,
    WriteToRequester,
)
from contracts.errors import Invalid, NotFound
from contracts.events.requests import (
    InformationAsked,
    ProcedureKind,
    RequestConsulted,
    RequestDecided,
    RequesterWrote,
    RequestForwarded,
    RequestState,
    RequestTaken,
    RequestWithdrawn,
    TownWrote,
)
from enrolment.requests import departments, letters, pausing, reused, states, steps
from enrolment.requests.models import Request
from enrolment.schedule import calendar

# ---------------------------------------------------------------- the town's side


def of_department(session: Session, request_id: UUID, caller: Caller, version: int | None = None) -> Request:
    """A request of one of the agent's departments, locked to be changed. Raises NotFound, RequestChanged."""
    own = departments.of_agent(session, caller)
    request = session.get(Request, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.department_code not in own or request.erased_at is not None:
        raise NotFound
    if version is not None and request.version != version:
        raise RequestChanged(state=request.state)
    return request


def note_opening(session: Session, request: Request, caller: Caller, now: datetime) -> None:
    """Told for the record of accesses, where it is an account's: without one it is in no family's file."""
    if request.account_id is None or caller.account_id is None:
        return
    fact = RequestConsulted(
        request_id=request.request_id,
        number=request.number,
        title=request.title,
        account_id=request.account_id,
        agent_id=caller.account_id,
        agent_name=caller.name,
    )
    tell(session, fact, subject=request.request_id, at=now)


def handle(session: Session, ask: HandleRequest, caller: Caller, now: datetime) -> Request:
    """Takes it, or asks the requester for something. Raises RequestChanged, Invalid."""
    request = of_department(session, ask.request_id, caller, ask.version)
    if ask.act is Act.TAKE:
        take(session, request, caller.name, now)
        request.agent_id, request.agent_name = caller.account_id, caller.name
    elif ask.act is Act.ASK:
        if not ask.words.strip():
            raise Invalid(problems={"words": "question_missing"})
        by_code = _by_code(request, ask)
        _move(request, Act.ASK)
        pausing.pause(request, calendar.local_day(now))
        said = ask.words.strip()
        steps.note(
            session,
            request.request_id,
            StepKind.ASKED,
            Side.TOWN,
            caller.name,
            now,
            said,
            ask.documents,
            by_code=by_code,
        )
        steps.announce(session, request, InformationAsked, now, documents=list(ask.documents))
    else:
        raise Invalid(problems={"act": "unknown_act"})
    return request


def take(session: Session, request: Request, by: str, now: datetime, side: Side = Side.TOWN) -> None:
    """Somebody has begun to work on it."""
    _move(request, Act.TAKE)
    steps.note(session, request.request_id, StepKind.TAKEN, side, by, now)
    steps.announce(session, request, RequestTaken, now, by=by)


def write(session: Session, ask: WriteToRequester, caller: Caller, now: datetime) -> Request:
    """Words to the requester, or a note that only agents read.

    Raises NotFound, RequestClosed, RequestChanged, Invalid.
    """
    request = of_department(session, ask.request_id, caller)
    if ask.internal and ask.documents:
        raise Invalid(problems={"documents": "not_for_a_note"})
    if not ask.internal and not states.is_open(RequestState(request.state)):
        raise RequestClosed
    by_code = _by_code(request, ask)
    kind = StepKind.NOTED if ask.internal else StepKind.WROTE
    steps.note(
        session,
        request.request_id,
        kind,
        Side.TOWN,
        caller.name,
        now,
        ask.words,
        ask.documents,
        by_code=by_code,
    )
    if not ask.internal:
        steps.announce(session, request, TownWrote, now, documents=list(ask.documents))
    return request


def _by_code(request: Request, ask: HandleRequest | WriteToRequester) -> bool:
    """Documents go into a vault or, without an account, are sealed to the code.

    Raises Invalid where no code is known, RequestChanged where the request became an account's, or was one's, since.
    """
    if not ask.documents:
        return False
    if ask.by_code != (request.account_id is None):
        raise RequestChanged(state=request.state)
    if ask.by_code and request.code_key is None:
        raise Invalid(problems={"documents": "no_vault"})
    return ask.by_code


def assign(session: Session, ask: AssignRequest, caller: Caller, now: datetime) -> Request:
    """Makes it an agent's, or nobody's. Raises RequestChanged, Invalid."""
    request = of_department(session, ask.request_id, caller, ask.version)
    colleagues = departments.colleagues(session, request.department_code)
    if ask.agent_id is not None and ask.agent_id not in colleagues:
        raise Invalid(problems={"agent": "not_of_department"})
    request.agent_id = ask.agent_id
    request.agent_name = colleagues[ask.agent_id] if ask.agent_id else ""
    steps.note(
        session, request.request_id, StepKind.ASSIGNED, Side.TOWN, caller.name, now, request.agent_name
    )
    request.version += 1
    return request


def forward(session: Session, ask: ForwardRequest, caller: Caller, now: datetime) -> Request:
    """Puts another department in charge. Raises RequestChanged, RequestClosed, NotFound."""
    request = of_department(session, ask.request_id, caller, ask.version)
    if not states.is_open(RequestState(request.state)):
        raise RequestClosed
    former = departments.get(session, request.department_code)
    target = departments.get(session, ask.department_code)
    request.department_code = target.code
    request.agent_id, request.agent_name = None, ""
    steps.note(session, request.request_id, StepKind.FORWARDED, Side.TOWN, caller.name, now, target.name)
    if ask.words.strip():
        steps.note(
            session, request.request_id, StepKind.NOTED, Side.TOWN, caller.name, now, ask.words.strip()
        )
    steps.announce(session, request, RequestForwarded, now, from_department=former.name)
    return request


def decide(session: Session, ask: DecideRequest, caller: Caller, now: datetime) -> Request:
    """Raises RequestChanged, Invalid."""
    request = of_department(session, ask.request_id, caller, ask.version)
    settle(session, request, ask.accepted, ask.words, caller.name, now)
    return request


def settle(
    session: Session,
    request: Request,
    accepted: bool,
    words: str,
    by: str,
    now: datetime,
    side: Side = Side.TOWN,
) -> None:
    """Accepts or refuses, by an agent or another system. Raises RequestChanged, Invalid."""
    if not accepted and not words.strip():
        raise Invalid(problems={"letter": "letter_missing"})
    _move(request, Act.ACCEPT if accepted else Act.REFUSE)
    request.letter, request.decided_by = words.strip(), by
    request.closed_at, request.paused_on = now, None
    letters.expect(request, now)
    kind = StepKind.ACCEPTED if accepted else StepKind.REFUSED
    steps.note(session, request.request_id, kind, side, by, now)
    steps.announce(
        session, request, RequestDecided, now, state=RequestState(request.state), decided_at=now, by=by
    )


# ---------------------------------------------------------------- the requester's side


def answer(session: Session, request: Request, words: str, by: str, now: datetime) -> None:
    """Writes to the department. What it was waiting for: the delay runs again. Raises RequestClosed."""
    state = RequestState(request.state)
    if not states.is_open(state):
        raise RequestClosed
    resumed = state is RequestState.INFORMATION_ASKED
    if resumed:
        _move(request, Act.ANSWER)
        pausing.resume(request, calendar.local_day(now))
    kind = StepKind.ANSWERED if resumed else StepKind.WROTE
    steps.note(session, request.request_id, kind, Side.REQUESTER, by, now, words)
    steps.announce(session, request, RequesterWrote, now, resumed=resumed, due_on=request.due_on)


def withdraw(session: Session, request: Request, version: int, by: str, now: datetime) -> None:
    """Gives it up. Raises RequestChanged."""
    if request.version != version:
        raise RequestChanged(state=request.state)
    _move(request, Act.WITHDRAW)
    request.closed_at, request.paused_on = now, None
    reused.forget(session, request)
    steps.note(session, request.request_id, StepKind.WITHDRAWN, Side.REQUESTER, by, now)
    steps.announce(session, request, RequestWithdrawn, now)


def _move(request: Request, act: Act) -> None:
    request.state = states.after(ProcedureKind(request.kind), RequestState(request.state), act)
