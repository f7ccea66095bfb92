"""Roll-calls."""

from sqlalchemy.orm import Session

from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers, every, subscribes
from contracts.caller import Caller
from contracts.enrolment.attendance import (
    AttendanceDesk,
    AttendanceDeskView,
    FindChildren,
    FoundChildView,
    RollCall,
    RollCallView,
    SettleAttendance,
    SheetsWaiting,
    SheetsWaitingView,
)
from contracts.enrolment.taps import RecordTaps, RollCallState, ShowTaps
from contracts.envelope import Envelope
from contracts.events.billing import RunDrafted, SheetsMissed
from enrolment.attending import attendance_desk, counting, sheets, tablets
from enrolment.schedule import calendar

SHEETS = metrics.counter("sheets_settled_total", "Roll-calls saved, by activity", ("activity", "kind"))
TAPS = metrics.counter(
    "taps_received_total", "Taps of roll-calls received, those sent again included", ("sheet",)
)


class RollCallDesk(Service):
    """Roll-calls."""

    @answers(RollCall)
    def roll_call(self, ask: RollCall, caller: Caller) -> RollCallView:
        with self.begin() as session:
            return sheets.roll_call(session, ask, caller)

    @answers(SettleAttendance)
    def settle_attendance(self, ask: SettleAttendance, caller: Caller) -> RollCallView:
        with self.begin() as session:
            view = once(session, ask, caller, lambda: sheets.settle(session, ask, caller, self.clock.now()))
        SHEETS.labels(view.activity_code, "first" if view.version == 1 else "correction").inc()
        return view

    @answers(RecordTaps)
    def record_taps(self, ask: RecordTaps, caller: Caller) -> RollCallState:
        # Each tap is its own idempotency key: what is sent again comes with other taps, in another command.
        with self.begin() as session:
            state = tablets.record(session, ask, caller, self.clock.now())
        TAPS.labels("closed" if state.version else "open").inc(len(ask.taps))
        return state

    @answers(ShowTaps)
    def show_taps(self, ask: ShowTaps, caller: Caller) -> RollCallState:
        with self.begin() as session:
            return tablets.show(session, ask, caller, self.clock.now())

    @answers(SheetsWaiting)
    def sheets_waiting(self, ask: SheetsWaiting, caller: Caller) -> SheetsWaitingView:
        with self.begin() as session:
            return attendance_desk.waiting(session, caller, calendar.local_day(self.clock.now()))

    @answers(AttendanceDesk)
    def attendance_desk(self, ask: AttendanceDesk, caller: Caller) -> AttendanceDeskView:
        with self.begin() as session:
            return attendance_desk.desk(session, ask, caller)

    @answers(FindChildren)
    def find_children(self, ask: FindChildren, caller: Caller) -> list[FoundChildView]:
        with self.begin() as session:
            return attendance_desk.find_children(session, ask, caller)

    @subscribes(RunDrafted)
    def count_sheets(self, session: Session, fact: RunDrafted, envelope: Envelope) -> None:
        counting.count(session, fact, self.clock.now())

    @subscribes(SheetsMissed)
    def tell_sheets_again(self, session: Session, fact: SheetsMissed, envelope: Envelope) -> None:
        counting.tell_again(session, fact.session_ids, self.clock.now())

    @every(seconds=3600)
    def forget_taps(self) -> None:
        """Those past their time."""
        with self.begin() as session:
            tablets.forget_old(session, self.clock.now())
