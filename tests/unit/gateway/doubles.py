"""Stand-ins for what the site talks to: the services, and the store of browser sessions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.caller import Caller
from contracts.messages import Question
from gateway.browser.session_store import SessionRecord


class FakeServices:
    """Answers by type of question: a value, an exception to refuse with, or a function of the question.

    services.answers[OpenFamily] = a_family()
    services.answers[RedeemKey] = KeyUnknown()
    services.answers[ChangeBookings] = lambda asked: a_change(asked.sessions)
    """

    def __init__(self) -> None:
        self.answers: dict[type, Any] = {}
        self.asked: list[Question[Any]] = []
        self.callers: list[Caller] = []

    def ask(self, question: Question[Any], caller: Caller) -> Any:
        outcome = self._outcome(question, caller)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def try_all(self, caller: Caller, *questions: Question[Any]) -> list[Any]:
        return [self._outcome(question, caller) for question in questions]

    def asked_for(self, kind: type) -> list[Any]:
        """The questions of one type that were asked so far."""
        return [question for question in self.asked if isinstance(question, kind)]

    def _outcome(self, question: Question[Any], caller: Caller) -> Any:
        self.asked.append(question)
        self.callers.append(caller)
        if type(question) not in self.answers:
            raise AssertionError(f"no answer was prepared for {type(question).__name__}")
        answer = self.answers[type(question)]
        if isinstance(answer, type) and issubclass(answer, Exception):
            return answer()
        if isinstance(answer, Callable) and not isinstance(answer, Exception):
            return answer(question)
        return answer


class MemoryStore:
    """Browser sessions in a dictionary."""

    def __init__(self) -> None:
        self.records: dict[UUID, SessionRecord] = {}

    def add(self, record: SessionRecord) -> None:
        self.records[record.session_id] = record

    def find(self, token_hash: bytes) -> SessionRecord | None:
        return next((record for record in self.records.values() if record.token_hash == token_hash), None)

    def of_account(self, account_id: UUID) -> list[SessionRecord]:
        return [record for record in self.records.values() if record.account_id == account_id]

    def touch(self, session_id: UUID, seen_at: datetime) -> None:
        self.records[session_id] = replace(self.records[session_id], seen_at=seen_at)

    def write(self, session_id: UUID, *, data: dict[str, Any], vault_key: bytes | None) -> None:
        self.records[session_id] = replace(self.records[session_id], data=data, vault_key=vault_key)

    def remove(self, session_id: UUID, account_id: UUID) -> bool:
        found = self.records.get(session_id)
        if found is None or found.account_id != account_id:
            return False
        del self.records[session_id]
        return True

    def remove_all(self, account_id: UUID, but: UUID | None = None) -> int:
        gone = [record.session_id for record in self.of_account(account_id) if record.session_id != but]
        for session_id in gone:
            del self.records[session_id]
        return len(gone)

    def purge(self, now: datetime) -> int:
        gone = [record.session_id for record in self.records.values() if record.expires_at <= now]
        for session_id in gone:
            del self.records[session_id]
        return len(gone)

    def check(self) -> None:
        """A dictionary always answers."""


class SetClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_by(self, **length: float) -> None:
        self.at += timedelta(**length)
