"""Roll-calls: who is expected, who was there, and the sheet that billing may rely on."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.attendance import ExpectedView, MarkedChild, RollCall, RollCallView, SettleAttendance
from contracts.enrolment.offer import PlaceKind
from contracts.enrolment.refusals import SessionClosed, SheetChanged, TapsArrived, TooEarly
from contracts.enrolment.taps import TapView
from contracts.errors import Invalid, JsonValue, NotFound
from contracts.events.attendance import AbsenceState, AttendanceLine, Mark
from contracts.events.enrolments import EnrolmentState
from enrolment.absences import reported
from enrolment.attending import settled, tablets
from enrolment.attending.attendance_desk import named_like
from enrolment.attending.expected import booked_on, payers
from enrolment.attending.taps import Pressed, holding, late, mark_of, unseen
from enrolment.catalogue.terms import terms_of
from enrolment.models import Activity, Child, DaySession, Enrolment, Place, Sheet
from enrolment.schedule import calendar

MOST_FOUND = 12


def roll_call(session: Session, ask: RollCall, caller: Caller) -> RollCallView:
    """The sheet of a place, an activity and a day; of the first slot when none is named. At most nine statements."""
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
    if ask.with_roster:
        present = {line.child_id for line in view.lines}
        return view.model_copy(update={"roster": _roster(session, day_session, place, present)})
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
    marks = {line.child_id: line.mark for line in ask.lines}
    taps = tablets.taps_of(session, [ask.session_id])[ask.session_id]
    if arrived := unseen(taps, ask.taps, marks):
        raise TapsArrived(children=len(arrived))
    booked = booked_on(session, ask.session_id)
    unbooked = marks.keys() - booked.keys()
    billed = payers(session, unbooked, day_session) if unbooked else {}
    if problem := what_is_wrong(ask.lines, booked, billed):
        problems: dict[str, JsonValue] = {"lines": problem}
        raise Invalid(problems=problems)
    lines = [
        AttendanceLine(
            child_id=line.child_id,
            family_id=booked[line.child_id][1] if line.child_id in booked else billed[line.child_id],
            mark=line.mark,
            booking_id=booked[line.child_id][0] if line.child_id in booked else None,
        )
        for line in ask.lines
    ]
    lines = reported.judge(session, ask.session_id, lines)
    settled.write(session, day_session, ask.version + 1, lines, settled.Settling.of(caller, now), now)
    if any(tap.waits for tap in taps):
        tablets.looked_at(session, ask.session_id)
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


def _roster(
    session: Session, day_session: DaySession, place: Place, present: set[UUID]
) -> list[ExpectedView]:
    """Who else may turn up: the other pupils of a school; elsewhere no more than the others enrolled there."""
    wanted = named_like(place, "").where(Child.child_id.not_in(present))
    if place.kind != PlaceKind.SCHOOL:
        enrolled = select(Enrolment.child_id).where(
            Enrolment.place_code == place.code,
            Enrolment.activity_code == day_session.activity_code,
            Enrolment.school_year == calendar.school_year_of(day_session.day).label,
            Enrolment.state == EnrolmentState.ACCEPTED,
        )
        wanted = wanted.where(Child.child_id.in_(enrolled))
    return [_line(child, None, is_booked=False) for child, _ in session.execute(wanted)]


def _sheet_view(
    session: Session,
    day_session: DaySession,
    place: Place,
    activity: Activity,
    slots: list[str],
    also: Iterable[UUID] = (),
) -> RollCallView:
    """Before it is closed, a sheet starts from the taps; afterwards those that contradict it stand beside its marks."""
    session_id = day_session.session_id
    sheet = settled.last_sheet(session, session_id)
    marks = {line.child_id: line.mark for line in settled.lines_of(sheet)}
    booked = booked_on(session, session_id)
    absences = reported.reported_for(session, [session_id])[session_id]
    pressed = tablets.taps_of(session, [session_id])[session_id]
    shown: dict[UUID, Pressed] = late(pressed, marks) if sheet else {}
    if sheet is None:
        for child_id, tap in holding(pressed).items():
            mark = mark_of(tap.seen, booked=child_id in booked, absence=absences.get(child_id))
            if mark is not None:
                shown[child_id], marks[child_id] = tap, mark
    children = session.scalars(
        select(Child)
        .where(Child.child_id.in_(booked.keys() | marks.keys() | shown.keys() | set(also)))
        .order_by(Child.class_name, Child.last_name, Child.first_name, Child.child_id)
    )
    lines = [
        _line(
            child,
            marks.get(child.child_id),
            is_booked=child.child_id in booked,
            absence=absences.get(child.child_id),
            tap=tablets.view(shown[child.child_id], is_late=sheet is not None)
            if child.child_id in shown
            else None,
        )
        for child in children
    ]
    view = _view(
        day_session, place, activity, day_session.day, day_session.slot, slots, sheet=sheet, lines=lines
    )
    return view.model_copy(update={"taps": tablets.number_of(pressed)})


def _line(
    child: Child,
    mark: Mark | None,
    *,
    is_booked: bool,
    absence: AbsenceState | None = None,
    tap: TapView | None = None,
) -> ExpectedView:
    return ExpectedView(
        child_id=child.child_id,
        first_name=child.first_name,
        last_name=child.last_name,
        class_name=child.class_name,
        booked=is_booked,
        mark=mark,
        absence=absence,
        tap=tap,
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
