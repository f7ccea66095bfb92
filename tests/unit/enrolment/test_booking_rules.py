"""Whether a day may be booked or cancelled, and what its cell says."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import PARIS
from contracts.enrolment.bookings import CellState, Refusal
from contracts.enrolment.terms import Eligibility, Group, Opening, Window
from enrolment.booking.booking_rules import (
    Chance,
    Known,
    adding_closes_at,
    adding_deadline,
    cell_state,
    chance_of,
    why_not_book,
    why_not_cancel,
)
from enrolment.catalogue.windows import Shut
from enrolment.schedule import calendar
from tests.mothers import enrolment as mother

OURS, THEIRS = uuid4(), uuid4()
FREE = Known(uuid4(), "cantine", "0261001A", date(2026, 11, 24), "", has_room=True)
BOOKED = replace(FREE, booking_id=uuid4(), booked_for=OURS)
ELSEWHERE = replace(FREE, booking_id=uuid4(), booked_for=THEIRS)
FULL = replace(FREE, has_room=False)
CLOSED = replace(FREE, closed_because="Grève")
# A calendar gives the day to the child's other family: either parent acts for it.
THEIR_DAY = replace(ELSEWHERE, home=THEIRS)
NOW = datetime(2026, 11, 23, 10, tzinfo=PARIS)
OFFERED = replace(FULL, waiting_id=uuid4(), offer_ends_at=NOW + timedelta(hours=1))
OWN = frozenset({OURS})
FITS = Chance(fits_age=True, group_code=None, shut=None, opens_at=None)


@pytest.mark.parametrize(
    ("known", "is_enrolled", "in_time", "expected"),
    [
        (FREE, True, True, None),
        (FULL, True, True, None),  # the places are counted when they are taken, not before
        (FREE, True, False, Refusal.TOO_LATE),
        (FREE, False, True, Refusal.NOT_ENROLLED),
        (BOOKED, True, True, Refusal.ALREADY_BOOKED),
        (ELSEWHERE, True, True, Refusal.ELSEWHERE),
        (THEIR_DAY, True, True, Refusal.ALREADY_BOOKED),
        (CLOSED, True, True, Refusal.CLOSED),
    ],
)
def test_booking(known: Known, is_enrolled: bool, in_time: bool, expected: Refusal | None) -> None:
    refusal = why_not_book(known, OWN, is_enrolled=is_enrolled, fits_age=True, shut=None, in_time=in_time)
    assert refusal == expected


@pytest.mark.parametrize(
    ("fits_age", "shut", "expected"),
    [
        (False, None, Refusal.NOT_OF_AGE),
        (True, Shut.NOT_YET, Refusal.NOT_OPEN),
        (True, Shut.OVER, Refusal.TOO_LATE),
        (False, Shut.NOT_YET, Refusal.NOT_OF_AGE),
    ],
)
def test_booking_by_age_and_window(fits_age: bool, shut: Shut | None, expected: Refusal) -> None:
    assert why_not_book(FREE, OWN, is_enrolled=True, fits_age=fits_age, shut=shut, in_time=True) == expected


@pytest.mark.parametrize(
    ("known", "in_time", "expected"),
    [
        (BOOKED, True, None),
        (BOOKED, False, Refusal.TOO_LATE),
        (FREE, True, Refusal.NOT_BOOKED),
        (ELSEWHERE, True, Refusal.ELSEWHERE),
        (THEIR_DAY, True, None),
    ],
)
def test_cancelling(known: Known, in_time: bool, expected: Refusal | None) -> None:
    assert why_not_cancel(known, OWN, in_time=in_time) == expected


@pytest.mark.parametrize(
    ("known", "can_add", "can_cancel", "expected"),
    [
        (FREE, True, True, CellState.OPEN),
        (FULL, True, True, CellState.FULL),
        (FREE, False, True, CellState.LOCKED),
        (FULL, False, False, CellState.LOCKED),
        (BOOKED, True, True, CellState.BOOKED),
        (BOOKED, True, False, CellState.BOOKED_LOCKED),
        (ELSEWHERE, True, True, CellState.ELSEWHERE),
        (THEIR_DAY, True, True, CellState.BOOKED),
        (CLOSED, True, True, CellState.CLOSED),
        (OFFERED, True, True, CellState.OFFERED),
        (OFFERED, False, True, CellState.LOCKED),
        (replace(OFFERED, offer_ends_at=NOW), True, True, CellState.WAITING),
        (replace(OFFERED, offer_ends_at=None), True, True, CellState.WAITING),
    ],
)
def test_cells(known: Known, can_add: bool, can_cancel: bool, expected: CellState) -> None:
    assert cell_state(known, OWN, FITS, NOW, can_add=can_add, can_cancel=can_cancel) == expected


@pytest.mark.parametrize(
    ("differing", "expected"),
    [
        ({"fits_age": False}, CellState.NOT_OF_AGE),
        ({"shut": Shut.NOT_YET}, CellState.NOT_OPEN),
        ({"shut": Shut.OVER}, CellState.LOCKED),
    ],
)
def test_cells_by_age_and_window(differing: dict[str, Any], expected: CellState) -> None:
    assert cell_state(FREE, OWN, replace(FITS, **differing), NOW, can_add=True, can_cancel=True) == expected


PETITS = Group(code="petits", label="3-5 ans", youngest=3, oldest=5, capacity=24)
CHRISTMAS = Opening(
    first=date(2026, 12, 19),
    last=date(2027, 1, 3),
    window=Window(
        opens_at=datetime(2026, 12, 2, 8, tzinfo=PARIS), residents_from=datetime(2026, 12, 1, 8, tzinfo=PARIS)
    ),
)


@pytest.mark.parametrize(
    ("day", "now", "is_resident", "expected"),
    [
        (date(2026, 12, 21), datetime(2026, 12, 1, 8, tzinfo=PARIS), True, None),
        (date(2026, 12, 21), datetime(2026, 12, 1, 8, tzinfo=PARIS), False, Shut.NOT_YET),
        (date(2026, 12, 21), datetime(2026, 12, 2, 8, tzinfo=PARIS), False, None),
        (date(2027, 2, 15), datetime(2026, 11, 1, 8, tzinfo=PARIS), False, None),
    ],
)
def test_residents_book_first_and_other_days_are_always_open(
    day: date, now: datetime, is_resident: bool, expected: Shut | None
) -> None:
    terms = mother.canteen(openings=(CHRISTMAS,))
    assert chance_of(terms, date(2020, 1, 1), day, now, is_resident=is_resident).shut == expected


ENDS = datetime(2026, 12, 10, 18, tzinfo=PARIS)
UNTIL_THE_TENTH = CHRISTMAS.model_copy(update={"window": Window(closes_at=ENDS)})


@pytest.mark.parametrize(
    ("day", "expected", "sentence"),
    [
        (date(2026, 12, 21), ENDS, "jusqu’au 10 décembre 2026 à 18 h"),
        (date(2026, 12, 18), datetime(2026, 12, 16, 9, tzinfo=PARIS), "jusqu’à 2 jours ouvrés avant, 9 h"),
    ],
)
def test_a_day_closes_with_its_window_where_that_ends_before_its_deadline(
    day: date, expected: datetime, sentence: str
) -> None:
    deadline = adding_deadline(mother.canteen(openings=(UNTIL_THE_TENTH,)), day, calendar.public_holiday)
    assert (deadline.closes_at, deadline.sentence.replace("\u00a0", " ")) == (expected, sentence)


@given(
    ends=st.integers(0, 1700).map(lambda hours: datetime(2026, 11, 1, tzinfo=PARIS) + timedelta(hours=hours)),
    day=st.dates(date(2026, 12, 1), date(2027, 1, 31)),
    hours=st.integers(-48, 48),
)
def test_a_day_is_bookable_exactly_until_it_says(ends: datetime, day: date, hours: int) -> None:
    """The window and the deadline together are the one instant that the pages show."""
    terms = mother.canteen(openings=(CHRISTMAS.model_copy(update={"window": Window(closes_at=ends)}),))
    closing = adding_closes_at(terms, day, calendar.public_holiday)
    now = closing + timedelta(hours=hours)
    deadline = adding_deadline(terms, day, calendar.public_holiday)
    rule = adding_closes_at(mother.canteen(), day, calendar.public_holiday)
    chance = chance_of(terms, date(2020, 1, 1), day, now, is_resident=True)
    assert (now < rule and chance.shut is None) == (now < closing)
    assert deadline.closes_at == closing


@pytest.mark.parametrize(
    ("birth_date", "fits", "group"),
    [
        (date(2023, 12, 21), True, "petits"),  # turns three that day
        (date(2023, 12, 22), False, None),
        (date(2020, 12, 22), True, "petits"),  # six tomorrow
        (date(2020, 12, 21), False, None),
    ],
)
def test_the_age_is_that_of_the_day_and_a_group_takes_its_own(
    birth_date: date, fits: bool, group: str | None
) -> None:
    terms = mother.canteen(groups=(PETITS,), eligibility=Eligibility(youngest=3))
    chance = chance_of(terms, birth_date, date(2026, 12, 21), NOW, is_resident=True)
    assert (chance.fits_age, chance.group_code) == (fits, group)
