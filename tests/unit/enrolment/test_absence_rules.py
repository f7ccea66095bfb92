"""Absences and objections: what each does to a line and to the bill, for every state there is."""

from contextlib import suppress
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.enrolment.absence_terms import AbsenceReason, AbsenceTerms, Ground
from contracts.enrolment.objections import ObjectionState
from contracts.enrolment.refusals import AbsenceDecidedAlready
from contracts.events.absences import AbsenceEffect
from contracts.events.attendance import AbsenceState, AttendanceLine, Held, Mark
from enrolment.absences.claims import CLAIMS, choices, why_not_contest
from enrolment.absences.standing import ABSENT, TRANSITIONS, Act, Reported, after, judged

TODAY = date(2026, 11, 25)
reports = st.builds(Reported, st.sampled_from(AbsenceState), st.sampled_from(Ground))
lines = st.builds(
    AttendanceLine,
    child_id=st.just(uuid4()),
    family_id=st.just(uuid4()),
    booking_id=st.just(uuid4()),
    mark=st.sampled_from([Mark.PRESENT, *sorted(ABSENT)]),
)


def test_every_state_and_act_leads_somewhere_or_is_refused() -> None:
    reached = {}
    for state in AbsenceState:
        for act in Act:
            with suppress(AbsenceDecidedAlready):
                reached[state, act] = after(state, act)
    assert reached == TRANSITIONS
    assert not [key for key in reached if key[0] in (AbsenceState.JUSTIFIED, AbsenceState.WITHDRAWN)]


@pytest.mark.parametrize(
    ("state", "ground", "effect"),
    [
        (AbsenceState.REPORTED, Ground.CERTIFICATE, AbsenceEffect.IF_CERTIFICATE),
        (AbsenceState.REPORTED, Ground.DECISION, AbsenceEffect.IF_ACCEPTED),
        (AbsenceState.REPORTED, Ground.BILLED, AbsenceEffect.BILLED),
        *[(AbsenceState.JUSTIFIED, ground, AbsenceEffect.FREE) for ground in Ground],
        *[(AbsenceState.UNJUSTIFIED, ground, AbsenceEffect.BILLED) for ground in Ground],
        *[(AbsenceState.WITHDRAWN, ground, AbsenceEffect.ROLL_CALL) for ground in Ground],
    ],
)
def test_the_effect_that_is_said(state: AbsenceState, ground: Ground, effect: AbsenceEffect) -> None:
    assert Reported(state, ground).effect is effect


@given(lines, reports)
def test_what_is_said_of_the_bill_is_what_the_line_does(line: AttendanceLine, reported: Reported) -> None:
    if reported.state is AbsenceState.WITHDRAWN:
        return
    told = judged(line, reported, contested=False)
    if line.mark is Mark.PRESENT:
        assert (told.mark, told.held) == (Mark.PRESENT, None)
        return
    match reported.effect:
        case AbsenceEffect.FREE:
            assert (told.mark, told.held) == (Mark.ABSENT_JUSTIFIED, None)
        case AbsenceEffect.BILLED:
            assert (told.mark, told.held) == (Mark.ABSENT_UNJUSTIFIED, None)
        case _:
            assert (told.mark, told.held) == (Mark.ABSENT_UNJUSTIFIED, Held.ABSENCE)


@given(lines, st.one_of(st.none(), reports), st.booleans())
def test_judging_twice_changes_nothing_and_an_objection_always_holds(
    line: AttendanceLine, reported: Reported | None, contested: bool
) -> None:
    once = judged(line, reported, contested=contested)
    assert judged(once, reported, contested=contested) == once
    assert (once.held is Held.OBJECTION) == contested
    assert (once.mark in ABSENT) == (line.mark in ABSENT)
    if reported is None:
        assert once.mark is line.mark


def test_a_reason_that_the_terms_do_not_name_is_billed() -> None:
    terms = AbsenceTerms(grounds={AbsenceReason.ILLNESS: Ground.DECISION})
    assert terms.ground(AbsenceReason.ILLNESS) is Ground.DECISION
    assert terms.ground(AbsenceReason.OTHER) is Ground.BILLED
    assert AbsenceTerms().ground(AbsenceReason.OTHER) is Ground.BILLED


@given(
    st.sampled_from(Mark),
    st.sampled_from([None, *Held]),
    st.integers(-3, 3),
    st.sets(st.tuples(st.sampled_from(ObjectionState), st.sampled_from(Mark))),
)
def test_a_line_is_contested_in_time_once_and_only_when_it_costs(
    mark: Mark, held: Held | None, days: int, said: set[tuple[ObjectionState, Mark]]
) -> None:
    why = why_not_contest(mark, held, TODAY, TODAY + timedelta(days=days), said)
    may = (
        mark in CLAIMS
        and days <= 0
        and held is not Held.ABSENCE
        and not any(state is ObjectionState.OPEN for state, _ in said)
        and (ObjectionState.MAINTAINED, mark) not in said
    )
    assert (why is None) == may


def test_a_corrected_line_is_another_one_and_fits_the_child() -> None:
    for mark in CLAIMS:
        assert mark not in choices(mark, is_booked=True) + choices(mark, is_booked=False)
        assert Mark.PRESENT_WITHOUT_BOOKING not in choices(mark, is_booked=True)
    assert choices(Mark.PRESENT_WITHOUT_BOOKING, is_booked=False) == []
