"""Taps: whatever the order, the repetitions and the tablets, the same ones make the same sheet."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import PARIS
from contracts.enrolment.taps import Seen
from contracts.events.attendance import AbsenceState, Mark
from enrolment.attending.taps import (
    Pressed,
    holding,
    instant,
    late,
    mark_of,
    says_otherwise,
    seen_as,
    unseen,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=PARIS)
DAY = date(2026, 11, 23)
LEA, ADAM = UUID(int=1), UUID(int=2)
ONE, TWO = UUID(int=101), UUID(int=102)


def pressed(
    number: int, seen: Seen = Seen.HERE, minutes: int = 0, device: UUID = ONE, **differing: object
) -> Pressed:
    known: dict[str, object] = {
        "tap_id": UUID(int=device.int * 1000 + number),
        "child_id": LEA,
        "seen": seen,
        "at": NOON + timedelta(minutes=minutes),
        "device_id": device,
        "number": number,
    }
    return Pressed(**(known | differing))  # type: ignore[arg-type]


@st.composite
def roll_calls(draw: st.DrawFn) -> list[Pressed]:
    """What up to three tablets pressed of three children, their clocks going as they like."""
    taps = []
    for device in range(draw(st.integers(1, 3))):
        for number in range(draw(st.integers(0, 6))):
            taps.append(
                pressed(
                    number,
                    draw(st.sampled_from(Seen)),
                    draw(st.integers(-3, 3)),
                    UUID(int=100 + device),
                    child_id=UUID(int=draw(st.integers(1, 3))),
                )
            )
    return taps


@given(roll_calls(), st.data())
def test_any_order_and_any_repetition_make_the_same_sheet(taps: list[Pressed], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(taps), max_size=5)) if taps else []
    shuffled = data.draw(st.permutations(taps + again))
    assert holding(shuffled) == holding(taps)


@given(roll_calls())
def test_of_each_child_that_was_tapped_one_tap_holds_the_last_of_its_tablet(taps: list[Pressed]) -> None:
    held = holding(taps)
    assert held.keys() == {tap.child_id for tap in taps}
    for tap in held.values():
        own = [each for each in taps if (each.child_id, each.device_id) == (tap.child_id, tap.device_id)]
        assert tap.number == max(each.number for each in own)


@given(roll_calls())
def test_no_tablet_s_last_word_is_later_than_the_one_that_holds(taps: list[Pressed]) -> None:
    held = holding(taps)
    for device in {tap.device_id for tap in taps}:
        for child_id, last in holding([tap for tap in taps if tap.device_id == device]).items():
            assert last.at <= held[child_id].at


@given(roll_calls(), st.integers(0, 18))
def test_what_a_page_has_seen_and_what_it_has_not_make_what_holds(taps: list[Pressed], shown: int) -> None:
    received = [replace(tap, received=place) for place, tap in enumerate(taps, 1)]
    before = holding(tap for tap in received if tap.received <= shown)
    marks = {child_id: Mark.PRESENT for child_id, tap in before.items() if tap.seen is Seen.HERE}
    new = unseen(received, shown, marks)
    held = holding(received)
    assert all(held[child_id] == tap for child_id, tap in new.items())
    assert {
        child_id for child_id, tap in held.items() if (tap.seen is Seen.HERE) != (child_id in marks)
    } - new.keys() <= {child_id for child_id, tap in held.items() if tap.seen is Seen.UNDONE}


def test_of_one_tablet_the_numbering_says_what_was_last_whatever_its_clock() -> None:
    first, corrected = pressed(1, Seen.HERE, minutes=30), pressed(2, Seen.AWAY, minutes=-30)
    assert holding([corrected, first]) == {LEA: corrected}


def test_between_two_tablets_the_last_pressed_holds() -> None:
    here, away = pressed(7, Seen.HERE, minutes=1), pressed(1, Seen.AWAY, minutes=2, device=TWO)
    assert holding([away, here]) == {LEA: away}


def test_at_the_same_instant_the_higher_id_holds_everywhere() -> None:
    here, away = pressed(1, Seen.HERE), pressed(1, Seen.AWAY, device=TWO)
    assert holding([here, away]) == holding([away, here]) == {LEA: away}


@given(
    pressed_ago=st.timedeltas(timedelta(0), timedelta(hours=10)),
    wrong_by=st.timedeltas(timedelta(days=-4000), timedelta(days=4000)),
)
def test_a_clock_that_is_wrong_is_brought_to_the_town_s(pressed_ago: timedelta, wrong_by: timedelta) -> None:
    now = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert instant(now - pressed_ago + wrong_by, now + wrong_by, now, DAY) == now - pressed_ago


def test_no_tap_is_later_than_its_reception_nor_earlier_than_its_day() -> None:
    assert instant(NOON + timedelta(hours=3), NOON, NOON, DAY) == NOON
    assert instant(NOON - timedelta(days=9), NOON, NOON, DAY) == datetime(2026, 11, 23, tzinfo=PARIS)


def test_what_was_seen_becomes_a_mark_by_what_the_town_knows() -> None:
    assert mark_of(Seen.HERE, booked=True, absence=None) is Mark.PRESENT
    assert mark_of(Seen.HERE, booked=True, absence=AbsenceState.JUSTIFIED) is Mark.PRESENT
    assert mark_of(Seen.HERE, booked=False, absence=None) is Mark.PRESENT_WITHOUT_BOOKING
    assert mark_of(Seen.AWAY, booked=True, absence=None) is Mark.ABSENT_UNJUSTIFIED
    assert mark_of(Seen.AWAY, booked=True, absence=AbsenceState.REPORTED) is Mark.ABSENT_UNJUSTIFIED
    assert mark_of(Seen.AWAY, booked=True, absence=AbsenceState.JUSTIFIED) is Mark.ABSENT_JUSTIFIED
    assert mark_of(Seen.AWAY, booked=False, absence=None) is None
    assert mark_of(Seen.UNDONE, booked=True, absence=AbsenceState.JUSTIFIED) is None


@given(st.sampled_from(Mark))
def test_a_tap_never_contradicts_the_mark_it_is_shown_as(mark: Mark) -> None:
    assert not says_otherwise(seen_as(mark), mark)
    other = Seen.AWAY if seen_as(mark) is Seen.HERE else Seen.HERE
    assert says_otherwise(other, mark)


def test_undoing_takes_off_only_who_was_not_expected() -> None:
    assert says_otherwise(Seen.UNDONE, Mark.PRESENT_WITHOUT_BOOKING)
    assert not says_otherwise(Seen.UNDONE, Mark.PRESENT)
    assert not says_otherwise(Seen.UNDONE, None)
    assert says_otherwise(Seen.HERE, None)


def test_a_late_tap_speaks_only_where_it_changes_what_holds() -> None:
    looked_at = pressed(2, Seen.AWAY, minutes=5)
    older = pressed(1, Seen.HERE, minutes=1, device=TWO, waits=True)
    newer = pressed(2, Seen.HERE, minutes=9, device=TWO, waits=True)
    marks = {LEA: Mark.ABSENT_UNJUSTIFIED}
    assert late([looked_at, older], marks) == {}
    assert late([looked_at, older, newer], marks) == {LEA: newer}
    assert late([looked_at, older, newer], {LEA: Mark.PRESENT}) == {}


def test_what_an_agent_decided_against_a_tap_is_not_brought_up_again() -> None:
    assert late([pressed(1, Seen.HERE)], {LEA: Mark.ABSENT_JUSTIFIED}) == {}
    assert unseen([pressed(1, Seen.HERE, received=4)], 4, {LEA: Mark.ABSENT_JUSTIFIED}) == {}


def test_a_tablet_s_older_word_that_holds_again_is_seen() -> None:
    """One tablet's newer press is judged older (its clock was set back): the other tablet's word holds again."""
    other = pressed(1, Seen.AWAY, minutes=5, device=TWO, received=1)
    first = pressed(1, Seen.HERE, minutes=10, received=2)
    again = pressed(2, Seen.HERE, minutes=0, received=3)
    assert unseen([other, first, again], 2, {LEA: Mark.PRESENT}) == {LEA: other}
    assert unseen([other, first], 2, {LEA: Mark.PRESENT}) == {}
