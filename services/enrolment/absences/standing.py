"""What a reported absence and an objection do to the line of a roll-call, and to the bill: pure rules."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.enrolment.absence_terms import Ground
from contracts.enrolment.refusals import AbsenceDecidedAlready
from contracts.events.absences import AbsenceEffect
from contracts.events.attendance import AbsenceState, AttendanceLine, Held, Mark

ABSENT = frozenset({Mark.ABSENT_JUSTIFIED, Mark.ABSENT_UNJUSTIFIED})


class Act(StrEnum):
    """What happens to a reported day."""

    JUSTIFY = "justify"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


TRANSITIONS = {
    (AbsenceState.REPORTED, Act.JUSTIFY): AbsenceState.JUSTIFIED,
    (AbsenceState.REPORTED, Act.REFUSE): AbsenceState.UNJUSTIFIED,
    (AbsenceState.REPORTED, Act.WITHDRAW): AbsenceState.WITHDRAWN,
    # A certificate that comes late, or an objection that is right: to the family's good only.
    (AbsenceState.UNJUSTIFIED, Act.JUSTIFY): AbsenceState.JUSTIFIED,
}


def after(state: AbsenceState, act: Act) -> AbsenceState:
    """The state that follows. Raises AbsenceDecidedAlready."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise AbsenceDecidedAlready(state=state) from None


@dataclass(frozen=True)
class Reported:
    """A reported day, as far as the bill is concerned."""

    state: AbsenceState
    ground: Ground

    @property
    def awaits_decision(self) -> bool:
        """Somebody has still to say whether it is justified: until then nothing is billed."""
        return self.state is AbsenceState.REPORTED and self.ground is not Ground.BILLED

    @property
    def effect(self) -> AbsenceEffect:
        """What the parent is told of the bill."""
        if self.state is AbsenceState.WITHDRAWN:
            return AbsenceEffect.ROLL_CALL
        if self.state is AbsenceState.JUSTIFIED:
            return AbsenceEffect.FREE
        if not self.awaits_decision:
            return AbsenceEffect.BILLED
        return (
            AbsenceEffect.IF_CERTIFICATE if self.ground is Ground.CERTIFICATE else AbsenceEffect.IF_ACCEPTED
        )


def judged(line: AttendanceLine, reported: Reported | None, *, contested: bool) -> AttendanceLine:
    """The line with what is reported and contested of it.

    A report never turns a child who was seen into one who was away. Of an absent one it says whether it is
    justified; without a report the roll-call's own mark stands.
    """
    mark, held = line.mark, None
    if mark in ABSENT and reported is not None:
        is_justified = reported.state is AbsenceState.JUSTIFIED
        mark = Mark.ABSENT_JUSTIFIED if is_justified else Mark.ABSENT_UNJUSTIFIED
        held = Held.ABSENCE if reported.awaits_decision else None
    if contested:
        held = Held.OBJECTION
    state = reported.state if reported is not None else None
    return line.model_copy(update={"mark": mark, "absence": state, "held": held})
