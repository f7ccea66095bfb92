"""Everything enrolment keeps of an account's families, for its owner to take away."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.records import Records
from enrolment.absences import absence_records
from enrolment.attending import settled, tap_records
from enrolment.booking import line_records
from enrolment.enrolling import enrolment_views
from enrolment.given import memory
from enrolment.household.families import families_of, full_name
from enrolment.models import Activity, Booking, Child, DaySession, Place, Proof
from enrolment.procedures import draft_records
from enrolment.requests import request_records


def records(session: Session, account_id: UUID, today: date) -> Records:
    """See `contracts.enrolment.mine`. A bounded number of statements, however many children and years."""
    own = families_of(session, account_id)
    return {
        "enrolments": [
            {
                **view.model_dump(
                    mode="json",
                    exclude={"family_id", "missing_documents", "given", "version", "has_sessions"},
                )
            }
            for view in enrolment_views.of_families(session, own, today)
        ],
        "given_documents": memory.records(session, account_id),
        "bookings": _bookings(session, own, account_id),
        "attendance": _attendance(session, own),
        **tap_records.records(session, own),
        "proofs": _proofs(session, own, account_id),
        **line_records.records(session, own, account_id),
        **absence_records.records(session, own, account_id),
        **request_records.records(session, account_id),
        **draft_records.records(session, account_id),
    }


def _bookings(session: Session, own: set[UUID], account_id: UUID) -> list[Records]:
    rows = session.execute(
        select(Booking, DaySession, Child, Activity.name, Place.name)
        .join(DaySession, DaySession.session_id == Booking.session_id)
        .join(Child, Child.child_id == Booking.child_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .where(Booking.family_id.in_(own))
        .order_by(DaySession.day.desc(), Booking.made_at)
    )
    return [
        {
            "booking_id": str(booking.booking_id),
            "child_name": full_name(child),
            "activity_name": activity_name,
            "place_name": place_name,
            "day": of_day.day.isoformat(),
            "slot": of_day.slot,
            "made_at": booking.made_at.isoformat(),
            "made_by_me": booking.made_by == account_id,
            "cancelled_at": _moment(booking.cancelled_at),
        }
        for booking, of_day, child, activity_name, place_name in rows
    ]


def _attendance(session: Session, own: set[UUID]) -> list[Records]:
    """The lines of these families on the roll-calls that hold: of each session the highest version."""
    kept = settled.lines_since(session, "family_id", own, date.min, date.max)
    known = {
        day_session.session_id: (day_session, activity_name, place_name)
        for day_session, activity_name, place_name in session.execute(
            select(DaySession, Activity.name, Place.name)
            .join(Activity, Activity.code == DaySession.activity_code)
            .join(Place, Place.code == DaySession.place_code)
            .where(DaySession.session_id.in_({each.session_id for each in kept}))
        )
    }
    children = {
        child.child_id: full_name(child)
        for child in session.scalars(
            select(Child).where(Child.child_id.in_({each.line.child_id for each in kept}))
        )
    }
    rows = [(each, *known[each.session_id]) for each in kept]
    return [
        {
            "child_name": children.get(each.line.child_id, ""),
            "activity_name": activity_name,
            "place_name": place_name,
            "day": of_day.day.isoformat(),
            "slot": of_day.slot,
            "mark": each.line.mark.value,
            "settled_at": each.settled_at.isoformat(),
        }
        for each, of_day, activity_name, place_name in sorted(
            rows, key=lambda row: (-row[1].day.toordinal(), row[2], row[1].slot)
        )
    ]


def _proofs(session: Session, own: set[UUID], account_id: UUID) -> list[Records]:
    """Of the families' bookings, and of what the account did for the child's other home."""
    of_mine = Proof.family_id.in_(own) | (Proof.account_id == account_id)
    rows = session.scalars(select(Proof).where(of_mine).order_by(Proof.proof_number.desc()))
    return [
        {
            "proof_id": str(proof.proof_id),
            "at": proof.at.isoformat(),
            "by": proof.by_name,
            "child_name": proof.child_name,
            "activity_name": proof.activity_name,
            "place_name": proof.place_name,
            "day": proof.day.isoformat(),
            "slot": proof.slot,
            "made": proof.made,
            "rule_sentence": proof.rule_sentence,
            "closes_at": _moment(proof.closes_at),
        }
        for proof in rows
    ]


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
