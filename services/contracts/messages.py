"""The two shapes of a call: a question changes nothing, a command changes something exactly once.

    class OpenFamily(Question[FamilyView]):     # asked of the service named by the module
        family_id: UUID

    class RedeemKey(Command[FamilyView]):       # carries command_id: a repeat gets the first answer
        key: str

The class is the contract of both sides: its fields are the arguments, its type parameter the answer. The name
of the remote method is the class name in snake case; the service is the module that defines it.
"""

import re
import sys
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Answer = TypeVar("Answer", covariant=True)


class Message(BaseModel):
    """A value that travels: immutable, and refusing fields it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ser_json_bytes="base64",
        val_json_bytes="base64",
        hide_input_in_errors=True,  # they are logged
    )


class View(BaseModel):
    """A value in an answer: immutable, and tolerant of fields added by a newer service."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        ser_json_bytes="base64",
        val_json_bytes="base64",
        hide_input_in_errors=True,  # they are logged
    )


class Question(Message, Generic[Answer]):
    """A question with one answer. Asking twice is harmless; it is never kept for later."""

    @classmethod
    def service(cls) -> str:
        """The service that answers: the module or package of the contracts that the class is defined in."""
        package, _, rest = cls.__module__.partition(".")
        return rest.partition(".")[0] if package == "contracts" else rest.rpartition(".")[2]

    @classmethod
    def method(cls) -> str:
        """The remote method: `OpenFamily` → `open_family`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def answer_type(cls) -> Any:
        """The type given as parameter: `Question[FamilyView]`, or `Question["FamilyView"]` → `FamilyView`."""
        for base in cls.__mro__:
            arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args")
            if arguments:
                answer = arguments[0]
                return getattr(sys.modules[cls.__module__], answer) if isinstance(answer, str) else answer
        raise TypeError(f"{cls.__name__} does not say what answers it")

    @classmethod
    def answer_adapter(cls) -> TypeAdapter[Any]:
        """Reads and writes the answer; built once per class, since building costs more than a call."""
        adapter = cls.__dict__.get("_answer_adapter_")
        if adapter is None:
            adapter = TypeAdapter(cls.answer_type())
            type.__setattr__(cls, "_answer_adapter_", adapter)
        return cast("TypeAdapter[Any]", adapter)


class Command(Question[Answer], Generic[Answer]):
    """An order. `command_id` comes from the form that was filled: a retry or a double click has one effect."""

    command_id: UUID = Field(description="Idempotency key, made when the form was shown")


__all__ = ["Answer", "Command", "Message", "Question", "View"]
