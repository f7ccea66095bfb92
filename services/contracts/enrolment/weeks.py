"""Enrolment: the family's week, the usual week, a sibling's days."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from contracts.enrolment.bookings import DAYS_AT_ONCE, BookingAnswer, CellState, CellView, MonthActivityView
from contracts.enrolment.enrolments import ChildView
from contracts.enrolment.terms import Slot
from contracts.enrolment.values import Code, Period, Weekday
from contracts.messages import Command, Message, Question, View

CHILDREN_AT_ONCE = 20


class WeekDayView(View):
    """A day of the week for one child. `closed_because` says in French why there is nothing."""

    day: date
    closed_because: str = ""
    cells: list[CellView] = Field(default_factory=list)


class WeekChildView(View):
    """A child's week: its activities, and Monday to Sunday."""

    child: ChildView
    activities: list[MonthActivityView]
    days: list[WeekDayView]


class WeekView(View):
    """The week of all the caller's children."""

    monday: date
    children: list[WeekChildView]
    first: date | None = Field(default=None, description="Days that have sessions; None: there are none")
    last: date | None = None


class WeekPage(Question[WeekView]):
    """The week of a day, for all the caller's children."""

    day: date


class ChildChange(Message):
    """What to change for one child; as in ChangeBookings."""

    child_id: UUID
    additions: list[UUID] = Field(default_factory=list, max_length=DAYS_AT_ONCE)
    removals: list[UUID] = Field(default_factory=list, max_length=DAYS_AT_ONCE)
    waits: list[UUID] = Field(default_factory=list, max_length=DAYS_AT_ONCE)


class ChangeWeek(Command[list[BookingAnswer]]):
    """Books and cancels for several children, in one transaction; an answer per child, as ChangeBookings gives.

    Guardians of each child; NotFound when one is not theirs, and then nothing is changed for any.
    """

    children: list[ChildChange] = Field(min_length=1, max_length=CHILDREN_AT_ONCE)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.child_id for each in self.children}) < len(self.children):
            raise ValueError("child_twice")
        return self


class UsualDay(Message):
    """One part of a weekday, every week."""

    activity_code: Code
    slot: Slot = ""
    weekday: Weekday


class UsualActivityView(View):
    """An activity that has a usual week: the weekdays it runs, by part of the day."""

    activity_code: str
    name: str
    place_name: str
    slots: list[str]
    weekdays: list[int]


class UsualWeekView(View):
    """What the page proposes: what was kept last, else what the activities propose."""

    child: ChildView
    activities: list[UsualActivityView]
    days: list[UsualDay]
    is_kept: bool = Field(description="False: nobody has kept one, these are the activities' own")
    first: date = Field(description="The first day that still has sessions to book")
    last: date


class UsualWeek(Question[UsualWeekView]):
    """A child's usual week. Guardians of the child; NotFound for anybody else."""

    child_id: UUID


class Plan(Period):
    """A usual week over a period. `exactly`: what is booked beside it is given back."""

    child_id: UUID
    days: list[UsualDay] = Field(max_length=100)
    exactly: bool = False


class PlannedDay(View):
    """A day of a plan, and what stands against it if something does."""

    session_id: UUID
    activity_code: str
    activity_name: str
    day: date
    slot: str = ""
    cell: CellView


class PlannedGap(View):
    """Wanted days in a row on which the activity does not take place."""

    because: str = Field(description="In French: « Vacances de Noël »")
    first: date
    last: date
    days: int


class PlanView(View):
    """What a plan would do, as things stand. Days that the custody calendar gives to the child's other home stay as
    they are: that home has a usual week of its own."""

    child: ChildView
    booked: list[PlannedDay] = Field(description="Would be booked")
    cancelled: list[PlannedDay] = Field(description="Would be given back")
    kept: int = Field(description="Booked already, and wanted")
    impossible: list[PlannedDay] = Field(description="Wanted, and cannot be: their cell says why")
    gaps: list[PlannedGap] = Field(default_factory=list, description="In order: holidays, public holidays")
    other_home: int = Field(default=0, description="Wanted, on days of the child's other home: left to it")
    not_enrolled: list[str] = Field(
        default_factory=list, description="Copied activities that this child is not enrolled in"
    )


class PreviewPlan(Question[PlanView]):
    """What a usual week would change over a period. Guardians of the child."""

    plan: Plan


class ApplyPlan(Command[BookingAnswer]):
    """Keeps the usual week, and books the period by it; each day that cannot be is refused. Guardians of the child."""

    plan: Plan


class Copy(Period):
    """A child's booked days of a period, for a sibling: the same activities, where the sibling is enrolled."""

    from_child_id: UUID
    child_id: UUID

    @model_validator(mode="after")
    def _two_children(self) -> Self:
        if self.from_child_id == self.child_id:
            raise ValueError("same_child")
        return self


class PreviewCopy(Question[PlanView]):
    """What the copy would book. Guardians of both children."""

    copy_of: Copy


class ApplyCopy(Command[BookingAnswer]):
    """Books for the sibling; each day that cannot be is refused. Guardians of both children."""

    copy_of: Copy


TO_BOOK = (CellState.OPEN, CellState.OFFERED)
"""States in which a wanted day would be booked."""
