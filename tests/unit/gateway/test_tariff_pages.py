"""Tariffs on their pages: prepared, tried, published; a rule typed in French is the rule that is kept."""

from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from contracts.billing.drafts import (
    DropTariffDraft,
    OpenTariffDraft,
    PublishTariffDraft,
    ReckonTownEffect,
    SaveTariffDraft,
    SimulateTariff,
    StartTariffDraft,
)
from contracts.billing.refusals import TariffDraftChanged, TariffFromThePast
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
    Tariffs,
)
from contracts.caller import Role
from contracts.errors import Invalid
from gateway.money import tariff_text, tariff_words
from tests.mothers.billing import CANTEEN_RULE, a_draft, a_simulation, a_tariff_list, a_town_effect

DRAFT = f"/agents/tarifs/brouillons/{UUID(int=71)}"
EVERYTHING = EffortRule(
    rate_per_100000=525,
    least_cents=150,
    most_cents=600,
    non_resident_percent=25,
    siblings=Siblings(
        by="count", steps=(SiblingStep(children=2, percent=10), SiblingStep(children=3, percent=20))
    ),
    duration=Duration(period_minutes=30, minutes=60, moments=(Moment(slot="soir", minutes=100),)),
    reductions=(Reduction(code="pai", name="Panier repas (PAI)", percent=50, cents=20),),
    surcharge=Surcharge(percent=50, cents=100),
    absence_surcharge=Surcharge(cents=200),
)


@pytest.fixture
def office(site: Any) -> Any:
    site.services.answers[Tariffs] = a_tariff_list()
    for kind in (OpenTariffDraft, SaveTariffDraft, StartTariffDraft):
        site.services.answers[kind] = a_draft()
    site.services.answers[DropTariffDraft] = True
    site.services.answers[SimulateTariff] = a_simulation()
    site.services.answers[PublishTariffDraft] = a_tariff_list().tariffs[0]
    return site.agent(Role.BILLING)


