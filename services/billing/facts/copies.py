"""What billing keeps of families, children, places and activities: the newest snapshot, whole."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.models import Activity, Child, Family, FamilyQuotient, Guardian, Place
from chassis.inbox import newer
from contracts.events.accounts import ChildUpdated, FamilyUpdated
from contracts.events.offer import ActivityUpdated, PlaceUpdated


def keep_family(session: Session, fact: FamilyUpdated, version: int) -> None:
    """The household, its guardians and its quotients. An older snapshot is dropped."""
    if not newer(session, "family", fact.family_id, version):
        return
    values = fact.model_dump(include={"number", "label", "street", "postcode", "city", "resident"})
    upsert = insert(Family).values(family_id=fact.family_id, **values)
    session.execute(upsert.on_conflict_do_update(index_elements=[Family.family_id], set_=values))
    session.execute(delete(Guardian).where(Guardian.family_id == fact.family_id))
    session.execute(delete(FamilyQuotient).where(FamilyQuotient.family_id == fact.family_id))
    session.add_all(
        Guardian(
            family_id=fact.family_id,
            guardian_id=guardian.guardian_id,
            account_id=guardian.account_id,
            name=" ".join(part for part in (guardian.title, guardian.first_name, guardian.last_name) if part),
            email=guardian.email or "",
            position=position,
            title=guardian.title,
            first_name=guardian.first_name,
            last_name=guardian.last_name,
        )
        for position, guardian in enumerate(fact.guardians)
    )
    # Two quotients of one month would be two prices: the last told counts.
    by_month = {quotient.month.replace(day=1): quotient.euros for quotient in fact.quotients}
    session.add_all(
        FamilyQuotient(family_id=fact.family_id, month=month, euros=euros)
        for month, euros in by_month.items()
    )
    session.flush()


def keep_child(session: Session, fact: ChildUpdated, version: int) -> None:
    """The child's name and families. A child who left keeps its name: its invoices come later."""
    if not newer(session, "child", fact.child_id, version):
        return
    values = fact.model_dump(include={"first_name", "last_name", "birth_date", "family_ids"})
    upsert = insert(Child).values(child_id=fact.child_id, **values)
    session.execute(upsert.on_conflict_do_update(index_elements=[Child.child_id], set_=values))


def keep_place(session: Session, fact: PlaceUpdated, version: int) -> None:
    """The place's name."""
    if not newer(session, "place", fact.place_code, version):
        return
    values = {"place_name": fact.place_name}
    upsert = insert(Place).values(place_code=fact.place_code, **values)
    session.execute(upsert.on_conflict_do_update(index_elements=[Place.place_code], set_=values))


def keep_activity(session: Session, fact: ActivityUpdated, version: int) -> None:
    """The activity's name, unit, whether it is child care, and whether it still takes anybody."""
    if not newer(session, "activity", fact.activity_code, version):
        return
    values = fact.model_dump(include={"activity_name", "unit", "child_care", "retired"})
    upsert = insert(Activity).values(activity_code=fact.activity_code, **values)
    session.execute(upsert.on_conflict_do_update(index_elements=[Activity.activity_code], set_=values))
