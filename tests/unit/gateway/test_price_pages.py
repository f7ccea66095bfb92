"""« Combien ça coûte ? »: anybody describes a family and a month; nothing of it is kept."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup

from contracts.billing.estimates import Estimate, EstimateMonth

PAGE = "/activites/tarifs"
CANTEEN = {
    "activity_code": "cantine", "activity_name": "Restauration scolaire", "unit": "repas", "place_code": "",
    "place_name": "", "slot": "",
}  # fmt: skip
EVENING = CANTEEN | {
    "activity_code": "soir",
    "activity_name": "Accueil",
    "slot": "soir",
    "place_name": "École Verne",
}
MINE = {
    "family_id": UUID(int=5),
    "family_label": "Ferrand",
    "quotient": 620,
    "quotient_month": date(2026, 10, 1),
    "resident": False,
}


def an_estimate(asked: EstimateMonth, situations: tuple[Any, ...] = ()) -> Estimate:
    line = {
        "offer": CANTEEN,
        "children": 2,
        "units": 12,
        "unit_cents": 320,
        "cents": 7680,
        "reason": "tranche C",
    }
    return Estimate.model_validate(
        {
            "offers": [CANTEEN, EVENING],
            "situations": list(situations),
            "lines": [line] if asked.items else [],
            "total_cents": 7680 if asked.items else 0,
        }
    )


@pytest.fixture
def visitor(site: Any) -> Any:
    site.services.answers[EstimateMonth] = an_estimate
    return site.anonymous()


def words(page: Any) -> str:
    said = page.select_one("main").get_text(" ").replace("\u202f", " ").replace("\xa0", " ")
    return " ".join(said.split())


def parsed(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def test_anybody_learns_what_a_month_costs(site: Any, visitor: Any) -> None:
    answer = visitor.send(PAGE, quotient="620", children="2", units_0="12")
    said = words(parsed(answer))
    assert "Un mois 76,80 €" in said
    assert "12 × 3,20 €" in said
    asked = site.services.asked_for(EstimateMonth)[-1]
    assert (asked.quotient, asked.resident, asked.children) == (620, True, 2)
    assert [(item.activity_code, item.units) for item in asked.items] == [("cantine", 12)]


def test_a_quotient_left_empty_is_unknown(site: Any, visitor: Any) -> None:
    visitor.send(PAGE, units_1="4")
    asked = site.services.asked_for(EstimateMonth)[-1]
    assert (asked.quotient, asked.items[0].slot) == (None, "soir")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Indiquez pour une activité au moins"),
        ({"children": "0", "units_0": "1"}, "Indiquez au moins un enfant."),
        ({"children": "11", "units_0": "1"}, "De 1 à 10 enfants."),
        ({"units_0": "201"}, "jusqu’à 200"),
        ({"quotient": "beaucoup", "units_0": "1"}, "un nombre entier"),
    ],
)
def test_what_cannot_be_estimated_comes_back_filled(
    visitor: Any, typed: dict[str, str], sentence: str
) -> None:
    answer = visitor.send(PAGE, **typed)
    assert answer.status_code == 422
    assert sentence in words(parsed(answer))


def test_a_parent_finds_the_form_filled_with_the_file_s_own_situation(site: Any) -> None:
    site.services.answers[EstimateMonth] = lambda asked: an_estimate(asked, (MINE,))
    page = site.citizen().read(PAGE)
    assert "Famille Ferrand : quotient 620 (octobre 2026), hors commune." in words(page)
    assert page.select_one("#quotient")["value"] == "620"
    assert page.select_one("[name=resident][checked]")["value"] == "no"


def test_an_unknown_quotient_says_so_and_where_to_give_it(site: Any) -> None:
    site.services.answers[EstimateMonth] = lambda asked: an_estimate(asked, (MINE | {"quotient": None},))
    page = site.citizen().read(PAGE)
    assert page.find("a", string="donner mon quotient")["href"].endswith("/quotient/")


def test_the_activities_lead_to_it(site: Any) -> None:
    assert site.anonymous().read("/activites").select_one(f"main a[href='{PAGE}']")
