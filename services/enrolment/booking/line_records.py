"""What was waited for, the usual weeks and the calendars' addresses, for the parents to take away."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.records import Records
from enrolment.booking.deadlines import WEEKDAYS
from enrolment.booking.usual_week_models import UsualWeekKept
from enrolment.booking.waiting_models import WaitingPlace
from enrolment.household.families import full_name
from enrolment.household.feed_models import CalendarFeed
from enrolment.models import Activity, Child, DaySession


def records(session: Session, own: Collection[UUID], account_id: UUID) -> dict[str, list[Records]]:
    """`waiting`: these families' places in lines, ended ones too; `usual_weeks`; `calendars`: never the secret."""
    return {
        "waiting": _waiting(session, own),
        "usual_weeks": _usual_weeks(session, own),
        "calendars": [
            {"made_at": made_at.isoformat()}
            for made_at in session.scalars(
                select(CalendarFeed.made_at).where(CalendarFeed.account_id == account_id)
            )
        ],
    }


def _waiting(session: Session, own: Collection[UUID]) -> list[Records]:
    rows = session.execute(
        select(WaitingPlace, Child, DaySession, Activity.name)
        .join(Child, Child.child_id == WaitingPlace.child_id)
        .join(DaySession, DaySession.session_id == WaitingPlace.anchor_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(WaitingPlace.family_id.in_(own))
        .order_by(WaitingPlace.number.desc())
    )
    return [
        {
            "child_name": full_name(child),
            "activity_name": activity_name,
            "day": day_session.day.isoformat(),
            "slot": day_session.slot,
            "asked_at": row.asked_at.isoformat(),
            "state": row.state,
        }
        for row, child, day_session, activity_name in rows
    ]


def _usual_weeks(session: Session, own: Collection[UUID]) -> list[Records]:
    names = dict(session.execute(select(Activity.code, Activity.name)).all())
    rows = session.execute(
        select(UsualWeekKept, Child)
        .join(Child, Child.child_id == UsualWeekKept.child_id)
        .where(UsualWeekKept.family_id.in_(own))
        .order_by(Child.first_name)
    )
    return [
        {
            "child_name": full_name(child),
            "activity_name": names.get(day["activity_code"], day["activity_code"]),
            "slot": day["slot"],
            "weekday": WEEKDAYS[day["weekday"] - 1],
        }
        for kept, child in rows
        for day in kept.days
    ]
