"""Roll-calls."""

from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers
from contracts.caller import Caller
from contracts.enrolment.attendance import (
    AttendanceDesk,
    AttendanceDeskView,
    FindChildren,
    FoundChildView,
    RollCall,
    RollCallView,
    SettleAttendance,
)
from enrolment.attending import attendance_desk, sheets

SHEETS = metrics.counter("sheets_settled_total", "Roll-calls saved, by activity", ("activity", "kind"))


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

    @answers(AttendanceDesk)
    def attendance_desk(self, ask: AttendanceDesk, caller: Caller) -> AttendanceDeskView:
        with self.begin() as session:
            return attendance_desk.desk(session, ask, caller)

    @answers(FindChildren)
    def find_children(self, ask: FindChildren, caller: Caller) -> list[FoundChildView]:
        with self.begin() as session:
            return attendance_desk.find_children(session, ask, caller)
