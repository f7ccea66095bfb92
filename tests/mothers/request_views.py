"""Made-up requests as pages are given them."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chassis.clock import PARIS
from contracts.enrolment.departments import DepartmentView
from contracts.enrolment.requests import (
    Act,
    AttachedView,
    QueueLine,
    RequestFile,
    RequestLine,
    RequestView,
    Side,
    StepKind,
    StepView,
)
from contracts.events.requests import ProcedureKind, RequestState, Silence
from tests.mothers import requests

ID = UUID("00000000-0000-4000-8000-00000000de3a")
AGENT = UUID("00000000-0000-4000-8000-0000000a9e47")
FILED = datetime(2026, 11, 20, 9, 5, tzinfo=PARIS)


def line(**differing: Any) -> RequestLine:
    said: dict[str, Any] = {
        "request_id": ID,
        "number": "2026-000123",
        "title": "Demande générale",
        "state": RequestState.RECEIVED,
        "submitted_at": FILED,
        "due_on": date(2026, 12, 20),
        "department_name": requests.DEPARTMENT,
        "version": 3,
    }
    return RequestLine(**(said | differing))


def step(kind: StepKind, side: Side, words: str = "", by: str = "", hours: int = 0) -> StepView:
    return StepView(at=FILED + timedelta(hours=hours), kind=kind, side=side, by_name=by, words=words)


def history(*more: StepView) -> list[StepView]:
    return [step(StepKind.SUBMITTED, Side.REQUESTER), *more]


def view(state: RequestState = RequestState.RECEIVED, **differing: Any) -> RequestView:
    is_open = state in (RequestState.RECEIVED, RequestState.IN_PROGRESS, RequestState.INFORMATION_ASKED)
    said: dict[str, Any] = {
        "line": line(state=state),
        "procedure_code": requests.CODE,
        "kind": ProcedureKind.DECISION,
        "silence": Silence.REFUSAL,
        "silence_on": date(2027, 1, 20),
        "email": "nadia.ferrand@exemple.fr",
        "has_account": False,
        "paused": state is RequestState.INFORMATION_ASKED,
        "pages": list(requests.form().pages),
        "answers": requests.answers(),
        "documents": [],
        "steps": history(),
        "may_write": is_open,
        "may_withdraw": is_open,
    }
    return RequestView(**(said | differing))


def asked() -> RequestView:
    """The town has asked for something."""
    question = step(
        StepKind.ASKED,
        Side.TOWN,
        "Pouvez-vous joindre une photo, et préciser le numéro de la rue ?",
        "Paul Durand",
        26,
    )
    taken = step(StepKind.TAKEN, Side.TOWN, by="Paul Durand", hours=3)
    return view(RequestState.INFORMATION_ASKED, steps=history(taken, question))


def refused(**differing: Any) -> RequestView:
    said = step(StepKind.REFUSED, Side.TOWN, by="Paul Durand", hours=50)
    return view(
        RequestState.REFUSED,
        steps=history(said),
        letter="La rue Pêcherie est une voie départementale.\nLe Département en est chargé.",
        decided_by="Paul Durand",
        closed_at=FILED + timedelta(hours=50),
        kept_until=date(2027, 11, 22),
        **differing,
    )


def attached(document_type: str = "justificatif_domicile") -> AttachedView:
    return AttachedView(document_id=ID, document_type=document_type, received_at=FILED)


def file(of: RequestView | None = None, **differing: Any) -> RequestFile:
    said: dict[str, Any] = {
        "request": of or view(),
        "agent_id": None,
        "agent_name": "",
        "department_code": "mairie_plus",
        "late": False,
        "acts": [Act.TAKE, Act.ASK, Act.ACCEPT, Act.REFUSE],
        "colleagues": {AGENT: "Paul Durand"},
        "departments": {"voirie": "Voirie"},
    }
    return RequestFile(**(said | differing))


def queued(**differing: Any) -> QueueLine:
    said: dict[str, Any] = {
        "line": line(),
        "agent_id": None,
        "agent_name": "",
        "department_code": "mairie_plus",
        "late": False,
        "soon": False,
    }
    return QueueLine(**(said | differing))


def department(**differing: Any) -> DepartmentView:
    said: dict[str, Any] = {
        "code": "mairie_plus",
        "name": requests.DEPARTMENT,
        "email": "mairie@exemple.fr",
        "agents": {AGENT: "Paul Durand"},
        "version": 2,
    }
    return DepartmentView(**(said | differing))
