"""What a family's situation adds to the inputs of a price, in sets: siblings, moments, reductions, aids.

Works on `due`, the temporary table of a run (see `invoicing.drafting`): each function fills its columns for the
tariffs that ask for them, and costs nothing where none does.
"""

import json
from collections import defaultdict
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.tariffs.aids import Aid, Unit, Used, spread
from contracts.billing.tariffs import MOST_SIBLINGS

_SIBLINGS = """
UPDATE due SET siblings = least(:most, CASE t.rule -> 'siblings' ->> 'by' WHEN 'rank' THEN n.rank ELSE n.number END)
FROM tariff t, (
    SELECT family_id, child_id, activity_code, month,
           row_number() OVER (PARTITION BY family_id, activity_code, month ORDER BY birth_date, child_id) AS rank,
           count(*) OVER (PARTITION BY family_id, activity_code, month) AS number
    FROM (SELECT DISTINCT family_id, child_id, activity_code, month FROM due) together JOIN child USING (child_id)
) n
WHERE t.tariff_id = due.tariff_id AND jsonb_typeof(t.rule -> 'siblings') = 'object'
  AND n.family_id = due.family_id AND n.child_id = due.child_id
  AND n.activity_code = due.activity_code AND n.month = due.month
"""
"""Twins are told apart by their id, so that the same run gives the same ranks."""

_MOMENTS = """
UPDATE due SET priced_slot = due.slot FROM tariff t
WHERE t.tariff_id = due.tariff_id AND jsonb_typeof(t.rule -> 'duration') = 'object'
"""

_REDUCTIONS = """
UPDATE due SET reduction = granted.reduction FROM (
    SELECT DISTINCT ON (d.session_id, d.child_id, d.family_id) d.session_id, d.child_id, d.family_id, g.reduction
    FROM allowance g
    JOIN due d ON d.family_id = g.family_id AND (g.child_id IS NULL OR g.child_id = d.child_id)
        AND g.activity_code IN ('', d.activity_code) AND d.day >= g.since AND d.day <= coalesce(g.until, d.day)
    JOIN tariff t ON t.tariff_id = d.tariff_id
        AND t.rule -> 'reductions' @> jsonb_build_array(jsonb_build_object('code', g.reduction))
    WHERE g.kind = 'reduction'
    ORDER BY d.session_id, d.child_id, d.family_id, g.child_id NULLS LAST, g.since DESC, g.allowance_id
) granted
WHERE (due.session_id, due.child_id, due.family_id) = (granted.session_id, granted.child_id, granted.family_id)
"""
"""One reduction a unit: the child's own before the family's, the newest before the older."""

_ASKED = """
SELECT coalesce(bool_or(jsonb_typeof(rule -> 'siblings') = 'object'), false) AS siblings,
       coalesce(bool_or(jsonb_typeof(rule -> 'duration') = 'object'), false) AS durations,
       coalesce(bool_or(jsonb_array_length(rule -> 'reductions') > 0), false) AS reductions
FROM tariff
"""
"""Older rules have none of these keys: a null is not an object."""

_AIDS = """
SELECT allowance_id, percent, cents, cap_cents, cap_days FROM allowance
WHERE kind = 'aid' AND since < :until AND until >= :since ORDER BY since, allowance_id
"""

_UNITS = """
SELECT g.allowance_id, d.session_id, d.child_id, d.family_id, d.day, p.cents
FROM allowance g
JOIN due d ON d.family_id = g.family_id AND (g.child_id IS NULL OR g.child_id = d.child_id)
    AND g.activity_code IN ('', d.activity_code) AND d.day BETWEEN g.since AND g.until
JOIN price p ON SAME_INPUTS
WHERE g.kind = 'aid' AND d.left_out IS NULL AND p.cents > 0
ORDER BY g.since, g.allowance_id, d.day, d.slot, d.session_id, d.child_id
"""

_FORGET = """
DELETE FROM aid_day WHERE day >= :since AND NOT EXISTS (
    SELECT 1 FROM due d WHERE d.left_out IN ('contested', 'absence_undecided')
    AND (d.session_id, d.child_id, d.family_id) = (aid_day.session_id, aid_day.child_id, aid_day.family_id))
"""
"""What this run reckons anew, and what a later month's abandoned draft left. Older days and lines that are held stand
as they were reckoned, and use up the cap."""

_USED = "SELECT allowance_id, child_id, day, sum(cents) AS cents FROM aid_day GROUP BY allowance_id, child_id, day"

_KEEP = """
INSERT INTO aid_day (session_id, child_id, family_id, allowance_id, day, cents)
SELECT session_id, child_id, family_id, allowance_id, day, aid_cents FROM due WHERE allowance_id IS NOT NULL
"""

_TAKE_OFF = """
UPDATE due SET allowance_id = o.allowance_id, aid_cents = o.cents
FROM jsonb_to_recordset(CAST(:taken AS jsonb)) AS o (
    session_id uuid, child_id uuid, family_id uuid, allowance_id uuid, cents integer)
WHERE (due.session_id, due.child_id, due.family_id) = (o.session_id, o.child_id, o.family_id)
"""


def fill(session: Session) -> None:
    """Siblings, moments and reductions of every row that is due."""
    asked = session.execute(text(_ASKED)).one()
    if asked.siblings:
        session.execute(text(_SIBLINGS), {"most": MOST_SIBLINGS})
    if asked.durations:
        session.execute(text(_MOMENTS))
    if asked.reductions:
        session.execute(text(_REDUCTIONS))


def take_aids_off(session: Session, since: date, until: date, same_inputs: str) -> bool:
    """Spreads the aids over the priced rows; True when something was taken off, and prices are missing.

    A unit has one aid: the first granted of those that have something left. `same_inputs` joins `price` p to `due` d.
    """
    session.execute(text(_FORGET), {"since": since})
    aids = session.execute(text(_AIDS), {"since": since, "until": until}).all()
    if not aids:
        return False
    used = _used(session)
    units = session.execute(text(_UNITS.replace("SAME_INPUTS", same_inputs))).all()
    rows = {key: list(group) for key, group in groupby(units, key=lambda unit: unit.allowance_id)}
    taken: dict[tuple[UUID, UUID, UUID], dict[str, Any]] = {}
    for aid in aids:
        free = [row for row in rows.get(aid.allowance_id, []) if _key(row) not in taken]
        terms = Aid(aid.percent, aid.cents, aid.cap_cents, aid.cap_days)
        offs = spread(terms, used[aid.allowance_id], [Unit(row.child_id, row.day, row.cents) for row in free])
        for row, cents in zip(free, offs, strict=True):
            if cents:
                names = ("session_id", "child_id", "family_id", "allowance_id")
                taken[_key(row)] = {name: str(getattr(row, name)) for name in names} | {"cents": cents}
    if taken:
        session.execute(text(_TAKE_OFF), {"taken": json.dumps(list(taken.values()))})
        session.execute(text(_KEEP))
    return bool(taken)


def _used(session: Session) -> defaultdict[UUID, Used]:
    used: defaultdict[UUID, Used] = defaultdict(Used)
    for row in session.execute(text(_USED)):
        before = used[row.allowance_id]
        used[row.allowance_id] = Used(before.cents + row.cents, before.days | {(row.child_id, row.day)})
    return used


def _key(row: Any) -> tuple[UUID, UUID, UUID]:
    return row.session_id, row.child_id, row.family_id
