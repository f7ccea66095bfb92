"""Until when a document usually serves."""

from datetime import date

import pytest

from contracts.documents.types import Validity
from documents.types import months_later, usual_end


@pytest.mark.parametrize(
    ("validity", "today", "end"),
    [
        (Validity.SCHOOL_YEAR, date(2026, 11, 23), date(2027, 8, 31)),
        (Validity.SCHOOL_YEAR, date(2027, 6, 30), date(2027, 8, 31)),
        (Validity.SCHOOL_YEAR, date(2027, 8, 31), date(2027, 8, 31)),
        (Validity.SCHOOL_YEAR, date(2027, 9, 1), date(2028, 8, 31)),
        (Validity.CIVIL_YEAR, date(2026, 11, 23), date(2026, 12, 31)),
        (Validity.TWELVE_MONTHS, date(2028, 2, 29), date(2029, 2, 28)),
        (Validity.THREE_MONTHS, date(2026, 11, 30), date(2027, 2, 28)),
        (Validity.NONE, date(2026, 11, 23), None),
    ],
)
def test_the_usual_end(validity, today, end):
    assert usual_end(validity, today) == end


def test_months_cross_years():
    assert months_later(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
