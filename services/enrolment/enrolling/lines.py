"""The places of an activity for a school year, where they are counted, and the line of those who wait for one.

They move under the lock of the offering (a place, an activity), which is taken before any enrolment's row: whoever
frees a place serves the line before the lock is let go. An offer holds its place.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.enrolment.offer import ActivityTerms
from contracts.enrolment.terms import WaitingOrder
from contracts.events.enrolments import EnrolmentOffered, EnrolmentState
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling import facts
from enrolment.enrolling.states import Act, after
from enrolment.models import Activity, Child, Enrolment, Family, Offering, Place

_COMES_FIRST = case(
    (
        Activity.terms["waiting"]["order"].astext == WaitingOrder.RESIDENTS_FIRST,
        func.coalesce(Family.resident, False),
    ),
    else_=False,
).desc()
BY_LINE = (
    Enrolment.school_year,
    Activity.name,
    Activity.code,
    Place.name,
    Place.code,
    _COMES_FIRST,
    Enrolment.waiting_since,
    Enrolment.enrolment_id,
)
"""Enrolments with their activity, place and family: a line after the other, each in its order (`_order`)."""
HOLDING = (EnrolmentState.ACCEPTED, EnrolmentState.OFFERED)


def lock(session: Session, place_code: str, activity_code: str) -> None:
    """Keeps the places of the activity there until the end of the transaction."""
    session.execute(
        select(Offering.capacity)
        .where(Offering.place_code == place_code, Offering.activity_code == activity_code)
        .with_for_update(key_share=True)
    )


def has_place(session: Session, terms: ActivityTerms, place_code: str, year: str) -> bool:
    """Whether a place is free there that year. The offering is locked."""
    if terms.enrolment_places is None:
        return True
    return _held(session, terms.code, place_code, year) < terms.enrolment_places


def serve(session: Session, activity_code: str, place_code: str, year: str, now: datetime) -> None:
    """Offers what is free to the first in line, then to the next. The offering is locked."""
    activity = session.get_one(Activity, activity_code)
    terms = terms_of(activity)
    if terms.enrolment_places is None or terms.waiting is None:
        return
    free = terms.enrolment_places - _held(session, activity_code, place_code, year)
    if free < 1:
        return
    rows = session.execute(
        select(Enrolment, Child)
        .join(Child, Child.child_id == Enrolment.child_id)
        .outerjoin(Family, Family.family_id == Enrolment.family_id)
        .where(_line(activity_code, place_code, year))
        .order_by(*_order(terms))
        .limit(free)
        .with_for_update(of=Enrolment)
    ).all()
    for enrolment, child in rows:
        enrolment.state = after(EnrolmentState(enrolment.state), Act.OFFER)
        enrolment.version += 1
        enrolment.offer_ends_at = now + timedelta(hours=terms.waiting.hours)
        fact = facts.describe(enrolment, child, terms.name).model_dump()
        told = EnrolmentOffered(**fact, offer_ends_at=enrolment.offer_ends_at)
        tell(session, told, subject=enrolment.enrolment_id, version=enrolment.version, at=now)
    session.flush()


def serve_all(session: Session, terms: ActivityTerms, now: datetime) -> None:
    """After the activity has changed: there may be more places, everywhere and every year."""
    waiting = session.execute(
        select(Enrolment.place_code, Enrolment.school_year)
        .where(Enrolment.activity_code == terms.code, Enrolment.state == EnrolmentState.WAITING)
        .distinct()
        .order_by(Enrolment.place_code, Enrolment.school_year)
    ).all()
    for place_code, year in waiting:
        lock(session, place_code, terms.code)
        serve(session, terms.code, place_code, year, now)


def rank(session: Session, enrolments: Collection[Enrolment]) -> dict[UUID, int]:
    """The place of each in its line, 1 first; those who do not wait have none. A statement a line."""
    lines = {
        (each.activity_code, each.place_code, each.school_year)
        for each in enrolments
        if each.state == EnrolmentState.WAITING
    }
    found: dict[UUID, int] = {}
    for activity_code, place_code, year in lines:
        terms = terms_of(session.get_one(Activity, activity_code))
        ids = session.scalars(
            select(Enrolment.enrolment_id)
            .outerjoin(Family, Family.family_id == Enrolment.family_id)
            .where(_line(activity_code, place_code, year))
            .order_by(*_order(terms))
        )
        found |= {enrolment_id: place for place, enrolment_id in enumerate(ids, 1)}
    return found


def due(session: Session, now: datetime, limit: int = 100) -> list[UUID]:
    """Offers that have run out, oldest first."""
    found = session.scalars(
        select(Enrolment.enrolment_id)
        .where(Enrolment.state == EnrolmentState.OFFERED, Enrolment.offer_ends_at <= now)
        .order_by(Enrolment.offer_ends_at)
        .limit(limit)
    )
    return list(found)


def _held(session: Session, activity_code: str, place_code: str, year: str) -> int:
    counted = select(func.count()).where(
        Enrolment.activity_code == activity_code,
        Enrolment.place_code == place_code,
        Enrolment.school_year == year,
        Enrolment.state.in_(HOLDING),
    )
    return session.scalar(counted) or 0


def _line(activity_code: str, place_code: str, year: str) -> ColumnElement[bool]:
    return (
        (Enrolment.activity_code == activity_code)
        & (Enrolment.place_code == place_code)
        & (Enrolment.school_year == year)
        & (Enrolment.state == EnrolmentState.WAITING)
    )


def _order(terms: ActivityTerms) -> list[ColumnElement[Any]]:
    by_time: list[ColumnElement[Any]] = [
        Enrolment.waiting_since.expression,
        Enrolment.enrolment_id.expression,
    ]
    if terms.waiting is not None and terms.waiting.order is WaitingOrder.RESIDENTS_FIRST:
        return [func.coalesce(Family.resident, False).desc(), *by_time]
    return by_time
