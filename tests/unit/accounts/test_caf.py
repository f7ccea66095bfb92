"""What API Particulier is asked and what its answers mean, by its specification."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.quotient.caf import Found, Late, NotFound, Rejected, query_of, read_answer
from contracts.accounts.quotients import CivilStatus


def a_person(**changes: object) -> CivilStatus:
    return CivilStatus.model_validate(
        {
            "birth_name": "Roux",
            "first_names": "Jeanne Stéphanie",
            "birth_date": date(1987, 6, 27),
            "sex": "F",
            "birth_place": "Charleville-Mézières",
            "department": "08",
            **changes,
        }
    )


def an_answer(**quotient: Any) -> dict[str, Any]:
    told = {"fournisseur": "CNAF", "valeur": 812, "annee": 2026, "mois": 10, **quotient}
    return {"data": {"quotient_familial": told}, "links": {}, "meta": {}}


def test_somebody_born_in_france_is_asked_for_by_commune_and_department() -> None:
    assert query_of(a_person(), "21260281100013") == [
        ("recipient", "21260281100013"),
        ("nomNaissance", "Roux"),
        ("prenoms[]", "Jeanne"),
        ("prenoms[]", "Stéphanie"),
        ("anneeDateNaissance", "1987"),
        ("moisDateNaissance", "6"),
        ("jourDateNaissance", "27"),
        ("sexeEtatCivil", "F"),
        ("codeCogInseePaysNaissance", "99100"),
        ("nomCommuneNaissance", "Charleville-Mézières"),
        ("codeCogInseeDepartementNaissance", "08"),
    ]


def test_somebody_born_abroad_is_asked_for_by_country_alone() -> None:
    names = dict(query_of(a_person(country="99404", birth_place="Springfield", department=""), "x"))

    assert names["codeCogInseePaysNaissance"] == "99404"
    assert "nomCommuneNaissance" not in names


def test_a_usage_name_is_given_only_where_it_differs() -> None:
    assert ("nomUsage", "Martin") in query_of(a_person(usage_name="Martin"), "x")
    assert "nomUsage" not in dict(query_of(a_person(usage_name="Roux"), "x"))


@given(st.integers(0, 99_999), st.integers(1, 12), st.sampled_from([("CNAF", "CAF"), ("MSA", "MSA")]))
def test_a_quotient_comes_with_its_month_and_who_computed_it(
    euros: int, month: int, supplier: tuple[str, str]
) -> None:
    body = an_answer(valeur=euros, mois=month, fournisseur=supplier[0])

    assert read_answer(200, body) == Found(date(2026, month, 1), euros, supplier[1])


@pytest.mark.parametrize(
    "body",
    [
        an_answer(valeur=None),
        an_answer(valeur=-1),
        an_answer(mois=13),
        an_answer(annee=None),
        {"data": {}},
        {"data": None},
        [],
        None,
    ],
)
def test_an_answer_without_a_value_is_no_answer_and_never_zero(body: Any) -> None:
    assert read_answer(200, body) == Late("unreadable")


def test_no_file_under_the_name_is_for_the_family_to_prove() -> None:
    assert read_answer(404, {"errors": [{"code": "37003"}]}) == NotFound()


@pytest.mark.parametrize("status", [400, 422])
def test_what_cannot_be_a_person_is_said_with_the_providers_code(status: int) -> None:
    assert read_answer(status, {"errors": [{"code": "00370"}]}) == Rejected("00370")
    assert read_answer(status, None) == Rejected("")


@pytest.mark.parametrize("status", [401, 403])
def test_a_town_that_may_not_ask_is_ours_to_mend(status: int) -> None:
    answer = read_answer(status, {"errors": []})

    assert isinstance(answer, Late)
    assert answer.ours


@pytest.mark.parametrize("status", [301, 409, 500, 502, 503, 504])
def test_a_provider_that_is_down_is_asked_again(status: int) -> None:
    assert read_answer(status, None) == Late(f"http_{status}")


@pytest.mark.parametrize(("reset_in", "after"), [(None, 60), (120.0, 120), (-5.0, 1), (90_000.0, 3600)])
def test_a_limit_is_waited_out_within_reason(reset_in: float | None, after: int) -> None:
    assert read_answer(429, None, reset_in) == Late("limit", after=timedelta(seconds=after))
