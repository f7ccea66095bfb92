"""What is reported and contested of sessions, for whoever takes or writes their roll-calls."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.enrolment.absence_terms import Ground
from contracts.enrolment.objections import ObjectionState
from contracts.events.attendance import AbsenceState, AttendanceLine
from enrolment.absences.models import Absence, AbsenceDay, Objection
from enrolment.absences.standing import Reported, judged
from enrolment.models import Booking


def reported_for(session: Session, session_ids: Collection[UUID]) -> dict[UUID, dict[UUID, AbsenceState]]:
    """session → child → where its reported absence stands: what a roll-call marks beforehand. One statement.

    Neither why nor with what paper: that is not the school's to know. What was withdrawn is not reported.
    """
    rows = session.execute(
        select(AbsenceDay.session_id, Absence.child_id, AbsenceDay.state)
        .join(Absence, Absence.absence_id == AbsenceDay.absence_id)
        .join(Booking, Booking.booking_id == AbsenceDay.booking_id)
        .where(
            AbsenceDay.session_id.in_(session_ids),
            AbsenceDay.state != AbsenceState.WITHDRAWN,
            Booking.cancelled_at.is_(None),
        )
    )
    found: dict[UUID, dict[UUID, AbsenceState]] = {session_id: {} for session_id in session_ids}
    for session_id, child_id, state in rows:
        found[session_id][child_id] = AbsenceState(state)
    return found


def judge(session: Session, session_id: UUID, lines: Sequence[AttendanceLine]) -> list[AttendanceLine]:
    """The lines of a sheet with what is reported and contested of them. Two statements; the session is locked."""
    days = session.execute(
        select(AbsenceDay.booking_id, AbsenceDay.state, AbsenceDay.ground).where(
            AbsenceDay.session_id == session_id, AbsenceDay.state != AbsenceState.WITHDRAWN
        )
    )
    reported = {
        booking_id: Reported(AbsenceState(state), Ground(ground)) for booking_id, state, ground in days
    }
    contested = set(
        session.scalars(
            select(Objection.child_id).where(
                Objection.session_id == session_id, Objection.state == ObjectionState.OPEN
            )
        )
    )
    return [
        judged(
            line,
            reported.get(line.booking_id) if line.booking_id else None,
            contested=line.child_id in contested,
        )
        for line in lines
    ]
