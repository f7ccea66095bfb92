"""The service's own methods, called as the gateway calls them, without a broker in between."""

from typing import Any, TypeVar

from sqlalchemy.orm import Session, sessionmaker

from contracts.caller import Caller
from contracts.messages import Question
from enrolment.service import EnrolmentService
from tests.unit.gateway.doubles import SetClock

A = TypeVar("A")


class Counter:
    """`chassis.client.Services`, in one process."""

    def __init__(self, sessions: "sessionmaker[Session]", clock: SetClock) -> None:
        self.service = EnrolmentService()
        self.service.begin, self.service.look = sessions.begin, sessions
        self.service.clock = clock

    def ask(self, question: Question[A], caller: Caller) -> A:
        answer: A = getattr(self.service, question.method())(question, caller)
        return answer

    def try_all(self, caller: Caller, *questions: Question[Any]) -> list[Any]:
        def outcome(question: Question[Any]) -> Any:
            try:
                return self.ask(question, caller)
            except Exception as refusal:
                return refusal

        return [outcome(question) for question in questions]
