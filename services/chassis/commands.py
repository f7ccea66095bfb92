"""A command delivered twice has one effect and one answer."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, cast

from sqlalchemy import Uuid, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from chassis.tables import command as table
from contracts.caller import Caller
from contracts.errors import Conflict
from contracts.messages import Command

A = TypeVar("A")

# Written once: making these statements costs more than running them.
_MARK = (
    insert(table)
    .values({name: bindparam(name) for name in ("command_id", "method", "digest")})
    .on_conflict_do_nothing()
    .returning(table.c.command_id)
    .execution_options(**PREPARED)
)
_KEEP = _MARK.values(answer=bindparam("answer"))
_ANSWERED = (
    update(table)
    .where(table.c.command_id == bindparam("marked"))
    .values(answer=bindparam("stored"))
    .execution_options(**PREPARED)
)
KEPT = select(func.encode(table.c.digest, literal_column("'hex'")).label("digest"), table.c.answer).where(
    table.c.command_id == bindparam("kept_id", type_=Uuid)
)
"""`Kept`, of the command of that id."""


def once(
    session: Session,
    command: Command[A],
    caller: Caller,
    do: Callable[[], A],
    again: Callable[[], A] | None = None,
) -> A:
    """Runs `do` the first time; afterwards gives the first answer.

    The mark is inserted before the work: a second delivery that runs at the same time waits at the unique index
    until the first has committed, then reads its answer. Where the answer holds secrets, `again` makes it anew
    and nothing is stored. A refusal rolls all of it back, so that a corrected repeat is possible.

    Raises Conflict when the id was used for another command or by somebody else.
    """
    memory = Memory.of(command, caller)
    if session.execute(_MARK, memory.mark).first():
        answer = do()
        if again is None:
            stored = memory.written(answer)
            session.execute(_ANSWERED, {"marked": command.command_id, "stored": stored})
        return answer
    digest, stored = session.execute(KEPT, {"kept_id": command.command_id}).one()
    return memory.recall(Kept(digest, stored), again)


@dataclass(frozen=True)
class Kept:
    """What is kept of a command: `digest` in hexadecimal; no answer where it is made again instead."""

    digest: str
    answer: str | None


@dataclass(frozen=True)
class Memory(Generic[A]):
    """What is kept of a command, for whoever reads and writes it along with rows of their own instead of by `once`.

    It is theirs then to see that two deliveries of it never run at once: each locks the same row before it reads what
    is kept. Whoever gave the same id to something else is told by the unique index: the row is not written.
    """

    command: Command[A]
    digest: bytes

    @classmethod
    def of(cls, command: Command[A], caller: Caller) -> Self:
        """Of a command and who gives it."""
        return cls(command, _digest(command, caller))

    @property
    def mark(self) -> dict[str, Any]:
        """The row before there is an answer."""
        return {
            "command_id": self.command.command_id,
            "method": self.command.method(),
            "digest": self.digest,
        }

    def recall(self, kept: Kept, again: Callable[[], A] | None = None) -> A:
        """The first answer, of what is kept under this id. Raises Conflict."""
        if kept.digest != self.digest.hex():
            raise Conflict(command_id=str(self.command.command_id))
        if again is not None:
            return again()
        return cast("A", self.command.answer_adapter().validate_json(kept.answer or ""))

    def row(self, answer: A) -> dict[str, Any]:
        """The row with the answer, as PostgreSQL reads it from JSON."""
        return {**self.mark, "digest": f"\\x{self.digest.hex()}", "answer": self.written(answer)}

    def keep(self, session: Session, answer: A) -> A:
        """Writes the row on its own. Raises Conflict."""
        values = {**self.mark, "answer": self.written(answer)}
        if session.execute(_KEEP, values).first() is None:
            raise Conflict(command_id=str(self.command.command_id))
        return answer

    def written(self, answer: A) -> str:
        """An answer as it is kept."""
        return self.command.answer_adapter().dump_json(answer).decode()


def _digest(command: Command[A], caller: Caller) -> bytes:
    content = command.model_dump_json(exclude={"command_id"})
    who = f"{caller.kind}:{caller.account_id}"
    return hashlib.sha256(f"{command.method()}\n{who}\n{content}".encode()).digest()
