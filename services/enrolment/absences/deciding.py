"""Qualifying a reported absence: by an agent, or by the calendar when no certificate came."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Exists, select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Role
from contracts.enrolment.absence_terms import Ground
from contracts.enrolment.absences import DecideAbsence
from contracts.enrolment.refusals import AbsenceChanged, AbsenceDecidedAlready
from contracts.errors import Invalid, NotFound
from contracts.events.absences import AbsenceDecided
from contracts.events.attendance import AbsenceState
from enrolment.absences import reports
from enrolment.absences.facts import fact_of
from enrolment.absences.models import Absence, AbsenceAttachment, AbsenceDay
from enrolment.absences.resettling import lock_child, resettle
from enrolment.absences.standing import Act, after
from enrolment.attending.settled import Settling
from enrolment.booking import places
from enrolment.household.families import SomeChild
from enrolment.models import Booking, Child, DaySession
from enrolment.schedule import calendar


def decide(session: Session, ask: DecideAbsence, caller: Caller, now: datetime) -> None:
    """Qualifies every day of a report, and settles again the sheets that were.

    Locks: the child's row, the sessions', then the report's: two agents come one after the other, and the second one
    is told. Raises NotFound, AbsenceChanged, AbsenceDecidedAlready, Invalid.
    """
    agent = caller.staff(Role.REQUESTS)
    child, sessions, absence, days = _locked(session, ask.absence_id)
    if absence.version != ask.version:
        raise AbsenceChanged(by=absence.decided_by_name)
    standing = [each for each in days if each.state != AbsenceState.WITHDRAWN]
    justified = set(ask.justified)
    if justified - {each.booking_id for each in standing}:
        raise Invalid(problems={"justified": "unknown_day"})
    if not ask.answer.strip() and any(each.booking_id not in justified for each in standing):
        raise Invalid(problems={"answer": "answer_missing"})
    changed = False
    for each in standing:
        is_justified = each.booking_id in justified
        wanted = AbsenceState.JUSTIFIED if is_justified else AbsenceState.UNJUSTIFIED
        if each.state != wanted:
            each.state = after(AbsenceState(each.state), Act.JUSTIFY if is_justified else Act.REFUSE)
            changed = True
    if not changed:
        raise AbsenceDecidedAlready(state=standing[0].state if standing else AbsenceState.WITHDRAWN)
    absence.decided_by, absence.decided_by_name, absence.answer = agent, caller.name, ask.answer.strip()
    _close(session, absence, child, sessions, Settling.of(caller, now), now, lapsed=False)


def late(session: Session, now: datetime, limit: int = 100) -> list[UUID]:
    """The reports whose certificate did not come in time."""
    today = calendar.local_day(now)
    return list(
        session.scalars(
            select(Absence.absence_id)
            .where(
                Absence.certificate_until < today,
                _waits_for_certificate(),
                ~_has_certificate(),
            )
            .order_by(Absence.certificate_until, Absence.absence_id)
            .limit(limit)
        )
    )


def lapse(session: Session, absence_id: UUID, now: datetime) -> bool:
    """The days that needed a certificate are not justified; False when one came, or somebody decided, meanwhile."""
    child, sessions, absence, days = _locked(session, absence_id)
    open_days = [
        each for each in days if each.state == AbsenceState.REPORTED and each.ground == Ground.CERTIFICATE
    ]
    given = session.scalar(
        select(AbsenceAttachment.share_id).where(AbsenceAttachment.absence_id == absence_id).limit(1)
    )
    if not open_days or given is not None or not _is_past(absence.certificate_until, now):
        return False
    for each in open_days:
        each.state = after(AbsenceState(each.state), Act.REFUSE)
    _close(session, absence, child, sessions, Settling(now), now, lapsed=True)
    return True


def _close(
    session: Session,
    absence: Absence,
    child: SomeChild,
    sessions: Collection[DaySession],
    settling: Settling,
    now: datetime,
    *,
    lapsed: bool,
) -> None:
    absence.decided_at = now
    absence.version += 1
    session.flush()
    fact = AbsenceDecided(**fact_of(session, absence, child).model_dump(), lapsed=lapsed)
    tell(session, fact, subject=absence.absence_id, version=absence.version, at=now)
    for day_session in sessions:
        resettle(session, day_session, now, settling)


def _locked(session: Session, absence_id: UUID) -> tuple[Child, list[DaySession], Absence, list[AbsenceDay]]:
    child_id = session.scalar(select(Absence.child_id).where(Absence.absence_id == absence_id))
    if child_id is None:
        raise NotFound
    child = lock_child(session, child_id)
    sessions = places.lock(session, reports.sessions_of(session, absence_id))
    absence, days = reports.lock(session, absence_id)
    return child, sessions, absence, days


def _is_past(until: date | None, now: datetime) -> bool:
    return until is not None and until < calendar.local_day(now)


def _waits_for_certificate() -> Exists:
    return (
        select(AbsenceDay.absence_id)
        .join(Booking, Booking.booking_id == AbsenceDay.booking_id)
        .where(
            AbsenceDay.absence_id == Absence.absence_id,
            AbsenceDay.state == AbsenceState.REPORTED,
            AbsenceDay.ground == Ground.CERTIFICATE,
            Booking.cancelled_at.is_(None),
        )
        .exists()
    )


def _has_certificate() -> Exists:
    return (
        select(AbsenceAttachment.share_id).where(AbsenceAttachment.absence_id == Absence.absence_id).exists()
    )
