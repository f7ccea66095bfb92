"""The rows of what this service could not apply: kept, shown, put back, set aside, and forgotten in the end.

A row stands for one message of one queue, however often it was parked. It is `parked` until somebody decides. Put
back, it is `replayed`: in the same transaction the outbox has a row for the relay to publish into the one queue it
came from. There the inbox holds what was applied already, and copies know a picture that is older than theirs
(`chassis.inbox.newer`): replaying what a later version has overtaken changes nothing. What fails again comes back to
its row, `parked` as before, counted once more.
"""

import math
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.parked_message import ParkedMessage
from chassis.tables import parked, parked_act, seen
from contracts.caller import Caller
from contracts.envelope import TYPE_PREFIX
from contracts.errors import NotFound
from contracts.parked import (
    AT_ONCE,
    PAGE,
    ActLine,
    ListParked,
    OpenParked,
    ParkedAct,
    ParkedCount,
    ParkedLine,
    ParkedPage,
    ParkedState,
    ParkedView,
)

ERASED_AFTER = timedelta(days=30)
"""Once decided, content and words (a family's names may stand in them) are kept so long to look at, then erased."""
FORGOTTEN_AFTER = timedelta(days=365)
"""That it was there, and who decided: a year, as what agents do is kept elsewhere."""

_PUT_BACK = text(
    """
    WITH chosen AS (
        SELECT parked_id FROM parked
        WHERE state = 'parked' AND is_text
          AND CASE WHEN CAST(:parked_id AS uuid) IS NULL THEN failure <> 'died' ELSE parked_id = :parked_id END
          AND (CAST(:type AS text) IS NULL OR type = :type)
          AND (CAST(:queue AS text) IS NULL OR queue = :queue)
        ORDER BY coalesce(occurred_at, first_failed_at), parked_id
        LIMIT :most FOR UPDATE
    ), back AS (
        UPDATE parked SET state = 'replayed', changed_at = :now
        FROM chosen WHERE parked.parked_id = chosen.parked_id RETURNING parked.*
    ), told AS (
        INSERT INTO outbox (event_id, name, type, correlation_id, body, queue, sender)
        SELECT gen_random_uuid(), 'parked.replayed', type, correlation_id, body, queue, sender
        FROM back ORDER BY coalesce(occurred_at, first_failed_at), parked_id
    ), noted AS (
        INSERT INTO parked_act (parked_id, act, at, account_id, by_name, words)
        SELECT parked_id, 'replayed', :now, :account_id, :by_name, '' FROM back
    )
    SELECT count(*) FROM back
    """
)
_APPLIED = text(
    """
    WITH done AS (
        UPDATE parked SET state = 'applied', changed_at = :now
        WHERE state = 'replayed' AND EXISTS (
            SELECT FROM inbox WHERE inbox.event_id = parked.event_id
            AND (parked.handler = '' OR inbox.handler = parked.handler)
        ) RETURNING parked_id
    )
    INSERT INTO parked_act (parked_id, act, at, by_name, words)
    SELECT parked_id, 'applied', :now, '', '' FROM done
    """
)


def keep(session: Session, message: ParkedMessage, now: datetime) -> bool:
    """Makes or wakes the row of a message. False when this parking of it is kept already: it was delivered again."""
    values = {**asdict(message), "times": 1, "state": ParkedState.PARKED, "changed_at": now}
    statement = upsert(parked).values(values)
    of_this_time = {
        name: statement.excluded[name]
        for name in values
        if name not in {"queue", "mark", "times", "first_failed_at"}
    }
    statement = statement.on_conflict_do_update(
        index_elements=[parked.c.queue, parked.c.mark],
        set_={**of_this_time, "times": parked.c.times + 1},
        where=parked.c.parking != statement.excluded.parking,
    )
    parked_id = session.execute(statement.returning(parked.c.parked_id)).scalar()
    if parked_id is None:
        return False
    _note(session, parked_id, ParkedAct.PARKED, now, words=message.failure)
    return True


def counts(session: Session) -> list[ParkedCount]:
    """What waits for a decision, by type."""
    found = session.execute(
        select(parked.c.type, func.count())
        .where(parked.c.state == ParkedState.PARKED)
        .group_by(parked.c.type)
        .order_by(parked.c.type)
    )
    return [ParkedCount(type=kind, count=count) for kind, count in found]


def page(session: Session, ask: ListParked) -> ParkedPage:
    """A page of rows in one state, those that failed last first."""
    chosen: Select[Any] = select(parked).where(parked.c.state == ask.state)
    if ask.type is not None:
        chosen = chosen.where(parked.c.type == ask.type)
    total = session.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    last = max(1, math.ceil(total / PAGE))
    rows = session.execute(
        chosen.order_by(parked.c.last_failed_at.desc(), parked.c.parked_id)
        .limit(PAGE)
        .offset((min(ask.page, last) - 1) * PAGE)
    )
    return ParkedPage(lines=[_line(row) for row in rows], total=total, counts=counts(session))


