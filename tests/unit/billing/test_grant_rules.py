"""What may be granted beside what there is, and what an allowance is on a day."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tariffs.grant_rules import ONE_DAY, Span, end_problem, overlaps, problems, state_on
from contracts.billing.allowances import AllowanceKind, AllowanceState, GrantAllowance

EARLIEST, TODAY = date(2025, 11, 1), date(2026, 11, 20)
LEA, HUGO = UUID(int=1), UUID(int=2)
REDUCTION, AID = AllowanceKind.REDUCTION, AllowanceKind.AID


def a_span(kind: AllowanceKind = AID, **fields: object) -> Span:
    given = {"name": "CCAS", "child_id": None, "activity_code": "", "since": TODAY, "until": None} | fields
    return Span(kind, **given)  # type: ignore[arg-type]


spans = st.builds(
    lambda kind, name, child, activity, start, length: Span(
        kind,
        name,
        child,
        activity,
        TODAY + timedelta(start),
        None if length is None else TODAY + timedelta(start + length),
    ),
    st.sampled_from(AllowanceKind),
    st.sampled_from(["CCAS", "ccas", "CAF"]),
    st.sampled_from([None, LEA, HUGO]),
    st.sampled_from(["", "cantine", "mercredi"]),
    st.integers(-20, 20),
    st.none() | st.integers(-1, 20),
)


@given(spans, spans)
def test_of_two_that_overlap_neither_is_first(one: Span, other: Span) -> None:
    assert overlaps(one, other) == overlaps(other, one)


@given(spans, spans)
def test_two_reductions_that_do_not_overlap_leave_no_unit_to_a_toss_up(one: Span, other: Span) -> None:
    both_on = [
        day
        for day in (TODAY + timedelta(n) for n in range(-25, 45))
        if all(each.since <= day and (each.until is None or day <= each.until) for each in (one, other))
    ]
    same_reach = one.child_id == other.child_id and (
        one.activity_code == other.activity_code or "" in (one.activity_code, other.activity_code)
    )
    if one.kind is other.kind is REDUCTION:
        assert overlaps(one, other) == bool(both_on and same_reach)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (a_span(), a_span(name="ccas", child_id=LEA), True),
        (a_span(), a_span(name="CAF"), False),
        (a_span(child_id=HUGO), a_span(child_id=LEA), False),
        (a_span(activity_code="cantine"), a_span(activity_code="mercredi"), False),
        (a_span(REDUCTION), a_span(REDUCTION, name="Autre"), True),
        (a_span(REDUCTION), a_span(REDUCTION, child_id=LEA), False),
        (a_span(until=TODAY), a_span(since=TODAY + ONE_DAY), False),
        (a_span(until=TODAY), a_span(since=TODAY), True),
        (a_span(until=TODAY - ONE_DAY), a_span(since=TODAY - 9 * ONE_DAY), False),
    ],
)
def test_what_overlaps(one: Span, other: Span, clash: bool) -> None:
    assert overlaps(one, other) is clash


def asked(**fields: object) -> GrantAllowance:
    given = {
        "kind": AID, "name": "CCAS", "percent": 50, "cap_days": 10, "since": TODAY, "until": TODAY, "decision": "n° 1",
    } | fields  # fmt: skip
    return GrantAllowance(command_id=uuid4(), family_id=uuid4(), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {}),
        ({"since": EARLIEST}, {}),
        ({"since": EARLIEST - ONE_DAY}, {"since": "allowance_too_early"}),
        ({"until": TODAY - ONE_DAY}, {"until": "ends_before_it_begins"}),
        ({"until": None}, {"until": "aid_without_end"}),
        ({"name": " "}, {"name": "aid_without_name"}),
        ({"percent": 0}, {"percent": "aid_takes_nothing_off"}),
        ({"percent": 0, "cents": 1}, {}),
        ({"cap_days": None}, {"cap_cents": "aid_without_cap"}),
        ({"cap_days": None, "cap_cents": 100}, {}),
        ({"kind": REDUCTION}, {"reduction": "unknown_reduction"}),
        ({"kind": REDUCTION, "reduction": "pai", "until": None}, {}),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field(fields: dict[str, object], wrong: dict[str, str]) -> None:
    assert problems(asked(**fields), EARLIEST) == wrong


@pytest.mark.parametrize(
    ("since", "until", "last_day", "wrong"),
    [
        (TODAY, None, TODAY, None),
        (TODAY, None, TODAY - ONE_DAY, None),
        (TODAY, None, TODAY - 2 * ONE_DAY, "ends_before_it_begins"),
        (TODAY, TODAY, TODAY, "ends_no_earlier"),
        (date(2024, 9, 1), None, EARLIEST - ONE_DAY, None),
        (date(2024, 9, 1), None, EARLIEST - 2 * ONE_DAY, "allowance_too_early"),
    ],
)
def test_when_one_may_end(since: date, until: date | None, last_day: date, wrong: str | None) -> None:
    assert end_problem(since, until, last_day, EARLIEST) == wrong


@pytest.mark.parametrize(
    ("since", "until", "ended", "used_up", "state"),
    [
        (TODAY, None, False, False, AllowanceState.RUNNING),
        (TODAY, TODAY, False, True, AllowanceState.USED_UP),
        (TODAY + ONE_DAY, None, False, True, AllowanceState.TO_COME),
        (EARLIEST, TODAY - ONE_DAY, False, True, AllowanceState.OVER),
        (EARLIEST, TODAY - ONE_DAY, True, False, AllowanceState.ENDED),
        (EARLIEST, TODAY, True, False, AllowanceState.RUNNING),
        (TODAY + 9 * ONE_DAY, TODAY + 8 * ONE_DAY, True, False, AllowanceState.ENDED),
    ],
)
def test_what_it_is_on_a_day(
    since: date, until: date | None, ended: bool, used_up: bool, state: AllowanceState
) -> None:
    assert state_on(TODAY, since, until, ended=ended, used_up=used_up) is state
