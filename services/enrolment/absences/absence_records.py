"""What was reported and contested, for the parents to take away."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.records import Records
from enrolment.absences.models import Absence, AbsenceDay, Objection
from enrolment.absences.objection_views import views
from enrolment.household.families import full_name
from enrolment.models import Activity, Child, DaySession


def records(session: Session, own: Collection[UUID], account_id: UUID) -> dict[str, list[Records]]:
    """`absences`: of the days these families booked, and those the account reported; `objections`: these families'."""
    return {"absences": _absences(session, own, account_id), "objections": _objections(session, own)}


def _absences(session: Session, own: Collection[UUID], account_id: UUID) -> list[Records]:
    rows = session.execute(
        select(Absence, AbsenceDay, Child, DaySession, Activity.name)
        .join(AbsenceDay, AbsenceDay.absence_id == Absence.absence_id)
        .join(Child, Child.child_id == Absence.child_id)
        .join(DaySession, DaySession.session_id == AbsenceDay.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(Absence.family_id.in_(own) | (Absence.reported_by == account_id))
        .order_by(Absence.reported_at.desc(), DaySession.day)
    ).all()
    days: dict[UUID, list[Records]] = defaultdict(list)
    for absence, each, _, day_session, activity_name in rows:
        days[absence.absence_id].append(
            {
                "day": day_session.day.isoformat(),
                "slot": day_session.slot,
                "activity_name": activity_name,
                "state": each.state,
            }
        )
    kept = {absence.absence_id: (absence, child) for absence, _, child, _, _ in rows}
    return [
        {
            "absence_id": str(absence.absence_id),
            "child_name": full_name(child),
            "reason": absence.reason,
            "note": absence.note,
            "reported_at": absence.reported_at.isoformat(),
            "reported_by_me": absence.reported_by == account_id,
            "certificate_until": _day(absence.certificate_until),
            "decided_at": absence.decided_at.isoformat() if absence.decided_at else None,
            "answer": absence.answer,
            "days": days[absence.absence_id],
        }
        for absence, child in kept.values()
    ]


def _objections(session: Session, own: Collection[UUID]) -> list[Records]:
    found = session.scalars(
        select(Objection).where(Objection.family_id.in_(own)).order_by(Objection.made_at.desc())
    ).all()
    return [
        view.model_dump(mode="json", exclude={"family_id", "child_id", "session_id", "version"})
        for view in views(session, found)
    ]


def _day(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None
