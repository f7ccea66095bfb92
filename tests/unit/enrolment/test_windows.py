"""From when until when one may enrol or book, and for whom first."""

import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.clock import PARIS
from contracts.enrolment.terms import Opening, Window
from enrolment.catalogue.windows import ALWAYS, Shut, sentence, why_shut, window_of
from enrolment.wording import MONTHS, NBSP

MINUTE = timedelta(minutes=1)
OPENS = datetime(2026, 12, 2, 8, tzinfo=PARIS)
EARLIER = datetime(2026, 12, 1, 8, tzinfo=PARIS)
CLOSES = datetime(2026, 12, 18, 18, tzinfo=PARIS)
WHOLE = Window(opens_at=OPENS, residents_from=EARLIER, closes_at=CLOSES)
moments = st.builds(
    datetime.combine,
    st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.just(PARIS),
)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    earlier, opens, closes = sorted(draw(st.lists(moments, min_size=3, max_size=3)))
    has_opening = draw(st.booleans())
    return Window(
        opens_at=opens if has_opening else None,
        residents_from=earlier if has_opening and draw(st.booleans()) else None,
        closes_at=closes if draw(st.booleans()) else None,
    )


@pytest.mark.parametrize(
    ("now", "is_resident", "expected"),
    [
        (EARLIER - MINUTE, True, Shut.NOT_YET),
        (EARLIER, True, None),
        (EARLIER, False, Shut.NOT_YET),
        (OPENS - MINUTE, False, Shut.NOT_YET),
        (OPENS, False, None),
        (CLOSES - MINUTE, True, None),
        (CLOSES, True, Shut.OVER),
        (CLOSES, False, Shut.OVER),
    ],
)
def test_it_opens_at_the_instant_and_ends_before_the_last(
    now: datetime, is_resident: bool, expected: Shut | None
) -> None:
    assert why_shut(WHOLE, now, is_resident=is_resident) is expected


@given(windows(), moments)
def test_whoever_lives_in_the_town_is_never_later_than_others(window: Window, now: datetime) -> None:
    if why_shut(window, now, is_resident=False) is None:
        assert why_shut(window, now, is_resident=True) is None


@given(windows(), st.lists(moments, min_size=2, max_size=6), st.booleans())
def test_a_window_opens_once_and_closes_once(
    window: Window, drawn: list[datetime], is_resident: bool
) -> None:
    order = [Shut.NOT_YET, None, Shut.OVER]
    seen = [order.index(why_shut(window, now, is_resident=is_resident)) for now in sorted(drawn)]
    assert seen == sorted(seen)


def test_a_day_has_the_window_of_its_period_and_other_days_are_always_open() -> None:
    christmas = Opening(first=date(2026, 12, 19), last=date(2027, 1, 3), window=WHOLE)
    assert window_of((christmas,), date(2026, 12, 19)) == WHOLE
    assert window_of((christmas,), date(2027, 1, 3)) == WHOLE
    assert window_of((christmas,), date(2027, 1, 4)) == ALWAYS
    assert why_shut(ALWAYS, EARLIER, is_resident=False) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens_at": CLOSES, "closes_at": OPENS},
        {"opens_at": EARLIER, "residents_from": OPENS},
        {"residents_from": EARLIER},
    ],
)
def test_a_window_out_of_order_is_none(wrong: dict[str, datetime]) -> None:
    with pytest.raises(ValidationError):
        Window(**wrong)


def read(text: str) -> datetime:
    """« 2 décembre 2026 à 8 h 30 »."""
    found = re.fullmatch(r"(\d+)(?:er)? (\S+) (\d{4}) à (\d+) h(?: (\d+))?", text)
    assert found, text
    day = date(int(found[3]), MONTHS.index(found[2]) + 1, int(found[1]))
    return datetime.combine(day, datetime.min.time(), PARIS).replace(
        hour=int(found[4]), minute=int(found[5] or 0)
    )


@given(windows())
def test_the_sentence_and_the_window_agree(window: Window) -> None:
    said = sentence(window).replace(NBSP, " ")
    earlier = re.search(r" \(dès le (.+?) pour les familles qui habitent la ville\)", said)
    said = said.replace(earlier[0], "") if earlier else said
    bounds = re.fullmatch(
        r"(?:(?:du|à partir du) (?P<opens>.+?))??(?: ?(?:jusqu’au|au) (?P<closes>.+))?", said
    )
    assert bounds
    assert (read(earlier[1]) if earlier else None) == window.residents_from
    assert (read(bounds["opens"]) if bounds["opens"] else None) == window.opens_at
    assert (read(bounds["closes"]) if bounds["closes"] else None) == window.closes_at


def test_the_words_of_a_window() -> None:
    assert sentence(WHOLE).replace(NBSP, " ") == (
        "du 2 décembre 2026 à 8 h (dès le 1er décembre 2026 à 8 h pour les familles qui habitent la ville) "
        "au 18 décembre 2026 à 18 h"
    )
    assert sentence(ALWAYS) == ""
