"""What the echo service is asked."""

from contracts.errors import DomainError
from contracts.messages import Command, Question, View


class TooLoud(DomainError):
    """An echo that refuses."""

    code = "too_loud"


class Pong(View):
    """What came back."""

    text: str
    caller: str = ""
    correlation_id: str = ""


class Ping(Question[Pong]):
    """Says `text` back; refuses a shout."""

    text: str = ""


class Wait(Question[Pong]):
    """Answers after `seconds`."""

    seconds: float


class WriteNote(Command[int]):
    """Writes a note and tells of it; answers its number."""

    text: str


class BreakDown(Question[None]):
    """Fails in a way that no contract knows."""
