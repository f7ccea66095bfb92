"""Working out a run, in sets: what is due up to the end of a month, less what was already invoiced.

Everything due is computed anew, over the last twelve months; what was invoiced is subtracted unit by unit. Running
it twice therefore adds nothing, and a roll-call, a quotient or a tariff corrected since yields the difference by
itself. A line that is held (contested, or an absence to decide) is neither billed nor, if it was, given back: it
stays as it is until a later roll-call frees it. A day that an answer to an objection waived (`contesting`) is not due,
and still counts its child among the siblings. The number of statements does not depend on the number of families:
prices are worked out in Python once per distinct inputs, everything else joins. What an aid pays in full is a line at
0 €: the family sees where its aid went.

Everything due is that of all funds, since siblings are counted and aids spread over them all; what is invoiced, left
out or carried over is the run's own fund's (`fund_scopes`).
"""

from datetime import date
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from billing.facts.effects import EFFECTS, Effect
from billing.invoicing.dates import MONTHS_CORRECTED, month_after
from billing.invoicing.fund_scopes import fund_of
from billing.invoicing.models import Run
from billing.models import Tariff
from billing.tariffs import situations
from billing.tariffs.prices import Aided, Inputs, Quotient, price
from billing.tariffs.tariff_book import read_rule

_DUE = """
CREATE TEMP TABLE due ON COMMIT DROP AS
WITH sessions AS (
    SELECT s.*, date_trunc('month', s.day::timestamp)::date AS month, in_force.tariff_id,
           activity.activity_code IS NOT NULL AS activity_known, FUND_OF AS fund
    FROM settled_session s
    LEFT JOIN activity USING (activity_code)
    LEFT JOIN LATERAL (
        SELECT tariff_id FROM tariff t
        WHERE t.activity_code = s.activity_code AND t.place_code IN ('', s.place_code) AND t.valid_from <= s.day
        ORDER BY t.place_code DESC, t.valid_from DESC, t.version DESC LIMIT 1
    ) in_force ON true
    WHERE s.day >= :since AND s.day < :until
), families AS (
    SELECT f.family_id, f.resident, m.month, q.euros, q.month AS quotient_month
    FROM family f
    CROSS JOIN (SELECT DISTINCT month FROM sessions) m
    LEFT JOIN LATERAL (
        SELECT euros, month FROM family_quotient q
        WHERE q.family_id = f.family_id AND q.month <= m.month ORDER BY month DESC LIMIT 1
    ) q ON true
)
SELECT s.fund, a.family_id, a.child_id, a.session_id, s.activity_code, s.place_code, s.day, s.slot, a.mark, e.effect,
       s.tariff_id, s.month, f.resident,
       f.euros AS quotient_euros, f.quotient_month,
       1 AS siblings, ''::text AS priced_slot, ''::text AS reduction, NULL::uuid AS allowance_id, 0 AS aid_cents,
       CASE WHEN w.session_id IS NOT NULL THEN 'waived'
            WHEN a.held = 'objection' THEN 'contested'
            WHEN a.held IS NOT NULL THEN 'absence_undecided'
            WHEN f.family_id IS NULL THEN 'unknown_family'
            WHEN c.child_id IS NULL THEN 'unknown_child'
            WHEN NOT s.activity_known THEN 'unknown_activity'
            WHEN s.tariff_id IS NULL THEN 'no_tariff' END AS left_out
FROM sessions s
JOIN attendance a USING (session_id)
JOIN jsonb_to_recordset(:effects) AS e (mark text, effect text) ON e.mark = a.mark AND e.effect <> 'free'
LEFT JOIN families f ON f.family_id = a.family_id AND f.month = s.month
LEFT JOIN child c ON c.child_id = a.child_id
LEFT JOIN waived_day w ON w.family_id = a.family_id AND w.session_id = a.session_id AND w.child_id = a.child_id
""".replace("FUND_OF", fund_of("s"))

_SAME_INPUTS = """
    p.tariff_id = d.tariff_id AND p.effect = d.effect AND p.resident = d.resident AND p.month = d.month
    AND coalesce(p.quotient_euros, -1) = coalesce(d.quotient_euros, -1)
    AND coalesce(p.quotient_month, DATE '0001-01-01') = coalesce(d.quotient_month, DATE '0001-01-01')
    AND p.siblings = d.siblings AND p.slot = d.priced_slot AND p.reduction = d.reduction
    AND p.allowance_id IS NOT DISTINCT FROM d.allowance_id AND p.aid_cents = d.aid_cents
"""

