"""The service of démarches, called as the gateway calls it, on a real database."""

from typing import Any
from uuid import UUID, uuid4

from contracts.caller import Caller, Kind, Role
from contracts.enrolment.drafts import (
    DraftView,
    SaveAnswers,
    SavedPage,
    StartDraft,
)
from contracts.enrolment.procedure_forms import Answers, ProcedureForm
from contracts.enrolment.procedures import (
    MakeProcedure,
    OpenProcedureForm,
    ProcedureDesk,
    PublishProcedure,
    SaveProcedureForm,
)
from contracts.errors import NotFound
from enrolment.procedures import drafts
from enrolment.procedures.models import RequestDraft
from tests.services.enrolment.conftest import NOW, Town
from tests.services.enrolment.counter import Counter
from tests.unit.gateway.doubles import SetClock

AGENT = Caller(
    kind=Kind.AGENT, account_id=uuid4(), name="Paul Durand", roles=frozenset({Role.ADMINISTRATION})
)
VISITOR = Caller()
SECRET = "s" * 43
CODE = "occuper-la-rue"
GOOD: Answers = {"why": "works", "weeks": 2}


class Office:
    """The service, called as the gateway calls it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.clock = SetClock(NOW)
        self.counter = Counter(town.sessions, self.clock)

    def ask(self, question: Any, caller: Caller = AGENT) -> Any:
        return self.counter.ask(question, caller)

    def offer(self, of: ProcedureForm, code: str = CODE) -> ProcedureDesk:
        """Made, or changed, and published."""
        try:
            desk = self.ask(OpenProcedureForm(code=code))
        except NotFound:
            desk = self.ask(MakeProcedure(command_id=uuid4(), code=code, form=of))
        saved = self.ask(SaveProcedureForm(command_id=uuid4(), code=code, revision=desk.revision, form=of))
        published: ProcedureDesk = self.ask(
            PublishProcedure(command_id=uuid4(), code=code, revision=saved.revision)
        )
        return published

    def start(self, caller: Caller = VISITOR, code: str = CODE) -> UUID:
        secret = None if caller.account_id else SECRET
        draft_id: UUID = self.ask(StartDraft(command_id=uuid4(), code=code, secret=secret), caller).draft_id
        return draft_id

    def save(self, draft_id: UUID, on: str, caller: Caller = VISITOR, **answers: Any) -> DraftView:
        """Goes on from a page whose answers hold."""
        saved = self.keep(draft_id, on, caller, answers)
        assert not saved.problems
        return saved.draft

    def keep(
        self, draft_id: UUID, on: str, caller: Caller = VISITOR, answers: Answers | None = None, **more: Any
    ) -> SavedPage:
        """Saves a page, whatever its answers are; `more` as in `SaveAnswers`."""
        secret = None if caller.account_id else SECRET
        ask = SaveAnswers(
            command_id=uuid4(), draft_id=draft_id, secret=secret, page=on, answers=answers or {}, **more
        )
        saved: SavedPage = self.ask(ask, caller)
        return saved

    def complete(self, draft_id: UUID, number: int = 1, caller: Caller = VISITOR) -> RequestDraft:
        with self.town.begin() as session:
            secret = None if caller.account_id else SECRET
            now = self.clock.now()
            return drafts.complete(session, draft_id, secret, caller, number, now)[0]
