"""Which vaccinations are asked of whom."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.care.vaccines import ended, missing, required
from contracts.accounts.health import Dose, Vaccine

BIRTHS = st.dates(date(2012, 1, 1), date(2026, 11, 1))
DOSES = st.lists(
    st.builds(
        Dose,
        vaccine=st.sampled_from(Vaccine),
        last_dose=st.dates(date(2014, 1, 1), date(2026, 11, 1)),
        valid_until=st.none() | st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    )
)


def test_a_child_born_before_2018_owes_three_and_one_born_then_eleven() -> None:
    assert required(date(2017, 12, 31)) == [Vaccine.DIPHTHERIA, Vaccine.TETANUS, Vaccine.POLIO]
    assert len(required(date(2018, 1, 1))) == 11
    assert Vaccine.MENINGOCOCCUS_C in required(date(2024, 12, 31))


def test_a_child_born_from_2025_owes_both_meningococci_instead_of_c() -> None:
    asked = required(date(2025, 1, 1))
    assert {Vaccine.MENINGOCOCCUS_ACWY, Vaccine.MENINGOCOCCUS_B} <= set(asked)
    assert Vaccine.MENINGOCOCCUS_C not in asked


def test_the_vaccine_of_four_covers_c() -> None:
    given_one = [Dose(vaccine=Vaccine.MENINGOCOCCUS_ACWY, last_dose=date(2022, 5, 1))]
    assert Vaccine.MENINGOCOCCUS_C not in missing(date(2020, 1, 1), given_one, None)


@given(BIRTHS, DOSES)
def test_what_is_missing_is_required_and_not_given(born: date, doses: list[Dose]) -> None:
    found = missing(born, doses, None)
    assert set(found) <= set(required(born))
    assert not set(found) & {dose.vaccine for dose in doses}


@given(BIRTHS, DOSES)
def test_a_certificate_answers_for_all(born: date, doses: list[Dose]) -> None:
    assert missing(born, doses, date(2026, 9, 1)) == []


def test_a_dose_ends_the_day_after_its_last_and_a_later_certificate_renews_it() -> None:
    last = date(2026, 11, 23)
    doses = [Dose(vaccine=Vaccine.TETANUS, last_dose=date(2016, 1, 1), valid_until=last)]
    assert ended(doses, None, last) == []
    assert ended(doses, None, last + timedelta(days=1)) == [Vaccine.TETANUS]
    assert ended(doses, last, last + timedelta(days=1)) == []
