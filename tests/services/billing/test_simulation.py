"""« This family, this month: before and after », on a real database; and the same prices as the run."""

import random
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from billing.facts import copies
from billing.invoicing.dates import paris_day
from billing.models import Allowance, Family
from billing.tariffs import drafts, simulation, tariff_book, town_effect
from billing.tariffs.months import in_force, price_month
from contracts.billing.allowances import AllowanceKind
from contracts.billing.drafts import SaveTariffDraft, StartTariffDraft, TariffSimulation
from contracts.billing.tariffs import (
    Duration,
    EffortRule,
    FixedRule,
    Moment,
    Reduction,
    Siblings,
    SiblingStep,
    Surcharge,
    TariffRule,
)
from contracts.events.attendance import Mark
from contracts.events.offer import PlaceUpdated
from tests.mothers.billing import NOW, OCTOBER, SCHOOL, a_tariff
from tests.services.billing.conftest import Town

TODAY = paris_day(NOW)


def draft(town: Town, rule: TariffRule, place: str = "") -> UUID:
    with town.sessions.begin() as session:
        ask = StartTariffDraft(command_id=uuid4(), activity_code="cantine", place_code=place)
        begun = drafts.start(session, ask, "Régine Sabatier", NOW, TODAY)
        save = SaveTariffDraft(command_id=uuid4(), draft_id=begun.draft_id, version=begun.version, rule=rule)
        return drafts.save(session, save, "Régine Sabatier", NOW, TODAY).draft_id


def simulate(town: Town, draft_id: UUID, family: str = "Ferrand") -> TariffSimulation:
    with town.sessions.begin() as session:
        return simulation.simulate(session, drafts.find(session, draft_id), family, OCTOBER)[0]


def waive(town: Town, share: str) -> None:
    """An answer gave back some days of the roll-calls: those for which `share`, of SQL, holds."""
    with town.engine.begin() as connection:
        # No objection stands behind these, which is of no matter to a price.
        connection.execute(
            text("ALTER TABLE waived_day DROP CONSTRAINT IF EXISTS fk_waived_day_objection_id")
        )
        connection.execute(
            text(
                "INSERT INTO waived_day SELECT family_id, session_id, child_id, gen_random_uuid(), 'error', now(),"
                f" gen_random_uuid(), 'R. Sabatier' FROM attendance JOIN settled_session USING (session_id) WHERE {share}"
            )
        )


def test_what_an_answer_waived_costs_nothing_and_still_counts_its_child(town: Town) -> None:
    rule = FixedRule(cents=300, siblings=Siblings(by="count", steps=(SiblingStep(children=2, percent=50),)))
    town.offer(rule)
    family, lea, hugo = town.family(), town.child("Léa"), town.child("Hugo")
    town.meals(lea, family, 5)
    town.sheet(date(2026, 10, 9), (hugo, family, Mark.PRESENT))
    waive(town, "extract(day FROM day) IN (1, 2, 9)")
    tried = draft(town, rule.model_copy(update={"cents": 400}))
    seen = simulate(town, tried)
    assert (seen.before_cents, seen.after_cents) == (3 * 150, 3 * 200)
    assert [each.quantity for each in seen.lines] == [3]
    with town.sessions.begin() as session:
        effect = town_effect.town_effect(session, drafts.find(session, tried), OCTOBER)
    assert (effect.before_cents, effect.after_cents, effect.families_more) == (3 * 150, 3 * 200, 1)


def test_a_family_s_month_before_and_after(town: Town) -> None:
    town.offer()
    family, lea = town.family(), town.child()
    town.meals(lea, family, 5)
    town.sheet(date(2026, 10, 7), (lea, family, Mark.PRESENT), activity="mercredi")
    town.sheet(date(2026, 10, 8), (lea, family, Mark.ABSENT_IN_TIME))
    town.booking(lea, family, date(2026, 10, 29))
    seen = simulate(town, draft(town, FixedRule(cents=300)))
    assert (seen.before_cents, seen.after_cents) == (6 * 320 + 1200, 6 * 300 + 1200)
    assert [(each.activity_name, each.quantity, each.planned, each.changed) for each in seen.lines] == [
        ("Activités du mercredi", 1, False, False),
        ("Restauration scolaire", 5, False, True),
        ("Restauration scolaire", 1, True, True),
    ]
    meals = seen.lines[1]
    assert (meals.before_reason, meals.after_reason) == ("tranche C (QF\u00a0620, septembre)", "tarif unique")


