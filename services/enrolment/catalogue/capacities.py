"""How many places a session has, in all and for each age; who waits is served when there are more."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, Uuid, bindparam, case, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.offer import (
    ActivityTerms,
    OfferActivity,
    OfferingShown,
    OfferingView,
    OfferInPlaces,
)
from contracts.enrolment.refusals import OfferingChanged
from contracts.errors import Invalid, NotFound
from enrolment.booking import places, waiting
from enrolment.catalogue.terms import terms_of
from enrolment.enrolling import lines
from enrolment.models import Activity, DaySession, Offering, Place
from enrolment.schedule import calendar


def offer_activity(session: Session, ask: OfferActivity, caller: Caller, now: datetime) -> OfferingView:
    """Says that a place offers an activity. Sessions to come take the new capacity, never less than what is taken."""
    caller.staff(Role.ADMINISTRATION)
    activity = session.get(Activity, ask.activity_code)
    if activity is None or session.get(Place, ask.place_code) is None:
        raise NotFound
    terms = terms_of(activity)
    if set(ask.group_capacity) - {group.code for group in terms.groups}:
        raise Invalid(problems={"group_capacity": "unknown_group"})
    if ask.shown is not None:
        stands = session.get(Offering, (ask.place_code, ask.activity_code), with_for_update=True)
        now_shown = OfferingShown(
            capacity=stands.capacity if stands else None,
            group_capacity=stands.group_capacity if stands else {},
        )
        if now_shown != ask.shown:
            raise OfferingChanged
    capacity = terms.capacity if ask.capacity is None else ask.capacity
    values = {"capacity": capacity, "group_capacity": ask.group_capacity}
    statement = insert(Offering).values(place_code=ask.place_code, activity_code=ask.activity_code, **values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Offering.place_code, Offering.activity_code], set_=values
        )
    )
    _apply(session, terms, ask.place_code, calendar.local_day(now), now)
    return OfferingView(
        place_code=ask.place_code,
        activity_code=ask.activity_code,
        capacity=capacity,
        group_capacity=ask.group_capacity,
    )


def offer_in_places(session: Session, ask: OfferInPlaces, caller: Caller) -> int:
    """Says that places offer an activity, for as many children as it says itself. Answers how many are new."""
    caller.staff(Role.ADMINISTRATION)
    activity = session.get(Activity, ask.activity_code)
    wanted = set(ask.place_codes)
    known = session.scalars(select(Place.code).where(Place.code.in_(wanted))).all()
    if activity is None or len(known) < len(wanted):
        raise NotFound
    capacity = terms_of(activity).capacity
    rows = [
        {"place_code": code, "activity_code": activity.code, "capacity": capacity, "group_capacity": {}}
        for code in sorted(wanted)
    ]
    new = session.scalars(
        insert(Offering).values(rows).on_conflict_do_nothing().returning(Offering.place_code)
    )
    return len(new.all())


def follow(session: Session, terms: ActivityTerms, now: datetime) -> None:
    """After an activity has changed: its lines are served, then its sessions to come get its groups.

    In this order, that of whoever gives an enrolment up: the places of the activity, then the sessions.
    """
    lines.serve_all(session, terms, now)
    offered = session.scalars(
        select(Offering.place_code).where(Offering.activity_code == terms.code).order_by(Offering.place_code)
    ).all()
    for place_code in offered:
        _apply(session, terms, place_code, calendar.local_day(now), now)


def open_groups(session: Session, terms: ActivityTerms, session_ids: Collection[UUID]) -> None:
    """The groups' places of these sessions, which are new or locked. What is booked already is counted to its age."""
    if not terms.groups or not session_ids:
        return
    for group in terms.groups:
        session.execute(
            _OPEN_GROUP,
            {
                "session_ids": list(session_ids),
                "code": group.code,
                "capacity": group.capacity,
                "youngest": group.youngest,
                "oldest": group.oldest,
            },
        )


