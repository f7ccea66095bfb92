"""Who may enrol: by age, level, school and residence; and the sentence that says so."""

import itertools
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.enrolment.terms import Eligibility, Group, Level
from enrolment.catalogue.eligibility import Applicant, Unfit, age_on, group_of, sentence, why_not
from enrolment.wording import NBSP

FIRST, LAST = date(2026, 9, 1), date(2027, 8, 31)
LEA = Applicant(date(2018, 5, 4), "CE2", "0261001A", is_resident=True)
births = st.dates(date(2000, 1, 1), date(2027, 12, 31))
ages = st.none() | st.integers(0, 25)


@st.composite
def rules_of_age(draw: st.DrawFn) -> Eligibility:
    youngest, oldest = draw(ages), draw(ages)
    if youngest is not None and oldest is not None:
        youngest, oldest = sorted((youngest, oldest))
    return Eligibility(youngest=youngest, oldest=oldest)


@pytest.mark.parametrize(
    ("rule", "child", "expected"),
    [
        (Eligibility(), replace(LEA, school=None, level="", is_resident=False), None),
        (Eligibility(levels=frozenset({Level.CE2, Level.CM1})), LEA, None),
        (Eligibility(levels=frozenset({Level.CE2})), replace(LEA, level=" ce2 "), None),
        (Eligibility(levels=frozenset({Level.PS})), LEA, Unfit.LEVEL),
        (Eligibility(levels=frozenset({Level.PS})), replace(LEA, level=""), Unfit.LEVEL),
        (Eligibility(schools=frozenset({"0261001A"})), LEA, None),
        (Eligibility(schools=frozenset({"0261002B"})), LEA, Unfit.SCHOOL),
        (Eligibility(schools=frozenset({"0261001A"})), replace(LEA, school=None), Unfit.SCHOOL),
        (Eligibility(residents_only=True), LEA, None),
        (Eligibility(residents_only=True), replace(LEA, is_resident=False), Unfit.NOT_RESIDENT),
        (Eligibility(youngest=9), LEA, None),  # nine on 4 May of the school year
        (Eligibility(youngest=10), LEA, Unfit.TOO_YOUNG),
        (Eligibility(oldest=8), LEA, None),  # eight until then
        (Eligibility(oldest=7), LEA, Unfit.TOO_OLD),
    ],
)
def test_a_rule_and_a_child(rule: Eligibility, child: Applicant, expected: Unfit | None) -> None:
    assert why_not(rule, child, FIRST, LAST) is expected


@pytest.mark.parametrize(
    ("birth", "day", "expected"),
    [
        (date(2020, 5, 4), date(2026, 5, 3), 5),
        (date(2020, 5, 4), date(2026, 5, 4), 6),
        (date(2020, 2, 29), date(2026, 2, 28), 5),
        (date(2020, 2, 29), date(2026, 3, 1), 6),
        (date(2020, 2, 29), date(2028, 2, 29), 8),
        (date(2026, 12, 1), date(2026, 11, 30), -1),
    ],
)
def test_an_age_is_in_full_years(birth: date, day: date, expected: int) -> None:
    assert age_on(birth, day) == expected


@given(births, st.dates(FIRST, LAST), st.integers(0, 400))
def test_nobody_grows_younger_nor_by_more_than_the_birthdays(birth: date, day: date, days: int) -> None:
    later = day + timedelta(days=days)
    assert age_on(birth, day) <= age_on(birth, later) <= age_on(birth, day) + 1 + days // 365


@given(rules_of_age(), births)
def test_a_child_may_enrol_who_has_the_age_on_some_day_of_the_year(rule: Eligibility, birth: date) -> None:
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    lowest = rule.youngest if rule.youngest is not None else -100
    highest = rule.oldest if rule.oldest is not None else 100
    fits_a_day = any(lowest <= age_on(birth, day) <= highest for day in days)
    found = why_not(rule, replace(LEA, birth_date=birth), FIRST, LAST)
    assert (found is None) == fits_a_day


@given(st.sets(st.integers(0, 17), min_size=2, max_size=6), births, st.dates(FIRST, LAST))
def test_a_child_has_the_group_of_its_age_and_no_other(edges: set[int], birth: date, day: date) -> None:
    ordered = sorted(edges)
    groups = tuple(
        Group(code=f"g{a}", label=f"{a}-{b - 1} ans", youngest=a, oldest=b - 1, capacity=1)
        for a, b in itertools.pairwise(ordered)
    )
    age, found = age_on(birth, day), group_of(groups, birth, day)
    assert (found is not None) == (ordered[0] <= age < ordered[-1])
    assert found is None or found.youngest <= age <= found.oldest


@given(rules_of_age())
def test_the_sentence_and_the_ages_agree(rule: Eligibility) -> None:
    said = sentence(rule, {}).replace(NBSP, " ")
    if not said:
        assert rule == Eligibility()
        return
    read = re.fullmatch(r"réservé aux enfants de (\d+)(?: à (\d+))? ans?( et plus| au plus)?", said)
    assert read
    low, high, open_end = int(read[1]), read[2], read[3]
    bounds = {" et plus": (low, None), " au plus": (None, low), None: (low, int(high) if high else low)}
    assert bounds[open_end] == (rule.youngest, rule.oldest)


def test_the_whole_rule_is_one_sentence() -> None:
    rule = Eligibility(
        youngest=3,
        oldest=5,
        levels=frozenset({Level.GS, Level.MS}),
        schools=frozenset({"0261002B", "0261001A"}),
        residents_only=True,
    )
    names = {"0261001A": "École Saint-Nicolas", "0261002B": "École des Ors"}
    assert sentence(rule, names).replace(NBSP, " ") == (
        "réservé aux enfants de 3 à 5 ans, en classe de MS ou GS, "
        "qui fréquentent : École Saint-Nicolas ou École des Ors, dont la famille habite la ville"
    )
