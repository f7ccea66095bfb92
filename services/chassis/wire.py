"""The wire format of a call: Nameko's, with two headers of ours.

Request `{"args": [question], "kwargs": {}}` to exchange `nameko-rpc`, key `<service>.<method>`; answer
`{"result": …, "error": null}` or `{"result": null, "error": {"exc_type", "exc_path", "exc_args", "value"}}` to
`reply_to`. A stock Nameko proxy can call our services; our client can call a stock Nameko service.
"""

from importlib import import_module
from typing import Any, Optional

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # pydantic asks for this one below Python 3.12

from contracts.errors import DomainError
from contracts.messages import Question

EXCHANGE = "nameko-rpc"
DIRECT_REPLY = "amq.rabbitmq.reply-to"
HEADER_CALLER = "espace.caller"
HEADER_DEADLINE = "espace.deadline"


class RemoteError(TypedDict):
    """An exception, as Nameko writes it."""

    exc_type: str
    exc_path: str
    exc_args: list[Any]
    value: str


class RemoteFailure(Exception):
    """The service failed in a way it did not mean to: a fault, not a refusal."""


def question_adapter(question: type[Question[Any]]) -> TypeAdapter[Any]:
    """Reads a whole request for `question` straight from its bytes."""
    request = TypedDict("request", {"args": tuple[question], "kwargs": dict[str, Any]})  # type: ignore[valid-type]
    return TypeAdapter(request)


def reply_adapter(question: type[Question[Any]]) -> TypeAdapter[Any]:
    """Reads a whole reply to `question` straight from its bytes."""
    answer: Any = question.answer_type()
    reply = TypedDict("reply", {"result": Optional[answer], "error": RemoteError | None})
    return TypeAdapter(reply)


def error_from(error: RemoteError) -> Exception:
    """The refusal of the contracts, as its own class; anything else is a RemoteFailure."""
    module = error["exc_path"].rpartition(".")[0]
    if module.startswith("contracts."):
        # The caller has not necessarily imported the module that this refusal of the service is written in.
        import_module(module)
    for known in DomainError.registry.values():
        if f"{known.__module__}.{known.__qualname__}" == error["exc_path"]:
            return known(**(error["exc_args"][0] if error["exc_args"] else {}))
    return RemoteFailure(f"{error['exc_path']}: {error['value']}")
