"""Enrolment: what a child's days have left behind, for whoever judges what was billed."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.enrolment.bookings import ProofView
from contracts.enrolment.objections import Claim, ObjectionState, SheetVersionView
from contracts.events.attendance import AbsenceState, Mark
from contracts.messages import Question, View

MOST_DAYS = 100


class ClaimView(View):
    """A roll-call contested before it was billed. Not the family's words: they may say something of health."""

    claim: Claim
    mark: Mark = Field(description="The mark contested")
    made_at: AwareDatetime
    state: ObjectionState
    answered_at: AwareDatetime | None = None


class DayTraceView(View):
    """A session and a child: what was booked and cancelled, what each version of the sheet says, who settled it.

    `mark`: the sheet's, now; none: the child is not on it. `absence`: that one was reported, and what was decided;
    never why. `sheets` and `proofs`: newest first.
    """

    session_id: UUID
    activity_code: str
    activity_name: str
    place_code: str
    place_name: str
    day: date
    slot: str = ""
    booked: bool
    mark: Mark | None = None
    absence: AbsenceState | None = None
    absence_reported_at: AwareDatetime | None = None
    sheets: list[SheetVersionView]
    proofs: list[ProofView]
    claims: list[ClaimView]


class TraceDays(Question[list[DayTraceView]]):
    """Days of a child of a family, in order. `billing` or `requests` agents; the opening is told.

    NotFound: the child was never on a sheet nor booked there for that family, on any of these days.
    """

    child_id: UUID
    family_id: UUID
    session_ids: list[UUID] = Field(min_length=1, max_length=MOST_DAYS)
