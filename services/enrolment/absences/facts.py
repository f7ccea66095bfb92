"""What is told of a report: its days and what each does to the bill, never why the child was away."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.enrolment.absence_terms import Ground
from contracts.events.absences import AbsenceFact, AbsentDay
from contracts.events.attendance import AbsenceState
from enrolment.absences.models import Absence, AbsenceDay
from enrolment.absences.standing import Reported
from enrolment.household.families import SomeChild, full_name
from enrolment.models import Activity, DaySession


def fact_of(session: Session, absence: Absence, child: SomeChild) -> AbsenceFact:
    """The part that every fact of a report shares. One statement; the caller has flushed."""
    rows = session.execute(
        select(AbsenceDay, DaySession, Activity.name)
        .join(DaySession, DaySession.session_id == AbsenceDay.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(AbsenceDay.absence_id == absence.absence_id)
        .order_by(DaySession.day, Activity.name, DaySession.slot)
    )
    return AbsenceFact(
        absence_id=absence.absence_id,
        child_id=child.child_id,
        child_name=full_name(child),
        family_id=absence.family_id,
        account_id=absence.reported_by,
        days=[
            AbsentDay(
                booking_id=each.booking_id,
                session_id=each.session_id,
                activity_code=day_session.activity_code,
                activity_name=activity_name,
                place_code=day_session.place_code,
                day=day_session.day,
                slot=day_session.slot,
                state=AbsenceState(each.state),
                effect=Reported(AbsenceState(each.state), Ground(each.ground)).effect,
            )
            for each, day_session, activity_name in rows
        ],
    )
