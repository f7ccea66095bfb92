"""Counts meals from the bookings of the sessions that have one. In sets: a town's week is one statement."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Role
from contracts.enrolment.kitchens import (
    DefineKitchen,
    KitchensView,
    KitchenView,
    MealDay,
    MealLine,
    Meals,
    MealsView,
    NextMeals,
)
from contracts.enrolment.offer import ActivityTerms
from contracts.errors import Invalid
from contracts.events.accounts import DietUpdated
from contracts.events.meals import MealsCounted, MealsOfPlace
from enrolment.booking.booking_rules import adding_deadline, cancelling_deadline
from enrolment.catalogue.offer import view_place
from enrolment.catalogue.terms import terms_of
from enrolment.kitchens.kitchen_models import ChildDiet, Kitchen, KitchenPlace, ToldMeals
from enrolment.models import Activity, DaySession, Place
from enrolment.schedule import calendar

AHEAD = timedelta(days=10)
"""How far the timer looks for days whose counts are final: a kitchen orders a week before at most."""

_COUNTS = text(
    """
    WITH fed AS (
        SELECT s.day, s.place_code, COALESCE(d.diet, 'usual') AS diet, COALESCE(d.lunch_box, false) AS lunch_box,
               COALESCE(d.avoided, '{}') AS avoided, b.child_id
          FROM booking b
          JOIN session s USING (session_id)
          JOIN activity a ON a.code = s.activity_code
          LEFT JOIN child_diet d USING (child_id)
         WHERE b.cancelled_at IS NULL AND s.day BETWEEN :first AND :last AND (a.terms -> 'meal_slots') ? s.slot
    )
    SELECT f.day, COALESCE(k.code, p.code) AS kitchen_code, COALESCE(k.name, p.name) AS kitchen_name,
           p.code AS place_code, p.name AS place_name, f.diet, f.lunch_box, x.allergen, count(*) AS children
      FROM fed f
      CROSS JOIN LATERAL (SELECT NULL AS allergen UNION ALL SELECT unnest(f.avoided)) x
      JOIN place p ON p.code = f.place_code
      LEFT JOIN kitchen_place kp ON kp.place_code = p.code
      LEFT JOIN kitchen k ON k.code = kp.kitchen_code
     WHERE CAST(:kitchen AS varchar) IS NULL OR COALESCE(k.code, p.code) = :kitchen
     GROUP BY f.day, k.code, k.name, p.code, p.name, f.diet, f.lunch_box, x.allergen
     ORDER BY f.day, COALESCE(k.name, p.name), p.name, p.code
    """
)


def keep_diet(session: Session, fact: DietUpdated) -> None:
    """Replaces what was known of a child's plate."""
    known = fact.model_dump(include={"diet", "avoided", "lunch_box"})
    statement = insert(ChildDiet).values(child_id=fact.child_id, **known)
    session.execute(statement.on_conflict_do_update(index_elements=[ChildDiet.child_id], set_=known))


def meals(session: Session, ask: Meals, caller: Caller, now: datetime) -> MealsView:
    """The meals of a period."""
    caller.staff(Role.KITCHEN)
    return MealsView(
        kitchens=kitchens(session), days=_days(session, ask.first, ask.last, ask.kitchen_code, now)
    )


def next_meals(session: Session, ask: NextMeals, caller: Caller, now: datetime) -> MealsView:
    """The next day that has meals: tomorrow, or the day that school begins again."""
    caller.staff(Role.KITCHEN)
    today = calendar.local_day(now)
    day = session.scalar(
        select(DaySession.day)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(
            DaySession.day > today,
            DaySession.taken > 0,
            Activity.terms["meal_slots"].has_key(DaySession.slot),
        )
        .order_by(DaySession.day)
        .limit(1)
    )
    days = _days(session, day, day, ask.kitchen_code, now) if day else []
    return MealsView(kitchens=kitchens(session), days=days)


def kitchens(session: Session) -> list[KitchenView]:
    """Those that were made, then the places that are their own."""
    cooked: dict[str, list[str]] = defaultdict(list)
    for place_code, kitchen_code in session.execute(
        select(KitchenPlace.place_code, KitchenPlace.kitchen_code).order_by(KitchenPlace.place_code)
    ):
        cooked[kitchen_code].append(place_code)
    made = session.scalars(select(Kitchen).order_by(Kitchen.name))
    return [KitchenView(code=each.code, name=each.name, place_codes=cooked[each.code]) for each in made]


def list_kitchens(session: Session) -> KitchensView:
    """The kitchens, and every place that one may cook for."""
    places = session.scalars(select(Place).order_by(Place.kind.desc(), Place.name))
    return KitchensView(kitchens=kitchens(session), places=[view_place(place) for place in places])


def define_kitchen(session: Session, ask: DefineKitchen, caller: Caller) -> KitchenView:
    """Makes or changes a kitchen. A place named here leaves the kitchen that it had."""
    caller.staff(Role.ADMINISTRATION)
    wanted = sorted(set(ask.place_codes))
    known = set(session.scalars(select(Place.code).where(Place.code.in_(wanted))))
    if known != set(wanted) or session.get(Place, ask.code) is not None:
        raise Invalid(problems={"place_codes" if known != set(wanted) else "name": "kitchen_places"})
    statement = insert(Kitchen).values(code=ask.code, name=ask.name)
    session.execute(statement.on_conflict_do_update(index_elements=[Kitchen.code], set_={"name": ask.name}))
    session.execute(delete(KitchenPlace).where(KitchenPlace.kitchen_code == ask.code))
    if wanted:
        rows = insert(KitchenPlace).values(
            [{"place_code": code, "kitchen_code": ask.code} for code in wanted]
        )
        session.execute(
            rows.on_conflict_do_update(
                index_elements=[KitchenPlace.place_code], set_={"kitchen_code": ask.code}
            )
        )
    return KitchenView(code=ask.code, name=ask.name, place_codes=wanted)


