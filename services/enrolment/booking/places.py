"""Places: the only module that takes them and gives them back.

`session.taken` counts the live bookings and the open offers of a session, `session_group.taken` those of an age. Both
move under the lock of the session's row, which is taken in order of (day, id): two saves never wait crosswise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import orjson
from pydantic import TypeAdapter
from sqlalchemy import ARRAY, Integer, String, Uuid, bindparam, select, text
from sqlalchemy.orm import Session

from chassis.database import PREPARED
from enrolment.models import DaySession


@dataclass(frozen=True)
class Move:
    """A booking to make (`books`) or to cancel. Moves of one `unit` are all made or none.

    `proof`, `fact`: the rows of those tables that it leaves if it is made.
    `offer_id`: the offer that holds the place already; without one, a place must be free.
    `edition`: the session's when the rules allowed the move, and its age was chosen.
    """

    session_id: UUID
    booking_id: UUID
    family_id: UUID
    books: bool
    proof: Mapping[str, object]
    fact: Mapping[str, object]
    group_code: str | None = None
    offer_id: UUID | None = None
    unit: int = 0
    edition: int = 0


@dataclass(frozen=True)
class Moved:
    """What became of moves. `overtaken`: sessions that an agent changed meanwhile (closed, or of another edition); what
    is neither there nor in `done` had no place left. `freed`: of what was done, the sessions that were full and have a
    place again: of another, which had one all along, whoever waits has no use for one more.

    `is_kept`: all was done, and the memory of the command with it.
    """

    done: frozenset[UUID] = frozenset()
    overtaken: frozenset[UUID] = frozenset()
    freed: frozenset[UUID] = frozenset()
    is_kept: bool = False


@dataclass(frozen=True)
class _Judged:
    session_id: UUID
    fits: bool
    is_overtaken: bool
    is_freed: bool
    is_kept: bool


_JUDGED = TypeAdapter(list[_Judged])

# One statement, with what it leaves: no booking changes without its proof and its fact, and a session's row is held as
# short as may be. A row that another save has
# changed meanwhile is read anew once it is locked: `locked`, `groups`, `live` and `offers` are the newest, whatever the
# statement saw when it began. So `fits` decides, and nothing is checked after it; the new counts are made of those
# values too, and the capacity is written with them though it stays what it is: PostgreSQL holds the row as the
# statement first saw it to the CHECK before it looks for a newer one.
# Rows that did not exist when the statement began stay unseen: what an agent's change made of the ages meanwhile shows
# only in the session's `edition`. Of another one than was judged, nothing is done.
# A booking takes the place that its offer held, of the group it was held in: what is given back is what was counted.
# The answer that `memory` holds says that all was done: it is kept where that is so.
_MOVE = """
    WITH wanted AS (
        SELECT * FROM ROWS FROM (json_to_recordset(%(moves)s) AS (
            session_id uuid, booking_id uuid, family_id uuid, books boolean, group_code text, offer_id uuid,
            unit integer, edition integer, proof json, fact json)) WITH ORDINALITY
    ), locked AS MATERIALIZED (
        SELECT w.*, s.taken, s.capacity, s.closed_because, s.edition <> w.edition AS is_edited
          FROM session s JOIN wanted w USING (session_id)
         ORDER BY s.day, s.session_id
           FOR NO KEY UPDATE OF s
    ), groups AS MATERIALIZED (
        SELECT g.session_id, g.taken, g.capacity
          FROM locked l
          JOIN session_group g ON g.session_id = l.session_id AND g.group_code = l.group_code
           FOR NO KEY UPDATE OF g
    ), live AS MATERIALIZED (
        SELECT b.booking_id FROM locked l JOIN booking b ON b.booking_id = l.booking_id
         WHERE NOT l.books AND b.cancelled_at IS NULL
           FOR NO KEY UPDATE OF b
    ), offers AS MATERIALIZED (
        SELECT l.session_id, o.waiting_id, o.group_code FROM locked l JOIN waiting_place o ON o.waiting_id = l.offer_id
         WHERE o.state = 'offered'
           FOR NO KEY UPDATE OF o
    ), judged AS (
        SELECT l.session_id, l.booking_id, l.family_id, l.books, l.taken, l.capacity, l.ordinality, l.proof, l.fact,
               l.is_edited OR l.books AND l.closed_because <> '' AS is_overtaken,
               l.taken >= l.capacity OR COALESCE(g.taken >= g.capacity, false) AS was_full,
               g.taken AS group_taken, g.capacity AS group_capacity,
               CASE WHEN o.waiting_id IS NULL THEN l.group_code ELSE o.group_code END AS group_code,
               CASE WHEN NOT l.books THEN -1 WHEN o.waiting_id IS NULL THEN 1 ELSE 0 END AS delta,
               bool_and(
                   CASE WHEN l.is_edited THEN false
                        WHEN NOT l.books THEN v.booking_id IS NOT NULL
                        WHEN l.closed_because <> '' THEN false
                        WHEN o.waiting_id IS NOT NULL THEN true
                        ELSE l.taken < l.capacity AND (l.group_code IS NULL OR COALESCE(g.taken < g.capacity, false))
                   END
               ) OVER (PARTITION BY l.unit) AS fits
          FROM locked l
          LEFT JOIN groups g ON g.session_id = l.session_id
          LEFT JOIN live v ON v.booking_id = l.booking_id
          LEFT JOIN offers o ON o.session_id = l.session_id
    ), done AS (
        SELECT * FROM judged WHERE fits
    ), moved AS (
        UPDATE session s SET taken = d.taken + d.delta, capacity = d.capacity FROM done d
         WHERE s.session_id = d.session_id AND d.delta <> 0
    ), moved_groups AS (
        UPDATE session_group g SET taken = d.group_taken + d.delta, capacity = d.group_capacity FROM done d
         WHERE g.session_id = d.session_id AND g.group_code = d.group_code AND d.delta <> 0
    ), made AS (
        INSERT INTO booking (booking_id, session_id, child_id, family_id, group_code, made_at, made_by)
        SELECT booking_id, session_id, %(child_id)s::UUID, family_id, group_code, %(now)s::TIMESTAMP WITH TIME ZONE,
               %(account_id)s::UUID
          FROM done WHERE books
    ), cancelled AS (
        UPDATE booking b SET cancelled_at = %(now)s::TIMESTAMP WITH TIME ZONE
          FROM done d WHERE NOT d.books AND b.booking_id = d.booking_id
    ), proved AS (
        INSERT INTO proof (proof_id, command_id, at, account_id, by_name, family_id, child_id, child_name, booking_id,
                           session_id, activity_name, place_name, day, slot, made, rule_sentence, closes_at)
        SELECT p.proof_id, p.command_id, p.at, p.account_id, p.by_name, p.family_id, p.child_id, p.child_name,
               p.booking_id, p.session_id, p.activity_name, p.place_name, p.day, p.slot, p.made, p.rule_sentence,
               p.closes_at
          FROM done d, json_populate_record(NULL::proof, d.proof) p
         ORDER BY d.ordinality
    ), told AS (
        INSERT INTO outbox (event_id, name, type, correlation_id, body)
        SELECT f.event_id, f.name, f.type, f.correlation_id, f.body
          FROM done d, json_populate_record(NULL::outbox, d.fact) f
         ORDER BY d.ordinality
    ), kept AS (
        INSERT INTO command (command_id, method, digest, answer)
        SELECT m.command_id, m.method, m.digest, m.answer FROM json_populate_record(NULL::command, %(memory)s) m
         WHERE m.command_id IS NOT NULL AND NOT EXISTS (SELECT FROM judged WHERE NOT fits)
            ON CONFLICT DO NOTHING
     RETURNING command_id
    )
    SELECT CAST(json_agg(j) AS text) FROM (
        SELECT session_id, fits, is_overtaken, fits AND NOT books AND was_full AS is_freed,
               EXISTS (SELECT FROM kept) AS is_kept
          FROM judged
    ) j
    """

# An offer's places: taken for somebody who has not booked yet, or given back.
_HOLD = text(
    """
    WITH held AS (SELECT unnest(:session_ids) AS session_id), grouped AS (
        UPDATE session_group g SET taken = g.taken + :delta FROM held h
         WHERE g.session_id = h.session_id AND g.group_code = :group_code
    )
    UPDATE session s SET taken = s.taken + :delta FROM held h WHERE s.session_id = h.session_id
    """
).bindparams(
    bindparam("session_ids", type_=ARRAY(Uuid)),
    bindparam("group_code", type_=String),
    bindparam("delta", type_=Integer),
)


def move(
    session: Session,
    moves: list[Move],
    child_id: UUID,
    account_id: UUID | None,
    now: datetime,
    memory: Mapping[str, object] | None = None,
) -> Moved:
    """Makes and cancels one child's bookings, each with its proof and its fact. One statement.

    The child's row is the caller's: a child has one live booking on a session at most. `account_id`: who does it.
    `memory`: the row that keeps the answer of a save all of whose moves are done.
    """
    if not moves:
        return Moved()
    values = {
        "moves": orjson.dumps(moves).decode(),
        "child_id": child_id,
        "account_id": account_id,
        "now": now,
        "memory": None if memory is None else orjson.dumps(memory).decode(),
    }
    answer = session.connection().exec_driver_sql(_MOVE, values, execution_options=PREPARED)
    judged = _JUDGED.validate_json(answer.scalar_one() or "[]")
    return Moved(
        done=frozenset(each.session_id for each in judged if each.fits),
        overtaken=frozenset(each.session_id for each in judged if each.is_overtaken and not each.fits),
        freed=frozenset(each.session_id for each in judged if each.is_freed),
        is_kept=any(each.is_kept for each in judged),
    )


@dataclass(frozen=True)
class BookedDay:
    """A booking, in all that its proof and its fact say of it."""

    booking_id: UUID
    session_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    place_name: str
    day: date
    slot: str


_CLOSE = text(
    """
    WITH closed AS (
        UPDATE session SET closed_because = :reason, taken = 0 WHERE session_id = ANY(:session_ids)
    ), emptied AS (
        UPDATE session_group SET taken = 0 WHERE session_id = ANY(:session_ids)
    ), cancelled AS (
        UPDATE booking SET cancelled_at = :now WHERE session_id = ANY(:session_ids) AND cancelled_at IS NULL
     RETURNING booking_id, session_id, child_id, family_id
    )
    SELECT b.booking_id, b.session_id, b.child_id, trim(c.first_name || ' ' || c.last_name) AS child_name,
           b.family_id, s.activity_code, a.name AS activity_name, s.place_code, p.name AS place_name, s.day, s.slot
      FROM cancelled b
      JOIN session s USING (session_id)
      JOIN child c USING (child_id)
      JOIN activity a ON a.code = s.activity_code
      JOIN place p ON p.code = s.place_code
     ORDER BY s.day, s.slot, b.booking_id
    """
).bindparams(bindparam("session_ids", type_=ARRAY(Uuid)))


def close(session: Session, session_ids: Sequence[UUID], reason: str, now: datetime) -> list[BookedDay]:
    """Closes these locked sessions and ends every booking on them. What offers held has been given back before."""
    if not session_ids:
        return []
    rows = session.execute(_CLOSE, {"session_ids": list(session_ids), "reason": reason, "now": now})
    return [BookedDay(**row._mapping) for row in rows]


# One after the other: two live bookings of a child on a session are never let in, not even within a statement.
_END = text(
    "UPDATE booking SET cancelled_at = :now WHERE booking_id = ANY(:ended) AND cancelled_at IS NULL"
).bindparams(bindparam("ended", type_=ARRAY(Uuid)))
_BEGIN = text(
    """
    INSERT INTO booking (booking_id, session_id, child_id, family_id, group_code, made_at, made_by)
    SELECT n.booking_id, b.session_id, b.child_id, n.family_id, b.group_code, :now, NULL
      FROM unnest(:ended, :begun, :family_ids) AS n (ended, booking_id, family_id)
      JOIN booking b ON b.booking_id = n.ended
    """
).bindparams(
    bindparam("ended", type_=ARRAY(Uuid)),
    bindparam("begun", type_=ARRAY(Uuid)),
    bindparam("family_ids", type_=ARRAY(Uuid)),
)


def hand_over(session: Session, pairs: Sequence[tuple[BookedDay, BookedDay]], now: datetime) -> None:
    """Ends the first booking of each pair and begins the second, another family's: the child keeps its place.

    Two statements. The child's row and the sessions are locked and the bookings live; no count moves.
    """
    ended = [before.booking_id for before, _ in pairs]
    session.execute(_END, {"ended": ended, "now": now})
    session.execute(
        _BEGIN,
        {
            "ended": ended,
            "begun": [after.booking_id for _, after in pairs],
            "family_ids": [after.family_id for _, after in pairs],
            "now": now,
        },
    )


def lock(session: Session, session_ids: Iterable[UUID]) -> list[DaySession]:
    """The sessions as they are now, in order of (day, id), kept until the end of the transaction."""
    rows = session.scalars(
        select(DaySession)
        .where(DaySession.session_id.in_(list(session_ids)))
        .order_by(DaySession.day, DaySession.session_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def hold(session: Session, session_ids: Sequence[UUID], group_code: str | None) -> None:
    """Keeps a place on each of these locked sessions for an offer. The caller has seen that there is one."""
    session.execute(_HOLD, {"session_ids": list(session_ids), "group_code": group_code, "delta": 1})


def release(session: Session, session_ids: Sequence[UUID], group_code: str | None) -> None:
    """Gives back what an offer held, if anything. The sessions are locked."""
    if not session_ids:
        return
    session.execute(_HOLD, {"session_ids": list(session_ids), "group_code": group_code, "delta": -1})