def parsed(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def words(page: Any) -> str:
    said = page.select_one("main").get_text(" ").replace("\u202f", " ").replace("\xa0", " ")
    return " ".join(said.split())


def form_of(page: Any) -> Any:
    return page.select("main form")[0]


def test_only_the_billing_office_prepares_tariffs(site: Any) -> None:
    for address in (DRAFT, f"{DRAFT}/simulation", f"{DRAFT}/effet", f"{DRAFT}/publier"):
        site.agent(Role.ATTENDANCE).get(address, status=403)


def test_the_list_says_what_is_in_force_and_folds_what_is_past(office: Any) -> None:
    page = office.read("/agents/tarifs/")
    assert "À partir du 1er septembre 2026 En vigueur" in words(page)
    assert "Présence sans réservation : +50 %" in words(page)
    assert "1 version remplacée" in words(page)
    assert page.select_one("details h3").get_text(strip=True).startswith("À partir du 1er\xa0septembre 2025")


def test_a_draft_belongs_to_the_tariffs_of_the_menu(office: Any) -> None:
    page = office.read(DRAFT)
    assert [link.get_text() for link in page.select(".space-menu [aria-current]")] == ["Tarifs"]


def test_a_draft_is_begun_for_an_activity_here_or_everywhere(site: Any, office: Any) -> None:
    answer = office.send("/agents/tarifs/", form=1, activity_code="cantine")
    assert answer.location == DRAFT
    asked = site.services.asked_for(StartTariffDraft)[0]
    assert (asked.activity_code, asked.place_code) == ("cantine", "")


def test_a_draft_without_an_activity_is_not_begun(site: Any, office: Any) -> None:
    answer = office.send("/agents/tarifs/", form=1)
    assert answer.status_code == 422
    assert "Choisissez une activité." in words(parsed(answer))
    site.services.answers[StartTariffDraft] = Invalid(problems={"activity_code": "unknown_activity"})
    assert "de la liste" in words(parsed(office.send("/agents/tarifs/", form=1, activity_code="cantine")))


def test_a_draft_is_thrown_away(site: Any, office: Any) -> None:
    assert office.send("/agents/tarifs/").location == "/agents/tarifs/"
    assert site.services.asked_for(DropTariffDraft)[0].draft_id == UUID(int=71)


@pytest.mark.parametrize("rule", [CANTEEN_RULE, EVERYTHING, FixedRule(cents=320, non_resident_cents=500)])
def test_a_rule_shown_and_sent_back_is_the_same(site: Any, office: Any, rule: Any) -> None:
    site.services.answers[OpenTariffDraft] = a_draft(rule=rule)
    assert office.send(DRAFT).location == DRAFT
    saved = site.services.asked_for(SaveTariffDraft)[0]
    assert (saved.rule, saved.version) == (rule, 3)


def test_bands_become_an_effort_rate(site: Any, office: Any) -> None:
    office.send(DRAFT, kind="effort", rate="0,6", least="1,5", most="6")
    assert site.services.asked_for(SaveTariffDraft)[0].rule == EffortRule(
        rate_per_100000=600, least_cents=150, most_cents=600, surcharge=Surcharge(percent=50)
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"bands": "A jusqu’à 350 : 1,00"}, "La dernière tranche, et elle seule"),
        ({"bands": "B jusqu’à 600 : 2\nA jusqu’à 350 : 1\nC au-delà : 3"}, "dans l’ordre des quotients"),
        ({"bands": "n’importe quoi"}, "écrivez une ligne par tranche"),
        ({"bands": ""}, "au moins la tranche"),
        ({"kind": "fixed"}, "Saisissez le prix."),
        ({"kind": "fixed", "cents": "douze"}, "Saisissez une somme en euros"),
        ({"kind": "effort", "rate": "0", "least": "1", "most": "2"}, "trois décimales au plus"),
        ({"kind": "effort", "rate": "1", "least": "3", "most": "2"}, "inférieur au prix minimum"),
        ({"siblings": "rank"}, "Écrivez au moins une ligne"),
        (
            {"siblings": "rank", "steps": "2 enfants : 20 %\n3 enfants : 10 %"},
            "plus d’enfants, plus de réduction",
        ),
        ({"siblings": "rank", "steps": "1 enfant : 20 %"}, "de 2 à 10 enfants"),
        ({"period": "30"}, "Indiquez combien dure un moment"),
        ({"period": "3", "minutes": "60"}, "de 5 minutes à une journée"),
        ({"period": "30", "minutes": "60", "moments": "soir : 90\nsoir : 100"}, "une ligne par moment"),
        ({"reductions": "Agent : rien"}, "écrivez une ligne par réduction"),
        ({"reductions": "Agent : 10 %\nAgent : 20 %"}, "ont le même nom"),
        ({"away_percent": "25", "away_cents": "5"}, "pas les deux"),
        ({"extra_percent": "900"}, "jusqu’à 500"),
    ],
)
def test_what_cannot_be_a_rule_comes_back_with_what_to_do(
    site: Any, office: Any, typed: dict[str, str], sentence: str
) -> None:
    answer = office.send(DRAFT, **typed)
    assert answer.status_code == 422
    assert sentence in words(parsed(answer))
    assert not site.services.asked_for(SaveTariffDraft)


def test_somebody_else_s_change_is_said(site: Any, office: Any) -> None:
    site.services.answers[SaveTariffDraft] = TariffDraftChanged(by="Paul Durand")
    answer = office.send(DRAFT)
    assert answer.status_code == 409
    assert "Paul Durand a modifié ce brouillon" in words(parsed(answer))


def test_a_family_s_month_is_shown_before_and_after(site: Any, office: Any) -> None:
    page = office.read(f"{DRAFT}/simulation?famille=F01234&mois=2026-10")
    asked = site.services.asked_for(SimulateTariff)[0]
    assert (asked.family, f"{asked.month:%Y-%m}") == ("F01234", "2026-10")
    assert "62,40 € avant, après 63,60 € +1,20 €" in words(page)
    assert "tranche C (QF 620, septembre), 2e enfant −10 %" in words(page)


def test_several_families_are_offered_and_nobody_is_said(site: Any, office: Any) -> None:
    nobody = {"family": None, "lines": [], "before_cents": 0, "after_cents": 0}
    two = [{"number": "F1", "label": "Martin"}, {"number": "F2", "label": "Martinet"}]
    site.services.answers[SimulateTariff] = a_simulation(found=two, **nobody)
    page = office.read(f"{DRAFT}/simulation?famille=martin")
    assert "famille=F2" in page.select("main li a")[1]["href"]
    site.services.answers[SimulateTariff] = a_simulation(**nobody)
    assert "Aucune famille ne correspond" in words(office.read(f"{DRAFT}/simulation?famille=zzz"))
    assert "Aucune famille" not in words(office.read(f"{DRAFT}/simulation"))


