"""Waiting lists of full sessions."""

from chassis import metrics
from chassis.commands import once
from chassis.service import Service, answers, every
from contracts.caller import Caller
from contracts.enrolment.waiting import (
    LeaveWaiting,
    LinesView,
    LineView,
    MyWaiting,
    ShowLine,
    WaitingLists,
    WaitingView,
)
from enrolment.booking import waiting, waiting_views
from enrolment.schedule import calendar

OFFERS_LAPSED = metrics.counter("offers_lapsed_total", "Places offered and not taken in time", ())


class WaitingDesk(Service):
    """Waiting lists of full sessions."""

    @answers(MyWaiting)
    def my_waiting(self, ask: MyWaiting, caller: Caller) -> list[WaitingView]:
        with self.begin() as session:
            return waiting_views.of_account(session, caller.citizen(), self.clock.now())

    @answers(LeaveWaiting)
    def leave_waiting(self, ask: LeaveWaiting, caller: Caller) -> None:
        now = self.clock.now()
        with self.begin() as session:
            once(session, ask, caller, lambda: waiting.leave(session, ask, caller, now))

    @answers(WaitingLists)
    def waiting_lists(self, ask: WaitingLists, caller: Caller) -> LinesView:
        with self.begin() as session:
            return waiting_views.lists(session, ask, caller, calendar.local_day(self.clock.now()))

    @answers(ShowLine)
    def show_line(self, ask: ShowLine, caller: Caller) -> LineView:
        with self.begin() as session:
            return waiting_views.show(session, ask, caller)

    @every(seconds=30)
    def end_place_offers(self) -> None:
        """Places offered and not taken in time go to the next in line, each in a transaction of its own."""
        now = self.clock.now()
        with self.begin() as session:
            over = waiting.due(session, now)
        for waiting_id in over:
            with self.begin() as session:
                if waiting.lapse(session, waiting_id, now):
                    OFFERS_LAPSED.inc()

    @every(seconds=120)
    def end_lines(self) -> None:
        """Who waited for a day that can be booked no more is told that no place came."""
        now = self.clock.now()
        with self.begin() as session:
            sessions = waiting.over(session, now)
        for session_id in sessions:
            with self.begin() as session:
                waiting.end_line(session, session_id, now)