def open_one(session: Session, ask: OpenParked, caller: Caller, now: datetime) -> ParkedView:
    """One, and what was done with it. An agent who reads what it says is noted, once until something else is done.

    Raises NotFound.
    """
    parked_id, row = ask.parked_id, _find(session, ask.parked_id)
    acts = session.execute(
        select(parked_act).where(parked_act.c.parked_id == parked_id).order_by(parked_act.c.act_id)
    ).all()
    is_noted = bool(acts) and (acts[-1].act, acts[-1].account_id) == (ParkedAct.OPENED, caller.account_id)
    if ask.content and row.body is not None and not is_noted:
        _note(session, parked_id, ParkedAct.OPENED, now, caller)
    return ParkedView(
        line=_line(row),
        event_id=row.event_id,
        subject=row.subject,
        source=row.sender or row.source,
        handler=row.handler,
        occurred_at=row.occurred_at,
        version=row.version,
        newer_version=_overtaken_by(session, row),
        correlation_id=row.correlation_id,
        body=row.body if ask.content else None,
        is_erased=row.body is None,
        erased_on=None if row.state == ParkedState.PARKED else row.changed_at + ERASED_AFTER,
        acts=[ActLine(act=act.act, at=act.at, by=act.by_name, words=act.words) for act in acts],
    )


def put_back(
    session: Session,
    caller: Caller,
    now: datetime,
    *,
    parked_id: UUID | None = None,
    kind: str | None = None,
    queue: str | None = None,
) -> int:
    """Puts back what is parked: one, those of a type, those of a queue. Returns how many, five thousand at most.

    What the process died over would take it down again, twenty times: it is put back by name, never in a crowd.
    Rows are locked in the order in which they are published. Whoever comes second waits, and finds them parked no
    more. Raises NotFound when the one that is named is not there.
    """
    if parked_id is not None:
        _find(session, parked_id)
    chosen = {"parked_id": parked_id, "type": kind, "queue": queue, "most": AT_ONCE}
    by = {"now": now, "account_id": caller.account_id, "by_name": caller.name[:200]}
    return int(session.execute(_PUT_BACK, chosen | by).scalar_one())


def set_aside(session: Session, parked_id: UUID, reason: str, caller: Caller, now: datetime) -> bool:
    """It will not be applied. False when it is parked no more. Raises NotFound."""
    _find(session, parked_id)
    statement = update(parked).where(parked.c.parked_id == parked_id, parked.c.state == ParkedState.PARKED)
    values = {"state": ParkedState.SET_ASIDE, "changed_at": now}
    if session.execute(statement.values(values).returning(parked.c.parked_id)).first() is None:
        return False
    _note(session, parked_id, ParkedAct.SET_ASIDE, now, caller, reason)
    return True


def note_applied(session: Session, now: datetime) -> None:
    """Says of what was put back that it is applied, once the handler that had failed has its mark in the inbox."""
    session.execute(_APPLIED, {"now": now})


def forget(session: Session, now: datetime) -> None:
    """Erases the content of what was decided some time ago, and in the end that it was there."""
    decided = parked.c.state != ParkedState.PARKED
    session.execute(
        update(parked)
        .where(decided, parked.c.changed_at < now - ERASED_AFTER, parked.c.body.is_not(None))
        .values(body=None, words=None, subject="")
    )
    session.execute(delete(parked).where(decided, parked.c.changed_at < now - FORGOTTEN_AFTER))


def _find(session: Session, parked_id: UUID) -> Any:
    row = session.execute(select(parked).where(parked.c.parked_id == parked_id)).first()
    if row is None:
        raise NotFound
    return row


def _overtaken_by(session: Session, row: Any) -> int | None:
    """The version of its subject that was applied meanwhile, where copies are kept by version."""
    if row.version is None:
        return None
    noun = row.type.removeprefix(TYPE_PREFIX).partition(".")[0]
    is_newer = (seen.c.kind == noun, seen.c.subject == row.subject, seen.c.version > row.version)
    return session.execute(select(seen.c.version).where(*is_newer)).scalar()


def _note(
    session: Session,
    parked_id: UUID,
    act: ParkedAct,
    at: datetime,
    caller: Caller | None = None,
    words: str = "",
) -> None:
    by = {"account_id": caller.account_id if caller else None, "by_name": caller.name[:200] if caller else ""}
    session.execute(insert(parked_act).values(parked_id=parked_id, act=act, at=at, words=words, **by))


def _line(row: Any) -> ParkedLine:
    return ParkedLine(
        parked_id=row.parked_id,
        queue=row.queue,
        type=row.type,
        state=row.state,
        failure=row.failure,
        words=row.words or "",
        tries=row.tries,
        times=row.times,
        first_failed_at=row.first_failed_at,
        last_failed_at=row.last_failed_at,
        replayable=row.state == ParkedState.PARKED and row.is_text and row.body is not None,
    )
