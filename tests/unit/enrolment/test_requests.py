"""What may follow what for a request, when its delays end, what its code is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.enrolment.requests import Act, RequestChanged
from contracts.events.requests import ProcedureKind, RequestState
from enrolment.requests import delays, tracking
from enrolment.requests.delays import Notice
from enrolment.requests.states import TRANSITIONS, acts, after, is_open

DAYS = st.dates(date(2024, 1, 1), date(2035, 12, 31))
KINDS = st.sampled_from(ProcedureKind)


@given(KINDS, st.lists(st.sampled_from(Act), max_size=12))
def test_whatever_is_tried_a_request_that_is_closed_stays_as_it_is(
    kind: ProcedureKind, tried: list[Act]
) -> None:
    state, closed = RequestState.RECEIVED, None
    for act in tried:
        allowed = act in acts(kind, state)
        if not allowed:
            with pytest.raises(RequestChanged):
                after(kind, state, act)
            continue
        state = after(kind, state, act)
        assert closed is None
        closed = state if not is_open(state) else None


@pytest.mark.parametrize("kind", ProcedureKind)
def test_every_state_can_be_reached_and_every_open_one_be_left_for_good(kind: ProcedureKind) -> None:
    reached = {RequestState.RECEIVED} | set(TRANSITIONS[kind].values())
    refusable = {RequestState.REFUSED} if kind is not ProcedureKind.REPORT else set()
    assert reached == set(RequestState) - {RequestState.REFUSED} | refusable
    for state in RequestState:
        leads = {after(kind, state, act) for act in acts(kind, state)}
        assert bool(leads - {state}) == is_open(state)
        if is_open(state):
            assert {RequestState.ACCEPTED, RequestState.WITHDRAWN} <= leads


@given(DAYS, st.integers(1, 365), st.integers(0, 200), st.integers(0, 200))
def test_a_delay_that_stood_still_ends_so_many_days_later(
    filed: date, days: int, asked_after: int, waited: int
) -> None:
    due = delays.ends_on(filed, days)
    asked = filed + timedelta(days=asked_after)
    assert delays.resumed(due, asked, asked + timedelta(days=waited)) == due + timedelta(days=waited)
    assert delays.resumed(due, None, asked) == due


@given(DAYS, st.integers(0, 60))
def test_so_many_months_later_is_the_same_day_or_the_last_of_the_month(start: date, months: int) -> None:
    later = delays.months_later(start, months)
    assert (later.year - start.year) * 12 + later.month - start.month == months
    assert later.day == start.day or (later.day < start.day and (later + timedelta(days=1)).day == 1)


def test_silence_of_two_months_ends_on_a_day_that_exists() -> None:
    assert delays.silent_on(date(2026, 12, 31)) == date(2027, 2, 28)


def test_the_end_of_a_delay_is_told_once_when_near_and_once_when_past() -> None:
    due = date(2026, 12, 10)
    found = [delays.notice(due, due + timedelta(days=days)) for days in (-4, -3, 0, 1)]
    assert found == [Notice.NONE, Notice.SOON, Notice.SOON, Notice.LATE]
    assert delays.to_tell(Notice.NONE, Notice.SOON)
    assert delays.to_tell(Notice.SOON, Notice.LATE)
    assert not delays.to_tell(Notice.LATE, Notice.SOON)
    assert not delays.to_tell(Notice.SOON, Notice.SOON)


def test_a_code_is_known_however_it_is_typed_and_no_two_are_the_same() -> None:
    codes = {tracking.new_code() for _ in range(500)}
    assert len(codes) == 500
    for code in codes:
        typed = code.replace("-", " ").lower().replace("1", "l").replace("0", "o")
        assert tracking.is_code(typed, tracking.hash_of(code))
    one, other = list(codes)[:2]
    assert not tracking.is_code(one, tracking.hash_of(other))
    assert not tracking.is_code("", tracking.hash_of(one))


@pytest.mark.parametrize("typed", ["2026-000123", " 2026 000123 ", "n° 2026-000123", "2026000123"])
def test_a_number_is_known_however_it_is_typed(typed: str) -> None:
    assert tracking.tidy_number(typed) == "2026-000123"
