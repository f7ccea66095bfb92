"""What a file is found to be for a school year."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.yearly.certification_rules import (
    REMINDERS,
    Consent,
    File,
    Health,
    blocking,
    review,
    step_of,
    year_by_law,
    year_label,
)
from accounts.yearly.certifications import changed, digest_of
from contracts.accounts.certification import PointState
from contracts.accounts.changes import SubjectKind
from contracts.accounts.contacts import ContactView, InsuranceView, Relation
from contracts.accounts.families import QuotientView
from tests.mothers.accounts import a_family

TODAY, YEAR = date(2026, 11, 25), year_by_law("2026-2027")
ALIZEE, NOE = UUID(int=40), UUID(int=41)
HEALTH = Health("repas habituel", 11, 0, 0, None, False, None, False)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def a_contact(**changes: object) -> ContactView:
    view = ContactView(
        contact_id=UUID(int=70), first_name="Odette", last_name="Petit", relation=Relation.GRANDPARENT,
        phones=["06 39 98 00 01"], call_order=1, may_collect=True, child_ids=[ALIZEE, NOE],
    )  # fmt: skip
    return view.model_copy(update=changes)


def a_file(**changes: object) -> File:
    return replace(File(family=a_family(), contacts=[a_contact()]), **changes)  # type: ignore[arg-type]


def state(file: File, code: str, today: date = TODAY) -> PointState:
    return next(point.state for point in review(file, today, YEAR) if point.code == code)


def codes(file: File) -> list[str]:
    return [point.code for point in blocking(review(file, TODAY, YEAR))]


def insured(until: date) -> File:
    held = InsuranceView(child_id=ALIZEE, company="MAE", number="1", valid_until=until)
    return a_file(insurances={ALIZEE: held})


def test_the_coming_year_is_certified_from_the_first_of_june():
    assert year_label(date(2027, 5, 31)) == "2026-2027"
    assert year_label(date(2027, 6, 1)) == "2027-2028"


@given(days, days)
def test_the_year_certified_never_goes_back(one: date, other: date):
    first, second = sorted([one, other])
    assert year_label(first) <= year_label(second)


def test_a_contact_to_call_is_needed_for_every_child():
    assert codes(a_file()) == []
    assert codes(a_file(contacts=[a_contact(child_ids=[ALIZEE])])) == ["emergency_contact"]
    assert codes(a_file(contacts=[a_contact(call_order=None)])) == ["emergency_contact"] * 2


def test_one_telephone_in_the_family_is_needed_and_enough():
    family = a_family()
    silent = family.model_copy(
        update={"guardians": [each.model_copy(update={"phone": ""}) for each in family.guardians]}
    )
    assert codes(a_file(family=silent)) == ["phone"]
    assert state(a_file(), "phone") is PointState.OK


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (date(2026, 11, 24), PointState.EXPIRED),
        (date(2026, 11, 25), PointState.TO_CONFIRM),
        (date(2027, 8, 30), PointState.TO_CONFIRM),
        (date(2027, 8, 31), PointState.OK),
    ],
)
def test_an_insurance_covers_the_school_year_or_is_said_not_to(until: date, expected: PointState):
    assert state(insured(until), "insurance") is expected


def test_an_insurance_that_ends_before_the_coming_year_begins_is_expired_for_it():
    summer, coming = date(2026, 6, 15), insured(date(2026, 8, 31))
    found = [point.state for point in review(coming, summer, YEAR) if point.code == "insurance"]
    assert found[0] is PointState.EXPIRED


def test_no_quotient_is_unknown_and_one_of_last_year_is_out_of_date_and_neither_blocks():
    unknown = a_file(family=a_family(quotient=None))
    old = a_file(family=a_family(quotient=QuotientView(month=date(2025, 12, 1), euros=0)))
    new = a_file(family=a_family(quotient=QuotientView(month=date(2026, 1, 1), euros=0)))
    assert [state(each, "quotient") for each in (unknown, old, new)] == [
        PointState.MISSING,
        PointState.EXPIRED,
        PointState.OK,
    ]
    assert codes(unknown) == []
    assert [point.value for point in review(new, TODAY, YEAR) if point.code == "quotient"] == [
        "0, janvier 2026"
    ]


def test_a_consent_is_missing_outdated_half_answered_or_answered():
    def one(**changes: object) -> File:
        consent = Consent(ALIZEE, "Image", "Léa Martin : non", True, True, True)
        return a_file(consents=[replace(consent, **changes)])  # type: ignore[arg-type]

    assert state(one(), "consent") is PointState.OK
    assert state(one(complete=False), "consent") is PointState.TO_CONFIRM
    assert state(one(fresh=False), "consent") is PointState.EXPIRED
    assert state(one(answered=False, fresh=False), "consent") is PointState.MISSING
    assert codes(one(fresh=False)) == ["consent"]
    assert codes(one(fresh=False, required=False)) == []


def test_what_waits_for_an_agent_is_said_and_never_blocks():
    waiting = a_file(
        family=a_family(street=""),
        awaiting={(SubjectKind.FAMILY, UUID(int=20)), (SubjectKind.CUSTODY, ALIZEE)},
    )
    assert state(waiting, "address") is PointState.AWAITING_REVIEW
    assert state(waiting, "custody") is PointState.AWAITING_REVIEW
    assert codes(waiting) == []


def test_a_plan_that_has_run_out_is_to_be_renewed():
    ended = replace(HEALTH, has_pai=True, pai_until=TODAY - timedelta(days=1))
    assert state(a_file(health={ALIZEE: ended}), "pai") is PointState.EXPIRED
    assert (
        state(a_file(health={ALIZEE: replace(ended, care_awaiting=True)}), "pai")
        is PointState.AWAITING_REVIEW
    )
    assert state(a_file(health={ALIZEE: HEALTH}), "pai") is PointState.OK


def test_a_booster_that_falls_due_is_a_state_and_not_another_value():
    said = [
        next(
            point for point in review(a_file(health={ALIZEE: each}), TODAY, YEAR) if point.code == "vaccines"
        )
        for each in (HEALTH, replace(HEALTH, vaccines_ended=2))
    ]
    assert [(point.state, point.value) for point in said] == [
        (PointState.OK, "11 renseignées"),
        (PointState.EXPIRED, "11 renseignées"),
    ]


def test_vaccinations_that_the_law_asks_for_are_counted():
    lacking = a_file(health={ALIZEE: replace(HEALTH, vaccines_noted=1, vaccines_missing=10)})
    (point,) = [each for each in review(lacking, TODAY, YEAR) if each.code == "vaccines"]
    assert (point.state, point.value) == (PointState.MISSING, "1 renseignée, 10 obligatoires manquent")


def test_health_is_not_there_for_whoever_may_not_read_it():
    assert not [point for point in review(a_file(), TODAY, YEAR) if point.code in ("diet", "vaccines", "pai")]


@given(days, days)
def test_time_alone_changes_states_and_never_what_was_signed(one: date, other: date):
    file = replace(insured(date(2027, 1, 1)), health={ALIZEE: replace(HEALTH, has_pai=True, pai_until=TODAY)})
    before, after = review(file, one, YEAR), review(file, other, YEAR)
    assert digest_of("2026-2027", before) == digest_of("2026-2027", after)
    assert changed(before, after) == []


def test_a_contact_that_is_gone_and_one_that_is_new_are_both_changes():
    before = review(a_file(), TODAY, YEAR)
    after = review(a_file(contacts=[a_contact(first_name="Jean")]), TODAY, YEAR)
    assert {point.code for point in changed(before, after)} == {"emergency_contact", "collectors"}
    gone = changed(before, [point for point in before if point.code != "quotient"])
    assert [(point.code, point.was, point.value) for point in gone] == [("quotient", "812, octobre 2026", "")]


@given(days)
def test_a_step_of_reminder_is_the_last_that_has_come_for_a_fortnight(today: date):
    recent = [
        step for each in REMINDERS if timedelta(0) <= today - (step := date(2026, *each)) < timedelta(days=14)
    ]
    assert step_of(today, YEAR) == (recent[-1] if recent else None)
