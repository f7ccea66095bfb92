"""What an application was built with, and how a page reaches it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from flask import current_app

from chassis.clock import Clock
from contracts.caller import Caller
from contracts.messages import Question
from gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from gateway.browser.session_store import SessionStore

A = TypeVar("A")


class Client(Protocol):
    """The RPC client: `chassis.client.Services` in service, a double in tests."""

    def ask(self, question: Question[A], caller: Caller) -> A:
        """The answer, or the refusal raised."""
        ...

    def try_all(self, caller: Caller, *questions: Question[Any]) -> list[Any]:
        """Answers in order, asked in parallel; a refusal stands in its place, not raised."""
        ...


@dataclass(frozen=True)
class Wiring:
    """The parts given to `create_app`."""

    settings: GatewaySettings
    client: Client
    sessions: "SessionStore"
    clock: Clock
    """The town's clock, which the demonstration moves."""
    real_clock: Clock
    """Real time: browser sessions end by it."""


def wiring() -> Wiring:
    """The parts of the running application."""
    return cast("Wiring", current_app.extensions["espace"])


def settings() -> GatewaySettings:
    """The settings of the running application."""
    return wiring().settings


def clock() -> Clock:
    """The town's clock. Never `datetime.now()` in a page."""
    return wiring().clock
