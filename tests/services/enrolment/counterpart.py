"""The two sides of a request, on a real database: whoever files it, and the department that answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from nameko.testing.services import worker_factory
from sqlalchemy import text
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.drafts import SaveAnswers, StartDraft
from contracts.enrolment.procedure_forms import Answers, ProcedureForm
from contracts.enrolment.requests import (
    Act,
    DecideRequest,
    HandleRequest,
    RequestFile,
    RequestView,
    StepKind,
    SubmittedView,
)
from enrolment.procedures import drafts, versions
from enrolment.procedures.models import Procedure
from enrolment.requests import departments, documents, views
from enrolment.requests.models import Request
from enrolment.service import EnrolmentService
from tests.mothers import enrolment
from tests.mothers import requests as mother
from tests.services.enrolment.conftest import NOW, Town

ANYBODY = Caller(address="192.0.2.7")


class _Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Counter:
    """A department with one agent, a published form, and the service's own entry points over the town's database."""

    town: Town
    agent: Caller = field(default_factory=lambda: enrolment.agent(Role.REQUESTS, name="Paul Durand"))
    clock: _Clock = field(default_factory=_Clock)

    def __post_init__(self) -> None:
        self.service: Any = worker_factory(
            EnrolmentService, begin=self.town.sessions.begin, look=self.town.sessions, clock=self.clock
        )
        self.publish(mother.form())
        assert self.agent.account_id is not None
        with self.town.begin() as session:
            departments.define(session, mother.department(self.agent.account_id), NOW)
            session.execute(text("DELETE FROM outbox"))

    def publish(self, form: ProcedureForm, code: str = mother.CODE) -> None:
        with self.town.begin() as session:
            procedure = session.get(Procedure, code) or Procedure(code=code, revision=1, retired=False)
            session.add(procedure)
            session.flush()
            versions.publish(session, procedure, form, "", NOW)

    def draft(self, caller: Caller = ANYBODY, secret: str | None = None, **differing: Any) -> UUID:
        """A draft that is answered whole."""
        answers: Answers = mother.answers(**differing)
        with self.town.begin() as session:
            ask = StartDraft(command_id=uuid4(), code=mother.CODE, secret=secret)
            card = drafts.start(session, ask, caller, self.clock.now())
            for page in ("demande", "contact"):
                save = SaveAnswers(
                    command_id=uuid4(), draft_id=card.draft_id, secret=secret, page=page, answers=answers
                )
                drafts.save(session, save, caller, self.clock.now())
        return card.draft_id

    def file(self, caller: Caller = ANYBODY, **differing: Any) -> SubmittedView:
        """A request, filed."""
        secret = None if caller.account_id else mother.new_secret()
        draft_id = self.draft(caller, secret, **differing)
        return self.submit(draft_id, secret, caller)

    def submit(self, draft_id: UUID, secret: str | None, caller: Caller) -> SubmittedView:
        view: SubmittedView = self.service.submit_request(mother.submit(draft_id, secret), caller)
        return view

    def ask_for(self, request_id: UUID, words: str) -> RequestFile:
        """The agent asks the requester for something."""
        ask = HandleRequest(
            command_id=uuid4(),
            request_id=request_id,
            version=self.version(request_id),
            act=Act.ASK,
            words=words,
        )
        file: RequestFile = self.service.handle_request(ask, self.agent)
        return file

    def decide(
        self, request_id: UUID, accepted: bool = True, words: str = "", agent: Caller | None = None
    ) -> RequestFile:
        ask = DecideRequest(
            command_id=uuid4(),
            request_id=request_id,
            version=self.version(request_id),
            accepted=accepted,
            words=words,
        )
        file: RequestFile = self.service.decide_request(ask, agent or self.agent)
        return file

    def version(self, request_id: UUID) -> int:
        with self.town.begin() as session:
            return session.get_one(Request, request_id).version

    def view(self, request_id: UUID) -> RequestView:
        with self.town.begin() as session:
            return views.requester(session, session.get_one(Request, request_id))

    def facts(self, name: str) -> list[dict[str, Any]]:
        with self.town.begin() as session:
            return _facts(session, name)


def _facts(session: Session, name: str) -> list[dict[str, Any]]:
    rows = session.execute(
        text("SELECT body::jsonb -> 'data' FROM outbox WHERE name = :name ORDER BY id"), {"name": name}
    )
    return [row[0] for row in rows]


def attach(
    counter: Counter, request_id: UUID, account_id: UUID | None, document_id: UUID | None = None
) -> UUID:
    """A document attached under a request's id, as enrolment hears of it. Its id."""
    found = document_id or uuid4()
    with counter.town.begin() as session:
        documents.keep(session, uuid4(), request_id, found, "justificatif_domicile", account_id, NOW)
    return found


def words(counter: Counter, request_id: UUID, kind: StepKind) -> list[str]:
    """What was said in the steps of a kind."""
    return [step.words for step in counter.view(request_id).steps if step.kind is kind]
