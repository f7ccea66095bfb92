"""« This family, this month: before and after »: a draft tried on what was consumed, or is booked."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from billing.facts.effects import EFFECTS, Effect
from billing.invoicing.dates import first_of, month_after
from billing.models import (
    Activity,
    AidDay,
    Allowance,
    Child,
    Family,
    FamilyQuotient,
    Place,
    Tariff,
    TariffDraft,
)
from billing.tariffs.aids import Aid, Used
from billing.tariffs.months import Granted, Household, Unit, Version, in_force, price_month
from billing.tariffs.prices import Price, Quotient, quotient_for
from billing.tariffs.tariff_book import read_rule
from contracts.billing.allowances import AllowanceKind
from contracts.billing.drafts import FamilyFound, SimulatedLine, TariffSimulation
from contracts.events.attendance import Mark

_MOST_FOUND = 10

_CONSUMED = """
SELECT s.session_id, a.child_id, s.activity_code, s.place_code, s.day, s.slot, a.mark,
       w.session_id IS NOT NULL AS waived
FROM attendance a JOIN settled_session s USING (session_id)
LEFT JOIN waived_day w USING (family_id, session_id, child_id)
WHERE a.family_id = :family_id AND s.day >= :since AND s.day < :until
UNION ALL
SELECT b.session_id, b.child_id, b.activity_code, b.place_code, b.day, b.slot, NULL, false
FROM booking b
WHERE b.family_id = :family_id AND b.standing AND b.day >= :since AND b.day < :until
  AND NOT EXISTS (SELECT 1 FROM settled_session s WHERE s.session_id = b.session_id)
"""
"""Without a mark: booked, and no roll-call yet. What an answer to an objection waived is said."""


def simulate(
    session: Session, draft: TariffDraft, words: str, month: date
) -> tuple[TariffSimulation, UUID | None]:
    """See `contracts.billing.drafts.SimulateTariff`; and the family whose month it shows."""
    month = first_of(month)
    families = families_named(session, words.strip()) if words.strip() else []
    activity = session.get(Activity, draft.activity_code)
    place = session.get(Place, draft.place_code) if draft.place_code else None
    nothing = TariffSimulation(
        activity_name=activity.activity_name if activity else draft.activity_code,
        place_name=place.place_name if place else draft.place_code,
        found=[_found(each) for each in families],
        family=None,
        month=month,
        lines=[],
        before_cents=0,
        after_cents=0,
    )
    if len(families) != 1:
        return nothing, None
    family = families[0]
    units = consumed(session, family.family_id, month)
    household = household_of(session, family, month, {unit.child_id for unit in units})
    versions = versions_of(session, {unit.activity_code for unit in units})
    tried = Version(draft.activity_code, draft.place_code, date.min, 1, read_rule(draft.rule))
    others = [
        each
        for each in versions
        if (each.activity_code, each.place_code) != (draft.activity_code, draft.place_code)
    ]
    now = [in_force(versions, unit.activity_code, unit.place_code, unit.day) for unit in units]
    then = [in_force([*others, tried], unit.activity_code, unit.place_code, unit.day) for unit in units]
    before, after = (price_month(month, units, household, chosen) for chosen in (now, then))
    view = nothing.model_copy(
        update={
            "found": [],
            "family": _found(family),
            "lines": _lines(session, units, before, after, [each is tried for each in then]),
            "before_cents": sum(each.cents for each in before if each),
            "after_cents": sum(each.cents for each in after if each),
        }
    )
    return view, family.family_id


def consumed(session: Session, family_id: UUID, month: date) -> list[Unit]:
    """Everything of a family's month that may cost something: roll-calls, then bookings without one."""
    window = {"family_id": family_id, "since": month, "until": month_after(month)}
    units = []
    for row in session.execute(text(_CONSUMED), window):
        effect = EFFECTS[Mark(row.mark)] if row.mark else Effect.BILLED
        if effect is not Effect.FREE:
            units.append(
                Unit(
                    row.session_id,
                    row.child_id,
                    row.activity_code,
                    row.place_code,
                    row.day,
                    row.slot,
                    effect,
                    planned=row.mark is None,
                    waived=row.waived,
                )
            )
    return units


