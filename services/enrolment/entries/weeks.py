"""The family's week, usual weeks, a sibling's days."""

from chassis.commands import once
from chassis.service import Service, answers
from contracts.caller import Caller
from contracts.enrolment.bookings import BookingAnswer
from contracts.enrolment.weeks import (
    ApplyCopy,
    ApplyPlan,
    ChangeWeek,
    PlanView,
    PreviewCopy,
    PreviewPlan,
    UsualWeek,
    UsualWeekView,
    WeekPage,
    WeekView,
)
from enrolment.booking import plans, weeks
from enrolment.entries.bookings import count_days


class WeekDesk(Service):
    """The family's week, usual weeks, a sibling's days."""

    @answers(WeekPage)
    def week_page(self, ask: WeekPage, caller: Caller) -> WeekView:
        with self.begin() as session:
            return weeks.week(session, ask, caller, self.clock.now())

    @answers(ChangeWeek)
    def change_week(self, ask: ChangeWeek, caller: Caller) -> list[BookingAnswer]:
        now = self.clock.now()
        with self.begin() as session:
            answers = once(session, ask, caller, lambda: weeks.change_week(session, ask, caller, now))
        for answer in answers:
            count_days(answer)
        return answers

    @answers(UsualWeek)
    def usual_week(self, ask: UsualWeek, caller: Caller) -> UsualWeekView:
        caller.citizen()
        with self.begin() as session:
            return plans.usual_week(session, ask, caller, self.clock.now())

    @answers(PreviewPlan)
    def preview_plan(self, ask: PreviewPlan, caller: Caller) -> PlanView:
        caller.citizen()
        with self.begin() as session:
            return plans.preview_plan(session, ask, caller, self.clock.now())

    @answers(ApplyPlan)
    def apply_plan(self, ask: ApplyPlan, caller: Caller) -> BookingAnswer:
        caller.citizen()
        now = self.clock.now()
        with self.begin() as session:
            answer = once(session, ask, caller, lambda: plans.apply_plan(session, ask, caller, now))
        count_days(answer)
        return answer

    @answers(PreviewCopy)
    def preview_copy(self, ask: PreviewCopy, caller: Caller) -> PlanView:
        caller.citizen()
        with self.begin() as session:
            return plans.preview_copy(session, ask, caller, self.clock.now())

    @answers(ApplyCopy)
    def apply_copy(self, ask: ApplyCopy, caller: Caller) -> BookingAnswer:
        caller.citizen()
        now = self.clock.now()
        with self.begin() as session:
            answer = once(session, ask, caller, lambda: plans.apply_copy(session, ask, caller, now))
        count_days(answer)
        return answer
