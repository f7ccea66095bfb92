"""Objections as they are shown: to the family, to agents with all there is to judge by."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.objections import (
    Claim,
    ObjectionFileView,
    ObjectionQueue,
    ObjectionQueueView,
    ObjectionState,
    ObjectionView,
)
from contracts.errors import NotFound
from contracts.events.attendance import AbsenceState, Mark
from enrolment.absences.claims import choices
from enrolment.absences.models import AbsenceDay, Objection
from enrolment.absences.sheet_versions import line_of, versions
from enrolment.booking.proofs import view_proof
from enrolment.household.families import SomeChild, full_name
from enrolment.models import Activity, Booking, Child, DaySession, Place, Proof, Sheet


def views(session: Session, found: Sequence[Objection]) -> list[ObjectionView]:
    """In the order given. One statement, however many there are."""
    if not found:
        return []
    rows = session.execute(
        select(Objection.objection_id, Child, DaySession, Activity.name, Place.name)
        .join(Child, Child.child_id == Objection.child_id)
        .join(DaySession, DaySession.session_id == Objection.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .where(Objection.objection_id.in_([each.objection_id for each in found]))
    )
    known = {row[0]: row for row in rows}
    return [_view(each, *known[each.objection_id][1:]) for each in found]


def queue(session: Session, ask: ObjectionQueue, caller: Caller) -> ObjectionQueueView:
    """The open ones oldest first, the answered ones newest first."""
    caller.staff(Role.REQUESTS)
    is_open = Objection.state == ObjectionState.OPEN
    wanted = is_open if ask.is_open else ~is_open
    total = session.scalar(select(func.count()).select_from(Objection).where(wanted)) or 0
    order = Objection.made_at if ask.is_open else Objection.answered_at.desc()
    found = session.scalars(
        select(Objection)
        .where(wanted)
        .order_by(order, Objection.objection_id)
        .offset(ask.offset)
        .limit(ask.limit)
    ).all()
    return ObjectionQueueView(total=total, objections=views(session, found))


def show(session: Session, objection_id: UUID, caller: Caller) -> ObjectionFileView:
    """The objection beside what the sheets said, version by version, and the proofs of booking. Raises NotFound."""
    caller.staff(Role.REQUESTS)
    objection = session.get(Objection, objection_id)
    if objection is None:
        raise NotFound
    here = (objection.session_id, objection.child_id)
    sheets = session.scalars(
        select(Sheet).where(Sheet.session_id == here[0]).order_by(Sheet.version.desc())
    ).all()
    line = line_of(sheets[0], here[1]) if sheets else None
    booking_id = session.scalar(
        select(Booking.booking_id).where(
            Booking.session_id == here[0], Booking.child_id == here[1], Booking.cancelled_at.is_(None)
        )
    )
    absence = session.execute(
        select(AbsenceDay.absence_id, AbsenceDay.state).where(
            AbsenceDay.booking_id == booking_id, AbsenceDay.state != AbsenceState.WITHDRAWN
        )
    ).first()
    proofs = session.scalars(
        select(Proof)
        .where(Proof.session_id == here[0], Proof.child_id == here[1])
        .order_by(Proof.proof_number.desc())
    )
    return ObjectionFileView(
        objection=views(session, [objection])[0],
        booked=booking_id is not None,
        mark=line.mark if line else None,
        absence=AbsenceState(absence[1]) if absence else None,
        absence_id=absence[0] if absence else None,
        sheets=versions(sheets, here[1]),
        proofs=[view_proof(proof) for proof in proofs],
        choices=choices(Mark(objection.mark), is_booked=booking_id is not None),
        may_be_removed=booking_id is None,
    )


def _view(
    objection: Objection, child: SomeChild, day_session: DaySession, activity_name: str, place_name: str
) -> ObjectionView:
    return ObjectionView(
        objection_id=objection.objection_id,
        child_id=child.child_id,
        child_name=full_name(child),
        family_id=objection.family_id,
        session_id=day_session.session_id,
        activity_name=activity_name,
        place_name=place_name,
        day=day_session.day,
        slot=day_session.slot,
        mark=Mark(objection.mark),
        claim=Claim(objection.claim),
        words=objection.words,
        made_at=objection.made_at,
        made_by=objection.made_by_name,
        state=ObjectionState(objection.state),
        corrected_to=Mark(objection.corrected_to) if objection.corrected_to else None,
        answer=objection.answer,
        answered_at=objection.answered_at,
        version=objection.version,
    )
