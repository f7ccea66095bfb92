"""The states of an enrolment: one table of what may follow what."""

from enum import StrEnum

from contracts.enrolment.refusals import WrongState
from contracts.events.enrolment import EnrolmentState


class Act(StrEnum):
    """What happens to an enrolment."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


TRANSITIONS = {
    (EnrolmentState.REQUESTED, Act.ACCEPT): EnrolmentState.ACCEPTED,
    (EnrolmentState.REQUESTED, Act.REFUSE): EnrolmentState.REFUSED,
    (EnrolmentState.REQUESTED, Act.WITHDRAW): EnrolmentState.WITHDRAWN,
    (EnrolmentState.ACCEPTED, Act.WITHDRAW): EnrolmentState.WITHDRAWN,
}

LIVE = (EnrolmentState.REQUESTED, EnrolmentState.ACCEPTED)
"""States in which a child cannot ask for the same activity again (the unique index of the table says the same)."""


def after(state: EnrolmentState, act: Act) -> EnrolmentState:
    """The state that follows. Raises WrongState."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise WrongState(state=state) from None
