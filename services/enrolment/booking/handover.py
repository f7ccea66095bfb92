"""Booked days follow the custody calendar: what another calendar gives to the other home becomes that home's booking.

Only what can still be cancelled moves. Afterwards a day stays with the home that could have given it back: nobody is
billed for a day that they were never able to refuse.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from chassis.outbox import tell_all
from contracts.events.accounts import CustodyUpdated
from contracts.events.bookings import DaysHandedOver, HandedDay
from contracts.events.event import Event
from enrolment.booking import places, records
from enrolment.booking.booking_rules import cancelling_deadline
from enrolment.booking.places import BookedDay
from enrolment.catalogue.terms import terms_of
from enrolment.household import custody
from enrolment.household.families import SomeChild, full_name
from enrolment.models import Activity, Booking, Child, CustodySpan, DaySession, Place, Sheet
from enrolment.schedule import calendar

TO_THE_OTHER = "calendrier de garde : ce jour passe à l’autre foyer de l’enfant"
TO_YOURS = "calendrier de garde : ce jour passe de l’autre foyer de l’enfant au vôtre"

_Pair = tuple[BookedDay, BookedDay]


def keep_calendar(session: Session, fact: CustodyUpdated, now: datetime) -> None:
    """Keeps a child's calendar, and gives each of its bookings to come to the home that has the day.

    Locks the child first: a save either was made before, and is seen here, or reads the new calendar.
    """
    child = session.scalar(
        select(Child).where(Child.child_id == fact.child_id).with_for_update(key_share=True)
    )
    custody.keep(session, fact)
    if child is None:
        return
    misplaced = _misplaced(session, child, now)
    if not misplaced:
        return
    places.lock(session, [before.session_id for before, _ in misplaced])
    # A closure may have ended some of them until their sessions were ours, a roll-call have settled them.
    pairs = _misplaced(session, child, now)
    if not pairs:
        return
    places.hand_over(session, pairs, now)
    command_id = uuid4()
    before, after = [each for each, _ in pairs], [each for _, each in pairs]
    records.write_by_town(session, before, TO_THE_OTHER, command_id, now, handed_over=True)
    records.write_by_town(session, after, TO_YOURS, command_id, now, made=True, handed_over=True)
    _tell_families(session, child.child_id, before, after, now)


def _misplaced(session: Session, child: SomeChild, now: datetime) -> list[_Pair]:
    """(the booking, what it becomes): those to come, in time and unchecked, that are not of the home of their day."""
    rows = session.execute(
        select(Booking, DaySession, Activity, Place.name, CustodySpan.family_id)
        .join(DaySession, DaySession.session_id == Booking.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .join(
            CustodySpan,
            (CustodySpan.child_id == Booking.child_id)
            & DaySession.day.between(CustodySpan.first, CustodySpan.last),
        )
        .where(
            Booking.child_id == child.child_id,
            Booking.cancelled_at.is_(None),
            Booking.family_id != CustodySpan.family_id,
            DaySession.day >= calendar.local_day(now),
            ~exists().where(Sheet.session_id == DaySession.session_id),
        )
        .order_by(DaySession.day, DaySession.session_id)
        .execution_options(populate_existing=True)
    )
    pairs = []
    for booking, day_session, activity, place_name, home in rows:
        terms = terms_of(activity)
        if not cancelling_deadline(terms, day_session.day, calendar.public_holiday).is_open(now):
            continue
        before = BookedDay(
            booking_id=booking.booking_id,
            session_id=day_session.session_id,
            child_id=child.child_id,
            child_name=full_name(child),
            family_id=booking.family_id,
            activity_code=terms.code,
            activity_name=terms.name,
            place_code=day_session.place_code,
            place_name=place_name,
            day=day_session.day,
            slot=day_session.slot,
        )
        pairs.append((before, replace(before, booking_id=uuid4(), family_id=home)))
    return pairs


def _tell_families(
    session: Session, child_id: UUID, before: Sequence[BookedDay], after: Sequence[BookedDay], now: datetime
) -> None:
    """One fact for each home that gains or loses days."""

    def days(those: Sequence[BookedDay], family_id: UUID) -> list[HandedDay]:
        return [
            HandedDay(activity_name=each.activity_name, day=each.day, slot=each.slot)
            for each in those
            if each.family_id == family_id
        ]

    facts: list[tuple[Event, UUID | str, int]] = [
        (
            DaysHandedOver(
                child_id=child_id,
                family_id=family_id,
                gained=days(after, family_id),
                lost=days(before, family_id),
            ),
            f"{child_id}/{family_id}",
            1,
        )
        for family_id in sorted({each.family_id for each in (*before, *after)})
    ]
    tell_all(session, facts, at=now)
