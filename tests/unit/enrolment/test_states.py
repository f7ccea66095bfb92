"""Every state and every act of an enrolment: what is in the table, and that nothing else is allowed."""

import itertools

import pytest

from contracts.enrolment.refusals import WrongState
from contracts.events.enrolment import EnrolmentState
from enrolment.enrolling.states import TRANSITIONS, Act, after


@pytest.mark.parametrize(("state", "act"), list(itertools.product(EnrolmentState, Act)))
def test_every_pair_is_allowed_or_refused(state: EnrolmentState, act: Act) -> None:
    if (state, act) in TRANSITIONS:
        assert after(state, act) is TRANSITIONS[state, act]
    else:
        with pytest.raises(WrongState) as refusal:
            after(state, act)
        assert refusal.value.details == {"state": state}


def test_what_is_refused_or_withdrawn_stays_so() -> None:
    ended = {EnrolmentState.REFUSED, EnrolmentState.WITHDRAWN}
    assert not {state for state, _ in TRANSITIONS} & ended
