"""Enrolment: the town's calendar, and the days on which sessions are closed: a strike, a bridge day, works."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.values import Code, Period
from contracts.errors import Conflict
from contracts.events.offer import PublicHoliday, SchoolHolidays
from contracts.messages import Command, Question, View


class Scope(Period):
    """What a closure closes. Without place, activity or slot: all of them."""

    place_code: Code | None = None
    activity_code: Code | None = None
    slot: str | None = None


class ClosureView(View):
    """A closure, as agents list it. `lifted_at`: it is over before its time."""

    closure_id: UUID
    scope: Scope
    place_name: str = ""
    activity_name: str = ""
    reason: str
    declared_at: AwareDatetime
    declared_by: str
    sessions: int = Field(description="That it closed")
    bookings: int = Field(description="That it cancelled")
    lifted_at: AwareDatetime | None = None
    lifted_by: str = ""


class ClosurePreview(View):
    """What a closure would do. Sessions whose roll-call is done have taken place: they are left alone."""

    sessions: int
    bookings: int
    families: int
    waiting: int = Field(description="Children in the lines of these sessions")
    checked: int = Field(description="Sessions left alone")


class PreviewClosure(Question[ClosurePreview]):
    """What it would do, without doing it. Agents of `administration`."""

    scope: Scope


class DeclareClosure(Command[ClosureView]):
    """Closes the sessions, cancels what is booked on them with its proof, and tells the families: one mail each.

    `reason`: the parents read it. Agents of `administration`. Raises NothingToClose.
    """

    scope: Scope
    reason: str = Field(min_length=3, max_length=200)


class LiftClosure(Command[ClosureView]):
    """Opens the sessions again. Nobody is booked again by itself: the families are told. `administration`.

    Lifted already: nothing more to do. Raises NotFound.
    """

    closure_id: UUID


class CalendarView(View):
    """A school year: what the ministry and the law say, what the town closed."""

    label: str
    first: date
    last: date
    holidays: list[SchoolHolidays]
    public_holidays: list[PublicHoliday]
    closures: list[ClosureView]
    years: list[str] = Field(description="The school years that are known, this one's label among them")


class ShowCalendar(Question[CalendarView]):
    """The school year of that label; the running one when none is named. Agents of `administration`. NotFound."""

    label: str = ""


class NothingToClose(Conflict):
    """No open session is concerned, and no day of the calendar either."""

    code = "nothing_to_close"
