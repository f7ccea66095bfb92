"""Siblings, moments, reductions and aids in a month's run, on a real database."""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import text

from billing.invoicing import desk, statements
from billing.models import Allowance
from contracts.billing.allowances import AllowanceKind
from contracts.billing.runs import OpenRun
from contracts.billing.tariffs import FixedRule, Reduction, Siblings, SiblingStep
from contracts.events.attendance import Mark
from tests.mothers.billing import NOW, OCTOBER, a_clerk
from tests.services.billing.conftest import Town, unguarded

NOVEMBER = date(2026, 11, 1)
DEGRESSION = Siblings(by="rank", steps=(SiblingStep(children=2, percent=50),))


def grant(town: Town, family: UUID, **fields: object) -> UUID:
    """An allowance, an aid of 2 € unless told otherwise."""
    terms: dict[str, object] = {
        "kind": AllowanceKind.AID, "name": "Aide du CCAS", "cents": 200, "until": date(2026, 12, 31),
    } | fields  # fmt: skip
    given: dict[str, object] = {
        "allowance_id": uuid4(), "family_id": family, "activity_code": "", "reduction": "", "percent": 0,
        "since": date(2026, 9, 1), "granted_at": NOW,
    } | terms  # fmt: skip
    with town.sessions.begin() as session:
        session.add(Allowance(**given))
    return given["allowance_id"]  # type: ignore[return-value]


def lines_of(town: Town, family: UUID, month: date = OCTOBER) -> list[tuple[str, int, int, str]]:
    """(child, quantity, cents each, reason) of the month's invoice."""
    view = town.run(month)
    with town.sessions.begin() as session:
        invoice_id = town.only_invoice(view, family)
        found = statements.invoice(session, a_clerk(), invoice_id, town.clock.now().date())
    return [(line.child_name.split()[0], line.quantity, line.unit_cents, line.reason) for line in found.lines]


def test_the_second_child_billed_for_the_activity_in_the_month_pays_less(town: Town) -> None:
    town.offer(FixedRule(cents=400, siblings=DEGRESSION))
    family = town.family()
    younger, elder = town.child("Anna", date(2021, 1, 1)), town.child("Zoé", date(2016, 1, 1))
    town.meals(younger, family, 6)
    town.meals(elder, family, 6)
    assert lines_of(town, family) == [
        ("Anna", 6, 200, "tarif unique, 2e\u00a0enfant −50\u00a0%"),
        ("Zoé", 6, 400, "tarif unique"),
    ]


def test_a_child_in_two_families_has_a_rank_in_each(town: Town) -> None:
    town.offer(FixedRule(cents=400, siblings=DEGRESSION))
    one, other = town.family(label="Arnaud"), town.family(label="Besson")
    shared, elder = town.child("Anna", date(2021, 1, 1)), town.child("Zoé", date(2016, 1, 1))
    town.meals(shared, one, 6)
    town.meals(shared, other, 6)
    town.meals(elder, other, 6)
    view = town.run()
    assert [(row.family_label, row.cents) for row in view.invoices] == [("Arnaud", 2400), ("Besson", 3600)]


def test_a_reduction_counts_from_its_day_and_for_its_child(town: Town) -> None:
    rule = FixedRule(cents=400, reductions=(Reduction(code="pai", name="Panier repas", percent=50),))
    town.offer(rule)
    family = town.family()
    lea, hugo = town.child("Léa"), town.child("Hugo")
    grant(
        town, family, kind=AllowanceKind.REDUCTION, reduction="pai", cents=0, name="", child_id=lea,
        since=date(2026, 10, 4), until=None,
    )  # fmt: skip
    town.meals(lea, family, 6)
    town.meals(hugo, family, 2)
    assert sorted(lines_of(town, family)) == [
        ("Hugo", 2, 400, "tarif unique"),
        ("Léa", 3, 200, "tarif unique, Panier repas −50\u00a0%"),
        ("Léa", 3, 400, "tarif unique"),
    ]