_INPUTS_WITHOUT_PRICE = """
SELECT d.tariff_id::text, d.effect, d.resident, d.quotient_euros, d.quotient_month, d.month, d.siblings,
       d.priced_slot AS slot, d.reduction, d.allowance_id::text, d.aid_cents, allowance.name AS aid_name
FROM (
    SELECT DISTINCT tariff_id, effect, resident, quotient_euros, quotient_month, month,
                    siblings, priced_slot, reduction, allowance_id, aid_cents
    FROM due WHERE left_out IS NULL
) d LEFT JOIN allowance USING (allowance_id)
WHERE NOT EXISTS (SELECT 1 FROM price p WHERE SAME_INPUTS)
""".replace("SAME_INPUTS", _SAME_INPUTS)

_KEEP_PRICES = text(
    """
INSERT INTO price (tariff_id, effect, resident, quotient_euros, quotient_month, month, siblings, slot, reduction,
                   allowance_id, aid_cents, cents, reason, quotient_known)
SELECT tariff_id, effect, resident, quotient_euros, quotient_month, month, siblings, slot, reduction,
       allowance_id, aid_cents, cents, reason, quotient_known
FROM jsonb_to_recordset(CAST(:prices AS jsonb)) AS p (
    tariff_id uuid, effect text, resident boolean, quotient_euros integer, quotient_month date, month date,
    siblings integer, slot text, reduction text, allowance_id uuid, aid_cents integer,
    cents integer, reason text, quotient_known boolean)
ON CONFLICT DO NOTHING
"""
)

_DIFFERENCES = """
INSERT INTO draft_charge (run_id, family_id, child_id, session_id, activity_code, place_code, day, slot, mark,
                          quantity, unit_cents, price_id)
WITH owed AS (
    SELECT d.family_id, d.child_id, d.session_id, d.activity_code, d.place_code, d.day, d.slot, d.mark,
           p.cents AS unit_cents, p.price_id
    FROM due d JOIN price p ON SAME_INPUTS
    WHERE d.fund = :fund AND d.left_out IS NULL AND (p.cents > 0 OR p.aid_cents > 0)
), invoiced AS (
    SELECT family_id, child_id, session_id, unit_cents, sum(quantity) AS quantity,
           max(activity_code) AS activity_code, max(place_code) AS place_code, max(day) AS day, max(slot) AS slot,
           (array_agg(mark ORDER BY charge_id DESC))[1] AS mark,
           (array_agg(price_id ORDER BY charge_id DESC))[1] AS price_id
    FROM charge JOIN invoice USING (invoice_id, family_id)
    WHERE invoice.fund = :fund AND day >= :since AND day < :until
      AND (session_id, child_id, family_id) NOT IN (
          SELECT session_id, child_id, family_id FROM due WHERE left_out IN ('contested', 'absence_undecided'))
    GROUP BY family_id, child_id, session_id, unit_cents HAVING sum(quantity) <> 0
)
SELECT :run_id, family_id, child_id, session_id,
       coalesce(o.activity_code, i.activity_code), coalesce(o.place_code, i.place_code), coalesce(o.day, i.day),
       coalesce(o.slot, i.slot), coalesce(o.mark, i.mark),
       (o.session_id IS NOT NULL)::integer - coalesce(i.quantity, 0), unit_cents, coalesce(o.price_id, i.price_id)
FROM owed o FULL JOIN invoiced i USING (family_id, child_id, session_id, unit_cents)
WHERE (o.session_id IS NOT NULL)::integer <> coalesce(i.quantity, 0)
""".replace("SAME_INPUTS", _SAME_INPUTS)

_LEFT_OUT = """
INSERT INTO left_out_day (run_id, reason, session_id, child_id, family_id, activity_code, place_code, day, slot)
WITH missing AS MATERIALIZED (
    SELECT CASE WHEN s.session_id IS NOT NULL THEN 'not_on_sheet'
                WHEN b.day > :today THEN 'to_come' ELSE 'not_checked' END AS reason, b.*
    FROM booking b
    LEFT JOIN settled_session s USING (session_id)
    LEFT JOIN attendance a ON a.session_id = b.session_id AND a.child_id = b.child_id
    WHERE b.standing AND b.day >= :since AND b.day < :until AND a.session_id IS NULL
)
SELECT :run_id, left_out, session_id, child_id, family_id, activity_code, place_code, day, slot
FROM due WHERE fund = :fund AND left_out <> 'waived'
UNION ALL
SELECT :run_id, reason, session_id, child_id, family_id, activity_code, place_code, day, slot
FROM missing WHERE FUND_OF = :fund
""".replace("FUND_OF", fund_of("missing"))
"""A booking's fund is asked for once those that were checked are set aside: few are left."""

