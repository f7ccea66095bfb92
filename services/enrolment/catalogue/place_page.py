"""A place as agents see it: its classes, and what it offers among all the activities."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.offer import PlaceOfferView, SchoolClassView
from contracts.errors import NotFound
from enrolment.catalogue.offer import view_activity, view_offering, view_place
from enrolment.catalogue.terms import terms_of
from enrolment.models import Activity, Child, Offering, Place


def show_place(session: Session, code: str, caller: Caller, today: date) -> PlaceOfferView:
    """One place, in four statements."""
    caller.staff(Role.ADMINISTRATION)
    places = {place.code: place for place in session.scalars(select(Place))}
    if code not in places:
        raise NotFound
    names = {each.code: each.name for each in places.values()}
    classes = session.execute(
        select(Child.class_name, func.array_agg(Child.level.distinct()), func.count())
        .where(Child.place_code == code, Child.class_name != "")
        .group_by(Child.class_name)
        .order_by(Child.class_name)
    )
    return PlaceOfferView(
        place=view_place(places[code]),
        classes=[
            SchoolClassView(class_name=name, levels=[each for each in levels if each], children=children)
            for name, levels, children in classes
        ],
        activities=[
            view_activity(terms_of(activity), names, today)
            for activity in session.scalars(select(Activity).order_by(Activity.name))
        ],
        offerings=[
            view_offering(each)
            for each in session.scalars(select(Offering).where(Offering.place_code == code))
        ],
    )
