"""Reports as they are shown: to the parents, to agents."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session

from contracts.caller import Caller, Kind, Role
from contracts.enrolment.absence_terms import AbsenceReason, Ground
from contracts.enrolment.absences import (
    AbsenceQueue,
    AbsenceQueueView,
    AbsenceView,
    AbsentDayView,
    MyAbsencesView,
)
from contracts.enrolment.enrolments import AttachmentView
from contracts.errors import NotFound
from contracts.events.attendance import AbsenceState, Mark
from contracts.serving import ABSENCE
from enrolment.absences import reports
from enrolment.absences.models import Absence, AbsenceAttachment, AbsenceDay
from enrolment.absences.standing import Reported
from enrolment.attending import settled
from enrolment.enrolling.enrolment_views import children_of
from enrolment.household import families
from enrolment.models import Activity, Booking, Child, DaySession, FamilyGuardian, Place
from enrolment.schedule import calendar


@dataclass(frozen=True)
class Reader:
    """Who reads, and how much of it. An agent reads all."""

    today: date
    account_id: UUID | None = None
    family_ids: frozenset[UUID] = frozenset()
    household: frozenset[UUID] = frozenset()
    """The accounts of those families: whose names the reader knows."""

    @property
    def is_agent(self) -> bool:
        return self.account_id is None


def mine(session: Session, caller: Caller, now: datetime) -> MyAbsencesView:
    """The caller's children, and this school year's reports. Eight statements, however many there are."""
    account_id = caller.citizen()
    reader = _parent(session, account_id, now)
    year = calendar.school_year_of(reader.today)
    found = session.scalars(
        select(Absence)
        .where(
            Absence.family_id.in_(reader.family_ids) | (Absence.reported_by == account_id),
            func.date(Absence.reported_at) >= year.first,
        )
        .order_by(Absence.reported_at.desc(), Absence.absence_id)
    ).all()
    return MyAbsencesView(children=children_of(session, account_id), absences=views(session, found, reader))


AWAITED = (
    select(
        Absence.absence_id,
        Child.first_name.label("child_name"),
        func.min(DaySession.day).label("day"),
        Absence.certificate_until.label("until"),
    )
    .join(Child, Child.child_id == Absence.child_id)
    .join(AbsenceDay, AbsenceDay.absence_id == Absence.absence_id)
    .join(Booking, Booking.booking_id == AbsenceDay.booking_id)
    .join(DaySession, DaySession.session_id == AbsenceDay.session_id)
    .where(
        Absence.family_id.in_(families.OWN_FAMILIES) | (Absence.reported_by == bindparam("account_id")),
        Absence.certificate_until >= bindparam("today"),
        AbsenceDay.state == AbsenceState.REPORTED,
        AbsenceDay.ground == Ground.CERTIFICATE,
        Booking.cancelled_at.is_(None),
        ~exists().where(AbsenceAttachment.absence_id == Absence.absence_id),
    )
    .group_by(Absence.absence_id, Child.child_id)
    .order_by(Absence.certificate_until, Absence.absence_id)
)
"""What the home reminds of, as `AwaitedCertificateView`: the reports of the families of the account bound as
`account_id`, or its own, that on the day bound as `today` still need a certificate."""


def show(session: Session, absence_id: UUID, caller: Caller, now: datetime) -> AbsenceView:
    """One report. Raises NotFound."""
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound
    if caller.kind is Kind.CITIZEN:
        account_id = caller.citizen()
        if not reports.may_see(session, absence, account_id):
            raise NotFound
        return views(session, [absence], _parent(session, account_id, now))[0]
    caller.staff(Role.REQUESTS)
    return views(session, [absence], Reader(calendar.local_day(now)))[0]


def queue(session: Session, ask: AbsenceQueue, caller: Caller, now: datetime) -> AbsenceQueueView:
    """Reports that await a decision, oldest first; with `waiting` False the others, newest first."""
    caller.staff(Role.REQUESTS)
    wanted = awaits_decision() if ask.waiting else ~awaits_decision()
    total = session.scalar(select(func.count()).select_from(Absence).where(wanted)) or 0
    order = Absence.reported_at if ask.waiting else Absence.reported_at.desc()
    found = session.scalars(
        select(Absence).where(wanted).order_by(order, Absence.absence_id).offset(ask.offset).limit(ask.limit)
    ).all()
    return AbsenceQueueView(total=total, absences=views(session, found, Reader(calendar.local_day(now))))


def awaits_decision() -> ColumnElement[bool]:
    """A condition: somebody has still to decide a day of the report whose booking stands."""
    return exists().where(
        AbsenceDay.absence_id == Absence.absence_id,
        AbsenceDay.state == AbsenceState.REPORTED,
        AbsenceDay.ground != Ground.BILLED,
        Booking.booking_id == AbsenceDay.booking_id,
        Booking.cancelled_at.is_(None),
    )


def views(session: Session, found: Sequence[Absence], reader: Reader) -> list[AbsenceView]:
    """Four statements, however many there are."""
    if not found:
        return []
    ids = [each.absence_id for each in found]
    children = {
        child.child_id: child
        for child in session.scalars(
            select(Child).where(Child.child_id.in_({each.child_id for each in found}))
        )
    }
    given: dict[UUID, list[AttachmentView]] = defaultdict(list)
    for each in session.scalars(
        select(AbsenceAttachment)
        .where(AbsenceAttachment.absence_id.in_(ids))
        .order_by(AbsenceAttachment.received_at)
    ):
        given[each.absence_id].append(
            AttachmentView(
                document_type=each.document_type,
                received_at=each.given_at or each.received_at,
                given_before=each.given_at is not None,
                given_with=ABSENCE if each.given_at is not None else "",
                is_coming=each.is_coming,
            )
        )
    days = _days(session, ids, children.keys())
    return [_view(each, children[each.child_id], days[each.absence_id], given, reader) for each in found]


@dataclass(frozen=True)
class _Day:
    reported: Reported
    view: AbsentDayView


def _days(session: Session, ids: Collection[UUID], child_ids: Collection[UUID]) -> dict[UUID, list[_Day]]:
    """The days whose booking stands: one that the town cancelled needs no absence."""
    rows = session.execute(
        select(AbsenceDay, DaySession, Activity.name, Place.name, Absence.child_id)
        .join(Absence, Absence.absence_id == AbsenceDay.absence_id)
        .join(Booking, Booking.booking_id == AbsenceDay.booking_id)
        .join(DaySession, DaySession.session_id == AbsenceDay.session_id)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .where(AbsenceDay.absence_id.in_(ids), Booking.cancelled_at.is_(None))
        .order_by(DaySession.day, Activity.name, DaySession.slot)
    ).all()
    marks: dict[tuple[UUID, UUID], Mark] = {}
    if rows:
        first, last = rows[0][1].day, rows[-1][1].day
        marks = {
            (each.session_id, each.line.child_id): each.line.mark
            for each in settled.lines_since(session, "child_id", child_ids, first, last)
        }
    found: dict[UUID, list[_Day]] = defaultdict(list)
    for each, day_session, activity_name, place_name, child_id in rows:
        reported = Reported(AbsenceState(each.state), Ground(each.ground))
        view = AbsentDayView(
            booking_id=each.booking_id,
            activity_name=activity_name,
            place_name=place_name,
            day=day_session.day,
            slot=day_session.slot,
            state=reported.state,
            effect=reported.effect,
            mark=marks.get((each.session_id, child_id)),
        )
        found[each.absence_id].append(_Day(reported, view))
    return found


def _view(
    absence: Absence,
    child: families.SomeChild,
    days: Sequence[_Day],
    given: dict[UUID, list[AttachmentView]],
    reader: Reader,
) -> AbsenceView:
    certificates = given[absence.absence_id]
    awaiting = [each.reported for each in days if each.reported.awaits_decision]
    is_known = reader.is_agent or absence.reported_by in reader.household
    until = absence.certificate_until
    return AbsenceView(
        absence_id=absence.absence_id,
        child_id=child.child_id,
        child_name=families.full_name(child),
        family_id=absence.family_id,
        elsewhere=not reader.is_agent and absence.family_id not in reader.family_ids,
        reason=AbsenceReason(absence.reason),
        note=absence.note,
        days=[each.view for each in days],
        reported_at=absence.reported_at,
        reported_by=absence.reported_by_name if is_known else "",
        certificate_until=until,
        certificates=certificates,
        awaits_decision=bool(awaiting),
        awaits_certificate=(
            any(each.ground is Ground.CERTIFICATE for each in awaiting)
            and not certificates
            and until is not None
            and reader.today <= until
        ),
        may_withdraw=any(each.reported.state is AbsenceState.REPORTED for each in days),
        decided_at=absence.decided_at,
        decided_by=absence.decided_by_name if reader.is_agent else "",
        answer=absence.answer,
        version=absence.version,
    )


def _parent(session: Session, account_id: UUID, now: datetime) -> Reader:
    own = frozenset(families.families_of(session, account_id))
    household = session.scalars(select(FamilyGuardian.account_id).where(FamilyGuardian.family_id.in_(own)))
    return Reader(calendar.local_day(now), account_id, own, frozenset(household) | {account_id})
