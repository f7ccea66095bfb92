"""What must hold of the books at any time, whatever was done by whomever at once: each query finds what is wrong."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_WRONG = {
    "a session whose count is not that of its bookings and offers, or has more than its places": """
        SELECT s.session_id, s.taken, s.capacity, h.held, g.group_code, g.taken, g.capacity, h.aged
          FROM session s
          LEFT JOIN session_group g USING (session_id)
         CROSS JOIN LATERAL (
                SELECT count(*) AS held, count(*) FILTER (WHERE x.group_code = g.group_code) AS aged
                  FROM (SELECT group_code FROM booking b WHERE b.session_id = s.session_id AND cancelled_at IS NULL
                        UNION ALL
                        SELECT group_code FROM waiting_place w
                         WHERE w.state = 'offered' AND s.session_id = ANY(w.session_ids)) x) h
         WHERE h.held <> s.taken OR s.taken > s.capacity OR g.taken <> h.aged OR g.taken > g.capacity
    """,
    "a closed session that somebody is booked on, or waits for": """
        SELECT s.session_id FROM session s
         WHERE s.closed_because <> ''
           AND (EXISTS (SELECT FROM booking b WHERE b.session_id = s.session_id AND b.cancelled_at IS NULL)
                OR EXISTS (SELECT FROM waiting_place w
                            WHERE w.state IN ('waiting', 'offered') AND s.session_id = ANY(w.session_ids)))
    """,
    "a booking without its one proof and its one fact of each change": """
        SELECT b.booking_id, p.made, p.cancelled, f.made, f.cancelled
          FROM booking b
         CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE made) AS made, count(*) FILTER (WHERE NOT made) AS cancelled
                  FROM proof WHERE booking_id = b.booking_id) p
         CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE name = 'booking.made') AS made,
                       count(*) FILTER (WHERE name = 'booking.cancelled') AS cancelled
                  FROM outbox WHERE name LIKE 'booking.%' AND body::jsonb -> 'data' ->> 'booking_id' = b.booking_id::text) f
         WHERE (p.made, f.made) <> (1, 1)
            OR p.cancelled <> (b.cancelled_at IS NOT NULL)::integer OR f.cancelled <> p.cancelled
    """,
    "a proof or a fact of nothing": """
        SELECT proof_id::text FROM proof p WHERE NOT EXISTS (SELECT FROM booking b WHERE b.booking_id = p.booking_id)
         UNION ALL
        SELECT event_id::text FROM outbox o
         WHERE name LIKE 'booking.%'
           AND NOT EXISTS (SELECT FROM booking b WHERE b.booking_id::text = o.body::jsonb -> 'data' ->> 'booking_id')
    """,
    "a place in a line without the facts of what became of it": """
        SELECT w.waiting_id, w.state, f.offered, f.ended
          FROM waiting_place w
         CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE name = 'place.offered') AS offered,
                       count(*) FILTER (WHERE name = 'waiting.ended') AS ended
                  FROM outbox
                 WHERE name IN ('place.offered', 'waiting.ended')
                   AND body::jsonb -> 'data' ->> 'waiting_id' = w.waiting_id::text) f
         WHERE f.offered > 1 OR (w.state IN ('offered', 'lapsed') AND f.offered <> 1)
            OR f.ended <> (w.state NOT IN ('waiting', 'offered'))::integer
            OR (w.ended_at IS NULL) <> (w.state IN ('waiting', 'offered'))
    """,
    "a sheet that was not told once": """
        SELECT h.session_id, h.version FROM sheet h
         WHERE 1 <> (SELECT count(*) FROM outbox o
                      WHERE o.name = 'attendance.settled' AND o.body::jsonb ->> 'subject' = h.session_id::text
                        AND (o.body::jsonb ->> 'aggregateversion')::integer = h.version)
    """,
    "somebody in two lines for one place, or booked and in its line": """
        SELECT w.child_id, each.id
          FROM waiting_place w CROSS JOIN LATERAL unnest(w.session_ids) AS each (id)
         WHERE w.state IN ('waiting', 'offered')
         GROUP BY w.child_id, each.id
        HAVING count(*) > 1
            OR EXISTS (SELECT FROM booking b
                        WHERE b.child_id = w.child_id AND b.session_id = each.id AND b.cancelled_at IS NULL)
    """,
}
_IDLE = """
    SELECT w.waiting_id FROM waiting_place w
     WHERE w.state = 'waiting' AND NOT EXISTS (
           SELECT FROM session s LEFT JOIN session_group g
                    ON g.session_id = s.session_id AND g.group_code = w.group_code
            WHERE s.session_id = ANY(w.session_ids)
              AND (s.taken >= s.capacity OR s.closed_because <> ''
                   OR (w.group_code IS NOT NULL AND COALESCE(g.taken >= g.capacity, true))))
"""


def wrong(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """What is wrong with the books → the rows that show it. Empty when nothing is."""
    found = {what: [tuple(row) for row in session.execute(text(sql))] for what, sql in _WRONG.items()}
    return {what: rows for what, rows in found.items() if rows}


def left_free(session: Session) -> list[tuple[object, ...]]:
    """Those who wait though all they want is free. Before the deadline of their days there must be none."""
    return [tuple(row) for row in session.execute(text(_IDLE))]
