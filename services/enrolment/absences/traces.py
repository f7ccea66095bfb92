"""What a child's days have left behind: bookings, cancellations, sheets, reports; for who judges what was billed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.objections import Claim, ObjectionState
from contracts.enrolment.traces import ClaimView, DayTraceView, TraceDays
from contracts.errors import NotFound
from contracts.events.attendance import AbsenceState, Mark
from contracts.events.consultations import Consulted
from enrolment import consultations
from enrolment.absences.models import Absence, AbsenceDay, Objection
from enrolment.absences.sheet_versions import line_of, versions
from enrolment.booking.proofs import view_proof
from enrolment.household.families import full_name
from enrolment.models import Activity, Booking, Child, DaySession, Place, Proof, Sheet, SheetChild

R = TypeVar("R", Sheet, Proof, Objection)


@dataclass(frozen=True)
class Report:
    """An absence reported of a booked day: where it stands, since when. Why is nobody's business here."""

    state: AbsenceState | None
    at: datetime | None


def trace(session: Session, ask: TraceDays, caller: Caller, now: datetime) -> list[DayTraceView]:
    """The days that concern the family, in order. As many statements, however many days. Raises NotFound."""
    caller.agent(Role.BILLING, Role.REQUESTS)
    child = session.get(Child, ask.child_id)
    ours = _of_family(session, ask)
    if child is None or not ours:
        raise NotFound
    days = session.execute(
        select(DaySession, Activity.name, Place.name)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .where(DaySession.session_id.in_(ours))
        .order_by(DaySession.day, DaySession.slot, DaySession.session_id)
    ).all()
    sheets = _by_session(
        session.scalars(select(Sheet).where(Sheet.session_id.in_(ours)).order_by(Sheet.version.desc()))
    )
    proofs = _by_session(
        session.scalars(
            select(Proof)
            .where(
                Proof.session_id.in_(ours), Proof.child_id == ask.child_id, Proof.family_id == ask.family_id
            )
            .order_by(Proof.proof_number.desc())
        )
    )
    said = _by_session(
        session.scalars(
            select(Objection)
            .where(
                Objection.session_id.in_(ours),
                Objection.child_id == ask.child_id,
                Objection.family_id == ask.family_id,
            )
            .order_by(Objection.made_at)
        )
    )
    booked = _booked(session, ask, ours)
    names = ", ".join(sorted({activity for _, activity, _ in days}))
    detail = f"{full_name(child)}, {names}, réservations et pointages"
    consultations.note(session, caller, Consulted.BOOKINGS, ask.family_id, ask.child_id, detail, now)
    found = []
    for day_session, activity, place in days:
        here = day_session.session_id
        last = line_of(sheets[here][0], ask.child_id) if sheets[here] else None
        report = booked.get(here)
        found.append(
            DayTraceView(
                session_id=here,
                activity_code=day_session.activity_code,
                activity_name=activity,
                place_code=day_session.place_code,
                place_name=place,
                day=day_session.day,
                slot=day_session.slot,
                booked=report is not None,
                mark=last.mark if last else None,
                absence=report.state if report else None,
                absence_reported_at=report.at if report else None,
                sheets=versions(sheets[here], ask.child_id),
                proofs=[view_proof(proof) for proof in proofs[here]],
                claims=[_claim(each) for each in said[here]],
            )
        )
    return found


def _of_family(session: Session, ask: TraceDays) -> set[UUID]:
    """Those of the days on which the child was booked, or on a sheet, for that family: no other home's is shown."""
    on_sheets = select(SheetChild.session_id).where(
        SheetChild.session_id.in_(ask.session_ids),
        SheetChild.child_id == ask.child_id,
        SheetChild.family_id == ask.family_id,
    )
    booked = select(Proof.session_id).where(
        Proof.session_id.in_(ask.session_ids),
        Proof.child_id == ask.child_id,
        Proof.family_id == ask.family_id,
    )
    return set(session.scalars(on_sheets.union(booked)))


def _booked(session: Session, ask: TraceDays, ours: set[UUID]) -> dict[UUID, Report]:
    """The sessions on which a booking stands, and what was reported of each."""
    rows = session.execute(
        select(Booking.session_id, AbsenceDay.state, Absence.reported_at)
        .outerjoin(
            AbsenceDay,
            (AbsenceDay.booking_id == Booking.booking_id) & (AbsenceDay.state != AbsenceState.WITHDRAWN),
        )
        .outerjoin(Absence, Absence.absence_id == AbsenceDay.absence_id)
        .where(
            Booking.session_id.in_(ours),
            Booking.child_id == ask.child_id,
            Booking.family_id == ask.family_id,
            Booking.cancelled_at.is_(None),
        )
    )
    return {here: Report(AbsenceState(state) if state else None, at) for here, state, at in rows}


def _claim(said: Objection) -> ClaimView:
    return ClaimView(
        claim=Claim(said.claim),
        mark=Mark(said.mark),
        made_at=said.made_at,
        state=ObjectionState(said.state),
        answered_at=said.answered_at,
    )


def _by_session(rows: Iterable[R]) -> defaultdict[UUID, list[R]]:
    found: defaultdict[UUID, list[R]] = defaultdict(list)
    for row in rows:
        found[row.session_id].append(row)
    return found
