"""A calendar that a phone subscribes to: made, given a new address, revoked, read.

What it shows is the family's own bookings: those of a child's other home are that home's. It dies with the guardian's
link to the family.
"""

import hashlib
import secrets
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.caller import Caller
from contracts.enrolment.feeds import (
    FeedContent,
    FeedEvent,
    FeedView,
    MakeFeed,
    NewFeed,
    ReadFeed,
    RevokeFeed,
)
from contracts.enrolment.offer import ActivityTerms
from contracts.errors import NotFound
from enrolment.booking.booking_rules import cancelling_deadline
from enrolment.catalogue.terms import terms_of
from enrolment.household.families import families_of
from enrolment.household.feed_models import CalendarFeed
from enrolment.models import Activity, Booking, Child, DaySession, Family, FamilyChild, FamilyGuardian, Place
from enrolment.schedule import calendar

SECRET_BYTES = 24
"""192 bits: nobody finds an address by trying."""


def list_feeds(session: Session, caller: Caller) -> list[FeedView]:
    """One per family of the caller, made or not. Three statements."""
    account_id = caller.citizen()
    own = families_of(session, account_id)
    made = dict(
        session.execute(
            select(CalendarFeed.family_id, CalendarFeed.made_at).where(CalendarFeed.account_id == account_id)
        ).all()
    )
    names: dict[UUID, list[str]] = defaultdict(list)
    labels: dict[UUID, str] = {}
    rows = session.execute(
        select(FamilyChild.family_id, Family.label, Child.first_name)
        .join(Child, Child.child_id == FamilyChild.child_id)
        .outerjoin(Family, Family.family_id == FamilyChild.family_id)
        .where(FamilyChild.family_id.in_(own))
        .order_by(Child.birth_date, Child.first_name)
    )
    for family_id, label, first_name in rows:
        names[family_id].append(first_name)
        labels[family_id] = label or ""
    return [
        FeedView(
            family_id=family_id,
            family_label=labels.get(family_id, ""),
            children=names[family_id],
            made_at=made.get(family_id),
        )
        for family_id in sorted(own)
    ]


def make(session: Session, ask: MakeFeed, caller: Caller, now: datetime) -> NewFeed:
    """A new secret; the one before opens nothing any more."""
    account_id = caller.citizen()
    if ask.family_id not in families_of(session, account_id):
        raise NotFound
    token = secrets.token_urlsafe(SECRET_BYTES)
    values = {"token_hash": _hash(token), "made_at": now}
    statement = insert(CalendarFeed).values(account_id=account_id, family_id=ask.family_id, **values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[CalendarFeed.account_id, CalendarFeed.family_id], set_=values
        )
    )
    return NewFeed(token=token)


def revoke(session: Session, ask: RevokeFeed, caller: Caller) -> None:
    """The address opens nothing any more."""
    session.execute(
        delete(CalendarFeed).where(
            CalendarFeed.account_id == caller.citizen(), CalendarFeed.family_id == ask.family_id
        )
    )


def forget(session: Session, account_id: UUID) -> None:
    """The account is closed."""
    session.execute(delete(CalendarFeed).where(CalendarFeed.account_id == account_id))


def read(session: Session, ask: ReadFeed, now: datetime) -> FeedContent:
    """The booked days, oldest first. Two statements, however many."""
    found = session.execute(
        select(CalendarFeed.family_id, Family.label)
        .join(
            FamilyGuardian,
            (FamilyGuardian.family_id == CalendarFeed.family_id)
            & (FamilyGuardian.account_id == CalendarFeed.account_id),
        )
        .outerjoin(Family, Family.family_id == CalendarFeed.family_id)
        .where(CalendarFeed.token_hash == _hash(ask.token))
    ).first()
    if found is None:
        raise NotFound
    family_id, label = found
    last_month = (calendar.local_day(now).replace(day=1) - timedelta(days=1)).replace(day=1)
    rows = session.execute(
        select(Booking, DaySession, Activity, Place, Child.first_name)
        .join(DaySession, DaySession.session_id == Booking.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .join(Child, Child.child_id == Booking.child_id)
        .where(Booking.family_id == family_id, Booking.cancelled_at.is_(None), DaySession.day >= last_month)
        .order_by(DaySession.day, DaySession.slot, Child.first_name, Booking.booking_id)
    )
    known: dict[str, ActivityTerms] = {}
    events = []
    for booking, day_session, activity, place, first_name in rows:
        terms = known.setdefault(activity.code, terms_of(activity))
        hours = next((each for each in terms.hours if each.slot == day_session.slot), None)
        events.append(
            FeedEvent(
                booking_id=booking.booking_id,
                first_name=first_name,
                activity_name=activity.name,
                place_name=place.name,
                city=place.city,
                day=day_session.day,
                slot=day_session.slot,
                begins=hours.begins if hours else None,
                ends=hours.ends if hours else None,
                cancel_until=cancelling_deadline(terms, day_session.day, calendar.public_holiday).closes_at,
                made_at=booking.made_at,
            )
        )
    return FeedContent(family_label=label or "", events=events)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
