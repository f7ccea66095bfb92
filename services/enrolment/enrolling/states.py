"""The states of an enrolment: one table of what may follow what."""

from enum import StrEnum

from contracts.enrolment.refusals import WrongState
from contracts.events.enrolments import EnrolmentState


class Act(StrEnum):
    """What happens to an enrolment."""

    ACCEPT = "accept"  # by an agent, or by the rule where nothing is left to decide
    QUEUE = "queue"  # there is no place, or an agent makes it wait
    OFFER = "offer"  # a freed place is held
    TAKE = "take"  # by the family
    LAPSE = "lapse"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


_S = EnrolmentState
TRANSITIONS = {
    (_S.REQUESTED, Act.ACCEPT): _S.ACCEPTED,
    (_S.REQUESTED, Act.QUEUE): _S.WAITING,
    (_S.REQUESTED, Act.REFUSE): _S.REFUSED,
    (_S.REQUESTED, Act.WITHDRAW): _S.WITHDRAWN,
    (_S.WAITING, Act.ACCEPT): _S.ACCEPTED,
    (_S.WAITING, Act.OFFER): _S.OFFERED,
    (_S.WAITING, Act.REFUSE): _S.REFUSED,
    (_S.WAITING, Act.WITHDRAW): _S.WITHDRAWN,
    (_S.OFFERED, Act.TAKE): _S.ACCEPTED,
    (_S.OFFERED, Act.LAPSE): _S.LAPSED,
    (_S.OFFERED, Act.REFUSE): _S.REFUSED,
    (_S.OFFERED, Act.WITHDRAW): _S.WITHDRAWN,
    (_S.ACCEPTED, Act.REFUSE): _S.REFUSED,
    (_S.ACCEPTED, Act.WITHDRAW): _S.WITHDRAWN,
}

LIVE = (_S.REQUESTED, _S.WAITING, _S.OFFERED, _S.ACCEPTED)
"""States in which a child cannot ask for the same activity again (the unique index of the table says the same)."""


def after(state: EnrolmentState, act: Act) -> EnrolmentState:
    """The state that follows. Raises WrongState."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise WrongState(state=state) from None
