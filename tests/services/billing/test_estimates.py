"""What a month would cost, for anybody: today's tariffs on a real database."""

from datetime import date
from uuid import UUID

from billing.facts import copies
from billing.invoicing.dates import paris_day
from billing.tariffs import estimates, tariff_book
from contracts.billing.estimates import Estimate, EstimateItem, EstimateMonth
from contracts.billing.tariffs import Duration, FixedRule, Moment, Siblings, SiblingStep
from tests.mothers.billing import NOW, SCHOOL, a_canteen, a_parent, a_tariff
from tests.services.billing.conftest import Town

TODAY = paris_day(NOW)


def ask(town: Town, *items: EstimateItem, account: UUID | None = None, **fields: object) -> Estimate:
    asked = EstimateMonth(items=items, **fields)  # type: ignore[arg-type]
    with town.sessions.begin() as session:
        return estimates.estimate(session, asked, account, TODAY)


def test_so_many_meals_for_each_child_at_the_quotient_that_was_typed(town: Town) -> None:
    town.offer()
    found = ask(town, EstimateItem(activity_code="cantine", units=12), quotient=620, children=2)
    line = found.lines[0]
    assert (line.children, line.units, line.unit_cents, line.cents) == (2, 12, 320, 7680)
    assert (line.reason, found.total_cents) == ("tranche C (QF\u00a0620, novembre)", 7680)


def test_brothers_and_sisters_are_told_apart_where_the_tariff_does(town: Town) -> None:
    town.offer(
        FixedRule(cents=400, siblings=Siblings(by="rank", steps=(SiblingStep(children=2, percent=50),)))
    )
    found = ask(town, EstimateItem(activity_code="cantine", units=10), children=3)
    assert [(line.children, line.unit_cents) for line in found.lines] == [(1, 400), (1, 200), (1, 200)]
    assert found.total_cents == 8000


def test_each_place_and_moment_with_a_price_of_its_own_is_offered_and_nothing_that_is_free(
    town: Town,
) -> None:
    town.offer(FixedRule(cents=0))
    evening = Duration(period_minutes=30, minutes=30, moments=(Moment(slot="soir", minutes=90),))
    with town.sessions.begin() as session:
        here = a_tariff("mercredi", FixedRule(cents=100, duration=evening), place_code=SCHOOL)
        tariff_book.publish(session, here, None, NOW, TODAY)
        later = a_tariff("mercredi", FixedRule(cents=9900), valid_from=date(2027, 1, 1))
        tariff_book.publish(session, later, None, NOW, TODAY)
    found = ask(town, EstimateItem(activity_code="mercredi", place_code=SCHOOL, slot="soir", units=1))
    assert [(offer.place_name, offer.slot) for offer in found.offers] == [
        ("", ""),
        ("École Jules-Verne", ""),
        ("École Jules-Verne", "soir"),
    ]
    assert found.total_cents == 300


def test_an_activity_that_takes_nobody_new_is_not_estimated(town: Town) -> None:
    town.offer(FixedRule(cents=400))
    retired = a_canteen().model_copy(update={"retired": True})
    with town.sessions.begin() as session:
        copies.keep_activity(session, retired, town.version("cantine"))
    given = ask(town, EstimateItem(activity_code="cantine", units=12))
    assert "cantine" not in {offer.activity_code for offer in given.offers}
    assert (given.lines, given.total_cents) == ([], 0)


def test_what_has_no_price_is_left_out(town: Town) -> None:
    town.offer()
    assert ask(town, EstimateItem(activity_code="nothing", units=1)).lines == []


def test_a_parent_s_own_situation_is_told_to_that_parent_only(town: Town) -> None:
    town.offer()
    parent = a_parent()
    town.family(parent.account_id, quotient=620)
    town.family(None, label="Masson")
    mine = ask(town, account=parent.account_id).situations
    assert [(each.family_label, each.quotient, each.resident) for each in mine] == [("Ferrand", 620, True)]
    assert ask(town).situations == []
