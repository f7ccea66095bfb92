"""Changes of a family's file: their states, their policy, what may be written."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import accounts.service  # noqa: F401 -- every subject of the service
from accounts import telephones
from accounts.revision.change_policy import FIELDS, Policy
from accounts.revision.change_states import TRANSITIONS, Act, after
from accounts.revision.change_subjects import Subject, registered, subject_of
from accounts.revision.change_values import Unusable, name, optional, postcode, read_all, telephone
from contracts.accounts.changes import WHOLE, ChangeClosed, ChangeState, SubjectKind
from contracts.errors import Invalid


@pytest.mark.parametrize(("state", "act"), list(itertools.product(ChangeState, Act)))
def test_every_pair_of_state_and_act_is_allowed_or_refused(state: ChangeState, act: Act) -> None:
    if (state, act) in TRANSITIONS:
        assert after(state, act) is TRANSITIONS[state, act]
    else:
        with pytest.raises(ChangeClosed) as refusal:
            after(state, act)
        assert refusal.value.details == {"state": state}


def test_only_what_awaits_can_still_become_something_else() -> None:
    assert {state for state, _ in TRANSITIONS} == {ChangeState.AWAITING}
    assert ChangeState.AWAITING not in TRANSITIONS.values()


def test_every_subject_that_is_registered_has_fields_to_change() -> None:
    assert registered() == {kind for kind, fields in FIELDS.items() if fields}


def test_what_may_be_made_or_removed_says_how() -> None:
    makers = {
        kind
        for kind in registered()
        if type(subject_of(kind)).create is not Subject.create
        and type(subject_of(kind)).remove is not Subject.remove
    }

    assert {kind for kind, fields in FIELDS.items() if WHOLE in fields} == makers


def test_what_moves_prices_or_identity_is_looked_at_first() -> None:
    looked_at = {
        (kind, field)
        for kind, fields in FIELDS.items()
        for field, rule in fields.items()
        if rule.policy is Policy.AFTER_REVIEW
    }

    assert looked_at >= {
        (SubjectKind.FAMILY, "address"),
        (SubjectKind.CHILD, "birth_date"),
        (SubjectKind.CHILD, "last_name"),
        (SubjectKind.GUARDIAN, "last_name"),
    }
    assert (SubjectKind.GUARDIAN, "phone") not in looked_at
    assert not any(kind is SubjectKind.CONTACT for kind, _ in looked_at)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("D'ARC", "D’Arc"),
        ("de la Fontaine", "de la Fontaine"),
        ("  Nguyễn   Thị ", "Nguyễn Thị"),
        ("李明", "李明"),
        ("Ольга", "Ольга"),
        ("محمد", "محمد"),
        ("é" * 300, "é" * 300),
    ],
)
def test_names_of_all_kinds_are_kept(typed: str, kept: str) -> None:
    assert name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("", "missing"), ("   ", "missing"), ("é" * 301, "too_long"), ("1234", "not_a_name"), (None, "missing")],
)
def test_what_is_no_name_is_said(typed: object, problem: str) -> None:
    with pytest.raises(Unusable) as fault:
        name(typed)  # type: ignore[arg-type]
    assert fault.value.code == problem


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0639981234", "06 39 98 12 34"),
        ("+33 (0)6 39 98 12 34", "06 39 98 12 34"),
        ("06.39.98.12.34", "06 39 98 12 34"),
        ("0033 4 75 05 51 51", "04 75 05 51 51"),
        ("+41 44 668 18 00", "+41 44 668 18 00"),
        ("0692 12 34 56", "+262 692 12 34 56"),
    ],
)
def test_telephones_are_written_one_way(typed: str, kept: str) -> None:
    assert telephones.read(typed) == kept
    assert telephone(kept) == kept


@pytest.mark.parametrize(
    "typed", ["bonjour", "06 39 98", "12", "0000000000", "06 39 98 12 34 56 78", "+999 12345678"]
)
def test_what_cannot_ring_is_refused(typed: str) -> None:
    with pytest.raises(Unusable) as fault:
        telephone(typed)
    assert fault.value.code == "not_a_telephone"


def test_an_optional_answer_may_be_left_out() -> None:
    assert optional(telephone)("") == ""
    assert optional(telephone)(None) == ""


@given(st.text(max_size=12))
def test_a_postcode_has_five_digits_or_is_refused(typed: str) -> None:
    try:
        kept = postcode(typed)
    except Unusable:
        return
    assert len(str(kept)) == 5
    assert str(kept).isdigit()
    assert postcode(kept) == kept


@given(st.text(max_size=320))
def test_a_name_that_was_kept_is_kept_again_unchanged(typed: str) -> None:
    try:
        kept = name(typed)
    except Unusable:
        return
    assert name(kept) == kept


def test_every_problem_is_said_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        read_all({"first": "", "other": 1}, {"first": name, "last": name}, whole=True)
    assert refusal.value.details == {"problems": {"first": "missing", "last": "missing", "other": "invalid"}}
