"""The town's calendar and its closures."""

from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers
from contracts.caller import Caller, Role
from contracts.enrolment.closures import (
    CalendarView,
    ClosurePreview,
    ClosureView,
    DeclareClosure,
    LiftClosure,
    PreviewClosure,
    ShowCalendar,
)
from enrolment.schedule import closures

CLOSED = metrics.counter("bookings_closed_total", "Bookings ended by a closure", ())


class ClosureDesk(Service):
    """The town's calendar and its closures."""

    @answers(ShowCalendar)
    def show_calendar(self, ask: ShowCalendar, caller: Caller) -> CalendarView:
        with self.begin() as session:
            return closures.show_calendar(session, ask, caller, self.clock.now())

    @answers(PreviewClosure)
    def preview_closure(self, ask: PreviewClosure, caller: Caller) -> ClosurePreview:
        caller.staff(Role.ADMINISTRATION)
        with self.begin() as session:
            return closures.preview(session, ask.scope)

    @answers(DeclareClosure)
    def declare_closure(self, ask: DeclareClosure, caller: Caller) -> ClosureView:
        now = self.clock.now()
        with self.begin() as session:
            view = once(session, ask, caller, lambda: closures.declare(session, ask, caller, now))
        CLOSED.inc(view.bookings)
        return view

    @answers(LiftClosure)
    def lift_closure(self, ask: LiftClosure, caller: Caller) -> ClosureView:
        now = self.clock.now()
        with self.begin() as session:
            return once(session, ask, caller, lambda: closures.lift(session, ask, caller, now))
