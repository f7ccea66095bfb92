"""What children eat: set by their parents, cooked by the kitchen, told to whoever counts the meals.

The kitchen sees codes of diets and of foods to avoid, never why.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from accounts.care import health_readings
from accounts.care.health_models import ChildDiet
from accounts.care.health_rights import child_for, pupil
from accounts.models import Child, Place
from chassis.outbox import tell
from contracts.accounts.health import (
    Allergen,
    Diet,
    DietView,
    HealthChanged,
    KitchenPage,
    KitchenPlace,
    OpenKitchen,
    Plate,
    ReadingKind,
    SetDiet,
)
from contracts.caller import Caller
from contracts.errors import NotFound
from contracts.events.accounts import DietUpdated


def of_child(session: Session, child_id: UUID) -> DietView:
    """The usual plate when nobody has said otherwise."""
    row = session.get(ChildDiet, child_id)
    if row is None:
        return DietView()
    return DietView(
        diet=Diet(row.diet),
        avoided=[Allergen(code) for code in row.avoided],
        lunch_box=row.lunch_box,
        version=row.version,
    )


def change(session: Session, ask: SetDiet, caller: Caller, now: datetime) -> DietView:
    """Writes and tells it. What is so already is left alone. Raises NotFound, HealthChanged."""
    child_for(session, ask.child_id, caller, lock=True)
    known = of_child(session, ask.child_id)
    avoided = sorted({Allergen(code) for code in ask.avoided}, key=list(Allergen).index)
    if (known.diet, known.avoided, known.lunch_box) == (ask.diet, avoided, ask.lunch_box):
        return known
    if known.version != ask.version:
        raise HealthChanged
    row = session.get(ChildDiet, ask.child_id)
    if row is None:
        row = ChildDiet(child_id=ask.child_id)
        session.add(row)
    row.diet, row.avoided, row.lunch_box = ask.diet.value, [code.value for code in avoided], ask.lunch_box
    row.version, row.updated_at, row.updated_by = known.version + 1, now, caller.account_id
    fact = DietUpdated(child_id=ask.child_id, diet=row.diet, avoided=row.avoided, lunch_box=row.lunch_box)
    tell(session, fact, subject=ask.child_id, at=now, version=row.version)
    health_readings.note(session, [ask.child_id], ReadingKind.CHANGED, "health", caller, now)
    return of_child(session, ask.child_id)


def kitchen(session: Session, ask: OpenKitchen, caller: Caller, now: datetime) -> KitchenPage:
    """The schools, and the plates of one. Names are given of those only who are not served the usual plate; each is
    written down as read. Four statements."""
    places = [
        KitchenPlace(place_code=code, name=name, pupils=pupils)
        for code, name, pupils in session.execute(
            select(Place.place_code, Place.name, func.count(Child.child_id))
            .outerjoin(Child, Child.place_code == Place.place_code)
            .where(Place.kind == "school")
            .group_by(Place.place_code, Place.name)
            .order_by(Place.name)
        )
    ]
    if ask.place_code is None:
        return KitchenPage(places=places)
    chosen = next((place for place in places if place.place_code == ask.place_code), None)
    if chosen is None:
        raise NotFound
    plates = [
        Plate(
            pupil=pupil(child, chosen.name),
            diet=Diet(row.diet),
            avoided=[Allergen(code) for code in row.avoided],
            lunch_box=row.lunch_box,
        )
        for child, row in session.execute(
            select(Child, ChildDiet)
            .join(ChildDiet, ChildDiet.child_id == Child.child_id)
            .where(
                Child.place_code == ask.place_code,
                or_(
                    ChildDiet.diet != Diet.USUAL.value,
                    func.cardinality(ChildDiet.avoided) > 0,
                    ChildDiet.lunch_box,
                ),
            )
            .order_by(Child.class_name, Child.name_key)
        )
    ]
    cooked = [plate for plate in plates if not plate.lunch_box]
    counts = {diet: sum(plate.diet is diet for plate in cooked) for diet in Diet}
    counts[Diet.USUAL] += chosen.pupils - len(plates)
    health_readings.note(
        session, [plate.pupil.child_id for plate in plates], ReadingKind.DIET, "kitchen", caller, now
    )
    return KitchenPage(
        places=places,
        place_code=ask.place_code,
        counts=counts,
        lunch_boxes=len(plates) - len(cooked),
        plates=plates,
    )