def tell_counts(session: Session, now: datetime) -> int:
    """Tells the counts that are final and not told yet, or that have changed since. Says how many kitchens' days.

    Two that tell at once: the row's lock lets the second see what the first has told.
    """
    today = calendar.local_day(now)
    facts = [(day, fact) for day in _days(session, today, today + AHEAD, None, now) for fact in _facts(day)]
    final = [fact for day, fact in facts if day.is_final]
    counted = {(fact.kitchen_code, fact.day) for _, fact in facts}
    return sum(_tell(session, fact, now) for fact in [*final, *_nothing_left(session, counted, today)])


def _nothing_left(session: Session, counted: set[tuple[str, date]], today: date) -> Iterable[MealsCounted]:
    """Zero, for a kitchen that was told of meals and has none: a strike closed the day, or its places left it."""
    for row in session.scalars(select(ToldMeals).where(ToldMeals.day.between(today, today + AHEAD))):
        if (row.kitchen_code, row.day) not in counted:
            yield MealsCounted(
                kitchen_code=row.kitchen_code,
                kitchen_name=row.content["kitchen_name"],
                day=row.day,
                total=0,
                places=[],
            )


def _tell(session: Session, fact: MealsCounted, now: datetime) -> bool:
    content = fact.model_dump(mode="json")
    statement = insert(ToldMeals).values(
        kitchen_code=fact.kitchen_code, day=fact.day, content=content, version=1, first_total=fact.total
    )
    version = session.execute(
        statement.on_conflict_do_update(
            index_elements=[ToldMeals.kitchen_code, ToldMeals.day],
            set_={"content": content, "version": ToldMeals.version + 1},
            where=ToldMeals.content != statement.excluded.content,
        ).returning(ToldMeals.version)
    ).scalar()
    if version is None:
        return False
    tell(session, fact, subject=f"{fact.kitchen_code}/{fact.day.isoformat()}", version=version, at=now)
    return True


def _facts(day: MealDay) -> Iterable[MealsCounted]:
    of_kitchen: dict[tuple[str, str], list[MealLine]] = defaultdict(list)
    for line in day.lines:
        of_kitchen[line.kitchen_code, line.kitchen_name].append(line)
    for (code, name), lines in of_kitchen.items():
        yield MealsCounted(
            kitchen_code=code,
            kitchen_name=name,
            day=day.day,
            total=sum(line.total for line in lines),
            places=[
                MealsOfPlace(
                    place_code=line.place_code,
                    place_name=line.place_name,
                    counts=line.counts,
                    lunch_boxes=line.lunch_boxes,
                )
                for line in lines
            ],
        )


def _days(
    session: Session, first: date, last: date, kitchen_code: str | None, now: datetime
) -> list[MealDay]:
    """Three statements, however many days and places."""
    found: dict[date, dict[str, MealLine]] = defaultdict(dict)
    rows = session.execute(_COUNTS, {"first": first, "last": last, "kitchen": kitchen_code})
    for row in rows:
        line = found[row.day].setdefault(
            row.place_code,
            MealLine(
                kitchen_code=row.kitchen_code,
                kitchen_name=row.kitchen_name,
                place_code=row.place_code,
                place_name=row.place_name,
                counts={},
            ),
        )
        _add(found[row.day], line, row)
    served = [terms for terms in map(terms_of, session.scalars(select(Activity))) if terms.meal_slots]
    at_closing = _at_closing(session, first, last, kitchen_code)
    days = []
    for day, lines in found.items():
        closes_at = _closes_at(served, day)
        days.append(
            MealDay(
                day=day,
                closes_at=closes_at,
                is_final=closes_at <= now,
                lines=list(lines.values()),
                at_closing=at_closing.get(day),
            )
        )
    return days


def _at_closing(session: Session, first: date, last: date, kitchen_code: str | None) -> dict[date, int]:
    """The meals of each day when its bookings closed."""
    told = select(ToldMeals.day, func.sum(ToldMeals.first_total)).where(ToldMeals.day.between(first, last))
    if kitchen_code:
        told = told.where(ToldMeals.kitchen_code == kitchen_code)
    return dict(session.execute(told.group_by(ToldMeals.day)).all())


def _add(lines: dict[str, MealLine], line: MealLine, row: object) -> None:
    diet, lunch_box, allergen, children = row.diet, row.lunch_box, row.allergen, row.children  # type: ignore[attr-defined]
    if allergen is not None:
        if not lunch_box:
            line.avoided[allergen] = line.avoided.get(allergen, 0) + children
    elif lunch_box:
        lines[line.place_code] = line.model_copy(update={"lunch_boxes": line.lunch_boxes + children})
    else:
        line.counts[diet] = line.counts.get(diet, 0) + children


def _closes_at(served: Iterable[ActivityTerms], day: date) -> datetime:
    """When the last of the activities with a meal closes that day, for booking and for cancelling."""
    return max(
        deadline(terms, day, calendar.public_holiday).closes_at
        for terms in served
        for deadline in (adding_deadline, cancelling_deadline)
    )
