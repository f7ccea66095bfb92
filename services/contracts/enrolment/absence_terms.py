"""Enrolment: what an activity says of absences after the deadline, as data."""

from enum import StrEnum

from pydantic import Field

from contracts.messages import Message


class AbsenceReason(StrEnum):
    """Why a child does not come, as a parent chooses it. The words are the gateway's."""

    ILLNESS = "illness"
    APPOINTMENT = "appointment"
    FAMILY = "family"
    OTHER = "other"


class Ground(StrEnum):
    """What a reason is worth on the bill."""

    CERTIFICATE = "certificate"  # not billed, if a certificate is given and accepted
    DECISION = "decision"  # not billed, if the town accepts the reason
    BILLED = "billed"  # billed all the same: the place was kept


class AbsenceTerms(Message):
    """Absences and objections of an activity. Days are counted as they come, Sundays too; the last one counts.

    What is said to a parent when they report holds: terms changed later count for later reports.
    """

    grounds: dict[AbsenceReason, Ground] = Field(
        default={
            AbsenceReason.ILLNESS: Ground.CERTIFICATE,
            AbsenceReason.APPOINTMENT: Ground.CERTIFICATE,
            AbsenceReason.FAMILY: Ground.DECISION,
        },
        description="A reason that is not named is billed",
    )
    report_days: int = Field(default=3, ge=0, le=31, description="Days after the session to report it")
    certificate_days: int = Field(
        default=8, ge=1, le=60, description="Days after the report to give the certificate"
    )
    objection_days: int = Field(
        default=15, ge=1, le=60, description="Days after a roll-call was settled to contest a line of it"
    )

    def ground(self, reason: AbsenceReason) -> Ground:
        """What this reason is worth."""
        return self.grounds.get(reason, Ground.BILLED)
