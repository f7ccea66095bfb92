"""Enrolment: absences reported after the deadline."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.absence_terms import AbsenceReason, Ground
from contracts.enrolment.enrolments import AttachmentView, ChildView, GivenView
from contracts.events.absences import AbsenceEffect
from contracts.events.attendance import AbsenceState, Mark
from contracts.messages import Command, Question, View


class ReportableView(View):
    """A booked day that can no longer be cancelled, and may be reported. `elsewhere`: the other home booked it."""

    booking_id: UUID
    activity_name: str
    place_name: str
    day: date
    slot: str = ""
    report_until: date = Field(description="The last day to report it")
    elsewhere: bool = False
    grounds: dict[AbsenceReason, Ground] = Field(description="What each reason is worth that day")


class CancellableView(View):
    """A booked day that may still be cancelled, which costs nothing."""

    activity_name: str
    day: date
    slot: str = ""
    closes_at: AwareDatetime


class AbsenceChoicesView(View):
    """What may be reported of a child, and what should be cancelled instead: the days before the last reportable one
    and a week ahead."""

    child: ChildView
    days: list[ReportableView]
    cancellable: list[CancellableView]
    certificate: GivenView | None = Field(
        default=None, description="Given for an earlier absence, not long ago: it may cover these days too"
    )


class AbsenceChoices(Question[AbsenceChoicesView]):
    """The days that may be reported now. Guardians of the child, of either home; NotFound for anybody else."""

    child_id: UUID


class AbsentDayView(View):
    """A day of a report. `mark`: what the roll-call said, once there was one."""

    booking_id: UUID
    activity_name: str
    place_name: str
    day: date
    slot: str = ""
    state: AbsenceState
    effect: AbsenceEffect
    mark: Mark | None = None


class AbsenceView(View):
    """A report, as those who may see it do."""

    absence_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    elsewhere: bool = Field(default=False, description="The reader's other home booked: the bill is theirs")
    reason: AbsenceReason
    note: str = ""
    days: list[AbsentDayView]
    reported_at: AwareDatetime
    reported_by: str = Field(description="Name; empty when the child's other home did")
    certificate_until: date | None = Field(
        default=None, description="Last day to give one; None: none needed"
    )
    certificates: list[AttachmentView] = Field(default_factory=list)
    awaits_decision: bool
    awaits_certificate: bool = Field(description="One is needed, none was given, and there is still time")
    may_withdraw: bool
    decided_at: AwareDatetime | None = None
    decided_by: str = Field(default="", description="Name, for agents; empty when the time ran out")
    answer: str = ""
    version: int


class ReportAbsence(Command[list[AbsenceView]]):
    """Reports booked days of one child. Guardians of the child, of either home.

    One report per family that booked. Raises CannotReport for the first day that does not fit: nothing is reported
    then.
    """

    child_id: UUID
    booking_ids: list[UUID] = Field(min_length=1, max_length=60)
    reason: AbsenceReason
    note: str = Field(default="", max_length=500)
    reuse_certificate: bool = Field(
        default=False,
        description="The certificate given for an earlier absence covers these days; where one is needed it serves",
    )


class MyAbsencesView(View):
    """The caller's children, and what was reported of them this school year, newest first."""

    children: list[ChildView]
    absences: list[AbsenceView]


class MyAbsences(Question[MyAbsencesView]):
    """Reports on days that the caller's families booked, and those the caller made. Citizens."""


class ShowAbsence(Question[AbsenceView]):
    """One report. Guardians of the family that booked, who reported, `requests` agents."""

    absence_id: UUID


class WithdrawAbsence(Command[AbsenceView]):
    """Takes back the days that nobody has decided. Whoever may see it as a parent. Raises AbsenceDecidedAlready."""

    absence_id: UUID


class AbsenceQueueView(View):
    """Reports as an agent lists them."""

    total: int
    absences: list[AbsenceView]


class AbsenceQueue(Question[AbsenceQueueView]):
    """Reports: those that await a decision, oldest first; the others newest first. `requests` agents."""

    waiting: bool = True
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=50, ge=1, le=200)


class DecideAbsence(Command[AbsenceView]):
    """Qualifies the days of a report: those in `justified` are, the others are not. `requests` agents.

    Sheets already settled are settled again. Days refused before may be justified now, never the other way round.
    Raises AbsenceChanged, AbsenceDecidedAlready, Invalid (`answer`: `required` when a day is not justified).
    """

    absence_id: UUID
    version: int = Field(description="The version that the agent saw")
    justified: list[UUID] = Field(max_length=60, description="Bookings")
    answer: str = Field(default="", max_length=500, description="Why not; the parent reads it")
