"""Every state and every act of an enrolment: what is in the table, and that nothing else is allowed."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.enrolment.refusals import WrongState
from contracts.events.enrolments import EnrolmentState
from enrolment.enrolling.lines import HOLDING
from enrolment.enrolling.states import LIVE, TRANSITIONS, Act, after
from enrolment.models import Enrolment


@pytest.mark.parametrize(("state", "act"), list(itertools.product(EnrolmentState, Act)))
def test_every_pair_is_allowed_or_refused(state: EnrolmentState, act: Act) -> None:
    if (state, act) in TRANSITIONS:
        assert after(state, act) is TRANSITIONS[state, act]
    else:
        with pytest.raises(WrongState) as refusal:
            after(state, act)
        assert refusal.value.details == {"state": state}


def test_what_is_refused_withdrawn_or_lapsed_stays_so() -> None:
    ended = set(EnrolmentState) - set(LIVE)
    assert not {state for state, _ in TRANSITIONS} & ended


def test_the_index_of_the_table_holds_what_is_live() -> None:
    [index] = [each for each in Enrolment.__table__.indexes if each.name == "uq_enrolment_live"]
    held = set(re.findall(r"'(\w+)'", str(index.dialect_options["postgresql"]["where"])))
    assert held == set(LIVE)


def test_every_live_state_can_be_given_up_and_refused() -> None:
    for state in LIVE:
        assert after(state, Act.WITHDRAW) is EnrolmentState.WITHDRAWN
        assert after(state, Act.REFUSE) is EnrolmentState.REFUSED


@given(st.lists(st.sampled_from(Act)))
def test_a_place_is_held_only_by_who_was_accepted_or_offered_one(acts: list[Act]) -> None:
    """Whatever is tried in whatever order: what ended stays ended, and only an offer can lapse or be taken."""
    state = EnrolmentState.REQUESTED
    for act in acts:
        try:
            reached = after(state, act)
        except WrongState:
            continue
        assert state in LIVE
        assert (act in (Act.TAKE, Act.LAPSE)) <= (state is EnrolmentState.OFFERED)
        assert (reached in HOLDING) == (act in (Act.ACCEPT, Act.OFFER, Act.TAKE))
        state = reached
