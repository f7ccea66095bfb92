"""Copies of enrolment's places: which schools there are, and which cities are the town's."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.models import Place
from accounts.names import city_key
from contracts.accounts.imports import PlaceView
from contracts.errors import NotFound
from contracts.events.offer import PlaceUpdated


def keep(session: Session, fact: PlaceUpdated) -> None:
    """Takes the place over as it was told."""
    statement = insert(Place).values(
        place_code=fact.place_code, name=fact.place_name, kind=fact.kind, city=fact.city
    )
    told = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Place.place_code], set_={"name": told.name, "kind": told.kind, "city": told.city}
        )
    )


def list_schools(session: Session) -> list[PlaceView]:
    """Schools by name."""
    rows = session.scalars(select(Place).where(Place.kind == "school").order_by(Place.name))
    return [PlaceView(place_code=place.place_code, name=place.name) for place in rows]


def school(session: Session, place_code: str) -> Place:
    """A school by its code. Raises NotFound."""
    place = session.get(Place, place_code)
    if place is None or place.kind != "school":
        raise NotFound(place_code=place_code)
    return place


def is_of_town(session: Session, city: str) -> bool:
    """A family that lives in one of the places' cities is resident."""
    wanted = city_key(city)
    return bool(wanted) and any(
        city_key(known) == wanted for known in session.scalars(select(Place.city).distinct())
    )
