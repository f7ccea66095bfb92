"""The states of a change: one table of what may follow what."""

from enum import StrEnum

from contracts.accounts.changes import ChangeClosed, ChangeState


class Act(StrEnum):
    """What happens to a change after it was asked for."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"


TRANSITIONS = {
    (ChangeState.AWAITING, Act.ACCEPT): ChangeState.ACCEPTED,
    (ChangeState.AWAITING, Act.REFUSE): ChangeState.REFUSED,
    (ChangeState.AWAITING, Act.WITHDRAW): ChangeState.WITHDRAWN,
    (ChangeState.AWAITING, Act.SUPERSEDE): ChangeState.SUPERSEDED,
}

DONE = (ChangeState.APPLIED, ChangeState.ACCEPTED)
"""States of a change that was written into the file."""


def after(state: ChangeState, act: Act) -> ChangeState:
    """The state that follows. Raises ChangeClosed."""
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        raise ChangeClosed(state=state) from None
