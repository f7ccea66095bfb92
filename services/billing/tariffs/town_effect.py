"""What a draft would change for the whole town in a month: who would pay more, who less, and how much in all.

One statement brings the month's units together by family and by all that their price depends on; each distinct price
is reckoned once. Aids are left out: they lower the effect for the families that have one.
"""

from collections import defaultdict
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from billing.facts.effects import EFFECTS, Effect
from billing.invoicing.dates import first_of, month_after
from billing.models import Activity, Place, Tariff, TariffDraft
from billing.tariffs.prices import Inputs, Quotient, Rule, price
from billing.tariffs.tariff_book import read_rule
from contracts.billing.drafts import TownEffect
from contracts.billing.tariffs import MOST_SIBLINGS

_UNITS = """
WITH units AS (
    SELECT a.family_id, a.child_id, s.place_code, s.day, s.slot, e.effect, w.session_id IS NOT NULL AS waived
    FROM settled_session s JOIN attendance a USING (session_id)
    JOIN jsonb_to_recordset(:effects) AS e (mark text, effect text) ON e.mark = a.mark AND e.effect <> 'free'
    LEFT JOIN waived_day w USING (family_id, session_id, child_id)
    WHERE s.activity_code = :activity AND s.day >= :since AND s.day < :until
    UNION ALL
    SELECT b.family_id, b.child_id, b.place_code, b.day, b.slot, 'billed', false
    FROM booking b
    WHERE b.standing AND b.activity_code = :activity AND b.day >= :since AND b.day < :until
      AND NOT EXISTS (SELECT 1 FROM settled_session s WHERE s.session_id = b.session_id)
), ranked AS (
    SELECT family_id, child_id, row_number() OVER (PARTITION BY family_id ORDER BY birth_date, child_id) AS rank,
           count(*) OVER (PARTITION BY family_id) AS number
    FROM (SELECT DISTINCT family_id, child_id FROM units) together JOIN child USING (child_id)
), families AS (
    SELECT f.family_id, f.resident, q.euros, q.month
    FROM family f LEFT JOIN LATERAL (
        SELECT euros, month FROM family_quotient q
        WHERE q.family_id = f.family_id AND q.month <= :since ORDER BY month DESC LIMIT 1
    ) q ON true
), days AS (
    SELECT d.place_code, d.day, t.tariff_id, t.place_code AS priced_at
    FROM (SELECT DISTINCT place_code, day FROM units) d LEFT JOIN LATERAL (
        SELECT tariff_id, place_code FROM tariff t
        WHERE t.activity_code = :activity AND t.place_code IN ('', d.place_code) AND t.valid_from <= d.day
        ORDER BY t.place_code DESC, t.valid_from DESC, t.version DESC LIMIT 1
    ) t ON true
)
SELECT u.family_id, u.effect, u.slot, coalesce(r.rank, 1) AS rank, coalesce(r.number, 1) AS number,
       f.resident, f.euros, f.month, d.tariff_id, granted.codes,
       (:place = u.place_code OR (:place = '' AND coalesce(d.priced_at, '') = '')) AS tried, count(*) AS quantity
FROM units u
JOIN families f USING (family_id)
JOIN days d USING (place_code, day)
LEFT JOIN ranked r USING (family_id, child_id)
LEFT JOIN LATERAL (
    SELECT array_agg(g.reduction ORDER BY g.child_id NULLS LAST, g.since DESC, g.allowance_id) AS codes
    FROM allowance g
    WHERE g.kind = 'reduction' AND g.family_id = u.family_id AND (g.child_id IS NULL OR g.child_id = u.child_id)
      AND g.activity_code IN ('', :activity) AND u.day >= g.since AND u.day <= coalesce(g.until, u.day)
) granted ON true
WHERE NOT u.waived
GROUP BY u.family_id, u.effect, u.slot, r.rank, r.number, f.resident, f.euros, f.month, d.tariff_id, granted.codes,
         tried
"""


def town_effect(session: Session, draft: TariffDraft, month: date) -> TownEffect:
    """See `contracts.billing.drafts.ReckonTownEffect`. Two statements for the month, however many families."""
    month = first_of(month)
    rows = _units(session, draft, month)
    tried = read_rule(draft.rule)
    rules = _rules(session, {row.tariff_id for row in rows if row.tariff_id})
    # A rule is told by what it is kept under: the draft's by None.
    priced = cache(
        lambda tariff_id, inputs: price(tried if tariff_id is None else rules[tariff_id], inputs).cents
    )
    before: defaultdict[UUID, int] = defaultdict(int)
    after: defaultdict[UUID, int] = defaultdict(int)
    for row in rows:
        now = 0
        if row.tariff_id:
            now = row.quantity * priced(row.tariff_id, _inputs(row, rules[row.tariff_id], month))
        then = row.quantity * priced(None, _inputs(row, tried, month)) if row.tried else now
        before[row.family_id] += now
        after[row.family_id] += then
    changes = [after[family] - before[family] for family in before]
    activity = session.get(Activity, draft.activity_code)
    place = session.get(Place, draft.place_code) if draft.place_code else None
    return TownEffect(
        activity_name=activity.activity_name if activity else draft.activity_code,
        place_name=place.place_name if place else draft.place_code,
        month=month,
        families_more=sum(change > 0 for change in changes),
        families_less=sum(change < 0 for change in changes),
        families_same=sum(change == 0 for change in changes),
        more_cents=sum(change for change in changes if change > 0),
        less_cents=-sum(change for change in changes if change < 0),
        most_more_cents=max([0, *changes]),
        most_less_cents=-min([0, *changes]),
        before_cents=sum(before.values()),
        after_cents=sum(after.values()),
    )


def _units(session: Session, draft: TariffDraft, month: date) -> list[Any]:
    effects = [{"mark": mark, "effect": effect} for mark, effect in EFFECTS.items()]
    statement = text(_UNITS).bindparams(bindparam("effects", type_=JSONB))
    given = {
        "activity": draft.activity_code,
        "place": draft.place_code,
        "since": month,
        "until": month_after(month),
        "effects": effects,
    }
    return list(session.execute(statement, given))


def _rules(session: Session, tariffs: set[UUID]) -> dict[UUID, Rule]:
    rows = session.execute(select(Tariff.tariff_id, Tariff.rule).where(Tariff.tariff_id.in_(tariffs)))
    return {tariff_id: read_rule(rule) for tariff_id, rule in rows}


def _inputs(row: Any, rule: Rule, month: date) -> Inputs:
    """What the unit's price depends on by this rule."""
    siblings = 1
    if rule.siblings:
        siblings = min(MOST_SIBLINGS, row.rank if rule.siblings.by == "rank" else row.number)
    known = {each.code for each in rule.reductions}
    return Inputs(
        month,
        Effect(row.effect),
        row.resident,
        None if row.euros is None else Quotient(row.euros, row.month),
        siblings=siblings,
        slot=row.slot if rule.duration else "",
        reduction=next((code for code in row.codes or () if code in known), ""),
    )
