"""What tablets send and are told: taps kept beside the sheet, and those that came too late for it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.caller import Caller, Role
from contracts.enrolment.refusals import TooEarly
from contracts.enrolment.taps import RecordTaps, RollCallState, Seen, ShowTaps, TapView
from contracts.errors import NotFound
from enrolment.attending import settled
from enrolment.attending.tap_models import Tap
from enrolment.attending.taps import Pressed, holding, instant, late, seen_as
from enrolment.models import Child, DaySession
from enrolment.schedule import calendar

KEPT = timedelta(days=365)
"""As long as the traces of who looked (CNIL, délibération 2021-122); the sheets themselves stay."""


def record(session: Session, ask: RecordTaps, caller: Caller, now: datetime) -> RollCallState:
    """Keeps the taps not known yet. The session's row is kept: taps and closings of a sheet follow each other.

    At most seven statements, however many taps. Raises NotFound, TooEarly.
    """
    caller.staff(Role.ATTENDANCE)
    day_session = session.scalar(
        select(DaySession).where(DaySession.session_id == ask.session_id).with_for_update(key_share=True)
    )
    if day_session is None:
        raise NotFound
    if day_session.day > calendar.local_day(now):
        raise TooEarly(day=day_session.day.isoformat())
    is_closed = settled.last_sheet(session, ask.session_id) is not None
    known = set(
        session.scalars(select(Child.child_id).where(Child.child_id.in_({tap.child_id for tap in ask.taps})))
    )
    rows = [
        {
            "tap_id": tap.tap_id,
            "session_id": ask.session_id,
            "child_id": tap.child_id,
            "seen": tap.seen.value,
            "at": instant(tap.at, ask.sent_at, now, day_session.day),
            "device_id": ask.device_id,
            "device": ask.device,
            "number": tap.number,
            "by_name": tap.by,
            "sent_by": caller.account_id,
            "received_at": now,
            "waits": is_closed,
        }
        for tap in sorted(ask.taps, key=lambda tap: tap.number)
        if tap.child_id in known
    ]
    if rows:
        session.execute(insert(Tap).values(rows).on_conflict_do_nothing())
    answer = _state(session, ask.session_id)
    if rows and is_closed and not answer.to_review:
        looked_at(session, ask.session_id)
    return answer.model_copy(update={"kept": [tap.tap_id for tap in ask.taps], "received_at": now})


def show(session: Session, ask: ShowTaps, caller: Caller, now: datetime) -> RollCallState:
    """Where the session stands. Three statements. Raises NotFound."""
    caller.staff(Role.ATTENDANCE)
    if session.get(DaySession, ask.session_id) is None:
        raise NotFound
    return _state(session, ask.session_id).model_copy(update={"received_at": now})


def taps_of(session: Session, session_ids: Collection[UUID]) -> dict[UUID, list[Pressed]]:
    """session → its taps. One statement."""
    pressed: dict[UUID, list[Pressed]] = defaultdict(list)
    for tap in session.scalars(select(Tap).where(Tap.session_id.in_(session_ids))):
        pressed[tap.session_id].append(
            Pressed(
                tap_id=tap.tap_id,
                child_id=tap.child_id,
                seen=Seen(tap.seen),
                at=tap.at,
                device_id=tap.device_id,
                number=tap.number,
                received=tap.received,
                by=tap.by_name,
                device=tap.device,
                waits=tap.waits,
            )
        )
    return {session_id: pressed[session_id] for session_id in session_ids}


def sheets_to_review(session: Session) -> set[UUID]:
    """The sessions whose closed sheet is contradicted by late taps. Three statements at most."""
    waiting = set(session.scalars(select(Tap.session_id).where(Tap.waits).distinct()))
    if not waiting:
        return set()
    marks = {
        sheet.session_id: {line.child_id: line.mark for line in settled.lines_of(sheet)}
        for sheet in settled.last_sheets(session, waiting)
    }
    taps = taps_of(session, waiting)
    return {each for each in waiting if late(taps[each], marks.get(each, {}))}


def looked_at(session: Session, session_id: UUID) -> None:
    """Nothing waits of this session any more."""
    session.execute(
        update(Tap)
        .where(Tap.session_id == session_id, Tap.waits)
        .values(waits=False)
        .execution_options(synchronize_session=False)
    )


def forget_old(session: Session, now: datetime) -> None:
    """Removes taps past their time."""
    session.execute(delete(Tap).where(Tap.received_at < now - KEPT))


def number_of(taps: Collection[Pressed]) -> int:
    """How far a page has seen that shows these taps; 0: none."""
    return max((tap.received for tap in taps), default=0)


def view(tap: Pressed, *, is_late: bool) -> TapView:
    """The tap as an agent reads it."""
    return TapView(seen=tap.seen, at=tap.at, by=tap.by, device=tap.device, number=tap.received, late=is_late)


def _state(session: Session, session_id: UUID) -> RollCallState:
    sheet = settled.last_sheet(session, session_id)
    taps = taps_of(session, [session_id])[session_id]
    marks = {line.child_id: line.mark for line in settled.lines_of(sheet)}
    if sheet is None:
        return RollCallState(
            session_id=session_id,
            marks={
                child_id: tap.seen for child_id, tap in holding(taps).items() if tap.seen is not Seen.UNDONE
            },
            taps=number_of(taps),
        )
    return RollCallState(
        session_id=session_id,
        marks={child_id: seen_as(mark) for child_id, mark in marks.items()},
        taps=number_of(taps),
        version=sheet.version,
        settled_at=sheet.settled_at,
        settled_by=sheet.settled_by_name,
        to_review=bool(late(taps, marks)),
    )
