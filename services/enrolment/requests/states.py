"""The states of a request: one table of transitions for each kind of procedure. Pure."""

from contracts.enrolment.requests import Act, RequestChanged
from contracts.events.requests import ProcedureKind, RequestState

_S = RequestState
_BEGUN = {
    (_S.RECEIVED, Act.TAKE): _S.IN_PROGRESS,
    (_S.RECEIVED, Act.ASK): _S.INFORMATION_ASKED,
    (_S.IN_PROGRESS, Act.ASK): _S.INFORMATION_ASKED,
    (_S.INFORMATION_ASKED, Act.ANSWER): _S.IN_PROGRESS,
    (_S.INFORMATION_ASKED, Act.COMPLETE): _S.RECEIVED,
    (_S.RECEIVED, Act.WITHDRAW): _S.WITHDRAWN,
    (_S.IN_PROGRESS, Act.WITHDRAW): _S.WITHDRAWN,
    (_S.INFORMATION_ASKED, Act.WITHDRAW): _S.WITHDRAWN,
}
_OPEN = (_S.RECEIVED, _S.IN_PROGRESS, _S.INFORMATION_ASKED)
_ACCEPTED = {(state, Act.ACCEPT): _S.ACCEPTED for state in _OPEN}
_REFUSED = {(state, Act.REFUSE): _S.REFUSED for state in _OPEN}

TRANSITIONS: dict[ProcedureKind, dict[tuple[RequestState, Act], RequestState]] = {
    ProcedureKind.DECISION: {**_BEGUN, **_ACCEPTED, **_REFUSED},
    ProcedureKind.APPLICATION: {**_BEGUN, **_ACCEPTED, **_REFUSED},
    # A report is dealt with; there is nothing to refuse.
    ProcedureKind.REPORT: {**_BEGUN, **_ACCEPTED},
}


def after(kind: ProcedureKind, state: RequestState, act: Act) -> RequestState:
    """The state that follows. Raises RequestChanged."""
    try:
        return TRANSITIONS[kind][state, act]
    except KeyError:
        raise RequestChanged(state=state) from None


def acts(kind: ProcedureKind, state: RequestState) -> list[Act]:
    """What may be done, in the order of the table."""
    return [act for at, act in TRANSITIONS[kind] if at is state]


def is_open(state: RequestState) -> bool:
    """Nothing is decided yet: the delay runs, or waits for the requester."""
    return state in _OPEN