# Summed by child and price first: children are then counted among a seventh of the rows.
_FAMILIES = """
INSERT INTO run_family (run_id, family_id, cents, children, outcome, quotient_unknown)
SELECT :run_id, family_id, cents, children,
       CASE WHEN cents < 0 THEN 'credit_note' WHEN cents < :least THEN 'carried' ELSE 'invoice' END, quotient_unknown
FROM (
    SELECT family_id, sum(c.cents) AS cents, count(DISTINCT child_id) AS children,
           bool_or(NOT p.quotient_known) AS quotient_unknown
    FROM (
        SELECT family_id, child_id, price_id, sum(quantity * unit_cents) AS cents
        FROM draft_charge WHERE run_id = :run_id GROUP BY family_id, child_id, price_id
    ) c JOIN price p USING (price_id)
    GROUP BY family_id
) families
"""

_TOTALS = """
UPDATE run SET
    (total_cents, carried_cents, invoices, credit_notes, carried) = (
        SELECT coalesce(sum(cents) FILTER (WHERE outcome <> 'carried'), 0),
               coalesce(sum(cents) FILTER (WHERE outcome = 'carried'), 0),
               count(*) FILTER (WHERE outcome = 'invoice'), count(*) FILTER (WHERE outcome = 'credit_note'),
               count(*) FILTER (WHERE outcome = 'carried' AND cents > 0)
        FROM run_family WHERE run_family.run_id = run.run_id),
    left_out = (SELECT count(*) FROM left_out_day WHERE left_out_day.run_id = run.run_id)
WHERE run_id = :run_id
"""


_SETTINGS = text(
    "SELECT set_config('work_mem', '32MB', true), set_config('default_statistics_target', '10', true),"
    " set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)"
)
"""A draft sorts in memory up to a bound, and looks at a sample of what it worked out: the orders of magnitude do.

Days and prices meet on eleven columns: hashed, since sorting both by all of these took half of the draft. Compiling
what runs once a month takes longer than running it.
"""


def draft(session: Session, run: Run, least_cents: int, today: date) -> None:
    """Fills a new run: charges, days left out, what becomes of each family (none is billed under `least_cents`)."""
    run_id, month = run.run_id, run.month
    session.execute(_SETTINGS)
    window = {"since": month_after(month, 1 - MONTHS_CORRECTED), "until": month_after(month)}
    effects = [{"mark": mark, "effect": effect} for mark, effect in EFFECTS.items()]
    due = text(_DUE).bindparams(bindparam("effects", type_=JSONB))
    session.execute(due, window | {"effects": effects})
    session.execute(text("ANALYZE due"))
    situations.fill(session)
    _keep_missing_prices(session)
    if situations.take_aids_off(session, window["since"], window["until"], _SAME_INPUTS):
        _keep_missing_prices(session)
    session.execute(text(_DIFFERENCES), window | {"run_id": run_id, "fund": run.fund})
    session.execute(text("ANALYZE draft_charge (run_id, family_id, child_id, activity_code, price_id)"))
    session.execute(text(_LEFT_OUT), window | {"run_id": run_id, "fund": run.fund, "today": today})
    session.execute(text(_FAMILIES), {"run_id": run_id, "least": least_cents})
    session.execute(text(_TOTALS), {"run_id": run_id})
    session.execute(text("DROP TABLE due"))


def _keep_missing_prices(session: Session) -> None:
    """Prices every distinct set of inputs that has no price yet: two questions, one insertion."""
    missing = session.execute(text(_INPUTS_WITHOUT_PRICE)).all()
    if not missing:
        return
    tariffs = {UUID(tariff_id) for tariff_id in {row.tariff_id for row in missing}}
    found = session.execute(select(Tariff.tariff_id, Tariff.rule).where(Tariff.tariff_id.in_(tariffs)))
    rules = {str(tariff_id): read_rule(rule) for tariff_id, rule in found}
    prices = []
    for row in missing:
        quotient = None if row.quotient_euros is None else Quotient(row.quotient_euros, row.quotient_month)
        aided = Aided(row.aid_name, row.aid_cents) if row.allowance_id else None
        inputs = Inputs(row.month, Effect(row.effect), row.resident, quotient, row.siblings, row.slot,
                        row.reduction, aided)  # fmt: skip
        reckoned = price(rules[row.tariff_id], inputs)
        prices.append(
            row._asdict()
            | {"cents": reckoned.cents, "reason": reckoned.reason, "quotient_known": reckoned.quotient_known}
        )
    session.execute(_KEEP_PRICES, {"prices": orjson.dumps(prices).decode()})
    session.execute(text("ANALYZE price"))
