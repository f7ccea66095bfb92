"""Reporting an absence: which days may be, the report, taking it back, and the certificate that follows it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller
from contracts.enrolment.absence_terms import AbsenceReason, Ground
from contracts.enrolment.absences import (
    AbsenceChoicesView,
    CancellableView,
    ReportableView,
    ReportAbsence,
    WithdrawAbsence,
)
from contracts.enrolment.refusals import AbsenceDecidedAlready, CannotReport
from contracts.errors import NotFound
from contracts.events.absences import AbsenceReported, AbsenceWithdrawn
from contracts.events.attendance import AbsenceState
from contracts.events.documents import DocumentShared
from contracts.serving import Whose
from enrolment.absences import certificates
from enrolment.absences.booked import BookedDay, booked_days, why_not_report
from enrolment.absences.facts import fact_of
from enrolment.absences.models import Absence, AbsenceDay
from enrolment.absences.resettling import lock_child, resettle
from enrolment.absences.standing import Act, after
from enrolment.booking import places
from enrolment.enrolling.enrolment_views import view_child
from enrolment.given import passing
from enrolment.household import families
from enrolment.household.families import Acting
from enrolment.models import Booking, FamilyChild
from enrolment.schedule import calendar

SOON = timedelta(days=7)


def choices(session: Session, child_id: UUID, caller: Caller, now: datetime) -> AbsenceChoicesView:
    """What may be reported of a child, and what had better be cancelled. Four statements."""
    caller.citizen()
    acting = families.act_for(session, caller, child_id)
    days = booked_days(session, child_id, now).values()
    today = calendar.local_day(now)
    soon = today + SOON
    whose = Whose(acting.account_id, acting.family_id, child_id)
    given = certificates.earlier(session, whose, today)
    return AbsenceChoicesView(
        child=view_child(acting.child, acting.school_name),
        days=[
            ReportableView(
                booking_id=each.booking_id,
                activity_name=each.terms.name,
                place_name=each.place_name,
                day=each.day,
                slot=each.slot,
                report_until=each.report_until,
                elsewhere=each.family_id not in acting.family_ids,
                grounds={reason: each.terms.absences.ground(reason) for reason in AbsenceReason},
            )
            for each in days
            if why_not_report(each, now) is None
        ],
        cancellable=[
            CancellableView(
                activity_name=each.terms.name, day=each.day, slot=each.slot, closes_at=each.closes_at
            )
            for each in days
            if each.day <= soon and why_not_report(each, now) == "cancel_instead"
        ],
        certificate=passing.view(given) if given is not None else None,
    )


def report(session: Session, ask: ReportAbsence, caller: Caller, now: datetime) -> list[UUID]:
    """One report for each family that booked some of the days; all of them, or none.

    Locks: the child's row, then the sessions'. Raises NotFound, CannotReport.
    """
    caller.citizen()
    acting = families.act_for(session, caller, ask.child_id, lock=True)
    wanted = set(ask.booking_ids)
    found = booked_days(session, ask.child_id, now)
    sessions = places.lock(session, [found[each].session_id for each in wanted & found.keys()])
    # Read again, now that neither a roll-call nor a closure can change it.
    found = booked_days(session, ask.child_id, now)
    by_family: dict[UUID, list[BookedDay]] = defaultdict(list)
    for booking_id in ask.booking_ids:
        booked = found.get(booking_id)
        why = why_not_report(booked, now) if booked is not None else "unknown"
        if booked is None or why is not None:
            raise CannotReport(why=why, day=booked.day.isoformat() if booked else "")
    for booking_id, booked in found.items():
        if booking_id in wanted:
            by_family[booked.family_id].append(booked)
    made = [
        _write(session, ask, acting, family_id, days, now)
        for family_id, days in sorted(by_family.items(), key=lambda item: str(item[0]))
    ]
    for day_session in sessions:
        resettle(session, day_session, now)
    return made


def _write(
    session: Session,
    ask: ReportAbsence,
    acting: Acting,
    family_id: UUID,
    days: Sequence[BookedDay],
    now: datetime,
) -> UUID:
    absence = Absence(
        absence_id=_id_of(ask, family_id),
        child_id=ask.child_id,
        family_id=family_id,
        reason=ask.reason,
        note=ask.note.strip(),
        reported_at=now,
        reported_by=acting.account_id,
        reported_by_name=acting.name,
        certificate_until=certificate_until(days, ask.reason, calendar.local_day(now)),
        version=1,
    )
    session.add(absence)
    session.flush()
    session.add_all(
        AbsenceDay(
            absence_id=absence.absence_id,
            booking_id=each.booking_id,
            session_id=each.session_id,
            ground=each.terms.absences.ground(ask.reason),
            state=AbsenceState.REPORTED,
        )
        for each in days
    )
    session.flush()
    told = fact_of(session, absence, acting.child).model_dump()
    fact = AbsenceReported(**told, certificate_until=absence.certificate_until)
    tell(session, fact, subject=absence.absence_id, version=absence.version, at=now)
    if ask.reuse_certificate and absence.certificate_until is not None:
        certificates.reuse(session, absence, acting.account_id, now)
    return absence.absence_id


def made_by(session: Session, ask: ReportAbsence) -> list[UUID]:
    """The reports that this command made: a repeat is answered with them, so that no note is kept a second time."""
    of = select(FamilyChild.family_id).where(FamilyChild.child_id == ask.child_id)
    ids = [_id_of(ask, family_id) for family_id in session.scalars(of)]
    return sorted(session.scalars(select(Absence.absence_id).where(Absence.absence_id.in_(ids))), key=str)


def _id_of(ask: ReportAbsence, family_id: UUID) -> UUID:
    return uuid5(ask.command_id, family_id.hex)


def certificate_until(days: Sequence[BookedDay], reason: AbsenceReason, today: date) -> date | None:
    """The last day to give a certificate: so long after the report, or after the last day if it is to come.

    None when no day needs one.
    """
    needing = [each for each in days if each.terms.absences.ground(reason) is Ground.CERTIFICATE]
    ends = [max(today, each.day) + timedelta(days=each.terms.absences.certificate_days) for each in needing]
    return max(ends, default=None)


def withdraw(session: Session, ask: WithdrawAbsence, caller: Caller, now: datetime) -> None:
    """Takes back the days nobody has decided: the child comes after all. Raises NotFound, AbsenceDecidedAlready."""
    account_id = caller.citizen()
    found = session.get(Absence, ask.absence_id)
    if found is None or not may_see(session, found, account_id):
        raise NotFound
    child = lock_child(session, found.child_id)
    sessions = places.lock(session, sessions_of(session, ask.absence_id))
    absence, days = lock(session, ask.absence_id)
    open_days = [each for each in days if each.state == AbsenceState.REPORTED]
    if not open_days:
        raise AbsenceDecidedAlready(state=days[0].state if days else AbsenceState.WITHDRAWN)
    for each in open_days:
        each.state = after(AbsenceState(each.state), Act.WITHDRAW)
    absence.version += 1
    session.flush()
    fact = AbsenceWithdrawn(**fact_of(session, absence, child).model_dump())
    tell(session, fact, subject=absence.absence_id, version=absence.version, at=now)
    for day_session in sessions:
        resettle(session, day_session, now)


def attach(session: Session, fact: DocumentShared, now: datetime) -> bool:
    """Notes a certificate that a guardian of the child shared. False when it is not for an absence of theirs."""
    try:
        absence, _ = lock(session, fact.subject_id)
    except NotFound:
        return False
    if fact.account_id not in families.guardians_of(session, absence.child_id):
        return False
    certificates.keep(session, absence, fact, now)
    absence.version += 1  # an agent about to refuse for want of it must look again
    return True


def lock(session: Session, absence_id: UUID) -> tuple[Absence, list[AbsenceDay]]:
    """The report and its days, kept until the end of the transaction. Raises NotFound.

    A day whose booking the town has cancelled since is none of them: there is nothing to say of it any more.
    """
    absence = session.scalar(
        select(Absence)
        .where(Absence.absence_id == absence_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if absence is None:
        raise NotFound
    days = session.scalars(
        select(AbsenceDay)
        .join(Booking, Booking.booking_id == AbsenceDay.booking_id)
        .where(AbsenceDay.absence_id == absence_id, Booking.cancelled_at.is_(None))
        .order_by(AbsenceDay.booking_id)
        .execution_options(populate_existing=True)
    )
    return absence, list(days)


def sessions_of(session: Session, absence_id: UUID) -> list[UUID]:
    """The sessions of its days: they never change."""
    return list(session.scalars(select(AbsenceDay.session_id).where(AbsenceDay.absence_id == absence_id)))


def may_see(session: Session, absence: Absence, account_id: UUID) -> bool:
    """A guardian of the family that booked, or who reported."""
    return account_id == absence.reported_by or absence.family_id in families.families_of(session, account_id)
