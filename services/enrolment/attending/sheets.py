"""Roll-calls: who is expected, who was there, and the sheet that billing may rely on."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.attendance import ExpectedView, MarkedChild, RollCall, RollCallView, SettleAttendance
from contracts.enrolment.refusals import SessionClosed, SheetChanged, TooEarly
from contracts.errors import Invalid, JsonValue, NotFound
from contracts.events.enrolment import AbsenceState, AttendanceLine, EnrolmentState, Mark
from enrolment.absences import reported
from enrolment.attending import settled
from enrolment.attending.attendance_desk import named_like
from enrolment.catalogue.terms import terms_of
from enrolment.models import (
    Activity,
    Booking,
    Child,
    CustodySpan,
    DaySession,
    Enrolment,
    FamilyChild,
    Place,
    Sheet,
)
from enrolment.schedule import calendar

MOST_FOUND = 12

Booked = dict[UUID, tuple[UUID, UUID]]
"""child → (booking, family)."""


def roll_call(session: Session, ask: RollCall, caller: Caller) -> RollCallView:
    """The sheet of a place, an activity and a day; of the first slot when none is named. At most seven statements."""
    caller.staff(Role.ATTENDANCE)
    row = session.execute(
        select(Place, Activity)
        .join(Activity, Activity.code == ask.activity_code)
        .where(Place.code == ask.place_code)
    ).first()
    if row is None:
        raise NotFound
    place, activity = row
    slots = list(terms_of(activity).slots)
    slot = ask.slot if ask.slot in slots else slots[0]
    day_session = session.scalar(
        select(DaySession).where(
            DaySession.place_code == place.code,
            DaySession.activity_code == activity.code,
            DaySession.day == ask.day,
            DaySession.slot == slot,
        )
    )
    if day_session is None:
        because = calendar.closed_because(ask.day) or "Pas d’activité ce jour"
        return _view(None, place, activity, ask.day, slot, slots, closed_because=because)
    if day_session.closed_because:
        return _view(None, place, activity, ask.day, slot, slots, closed_because=day_session.closed_because)
    view = _sheet_view(session, day_session, place, activity, slots, also=ask.also)
    if not ask.find.strip():
        return view
    present = {line.child_id for line in view.lines}
    found = session.execute(
        named_like(place, ask.find).where(Child.child_id.not_in(present)).limit(MOST_FOUND)
    )
    return view.model_copy(update={"found": [_line(child, None, is_booked=False) for child, _ in found]})


def settle(session: Session, ask: SettleAttendance, caller: Caller, now: datetime) -> RollCallView:
    """Saves the whole sheet as a new version and tells of it. The session's row is kept: saves follow each other."""
    caller.staff(Role.ATTENDANCE)
    row = session.execute(
        select(DaySession, Place, Activity)
        .join(Place, Place.code == DaySession.place_code)
        .join(Activity, Activity.code == DaySession.activity_code)
        .where(DaySession.session_id == ask.session_id)
        .with_for_update(of=DaySession, key_share=True)
    ).first()
    if row is None:
        raise NotFound
    day_session, place, activity = row
    if day_session.closed_because:
        raise SessionClosed(why=day_session.closed_because)
    if day_session.day > calendar.local_day(now):
        raise TooEarly(day=day_session.day.isoformat())
    last = settled.last_sheet(session, ask.session_id)
    if (last.version if last else 0) != ask.version:
        raise SheetChanged(by=last.settled_by_name if last else "")
    booked = _booked(session, ask.session_id)
    unbooked = {line.child_id for line in ask.lines} - booked.keys()
    payers = _payers(session, unbooked, day_session) if unbooked else {}
    if problem := what_is_wrong(ask.lines, booked, payers):
        problems: dict[str, JsonValue] = {"lines": problem}
        raise Invalid(problems=problems)
    lines = [
        AttendanceLine(
            child_id=line.child_id,
            family_id=booked[line.child_id][1] if line.child_id in booked else payers[line.child_id],
            mark=line.mark,
            booking_id=booked[line.child_id][0] if line.child_id in booked else None,
        )
        for line in ask.lines
    ]
    lines = reported.judge(session, ask.session_id, lines)
    settled.write(session, day_session, ask.version + 1, lines, settled.Settling.of(caller, now), now)
    return _sheet_view(session, day_session, place, activity, list(terms_of(activity).slots))