def test_an_aid_stops_at_its_cap_over_months_and_corrections(town: Town) -> None:
    town.offer(FixedRule(cents=500))
    family, child = town.family(), town.child()
    grant(town, family, cap_cents=900)
    sheets = town.meals(child, family, 6)
    # 2 € off each, until 9 € are given: the fifth meal gets the last euro.
    assert sorted(lines_of(town, family), key=lambda line: line[2]) == [
        ("Léa", 4, 300, "tarif unique, Aide du CCAS −2,00\u00a0€"),
        ("Léa", 1, 400, "tarif unique, Aide du CCAS −1,00\u00a0€"),
        ("Léa", 1, 500, "tarif unique"),
    ]
    town.sheet(date(2026, 10, 1), (child, family, Mark.ABSENT_IN_TIME), session_id=sheets[0])
    town.meals(child, family, 4, NOVEMBER)
    # The meal given back freed 2 €: they go to October's last meals, and nothing is left for November.
    assert sorted(lines_of(town, family, NOVEMBER), key=lambda line: (line[1], line[2])) == [
        ("Léa", -1, 300, "tarif unique, Aide du CCAS −2,00\u00a0€"),
        ("Léa", -1, 400, "tarif unique, Aide du CCAS −1,00\u00a0€"),
        ("Léa", -1, 500, "tarif unique"),
        ("Léa", 1, 300, "tarif unique, Aide du CCAS −2,00\u00a0€"),
        ("Léa", 1, 400, "tarif unique, Aide du CCAS −1,00\u00a0€"),
        ("Léa", 4, 500, "tarif unique"),
    ]


def test_a_day_paid_by_an_aid_in_full_is_a_line_at_nothing(town: Town) -> None:
    town.offer(FixedRule(cents=500))
    family, child = town.family(), town.child()
    grant(town, family, cents=0, percent=100, cap_days=2)
    town.meals(child, family, 6)
    assert sorted(lines_of(town, family), key=lambda line: line[2]) == [
        ("Léa", 2, 0, "tarif unique, Aide du CCAS −5,00\u00a0€"),
        ("Léa", 4, 500, "tarif unique"),
    ]


def test_an_abandoned_draft_uses_nothing_of_an_aid(town: Town) -> None:
    town.offer(FixedRule(cents=500))
    family, child = town.family(), town.child()
    grant(town, family, cents=500, cap_days=1)
    town.meals(child, family, 6)
    first, second = town.draft(), town.draft()
    assert first.summary.carried_cents + first.summary.total_cents == 5 * 500
    assert second.summary.total_cents == first.summary.total_cents
    assert town.count("SELECT count(*) FROM aid_day") == 1


def test_an_allowance_granted_since_makes_a_draft_out_of_date(town: Town) -> None:
    town.offer(FixedRule(cents=500))
    family, child = town.family(), town.child()
    town.meals(child, family, 6)
    assert not town.draft().outdated
    view = town.draft()
    grant(town, family)
    with town.sessions.begin() as session:
        assert desk.run_view(session, OpenRun(run_id=view.summary.run_id)).outdated


def test_each_line_of_an_invoice_shows_how_its_price_was_reckoned(town: Town) -> None:
    rule = FixedRule(cents=500, siblings=DEGRESSION, non_resident_percent=25)
    town.offer(rule)
    family = town.family(resident=False)
    elder, younger = town.child("Zoé", date(2016, 1, 1)), town.child("Anna", date(2021, 1, 1))
    grant(town, family, cents=50, child_id=younger)
    for child in (elder, younger):
        town.meals(child, family, 4)
    view = town.run()
    with town.sessions.begin() as session:
        invoice_id = town.only_invoice(view, family)
        lines = statements.invoice(session, a_clerk(), invoice_id, town.clock.now().date()).lines
    told = {line.child_name.split()[0]: [(step.words, step.cents) for step in line.steps] for line in lines}
    assert told == {
        "Zoé": [("tarif unique", 500), ("hors commune +25\u00a0%", 625)],
        "Anna": [
            ("tarif unique", 500),
            ("hors commune +25\u00a0%", 625),
            ("2e\u00a0enfant −50\u00a0%", 313),
            ("Aide du CCAS −0,50\u00a0€", 263),
        ],
    }
    assert {line.tariff_since for line in lines} == {date(2026, 9, 1)}


def test_a_price_that_would_be_reckoned_otherwise_today_is_not_retold(town: Town) -> None:
    town.offer(FixedRule(cents=500))
    family = town.family()
    town.meals(town.child(), family, 4)
    view = town.run()
    with unguarded(town.engine) as connection:
        connection.execute(text("UPDATE tariff SET rule = jsonb_set(rule, '{cents}', '600')"))
    with town.sessions.begin() as session:
        invoice_id = town.only_invoice(view, family)
        line = statements.invoice(session, a_clerk(), invoice_id, town.clock.now().date()).lines[0]
    assert (line.steps, line.reason, line.unit_cents) == ([], "tarif unique", 500)
