"""The shape of calls and refusals, which both sides rely on."""

import importlib
import inspect
import pkgutil
from uuid import uuid4

import pytest

import contracts
from chassis.wire import RemoteError, RemoteFailure, error_from, reply_adapter
from contracts.caller import Caller, Kind, Role
from contracts.errors import DomainError, NotAllowed, NotSignedIn
from contracts.messages import Command, Question
from contracts.parked import LISTENERS, OfEach

FAILED = b'{"result": null, "error": {"exc_type": "X", "exc_path": "x", "exc_args": [], "value": ""}}'
SERVICES = ("accounts", "enrolment", "billing", "documents")


def questions() -> list[type[Question[object]]]:
    found = []
    for info in pkgutil.walk_packages(contracts.__path__, "contracts."):
        module = importlib.import_module(info.name)
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, Question) and kind.__module__ == module.__name__ and "[" not in kind.__name__:
                found.append(kind)
    return [kind for kind in found if kind not in (Question, Command) and not issubclass(kind, OfEach)] + [
        kind.of(service) for kind in found if issubclass(kind, OfEach) for service in LISTENERS
    ]


@pytest.mark.parametrize("question", questions(), ids=lambda kind: f"{kind.service()}.{kind.method()}")
def test_every_question_names_its_service_and_what_answers_it(question: type[Question[object]]) -> None:
    assert question.service() in SERVICES
    assert not isinstance(question.answer_type(), str)
    assert reply_adapter(question).validate_json(FAILED)["error"] is not None
    assert question.__doc__


@pytest.mark.parametrize("error", sorted(DomainError.registry.values(), key=lambda kind: kind.code), ids=str)
def test_every_refusal_survives_the_wire_as_its_own_class(error: type[DomainError]) -> None:
    raised = error(places=3, why="complet")
    path = f"{error.__module__}.{error.__qualname__}"
    written = RemoteError(
        exc_type=error.__name__, exc_path=path, exc_args=[raised.args[0]], value=str(raised)
    )

    arrived = error_from(written)

    assert type(arrived) is error
    assert isinstance(arrived, DomainError)
    assert arrived.details == {"places": 3, "why": "complet"}


def test_any_other_exception_is_a_failure_that_names_it() -> None:
    written = RemoteError(exc_type="KeyError", exc_path="builtins.KeyError", exc_args=["x"], value="'x'")

    assert isinstance(error_from(written), RemoteFailure)


def test_an_agent_without_the_role_is_told_which_one_it_takes() -> None:
    caller = Caller(kind=Kind.AGENT, account_id=uuid4(), roles=frozenset({Role.ATTENDANCE}))

    with pytest.raises(NotAllowed) as refusal:
        caller.agent(Role.BILLING)
    assert refusal.value.details == {"needs": ["billing"]}
    assert caller.agent(Role.ATTENDANCE, Role.BILLING) == caller.account_id


@pytest.mark.parametrize("kind", [Kind.ANONYMOUS, Kind.AGENT, Kind.SYSTEM])
def test_only_a_citizen_passes_for_a_citizen(kind: Kind) -> None:
    with pytest.raises(NotSignedIn):
        Caller(kind=kind, account_id=uuid4()).citizen()


def test_the_installation_passes_where_staff_does_and_a_citizen_does_not() -> None:
    assert Caller(kind=Kind.SYSTEM).staff(Role.BILLING) is None
    with pytest.raises(NotSignedIn):
        Caller(kind=Kind.CITIZEN, account_id=uuid4()).staff(Role.BILLING)