def what_is_wrong(
    lines: list[MarkedChild], booked: Mapping[UUID, object], others: Mapping[UUID, object]
) -> str | None:
    """Why a sheet cannot be saved; None when it is whole and each mark fits its child."""
    marked = {line.child_id: line.mark for line in lines}
    if len(marked) != len(lines):
        return "twice"
    if booked.keys() - marked.keys():
        return "incomplete"
    for child_id, mark in marked.items():
        if child_id not in booked and child_id not in others:
            return "unknown_child"
        if (mark is Mark.PRESENT_WITHOUT_BOOKING) == (child_id in booked):
            return "mark_does_not_fit"
    return None


def _booked(session: Session, session_id: UUID) -> Booked:
    rows = session.execute(
        select(Booking.child_id, Booking.booking_id, Booking.family_id).where(
            Booking.session_id == session_id, Booking.cancelled_at.is_(None)
        )
    )
    return {child_id: (booking_id, family_id) for child_id, booking_id, family_id in rows}


def _payers(session: Session, child_ids: set[UUID], day_session: DaySession) -> dict[UUID, UUID]:
    """Whose a child who came without booking is: of the home that has it that day, by the custody calendar; else the
    family that enrolled it here this year, else its first family.

    One statement: a calendar sorts before an enrolment, an enrolment before none.
    """
    rows = session.execute(
        select(FamilyChild.child_id, FamilyChild.family_id)
        .join(Child, Child.child_id == FamilyChild.child_id)
        .outerjoin(
            Enrolment,
            (Enrolment.child_id == FamilyChild.child_id)
            & (Enrolment.family_id == FamilyChild.family_id)
            & (Enrolment.activity_code == day_session.activity_code)
            & (Enrolment.school_year == calendar.school_year_of(day_session.day).label)
            & (Enrolment.state == EnrolmentState.ACCEPTED),
        )
        .outerjoin(
            CustodySpan,
            (CustodySpan.child_id == FamilyChild.child_id)
            & (CustodySpan.family_id == FamilyChild.family_id)
            & (CustodySpan.first <= day_session.day)
            & (CustodySpan.last >= day_session.day),
        )
        .where(FamilyChild.child_id.in_(child_ids))
        .order_by(
            FamilyChild.child_id,
            CustodySpan.child_id.is_(None).desc(),
            Enrolment.enrolment_id.is_(None).desc(),
            FamilyChild.family_id.desc(),
        )
    )
    return dict(rows.all())  # the last of each child wins


def _sheet_view(
    session: Session,
    day_session: DaySession,
    place: Place,
    activity: Activity,
    slots: list[str],
    also: Iterable[UUID] = (),
) -> RollCallView:
    sheet = settled.last_sheet(session, day_session.session_id)
    marks = {line.child_id: line.mark for line in settled.lines_of(sheet)}
    booked = _booked(session, day_session.session_id)
    absences = reported.reported_for(session, [day_session.session_id])[day_session.session_id]
    children = session.scalars(
        select(Child)
        .where(Child.child_id.in_(booked.keys() | marks.keys() | set(also)))
        .order_by(Child.class_name, Child.last_name, Child.first_name, Child.child_id)
    )
    lines = [
        _line(
            child,
            marks.get(child.child_id),
            is_booked=child.child_id in booked,
            absence=absences.get(child.child_id),
        )
        for child in children
    ]
    return _view(
        day_session, place, activity, day_session.day, day_session.slot, slots, sheet=sheet, lines=lines
    )


def _line(
    child: Child, mark: Mark | None, *, is_booked: bool, absence: AbsenceState | None = None
) -> ExpectedView:
    return ExpectedView(
        child_id=child.child_id,
        first_name=child.first_name,
        last_name=child.last_name,
        class_name=child.class_name,
        booked=is_booked,
        mark=mark,
        absence=absence,
    )


def _view(
    day_session: DaySession | None,
    place: Place,
    activity: Activity,
    day: date,
    slot: str,
    slots: list[str],
    *,
    closed_because: str = "",
    sheet: Sheet | None = None,
    lines: list[ExpectedView] | None = None,
) -> RollCallView:
    return RollCallView(
        session_id=day_session.session_id if day_session else None,
        place_code=place.code,
        place_name=place.name,
        activity_code=activity.code,
        activity_name=activity.name,
        day=day,
        slot=slot,
        slots=slots,
        closed_because=closed_because,
        version=sheet.version if sheet else 0,
        settled_at=sheet.settled_at if sheet else None,
        settled_by=sheet.settled_by_name if sheet else "",
        lines=lines or [],
    )