# Groups that the activity has no longer: who was counted in one is counted anew, by age, in those that there are.
_FORGET_GROUPS = text(
    """
    WITH gone AS (
        DELETE FROM session_group WHERE session_id = ANY(:session_ids) AND group_code <> ALL(:codes)
    ), bookings AS (
        UPDATE booking SET group_code = NULL
         WHERE session_id = ANY(:session_ids) AND cancelled_at IS NULL AND group_code <> ALL(:codes)
    )
    UPDATE waiting_place SET group_code = NULL
     WHERE anchor_id = ANY(:session_ids) AND state IN ('waiting', 'offered') AND group_code <> ALL(:codes)
    """
).bindparams(bindparam("session_ids", type_=ARRAY(Uuid)), bindparam("codes", type_=ARRAY(String)))

# `age` counts full years as `eligibility.age_on` does. What is taken is counted anew: bookings and open offers.
_OPEN_GROUP = text(
    """
    WITH aged AS (
        UPDATE booking b SET group_code = :code
          FROM session s, child c
         WHERE b.session_id = s.session_id AND c.child_id = b.child_id AND s.session_id = ANY(:session_ids)
           AND b.cancelled_at IS NULL AND b.group_code IS NULL
           AND date_part('year', age(s.day, c.birth_date)) BETWEEN :youngest AND :oldest
     RETURNING b.session_id
    ), aged_lines AS (
        UPDATE waiting_place w SET group_code = :code
          FROM session s, child c
         WHERE w.anchor_id = s.session_id AND c.child_id = w.child_id AND s.session_id = ANY(:session_ids)
           AND w.state IN ('waiting', 'offered') AND w.group_code IS NULL
           AND date_part('year', age(s.day, c.birth_date)) BETWEEN :youngest AND :oldest
     RETURNING w.state, w.session_ids
    ), counted AS (
        SELECT s.session_id,
               (SELECT count(*) FROM aged a WHERE a.session_id = s.session_id)
               + (SELECT count(*) FROM booking b
                   WHERE b.session_id = s.session_id AND b.cancelled_at IS NULL AND b.group_code = :code)
               + (SELECT count(*) FROM aged_lines a WHERE a.state = 'offered' AND s.session_id = ANY(a.session_ids))
               + (SELECT count(*) FROM waiting_place w
                   WHERE w.state = 'offered' AND w.group_code = :code AND s.session_id = ANY(w.session_ids)) AS taken,
               COALESCE((o.group_capacity ->> :code)::integer, :capacity) AS capacity
          FROM session s JOIN offering o USING (place_code, activity_code)
         WHERE s.session_id = ANY(:session_ids)
    )
    INSERT INTO session_group (session_id, group_code, capacity, taken)
    SELECT session_id, :code, greatest(taken, capacity), taken FROM counted
        ON CONFLICT (session_id, group_code)
        DO UPDATE SET capacity = EXCLUDED.capacity, taken = EXCLUDED.taken
    """
).bindparams(bindparam("session_ids", type_=ARRAY(Uuid)), bindparam("code", type_=String))


def _apply(session: Session, terms: ActivityTerms, place_code: str, today: date, now: datetime) -> None:
    to_come: list[ColumnElement[bool]] = [
        DaySession.place_code == place_code,
        DaySession.activity_code == terms.code,
        DaySession.day > today,
    ]
    ids = session.scalars(select(DaySession.session_id).where(*to_come)).all()
    if not ids:
        return
    places.lock(session, ids)
    wanted = (
        select(Offering.capacity)
        .where(Offering.place_code == place_code, Offering.activity_code == terms.code)
        .scalar_subquery()
    )
    session.execute(
        update(DaySession)
        .where(DaySession.session_id.in_(ids))
        .values(
            capacity=case((DaySession.taken > wanted, DaySession.taken), else_=wanted),
            edition=DaySession.edition + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        _FORGET_GROUPS, {"session_ids": list(ids), "codes": [group.code for group in terms.groups]}
    )
    open_groups(session, terms, ids)
    waiting.serve(session, ids, now)
