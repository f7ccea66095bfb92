"""What guardians' answers come to."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from accounts.yearly.consent_rules import Answer, state_of
from contracts.accounts.consents import ConsentState

MOTHER, FATHER, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
BOTH = {MOTHER, FATHER}
answers = st.lists(
    st.builds(Answer, st.sampled_from([MOTHER, FATHER, STRANGER]), st.booleans(), st.integers(1, 3)),
    unique_by=lambda each: each.adult_id,
    max_size=3,
)


def yes(adult: UUID, version: int = 2) -> Answer:
    return Answer(adult, True, version)


def no(adult: UUID, version: int = 2) -> Answer:
    return Answer(adult, False, version)


def test_one_parent_is_enough_for_a_usual_act():
    assert state_of(False, 2, BOTH, [yes(MOTHER)]) is ConsentState.GRANTED


def test_both_parents_must_agree_to_an_image():
    assert state_of(True, 2, BOTH, [yes(MOTHER)]) is ConsentState.WAITING
    assert state_of(True, 2, BOTH, [yes(MOTHER), yes(FATHER)]) is ConsentState.GRANTED


def test_a_parent_alone_decides_alone():
    assert state_of(True, 2, {MOTHER}, [yes(MOTHER)]) is ConsentState.GRANTED


def test_one_no_against_one_yes_is_a_conflict_and_allows_nothing():
    assert state_of(True, 2, BOTH, [yes(MOTHER), no(FATHER)]) is ConsentState.CONFLICT
    assert state_of(False, 2, BOTH, [yes(MOTHER), no(FATHER)]) is ConsentState.CONFLICT


def test_a_no_stands_although_the_text_has_changed():
    assert state_of(False, 3, BOTH, [no(MOTHER, 1)]) is ConsentState.REFUSED


def test_a_yes_to_an_older_text_is_asked_again():
    assert state_of(False, 3, BOTH, [yes(MOTHER, 2)]) is ConsentState.OUTDATED
    assert state_of(True, 3, BOTH, [yes(MOTHER, 3), yes(FATHER, 2)]) is ConsentState.OUTDATED


def test_silence_is_no_answer():
    assert state_of(False, 1, BOTH, []) is ConsentState.UNANSWERED


@given(st.booleans(), answers)
def test_nothing_is_allowed_against_a_no_nor_by_an_old_text_nor_by_others(
    needs_all: bool, given_: list[Answer]
):
    state = state_of(needs_all, 3, BOTH, given_)
    own = [each for each in given_ if each.adult_id in BOTH]
    if state is ConsentState.GRANTED:
        assert all(each.agrees for each in own)
        agreed_now = {each.adult_id for each in own if each.version == 3}
        assert agreed_now == BOTH if needs_all else agreed_now
    assert state is state_of(needs_all, 3, BOTH, own)


@given(st.booleans(), answers)
def test_taking_a_yes_back_always_ends_what_it_allowed(needs_all: bool, given_: list[Answer]):
    without = [each for each in given_ if each.adult_id != MOTHER]
    assert state_of(needs_all, 3, BOTH, [*without, no(MOTHER, 3)]) in (
        ConsentState.REFUSED,
        ConsentState.CONFLICT,
    )
