"""What enrolment tells of days closed and opened again."""

from datetime import date
from uuid import UUID

from pydantic import Field

from contracts.events.event import Event
from contracts.messages import View


class ClosureFact(View):
    """Days on which sessions do not run. Without place, activity or slot: all of them."""

    closure_id: UUID
    reason: str = Field(description="As parents read it: « Grève : la cantine est fermée »")
    first: date
    last: date
    place_code: str | None = None
    activity_code: str | None = None
    slot: str | None = None


class ClosureDeclared(ClosureFact, Event):
    """Sessions are closed: a strike, a bridge day, works. Each booking lost has its own `booking.cancelled`."""

    name = "closure.declared"
    told_by = "enrolment"


class ClosureLifted(ClosureFact, Event):
    """The sessions are open again; nobody was booked again."""

    name = "closure.lifted"
    told_by = "enrolment"


class ClosedDay(View):
    """A booking that a closure ended."""

    child_id: UUID
    activity_name: str
    day: date
    slot: str = ""


class DaysClosed(Event):
    """All that a family loses by a closure: it is written to once."""

    name = "days.closed"
    told_by = "enrolment"

    closure_id: UUID
    family_id: UUID
    reason: str
    days: list[ClosedDay] = Field(description="In order of day")


class DaysReopened(Event):
    """A closure was lifted: what the family had booked of it can be booked again, as far as the deadlines allow."""

    name = "days.reopened"
    told_by = "enrolment"

    closure_id: UUID
    family_id: UUID
    reason: str
    days: list[ClosedDay] = Field(description="In order of day; none is past")
