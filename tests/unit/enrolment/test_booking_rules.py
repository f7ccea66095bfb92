"""Whether a day may be booked or cancelled, and what its cell says."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from contracts.enrolment.bookings import CellState, Refusal
from enrolment.booking.booking_rules import Known, cell_state, why_not_book, why_not_cancel

OURS, THEIRS = uuid4(), uuid4()
FREE = Known(uuid4(), "cantine", "0261001A", date(2026, 11, 24), "", has_room=True)
BOOKED = replace(FREE, booking_id=uuid4(), booked_for=OURS)
ELSEWHERE = replace(FREE, booking_id=uuid4(), booked_for=THEIRS)
FULL = replace(FREE, has_room=False)


@pytest.mark.parametrize(
    ("known", "is_enrolled", "in_time", "expected"),
    [
        (FREE, True, True, None),
        (FULL, True, True, None),  # the places are counted when they are taken, not before
        (FREE, True, False, Refusal.TOO_LATE),
        (FREE, False, True, Refusal.NOT_ENROLLED),
        (BOOKED, True, True, Refusal.ALREADY_BOOKED),
        (ELSEWHERE, True, True, Refusal.ELSEWHERE),
    ],
)
def test_booking(known: Known, is_enrolled: bool, in_time: bool, expected: Refusal | None) -> None:
    assert why_not_book(known, OURS, is_enrolled=is_enrolled, in_time=in_time) == expected


@pytest.mark.parametrize(
    ("known", "in_time", "expected"),
    [
        (BOOKED, True, None),
        (BOOKED, False, Refusal.TOO_LATE),
        (FREE, True, Refusal.NOT_BOOKED),
        (ELSEWHERE, True, Refusal.ELSEWHERE),
    ],
)
def test_cancelling(known: Known, in_time: bool, expected: Refusal | None) -> None:
    assert why_not_cancel(known, OURS, in_time=in_time) == expected


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
    ],
)
def test_cells(known: Known, can_add: bool, can_cancel: bool, expected: CellState) -> None:
    assert cell_state(known, frozenset({OURS}), can_add=can_add, can_cancel=can_cancel) == expected
