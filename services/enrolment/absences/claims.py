"""What may be said against a line, until when, and what the line may become: pure rules."""

from collections.abc import Collection
from datetime import date

from contracts.enrolment.objections import Claim, ObjectionState
from contracts.events.attendance import Held, Mark

CLAIMS: dict[Mark, tuple[Claim, ...]] = {
    Mark.PRESENT: (Claim.WAS_ABSENT,),
    Mark.ABSENT_UNJUSTIFIED: (Claim.WAS_PRESENT, Claim.HAD_REPORTED),
    Mark.PRESENT_WITHOUT_BOOKING: (Claim.WAS_ABSENT, Claim.HAD_BOOKED),
}
"""Against what costs something. What costs nothing has nothing to be said against it."""

BOOKED = (Mark.PRESENT, Mark.ABSENT_JUSTIFIED, Mark.ABSENT_UNJUSTIFIED)
UNBOOKED = (Mark.PRESENT_WITHOUT_BOOKING,)


def why_not_contest(
    mark: Mark, held: Held | None, until: date, today: date, said: Collection[tuple[ObjectionState, Mark]]
) -> str | None:
    """Why a line cannot be contested, as `CannotContest` says it; None when it can.

    `said`: (state, mark contested) of the objections made to it before. What the town has maintained is not asked
    again; once corrected, the new mark may be contested in its turn.
    """
    if any(state is ObjectionState.OPEN for state, _ in said):
        return "open"
    if (ObjectionState.MAINTAINED, mark) in said:
        return "answered"
    if mark not in CLAIMS or held is Held.ABSENCE:
        return "claim"
    return "too_late" if today > until else None


def choices(contested: Mark, *, is_booked: bool) -> list[Mark]:
    """What a contested line may become: what fits the child, and is not what was contested."""
    return [mark for mark in (BOOKED if is_booked else UNBOOKED) if mark is not contested]
