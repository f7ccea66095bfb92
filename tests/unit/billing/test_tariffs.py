"""Prices and their reasons: pure rules with arithmetic."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from billing.facts.effects import EFFECTS, Effect
from billing.tariffs.prices import Aided, Inputs, Quotient, band_of, half_up, price, quotient_for
from contracts.billing.tariffs import (
    Band,
    BandsRule,
    Duration,
    EffortRule,
    FixedRule,
    Moment,
    Reduction,
    Siblings,
    SiblingStep,
    Surcharge,
)
from contracts.events.attendance import Mark
from tests.mothers.billing import CANTEEN_RULE, OCTOBER

SEPTEMBER = date(2026, 9, 1)


def inputs(quotient: int | None = 620, effect: Effect = Effect.BILLED, resident: bool = True) -> Inputs:
    known = None if quotient is None else Quotient(quotient, OCTOBER)
    return Inputs(OCTOBER, effect, resident, known)


def test_every_mark_has_an_effect() -> None:
    assert set(Mark) == set(EFFECTS)


@pytest.mark.parametrize(
    ("quotient", "name", "cents"),
    [
        (0, "A", 100),
        (350, "A", 100),
        (351, "B", 210),
        (620, "C", 320),
        (900, "C", 320),
        (901, "D", 480),
        (99999, "D", 480),
    ],
)
def test_the_upper_bound_belongs_to_its_band(quotient: int, name: str, cents: int) -> None:
    assert (name, cents) == (
        band_of(CANTEEN_RULE, quotient).name,
        price(CANTEEN_RULE, inputs(quotient)).cents,
    )


def test_an_unknown_quotient_is_not_zero_and_pays_the_top_band() -> None:
    found = price(CANTEEN_RULE, inputs(None))
    assert (found.cents, found.quotient_known) == (480, False)
    assert found.reason == "tranche D, la plus haute\u00a0: quotient familial inconnu"


def test_the_reason_names_band_quotient_and_month() -> None:
    assert price(CANTEEN_RULE, inputs()).reason == "tranche C (QF\u00a0620, octobre)"


def test_the_reason_names_the_year_when_it_is_another() -> None:
    old = Inputs(OCTOBER, Effect.BILLED, True, Quotient(620, date(2025, 12, 1)))
    assert price(CANTEEN_RULE, old).reason == "tranche C (QF\u00a0620, décembre\u00a02025)"


def test_presence_without_booking_costs_the_surcharge() -> None:
    found = price(CANTEEN_RULE, inputs(effect=Effect.SURCHARGED))
    assert (found.cents, "majoration" in found.reason) == (480, True)


def test_free_marks_cost_nothing_whatever_the_rule() -> None:
    assert price(FixedRule(cents=999), inputs(effect=Effect.FREE)).cents == 0


def test_a_family_living_elsewhere_pays_its_percentage() -> None:
    rule = FixedRule(cents=1000, non_resident_percent=25)
    assert (price(rule, inputs()).cents, price(rule, inputs(resident=False)).cents) == (1000, 1250)


@pytest.mark.parametrize(
    ("exact", "cents"),
    [(Fraction(21, 2), 11), (Fraction(23, 2), 12), (Fraction(1049, 100), 10), (Fraction(10), 10)],
)
def test_half_a_cent_goes_up(exact: Fraction, cents: int) -> None:
    assert cents == half_up(exact)


def test_two_percentages_round_once() -> None:
    # 333 × 1,25 × 1,5 = 624,375: rounding in between would give 416 × 1,5 = 624 or 417 × 1,5 = 626.
    rule = FixedRule(cents=335, non_resident_percent=25, surcharge=Surcharge(percent=50))
    exact = Fraction(335) * Fraction(5, 4) * Fraction(3, 2)
    assert half_up(exact) == price(rule, inputs(effect=Effect.SURCHARGED, resident=False)).cents


def test_the_effort_rate_stays_between_its_bounds() -> None:
    rule = EffortRule(rate_per_100000=525, least_cents=150, most_cents=600)
    assert [price(rule, inputs(quotient)).cents for quotient in (100, 620, 2000, None)] == [
        150,
        326,
        600,
        600,
    ]
    assert "0,525\u00a0% du quotient" in price(rule, inputs()).reason


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_higher_quotient_never_pays_less(one: int, other: int) -> None:
    low, high = sorted((one, other))
    for rule in (CANTEEN_RULE, EffortRule(rate_per_100000=525, least_cents=150, most_cents=600)):
        assert (
            price(rule, inputs(low)).cents
            <= price(rule, inputs(high)).cents
            <= price(rule, inputs(None)).cents
        )


@given(st.integers(0, 10_000), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.booleans())
def test_a_price_is_within_half_a_cent_of_the_exact_one(
    cents: int, percent: int, fixed: int, away: int, resident: bool
) -> None:
    rule = FixedRule(
        cents=cents, non_resident_percent=away, surcharge=Surcharge(percent=percent, cents=fixed)
    )
    exact = (
        Fraction(cents) * (1 if resident else Fraction(100 + away, 100)) * Fraction(100 + percent, 100)
        + fixed
    )
    found = price(rule, inputs(effect=Effect.SURCHARGED, resident=resident)).cents
    assert -Fraction(1, 2) < exact - found <= Fraction(1, 2) or abs(exact - found) <= Fraction(1, 2)


def test_the_quotient_is_the_newest_that_is_not_later_than_the_month() -> None:
    quotients = [Quotient(500, date(2026, 1, 1)), Quotient(700, date(2026, 11, 1)), Quotient(620, SEPTEMBER)]
    assert quotient_for(quotients, OCTOBER).euros == 620  # type: ignore[union-attr]
    assert quotient_for(quotients, date(2025, 12, 1)) is None


@pytest.mark.parametrize(
    "bands",
    [
        [Band(name="A", up_to=300, cents=1)],
        [Band(name="A", up_to=None, cents=1), Band(name="B", cents=2)],
        [Band(name="A", up_to=500, cents=1), Band(name="B", up_to=400, cents=2), Band(name="C", cents=3)],
    ],
)
def test_bands_with_a_hole_or_out_of_order_are_refused(bands: list[Band]) -> None:
    with pytest.raises(ValidationError):
        BandsRule(bands=tuple(bands))


DEGRESSION = (SiblingStep(children=2, percent=10), SiblingStep(children=3, percent=25))


@pytest.mark.parametrize(("rank", "cents"), [(1, 1000), (2, 900), (3, 750), (5, 750)])
def test_the_second_child_and_the_next_pay_less(rank: int, cents: int) -> None:
    rule = FixedRule(cents=1000, siblings=Siblings(by="rank", steps=DEGRESSION))
    assert price(rule, Inputs(OCTOBER, Effect.BILLED, siblings=rank)).cents == cents


def test_the_reason_says_which_child_or_how_many() -> None:
    by_rank = FixedRule(cents=1000, siblings=Siblings(by="rank", steps=DEGRESSION))
    by_count = FixedRule(cents=1000, siblings=Siblings(by="count", steps=DEGRESSION))
    third = Inputs(OCTOBER, Effect.BILLED, siblings=3)
    assert price(by_rank, third).reason == "tarif unique, 3e\u00a0enfant −25\u00a0%"
    assert price(by_count, third).reason == "tarif unique, 3\u00a0enfants −25\u00a0%"


@pytest.mark.parametrize(("slot", "periods"), [("soir", 4), ("matin", 2), ("", 2)])
def test_each_period_begun_is_paid(slot: str, periods: int) -> None:
    duration = Duration(period_minutes=30, minutes=60, moments=(Moment(slot="soir", minutes=100),))
    found = price(FixedRule(cents=55, duration=duration), Inputs(OCTOBER, Effect.BILLED, slot=slot))
    assert (found.cents, found.reason) == (periods * 55, f"tarif unique, {periods} × 30\u00a0min")


def test_a_family_living_elsewhere_may_have_a_price_of_its_own() -> None:
    rule = CANTEEN_RULE.model_copy(update={"non_resident_cents": 650})
    away = price(rule, inputs(None, resident=False))
    assert (away.cents, away.reason, away.quotient_known) == (650, "tarif hors commune", True)


def test_a_granted_reduction_counts_only_where_the_rule_has_it() -> None:
    pai = Reduction(code="pai", name="Panier repas (PAI)", percent=50, cents=20)
    granted = Inputs(OCTOBER, Effect.BILLED, reduction="pai")
    found = price(FixedRule(cents=400, reductions=(pai,)), granted)
    assert (found.cents, found.reason) == (
        180,
        "tarif unique, Panier repas (PAI) −50\u00a0% −0,20\u00a0€",
    )
    assert price(FixedRule(cents=400), granted).cents == 400


def test_an_absence_without_a_reason_may_cost_more() -> None:
    rule = FixedRule(cents=400, absence_surcharge=Surcharge(cents=100))
    assert price(rule, inputs(effect=Effect.ABSENT)).reason == "tarif unique, majoration +1,00\u00a0€"
    assert price(FixedRule(cents=400), inputs(effect=Effect.ABSENT)).reason == "tarif unique"


def test_the_steps_lead_from_the_base_to_the_price() -> None:
    rule = FixedRule(
        cents=333,
        non_resident_percent=25,
        siblings=Siblings(by="rank", steps=DEGRESSION),
        surcharge=Surcharge(percent=50),
    )
    found = price(
        rule, Inputs(OCTOBER, Effect.SURCHARGED, False, siblings=2, aided=Aided("Aide du CCAS", 100))
    )
    assert [step.words for step in found.steps] == [
        "tarif unique",
        "hors commune +25\u00a0%",
        "2e\u00a0enfant −10\u00a0%",
        "majoration +50\u00a0%",
        "Aide du CCAS −1,00\u00a0€",
    ]
    exact = Fraction(333) * Fraction(5, 4) * Fraction(9, 10) * Fraction(3, 2)
    assert found.steps[-2].cents == exact
    assert half_up(exact) - 100 == found.cents == found.steps[-1].cents


@given(
    st.integers(0, 10_000), st.integers(0, 12), st.integers(0, 100), st.integers(0, 10_000), st.integers(0, 20_000)
)  # fmt: skip
def test_a_price_is_never_negative(cents: int, rank: int, percent: int, off: int, aid: int) -> None:
    rule = FixedRule(
        cents=cents,
        siblings=Siblings(by="rank", steps=(SiblingStep(children=2, percent=100),)),
        reductions=(Reduction(code="r", name="Réduction", percent=percent, cents=off),),
    )
    found = price(
        rule, Inputs(OCTOBER, Effect.BILLED, siblings=rank, reduction="r", aided=Aided("Aide", aid))
    )
    assert 0 <= found.cents <= cents


@pytest.mark.parametrize(
    "steps",
    [
        (SiblingStep(children=3, percent=10), SiblingStep(children=2, percent=25)),
        (SiblingStep(children=2, percent=25), SiblingStep(children=3, percent=10)),
    ],
)
def test_more_children_never_pay_more_each(steps: tuple[SiblingStep, ...]) -> None:
    with pytest.raises(ValidationError):
        Siblings(by="rank", steps=steps)
