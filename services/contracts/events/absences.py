"""What enrolment tells of absences reported and lines contested."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.events.attendance import AbsenceState, Mark
from contracts.events.event import Event
from contracts.messages import View


class AbsenceEffect(StrEnum):
    """What a reported absence does to the bill, for one day."""

    FREE = "free"
    BILLED = "billed"
    IF_CERTIFICATE = "if_certificate"  # not billed if the certificate is accepted
    IF_ACCEPTED = "if_accepted"  # not billed if the town accepts the reason
    ROLL_CALL = "roll_call"  # withdrawn: the roll-call decides, as if nothing had been reported


class AbsentDay(View):
    """A booked day of a report. Never why the child was away: that may say something of its health."""

    booking_id: UUID
    session_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    day: date
    slot: str = ""
    state: AbsenceState
    effect: AbsenceEffect


class AbsenceFact(View):
    """What every fact of a report says. `family_id`: the one that booked."""

    absence_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    account_id: UUID | None = Field(default=None, description="Who reported; null when an agent did")
    days: list[AbsentDay]


class AbsenceReported(AbsenceFact, Event):
    """A parent says, after the deadline, that a child does not come; the receipt (CRPA L112-11) is due."""

    name = "absence.reported"
    told_by = "enrolment"

    certificate_until: date | None = Field(
        default=None, description="Last day to give a certificate; null: none is needed"
    )


class AbsenceDecided(AbsenceFact, Event):
    """An agent qualified the days of a report, or the time to give a certificate ran out."""

    name = "absence.decided"
    told_by = "enrolment"

    lapsed: bool = Field(default=False, description="True: no certificate came in time")


class AbsenceWithdrawn(AbsenceFact, Event):
    """Whoever reported takes it back: the child comes after all."""

    name = "absence.withdrawn"
    told_by = "enrolment"


class ObjectionFact(View):
    """What both facts of an objection say: one child's line of a roll-call."""

    objection_id: UUID
    child_id: UUID
    child_name: str
    family_id: UUID
    account_id: UUID
    session_id: UUID
    activity_name: str
    place_name: str
    day: date
    slot: str = ""
    mark: Mark = Field(description="The mark that is contested")


class AttendanceContested(ObjectionFact, Event):
    """A parent contests a line; the receipt (CRPA L112-11) is due. Until it is answered, the line is held."""

    name = "attendance.contested"
    told_by = "enrolment"


class ObjectionAnswered(ObjectionFact, Event):
    """An agent answered. A correction is also a new version of the session's roll-call."""

    name = "attendance.objection_answered"
    told_by = "enrolment"

    corrected: bool
    corrected_to: Mark | None = Field(default=None, description="Null: maintained, or taken off the sheet")
    answer: str
