"""A parent says that a line of a roll-call is not right; an agent corrects it or maintains it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.outbox import tell
from contracts.caller import Caller, Role
from contracts.enrolment.objections import AnswerObjection, ContestLine, ObjectionState
from contracts.enrolment.refusals import CannotContest, ObjectionChanged, SheetChanged
from contracts.errors import Invalid, NotFound
from contracts.events.absences import AttendanceContested, ObjectionAnswered, ObjectionFact
from contracts.events.attendance import AbsenceState, AttendanceLine, Mark
from enrolment.absences import claims
from enrolment.absences.checked import contest_until
from enrolment.absences.models import AbsenceDay, Objection
from enrolment.absences.resettling import lock_child, resettle
from enrolment.absences.standing import Act, after
from enrolment.attending import settled
from enrolment.attending.settled import Settling
from enrolment.booking import places
from enrolment.household.families import SomeChild, act_for, full_name
from enrolment.models import Activity, Booking, DaySession, Place, Sheet
from enrolment.schedule import calendar


def contest(session: Session, ask: ContestLine, caller: Caller, now: datetime) -> UUID:
    """Holds the line: a new version of the sheet says so to all who rely on it.

    Locks: the child's row, then the session's. Raises NotFound, CannotContest, SheetChanged.
    """
    caller.citizen()
    acting = act_for(session, caller, ask.child_id, lock=True)
    day_session = _session(session, ask.session_id)
    sheet = settled.last_sheet(session, ask.session_id)
    line = _line(sheet, ask.child_id)
    if sheet is None or line is None or line.family_id not in acting.family_ids:
        raise NotFound
    if line.mark is not ask.mark:
        raise SheetChanged(by=sheet.settled_by_name)
    _check(session, ask, line, sheet, day_session, now)
    objection = Objection(
        objection_id=uuid4(),
        session_id=ask.session_id,
        child_id=ask.child_id,
        family_id=line.family_id,
        mark=ask.mark,
        claim=ask.claim,
        words=ask.words.strip(),
        made_at=now,
        made_by=acting.account_id,
        made_by_name=acting.name,
        state=ObjectionState.OPEN,
        version=1,
    )
    session.add(objection)
    session.flush()
    fact = AttendanceContested(**_fact(session, objection, acting.child).model_dump())
    tell(session, fact, subject=objection.objection_id, version=1, at=now)
    resettle(session, day_session, now)
    return objection.objection_id


def answer(session: Session, ask: AnswerObjection, caller: Caller, now: datetime) -> None:
    """Frees the line, corrected or as it was: the next run bills what it says then.

    Locks: the child's row, the session's, then the objection's: of two agents the second one is told.
    Raises NotFound, ObjectionChanged, Invalid.
    """
    agent = caller.staff(Role.REQUESTS)
    found = session.get(Objection, ask.objection_id)
    if found is None:
        raise NotFound
    child = lock_child(session, found.child_id)
    day_session = _session(session, found.session_id)
    objection = session.get_one(Objection, ask.objection_id, with_for_update=True, populate_existing=True)
    if objection.version != ask.version or objection.state != ObjectionState.OPEN:
        raise ObjectionChanged(by=objection.answered_by_name)
    if not ask.corrected and not ask.answer.strip():
        raise Invalid(problems={"answer": "answer_missing"})
    replaced = _corrected(session, ask, objection) if ask.corrected else {}
    objection.state = ObjectionState.CORRECTED if ask.corrected else ObjectionState.MAINTAINED
    objection.corrected_to = ask.mark or "" if ask.corrected else ""
    objection.answer = ask.answer.strip()
    objection.answered_at, objection.answered_by, objection.answered_by_name = now, agent, caller.name
    objection.version += 1
    session.flush()
    resettle(session, day_session, now, Settling.of(caller, now) if ask.corrected else None, replaced)
    fact = ObjectionAnswered(
        **_fact(session, objection, child).model_dump(),
        corrected=ask.corrected,
        corrected_to=ask.mark if ask.corrected else None,
        answer=objection.answer,
    )
    tell(session, fact, subject=objection.objection_id, version=objection.version, at=now)


def _check(
    session: Session,
    ask: ContestLine,
    line: AttendanceLine,
    sheet: Sheet,
    day_session: DaySession,
    now: datetime,
) -> None:
    said = session.execute(
        select(Objection.state, Objection.mark).where(
            Objection.session_id == ask.session_id, Objection.child_id == ask.child_id
        )
    )
    before = [(ObjectionState(state), Mark(mark)) for state, mark in said]
    activity = session.get_one(Activity, day_session.activity_code)
    until = contest_until(activity, sheet.settled_at)
    why = claims.why_not_contest(line.mark, line.held, until, calendar.local_day(now), before)
    if why is not None or ask.claim not in claims.CLAIMS[line.mark]:
        raise CannotContest(why=why or "claim", until=until.isoformat())


def _corrected(
    session: Session, ask: AnswerObjection, objection: Objection
) -> dict[UUID, AttendanceLine | None]:
    """The child's line as it becomes; a reported absence follows it. Raises Invalid."""
    booking = session.scalar(
        select(Booking).where(
            Booking.session_id == objection.session_id,
            Booking.child_id == objection.child_id,
            Booking.cancelled_at.is_(None),
        )
    )
    if ask.mark is None:
        if booking is not None:
            raise Invalid(problems={"mark": "mark_does_not_fit"})
        return {objection.child_id: None}
    if ask.mark not in claims.choices(Mark(objection.mark), is_booked=booking is not None):
        raise Invalid(problems={"mark": "mark_does_not_fit"})
    if booking is not None and ask.mark is Mark.ABSENT_JUSTIFIED:
        _justify(session, booking.booking_id)
    line = AttendanceLine(
        child_id=objection.child_id,
        family_id=booking.family_id if booking else objection.family_id,
        mark=ask.mark,
        booking_id=booking.booking_id if booking else None,
    )
    return {objection.child_id: line}


def _justify(session: Session, booking_id: UUID) -> None:
    """What was reported of the day is right after all: else the next sheet would say the contrary again."""
    day = session.scalar(
        select(AbsenceDay).where(
            AbsenceDay.booking_id == booking_id,
            AbsenceDay.state.in_([AbsenceState.REPORTED, AbsenceState.UNJUSTIFIED]),
        )
    )
    if day is not None:
        day.state = after(AbsenceState(day.state), Act.JUSTIFY)


def _session(session: Session, session_id: UUID) -> DaySession:
    """Locked. Raises NotFound."""
    found = places.lock(session, [session_id])
    if not found:
        raise NotFound
    return found[0]


def _line(sheet: Sheet | None, child_id: UUID) -> AttendanceLine | None:
    return next((line for line in settled.lines_of(sheet) if line.child_id == child_id), None)


def _fact(session: Session, objection: Objection, child: SomeChild) -> ObjectionFact:
    day_session, activity_name, place_name = session.execute(
        select(DaySession, Activity.name, Place.name)
        .join(Activity, Activity.code == DaySession.activity_code)
        .join(Place, Place.code == DaySession.place_code)
        .where(DaySession.session_id == objection.session_id)
    ).one()
    return ObjectionFact(
        objection_id=objection.objection_id,
        child_id=child.child_id,
        child_name=full_name(child),
        family_id=objection.family_id,
        account_id=objection.made_by,
        session_id=objection.session_id,
        activity_name=activity_name,
        place_name=place_name,
        day=day_session.day,
        slot=day_session.slot,
        mark=Mark(objection.mark),
    )
