"""What a family does not have to be reminded of: money that is contested, or that the next run gives back.

A complaint to the town does not suspend what is due, only an action before the judge does (CGCT L1617-5, 1° and 2°);
the town binds itself not to dun for it before it has answered.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_CONTESTED = """
WITH days AS (
    SELECT d.family_id, d.session_id, d.child_id
    FROM objected_day d JOIN line_objection o USING (objection_id)
    WHERE d.family_id = ANY(:families) AND (
        o.state = 'open' OR o.state = 'repriced' AND NOT EXISTS (
            SELECT 1 FROM run JOIN invoice i ON i.invoice_id = o.invoice_id AND i.fund = run.fund
            WHERE run.state = 'published' AND run.drafted_at > o.answered_at))
    UNION
    SELECT family_id, session_id, child_id FROM waived_day WHERE family_id = ANY(:families)
), standing AS (
    SELECT (array_agg(c.invoice_id ORDER BY c.charge_id DESC) FILTER (WHERE c.quantity > 0))[1] AS invoice_id,
           sum(c.quantity) * c.unit_cents AS cents
    FROM days JOIN charge c USING (family_id, session_id, child_id)
    GROUP BY family_id, session_id, child_id, c.unit_cents HAVING sum(c.quantity) > 0
)
SELECT invoice_id, sum(cents) AS cents FROM standing GROUP BY invoice_id HAVING sum(cents) > 0
"""


def contested_cents(session: Session, families: Collection[UUID]) -> dict[UUID, int]:
    """Invoice → cents of it nobody is dunned for: days under an open objection, and days given back by an answer that
    no run has credited yet. May be more than what is left to pay of the invoice. One statement.
    """
    if not families:
        return {}
    rows = session.execute(text(_CONTESTED), {"families": list(families)})
    return {row.invoice_id: int(row.cents) for row in rows}
