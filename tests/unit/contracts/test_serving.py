"""« Déjà fourni »: what serves where, for whom, until when."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import serving
from contracts.serving import Reach, Whose
from documents.readers import READERS

IDS = [UUID(int=number) for number in range(1, 4)]
SUBJECTS = sorted(READERS)
SOMEBODY = st.builds(
    Whose,
    account_id=st.sampled_from(IDS),
    family_id=st.sampled_from([*IDS, None]),
    child_id=st.sampled_from([*IDS, None]),
)
DAYS = st.dates(date(2026, 1, 1), date(2028, 1, 1))


@pytest.mark.parametrize(
    ("given_with", "asked_by", "kind", "reach", "expected"),
    [
        ("enrolment", "request", "assurance", Reach.CHILD, True),
        ("request", "enrolment", "justificatif_domicile", Reach.HOUSEHOLD, True),
        ("family", "request", "quotient_familial", Reach.HOUSEHOLD, True),
        ("enrolment", "family", "quotient_familial", Reach.HOUSEHOLD, True),
        ("health", "enrolment", "vaccinations", Reach.CHILD, True),
        ("health", "enrolment", "jugement", Reach.CHILD, False),
        ("health", "family", "vaccinations", Reach.CHILD, False),
        ("absence", "absence", "certificat_medical", Reach.MATTER, True),
        ("absence", "enrolment", "certificat_medical", Reach.MATTER, False),
        ("enrolment", "enrolment", "certificat_medical", Reach.MATTER, True),
        ("enrolment", "absence", "certificat_medical", Reach.MATTER, False),
        ("health", "health", "certificat_medical", Reach.MATTER, False),
        ("request", "request", "lettre_motivation", Reach.NOTHING, False),
        ("line_objection", "request", "assurance", Reach.CHILD, False),
        ("request", "line_objection", "assurance", Reach.CHILD, False),
    ],
)
def test_purposes(given_with: str, asked_by: str, kind: str, reach: Reach, expected: bool) -> None:
    assert serving.passes(kind, reach, given_with, asked_by) is expected


@given(
    st.sampled_from(SUBJECTS),
    st.sampled_from(SUBJECTS),
    st.sampled_from(["assurance", "vaccinations", "certificat_medical"]),
    st.sampled_from(Reach),
)
def test_nothing_goes_to_or_comes_from_a_contested_bill_nor_goes_to_a_health_sheet(
    given_with: str, asked_by: str, kind: str, reach: Reach
) -> None:
    if serving.passes(kind, reach, given_with, asked_by):
        assert "line_objection" not in (given_with, asked_by)
        assert asked_by != "health"
        assert given_with != "health" or kind == "vaccinations"
        assert ("absence" in (given_with, asked_by)) == (given_with == asked_by == "absence")


@given(st.sampled_from(Reach), SOMEBODY, SOMEBODY)
def test_it_speaks_of_nobody_but_its_own(reach: Reach, gave: Whose, asked: Whose) -> None:
    if not serving.speaks_of(reach, gave, asked):
        return
    assert reach is not Reach.NOTHING
    if reach in (Reach.CHILD, Reach.MATTER):
        assert gave.child_id is not None
        assert (gave.child_id, gave.family_id) == (asked.child_id, asked.family_id)
    if reach is Reach.PERSON or gave.family_id is None:
        assert gave.account_id == asked.account_id
    if reach is Reach.HOUSEHOLD and gave.family_id is not None:
        assert gave.family_id == asked.family_id


@given(st.sampled_from([each for each in Reach if each is not Reach.NOTHING]), SOMEBODY)
def test_it_speaks_of_those_it_was_given_for(reach: Reach, gave: Whose) -> None:
    is_somebodys = gave.child_id is not None and gave.family_id is not None
    speaks = serving.speaks_of(reach, gave, gave)
    assert speaks is (is_somebodys if reach in (Reach.CHILD, Reach.MATTER) else True)


def test_one_guardian_s_identity_is_not_the_other_s_and_the_home_s_papers_are_both_s() -> None:
    family, mum, dad = uuid4(), uuid4(), uuid4()
    gave, asked = Whose(mum, family), Whose(dad, family)
    assert serving.speaks_of(Reach.HOUSEHOLD, gave, asked)
    assert not serving.speaks_of(Reach.PERSON, gave, asked)
    assert serving.speaks_of(Reach.PERSON, gave, Whose(mum, None))


@given(st.sampled_from(Reach), st.none() | DAYS, DAYS, st.none() | DAYS)
def test_it_serves_no_longer_than_it_is_valid_and_can_be_read(
    reach: Reach, valid: date | None, readable: date, absent: date | None
) -> None:
    until = serving.serves_until(reach, valid, readable, absent)
    ends = [readable, *([valid] if valid else [])]
    assert until <= min(ends)
    if reach is Reach.MATTER and absent is not None:
        ends.append(absent + timedelta(days=serving.CERTIFICATE_DAYS))
    assert until in ends


@given(st.frozensets(st.sampled_from(IDS)), st.none() | st.frozensets(st.sampled_from(IDS)))
def test_a_household_is_named_only_where_there_is_no_doubt(
    own: frozenset[UUID], of_child: frozenset[UUID] | None
) -> None:
    found = serving.household_of(own, of_child)
    possible = own if of_child is None else own & of_child
    assert found in possible if len(possible) == 1 else found is None
