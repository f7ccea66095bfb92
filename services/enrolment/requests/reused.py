"""« Déjà fourni » and requests: what serves again when one is filed, what of it cannot after all, and what is given
with it and may serve elsewhere.

What documents withholds (taken out of the vault, expired …) is asked of the requester at once, without an agent: the
request waits, its delay stands still (CRPA L114-5), and goes on by itself when another one is given.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from contracts.enrolment.requests import Act, Side, StepKind
from contracts.events.documents import DocumentWithheld
from contracts.events.requests import InformationAsked, ProcedureKind, RequesterWrote, RequestState
from contracts.serving import REQUEST, Reach, Whose
from enrolment.given import memory, passing
from enrolment.given.models import GivenDocument
from enrolment.procedures.asking import shown
from enrolment.procedures.versions import form_of
from enrolment.requests import answered, pausing, states, steps
from enrolment.requests.models import Request, RequestDocument, RequestStep
from enrolment.schedule import calendar


def join(session: Session, request: Request, given: Iterable[GivenDocument], now: datetime) -> list[UUID]:
    """Given with the request by filing it: coming, until documents has passed it on. One that answers two questions is
    given once."""
    wanted = {row.document_id: row for row in given}
    asked = []
    for row in wanted.values():
        before = passing.before(row)
        session.add(
            RequestDocument(
                share_id=before.share_id,
                request_id=request.request_id,
                document_id=before.document_id,
                document_type=before.document_type,
                account_id=before.account_id,
                received_at=now,
                valid_until=row.valid_until,
                given_at=row.given_at,
                given_with=row.given_with,
                is_coming=True,
            )
        )
        asked.append(before)
    session.flush()
    passing.ask(session, REQUEST, request.request_id, asked, now)
    return list(wanted)


def remember(session: Session, request: Request, documents: Iterable[RequestDocument]) -> None:
    """What is given with a filed request of an account may serve again; of one withdrawn or erased, nothing."""
    if request.account_id is None or request.erased_at is not None:
        return
    if request.state == RequestState.WITHDRAWN:
        return
    child_id = _child_of(session, request)
    whose = memory.household_of(session, request.account_id, child_id)
    for each in documents:
        if each.account_id == request.account_id or each.given_at is not None:
            memory.keep(session, _gift_of(each), Whose(each.account_id, whose.family_id, child_id))


def forget(session: Session, request: Request) -> None:
    """It is withdrawn or erased: what was given with it serves nothing new."""
    shares = select(RequestDocument.share_id).where(RequestDocument.request_id == request.request_id)
    memory.forget_shares(session, session.scalars(shares).all())


def withhold(session: Session, fact: DocumentWithheld, now: datetime) -> bool:
    """It could not be passed on: the request waits for another one. False when there is nothing to wait for."""
    request = session.get(Request, fact.subject_id, with_for_update=True, populate_existing=True)
    gone = session.scalar(
        delete(RequestDocument)
        .where(
            RequestDocument.share_id == fact.share_id,
            RequestDocument.request_id == fact.subject_id,
            RequestDocument.is_coming,
        )
        .returning(RequestDocument.document_type)
    )
    if gone is None or request is None or request.erased_at is not None:
        return False
    is_there = exists().where(
        RequestDocument.request_id == request.request_id, RequestDocument.document_id == fact.document_id
    )
    if session.scalar(select(is_there)):  # joined by hand as well
        return False
    request.answers = _without(request, fact.document_id)
    kind, state = ProcedureKind(request.kind), RequestState(request.state)
    if not states.is_open(state):
        return False
    request.lacking = sorted({*request.lacking, gone})
    if Act.ASK in states.acts(kind, state):
        request.state = states.after(kind, state, Act.ASK)
        pausing.pause(request, calendar.local_day(now))
    steps.note(session, request.request_id, StepKind.LACKING, Side.SYSTEM, "", now, gone)
    steps.announce(session, request, InformationAsked, now)
    return True


def fill(session: Session, request: Request, document_type: str, now: datetime) -> None:
    """A document came, of a kind that was lacking: the last of them, and the request goes on, unless an agent waits for
    something else. The request's row is locked."""
    if document_type not in request.lacking:
        return
    request.lacking = [each for each in request.lacking if each != document_type]
    state = RequestState(request.state)
    if request.lacking or state is not RequestState.INFORMATION_ASKED or _agent_waits(session, request):
        return
    act = Act.ANSWER if request.agent_name else Act.COMPLETE
    request.state = states.after(ProcedureKind(request.kind), state, act)
    pausing.resume(request, calendar.local_day(now))
    steps.announce(session, request, RequesterWrote, now, resumed=True, due_on=request.due_on)


def _agent_waits(session: Session, request: Request) -> bool:
    """The last question of an agent has no answer yet."""
    last = session.scalar(
        select(RequestStep.kind)
        .where(
            RequestStep.request_id == request.request_id,
            RequestStep.kind.in_([StepKind.ASKED, StepKind.ANSWERED]),
        )
        .order_by(RequestStep.step_id.desc())
        .limit(1)
    )
    return last == StepKind.ASKED


def _child_of(session: Session, request: Request) -> UUID | None:
    """The child of the file that its form names; none where it names several, or one that was typed in."""
    form = form_of(session, request.procedure_code, request.form_number)
    named = set(answered.children_in(shown(form, request.answers), request.answers).values())
    return UUID(named.pop()) if len(named) == 1 else None


def _gift_of(row: RequestDocument) -> memory.Gift | None:
    if row.serves is None or row.readable_until is None or row.is_coming:
        return None
    return memory.Gift(
        share_id=row.share_id,
        document_id=row.document_id,
        document_type=row.document_type,
        reach=Reach(row.serves),
        valid_until=row.valid_until,
        readable_until=row.readable_until,
        given_at=row.given_at or row.received_at,
        given_with=row.given_with or REQUEST,
    )


def _without(request: Request, document_id: UUID) -> dict[str, object]:
    kept = {
        name: [each for each in answer if each != str(document_id)] if isinstance(answer, list) else answer
        for name, answer in request.answers.items()
    }
    return {name: answer for name, answer in kept.items() if answer != []}