def test_a_tariff_is_checked_then_published_with_its_date(site: Any, office: Any) -> None:
    asked = office.send(f"{DRAFT}/publier", valid_from=["1", "1", "2027"])
    page = parsed(asked)
    assert "à partir du 1er janvier 2027" in words(page)
    assert "Cette date est passée" not in words(page)
    assert not site.services.asked_for(PublishTariffDraft)
    answer = office.submit(page, button="Publier ce tarif")
    assert answer.location == "/agents/tarifs/"
    order = site.services.asked_for(PublishTariffDraft)[0]
    assert (order.version, order.valid_from.isoformat()) == (3, "2027-01-01")


def test_a_past_date_says_what_it_corrects_and_may_be_changed(office: Any) -> None:
    page = parsed(office.send(f"{DRAFT}/publier", valid_from=["1", "9", "2026"]))
    assert "Ce qui a été facturé depuis le 1er septembre 2026" in words(page)
    assert "Continuer" in words(parsed(office.submit(page, button="Modifier la date")))


def test_a_date_too_far_back_comes_back_on_its_field(site: Any, office: Any) -> None:
    site.services.answers[PublishTariffDraft] = TariffFromThePast(earliest="2025-11-01")
    page = parsed(office.send(f"{DRAFT}/publier", valid_from=["1", "1", "2020"]))
    answer = office.submit(page, button="Publier ce tarif")
    assert answer.status_code == 422
    assert "trop loin dans le passé" in words(parsed(answer))


PRICES = st.integers(0, 99_999)


@given(
    st.lists(st.tuples(st.integers(0, 99_999), PRICES), max_size=9, unique_by=lambda band: band[0]), PRICES
)
def test_bands_are_read_as_they_are_written(bounded: list[tuple[int, int]], last: int) -> None:
    names = "ABCDEFGHIJ"
    bands = [
        Band(name=names[n], up_to=up_to, cents=cents) for n, (up_to, cents) in enumerate(sorted(bounded))
    ]
    rule = BandsRule(bands=(*bands, Band(name="Z", cents=last)))
    assert tariff_text.read_bands(tariff_text.write_bands(rule.bands)) == rule.bands


@given(st.integers(1, 99_999))
def test_a_rate_is_read_as_it_is_written(rate: int) -> None:
    assert tariff_text.read_rate(tariff_text.write_rate(rate)) == rate


@given(st.integers(0, 100), st.integers(0, 99_999))
def test_a_reduction_is_read_as_it_is_written(percent: int, cents: int) -> None:
    if percent or cents:
        kinds = (Reduction(code="agent-communal", name="Agent communal", percent=percent, cents=cents),)
        assert tariff_text.read_reductions(tariff_text.write_reductions(kinds)) == kinds


def test_everything_a_rule_adds_is_said() -> None:
    said = " ".join(tariff_words.additions(EVERYTHING)).replace("\u202f", " ").replace("\xa0", " ")
    for sentence in (
        "Par période de 30 minutes commencée ; un moment dure 60 minutes, soir 100",
        "Familles hors commune : +25 %",
        "dès 3 enfants −20 % pour chacun",
        "Panier repas (PAI), si elle est accordée : −50 % et −0,20 €",
        "Présence sans réservation : +50 % et +1,00 €",
        "Absence non justifiée : +2,00 €",
    ):
        assert sentence in said


def test_the_effect_on_all_families_names_nobody_and_counts_each(site: Any, office: Any) -> None:
    site.services.answers[ReckonTownEffect] = a_town_effect()
    assert office.read(DRAFT).select_one(f'a[href="{DRAFT}/effet"]')
    page = office.read(f"{DRAFT}/effet?mois=2026-10")
    asked = site.services.asked_for(ReckonTownEffect)[0]
    assert f"{asked.month:%Y-%m}" == "2026-10"
    for sentence in (
        "812",
        "+1 234,50 €",
        "−60,00 €",
        "+12,40 €",
        "1 000 familles",
        "Les aides ne sont pas comptées",
    ):
        assert sentence in words(page)
    site.services.answers[ReckonTownEffect] = a_town_effect(families_more=0, families_less=0, families_same=0)
    assert "Rien ce mois-ci" in words(office.read(f"{DRAFT}/effet"))
