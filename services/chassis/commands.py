"""A command delivered twice has one effect and one answer."""

import hashlib
from collections.abc import Callable
from typing import TypeVar, cast

from sqlalchemy import bindparam, select, update
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
_ANSWERED = (
    update(table)
    .where(table.c.command_id == bindparam("marked"))
    .values(answer=bindparam("stored"))
    .execution_options(**PREPARED)
)


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
    digest = _digest(command, caller)
    mark = {"command_id": command.command_id, "method": command.method(), "digest": digest}
    if session.execute(_MARK, mark).first():
        answer = do()
        if again is None:
            stored = command.answer_adapter().dump_json(answer).decode()
            session.execute(_ANSWERED, {"marked": command.command_id, "stored": stored})
        return answer
    first = session.execute(
        select(table.c.digest, table.c.answer).where(table.c.command_id == command.command_id)
    ).one()
    if first.digest != digest:
        raise Conflict(command_id=str(command.command_id))
    if again is not None:
        return again()
    return cast("A", command.answer_adapter().validate_json(first.answer))


def _digest(command: Command[A], caller: Caller) -> bytes:
    content = command.model_dump_json(exclude={"command_id"})
    who = f"{caller.kind}:{caller.account_id}"
    return hashlib.sha256(f"{command.method()}\n{who}\n{content}".encode()).digest()