def household_of(session: Session, family: Family, month: date, children: set[UUID]) -> Household:
    """The family's situation of a month, as far as these children's prices depend on it."""
    quotients = session.scalars(select(FamilyQuotient).where(FamilyQuotient.family_id == family.family_id))
    born = session.scalars(select(Child).where(Child.child_id.in_(children)))
    return Household(
        family.resident,
        quotient_for([Quotient(row.euros, row.month) for row in quotients], month),
        {child.child_id: child.birth_date for child in born},
        _granted(session, family.family_id, month),
    )


def versions_of(session: Session, activities: set[str]) -> list[Version]:
    """Every published version of some activities."""
    rows = session.scalars(select(Tariff).where(Tariff.activity_code.in_(activities)))
    return [
        Version(row.activity_code, row.place_code, row.valid_from, row.version, read_rule(row.rule))
        for row in rows
    ]


def _granted(session: Session, family_id: UUID, month: date) -> list[Granted]:
    """Reductions and aids that touch the month; of an aid, what earlier months have used."""
    rows = session.scalars(
        select(Allowance)
        .where(
            Allowance.family_id == family_id,
            Allowance.since < month_after(month),
            or_(Allowance.until.is_(None), Allowance.until >= month),
        )
        .order_by(Allowance.since, Allowance.allowance_id)
    ).all()
    used: dict[UUID, Used] = {row.allowance_id: Used() for row in rows}
    for day in session.scalars(select(AidDay).where(AidDay.allowance_id.in_(used), AidDay.day < month)):
        before = used[day.allowance_id]
        used[day.allowance_id] = Used(before.cents + day.cents, before.days | {(day.child_id, day.day)})
    return [
        Granted(
            row.child_id,
            row.activity_code,
            row.since,
            row.until,
            row.name,
            row.reduction,
            Aid(row.percent, row.cents, row.cap_cents, row.cap_days)
            if row.kind is AllowanceKind.AID
            else None,
            used[row.allowance_id],
        )
        for row in rows
    ]


def families_named(session: Session, words: str) -> list[Family]:
    """The family of that file number, or those whose name has these words."""
    exact = session.scalars(select(Family).where(func.lower(Family.number) == words.lower())).all()
    if exact:
        return list(exact)
    named = (
        select(Family)
        .where(Family.label.icontains(words, autoescape=True))
        .order_by(Family.label, Family.number)
        .limit(_MOST_FOUND)
    )
    return list(session.scalars(named))


def _found(family: Family) -> FamilyFound:
    return FamilyFound(number=family.number, label=family.label)


def _lines(
    session: Session,
    units: Sequence[Unit],
    before: Sequence[Price | None],
    after: Sequence[Price | None],
    tried: Sequence[bool],
) -> list[SimulatedLine]:
    """Units of one child and activity that cost the same before and after, together."""
    names = {
        child.child_id: f"{child.first_name} {child.last_name}"
        for child in session.scalars(select(Child).where(Child.child_id.in_({u.child_id for u in units})))
    }
    activities = {
        each.activity_code: each
        for each in session.scalars(
            select(Activity).where(Activity.activity_code.in_({u.activity_code for u in units}))
        )
    }
    alike = Counter(
        (unit.child_id, unit.activity_code, unit.planned, _said(one), _said(other), changed)
        for unit, one, other, changed in zip(units, before, after, tried, strict=True)
        if not unit.waived
    )
    lines = []
    for (child_id, activity, planned, was, becomes, changed), quantity in alike.items():
        known = activities.get(activity)
        lines.append(
            SimulatedLine(
                child_name=names.get(child_id, "Enfant inconnu"),
                activity_name=known.activity_name if known else activity,
                unit=known.unit if known else "unité",
                quantity=quantity,
                planned=planned,
                before_cents=was[0],
                before_reason=was[1],
                after_cents=becomes[0],
                after_reason=becomes[1],
                changed=changed,
            )
        )
    return sorted(lines, key=lambda line: (line.child_name, line.activity_name, line.planned, -line.quantity))


def _said(found: Price | None) -> tuple[int | None, str]:
    return (None, "aucun tarif") if found is None else (found.cents, found.reason)