def test_a_draft_of_another_place_changes_nothing_here(town: Town) -> None:
    town.offer()
    family = town.family()
    town.meals(town.child(), family, 5)
    with town.sessions.begin() as session:
        copies.keep_place(session, PlaceUpdated(place_code="elsewhere", place_name="Ailleurs"), 1)
    seen = simulate(town, draft(town, FixedRule(cents=1), "elsewhere"))
    assert (seen.before_cents, seen.after_cents, seen.lines[0].changed) == (1600, 1600, False)


def test_a_family_is_found_by_number_or_name_and_never_guessed(town: Town) -> None:
    town.offer()
    tried = draft(town, FixedRule(cents=300))
    town.family(label="Martin")
    town.family(label="Martinet")
    found = simulate(town, tried, "martin")
    assert (found.family, [each.label for each in found.found]) == (None, ["Martin", "Martinet"])
    by_number = simulate(town, tried, found.found[0].number.lower())
    assert by_number.family == found.found[0]
    assert simulate(town, tried, "100%").found == []


RULES: list[TariffRule] = [
    FixedRule(
        cents=333,
        non_resident_percent=25,
        siblings=Siblings(by="rank", steps=(SiblingStep(children=2, percent=10),)),
        surcharge=Surcharge(percent=50),
    ),
    EffortRule(
        rate_per_100000=525,
        least_cents=150,
        most_cents=600,
        non_resident_cents=700,
        siblings=Siblings(by="count", steps=(SiblingStep(children=2, percent=5), SiblingStep(children=3, percent=20))),
        reductions=(Reduction(code="pai", name="Panier repas", percent=50),),
        absence_surcharge=Surcharge(cents=100),
    ),
    FixedRule(
        cents=55,
        duration=Duration(period_minutes=30, minutes=50, moments=(Moment(slot="soir", minutes=100),)),
    ),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_month_costs_the_same_simulated_and_invoiced(town: Town, seed: int) -> None:
    """The run prices in sets, the simulator unit by unit: one rule, told twice."""
    chance = random.Random(seed)
    town.offer(RULES[seed % len(RULES)])
    families = [
        town.family(label=f"Famille {n}", quotient=chance.choice([None, 300, 620, 1400]), resident=n != 1)
        for n in range(3)
    ]
    children = [town.child(f"Enfant {n}", date(2015 + n, 3, 1)) for n in range(4)]
    for family in families:
        for kind, fields in (
            (AllowanceKind.REDUCTION, {"reduction": "pai", "percent": 0, "cents": 0, "until": None}),
            (AllowanceKind.AID, {"percent": 30, "cents": 50, "cap_cents": 900, "until": date(2026, 12, 31)}),
            (AllowanceKind.AID, {"percent": 100, "cents": 0, "cap_days": 3, "until": date(2026, 10, 20)}),
        ):
            if chance.random() < 0.7:
                given = {"reduction": "", "activity_code": chance.choice(["", "cantine"])} | fields
                with town.sessions.begin() as session:
                    session.add(
                        Allowance(
                            family_id=family, kind=kind, name="Aide", granted_at=NOW,
                            child_id=chance.choice([None, children[0]]), since=date(2026, 10, chance.randint(1, 9)),
                            **given,
                        )
                    )  # fmt: skip
    for day in range(1, 25):
        here = chance.sample(children, 3)
        lines = [(child, chance.choice(families), chance.choice(list(Mark))) for child in here]
        town.sheet(date(2026, 10, day), *lines, activity=chance.choice(["cantine", "cantine", "mercredi"]))
    waive(town, "extract(day FROM day) IN (4, 11, 18)")
    drawn = {row.family_label: row.cents for row in town.draft().invoices}
    with town.sessions.begin() as session:
        for family_id in families:
            family = session.get_one(Family, family_id)
            units = simulation.consumed(session, family_id, OCTOBER)
            household = simulation.household_of(session, family, OCTOBER, {unit.child_id for unit in units})
            versions = simulation.versions_of(session, {unit.activity_code for unit in units})
            chosen = [in_force(versions, unit.activity_code, unit.place_code, unit.day) for unit in units]
            prices = price_month(OCTOBER, units, household, chosen)
            assert sum(each.cents for each in prices if each) == drawn.get(family.label, 0)


@pytest.mark.parametrize("seed", range(6))
def test_the_effect_on_the_town_is_the_sum_of_what_each_family_would_see(town: Town, seed: int) -> None:
    """In sets and family by family: one rule, told twice once more. Without aids, which the effect leaves out."""
    chance = random.Random(seed)
    town.offer(RULES[seed % len(RULES)])
    with town.sessions.begin() as session:
        elsewhere = a_tariff(rule=FixedRule(cents=210)).model_copy(update={"place_code": "elsewhere"})
        copies.keep_place(session, PlaceUpdated(place_code="elsewhere", place_name="Ailleurs"), 1)
        tariff_book.publish(session, elsewhere, None, NOW, TODAY)
    tried = draft(town, RULES[(seed + 1) % len(RULES)], chance.choice(["", "", SCHOOL]))
    families = [
        town.family(label=f"Famille {n}", quotient=chance.choice([None, 300, 620, 1400]), resident=n != 1)
        for n in range(4)
    ]
    children = [town.child(f"Enfant {n}", date(2015 + n, 3, 1)) for n in range(4)]
    with town.sessions.begin() as session:
        session.add(
            Allowance(
                family_id=families[0], kind=AllowanceKind.REDUCTION, reduction="pai", name="Panier", granted_at=NOW,
                child_id=None, since=date(2026, 10, 5), activity_code="cantine", percent=0, cents=0,
            )
        )  # fmt: skip
    for day in range(1, 25):
        lines = [
            (child, chance.choice(families), chance.choice(list(Mark)))
            for child in chance.sample(children, 3)
        ]
        town.sheet(date(2026, 10, day), *lines)
    town.booking(children[0], families[2], date(2026, 10, 28))
    with town.sessions.begin() as session:
        session.execute(
            text(
                "UPDATE settled_session SET place_code = 'elsewhere' WHERE extract(day FROM day) IN (3, 9, 17)"
            )
        )
    waive(town, "extract(day FROM day) IN (4, 11, 18)")
    each = [simulate(town, tried, f"Famille {n}") for n in range(4)]
    changes = [seen.after_cents - seen.before_cents for seen in each]
    with town.sessions.begin() as session:
        effect = town_effect.town_effect(session, drafts.find(session, tried), OCTOBER)
    assert (effect.before_cents, effect.after_cents) == (
        sum(seen.before_cents for seen in each),
        sum(seen.after_cents for seen in each),
    )
    assert effect.families_more == sum(change > 0 for change in changes)
    assert effect.families_less == sum(change < 0 for change in changes)
    assert effect.more_cents - effect.less_cents == sum(changes)
    assert (effect.most_more_cents, effect.most_less_cents) == (max(0, *changes), -min(0, *changes))


def test_the_effect_on_the_town_asks_as_often_for_many_families(town: Town) -> None:
    town.offer()
    tried = draft(town, FixedRule(cents=300))
    asked: list[str] = []
    event.listen(town.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    counts = []
    for _ in range(2):
        for number in range(5):
            town.meals(town.child(), town.family(label=f"Famille {number}"), 3)
        with town.sessions.begin() as session:
            found = drafts.find(session, tried)
            asked.clear()
            effect = town_effect.town_effect(session, found, OCTOBER)
            counts.append(len(asked))
    assert effect.families_less == 10
    assert counts == [3, 3]
