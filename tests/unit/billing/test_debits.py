"""Accounts, dates and reasons of direct debits: rules without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as iban_number

from accounts.mailing import debit_notices
from billing.debits import creditors, dates, reject_codes
from billing.debits.bank_accounts import compact, problem_of_bic, problem_of_iban, spaced
from contracts.billing.debits import MandateState
from gateway.sentences.billing import COLLECTION_STATES, MANDATE_STATES, PROBLEMS, REJECTS

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
FRENCH = "FR1420041010050500013M02606"


@st.composite
def french_ibans(draw: st.DrawFn) -> str:
    account = "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=23, max_size=23)))
    return f"FR{iban_number.calc_check_digits(f'FRXX{account}')}{account}"


@given(french_ibans(), st.integers(0, 26), st.sampled_from("0123456789"))
def test_one_wrong_digit_in_an_account_number_is_always_found(number: str, place: int, digit: str) -> None:
    assert problem_of_iban(spaced(number).lower()) == ""
    if place >= 2 and number[place] != digit:
        assert problem_of_iban(number[:place] + digit + number[place + 1 :]) == "iban_checksum"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        (FRENCH, ""),
        ("be68 5390 0754 7034", ""),
        (FRENCH[:-1], "iban_too_short"),
        (FRENCH + "0", "iban_too_long"),
        ("1420041010050500013M02606", "iban_form"),
        ("", "iban_form"),
        ("US64SVBKUS6S3300958879", "iban_outside_sepa"),
        ("FR15" + FRENCH[4:], "iban_checksum"),
        ("BE68 5390 0754 70", "iban_checksum"),
    ],
)
def test_what_is_wrong_with_an_account_number_is_said(typed: str, problem: str) -> None:
    assert problem_of_iban(typed) == problem
    assert problem == "" or problem in PROBLEMS


@given(st.text(max_size=60))
def test_nothing_that_people_type_breaks_the_check(typed: str) -> None:
    assert problem_of_iban(typed) in {"", *PROBLEMS}
    assert problem_of_bic(typed) in {"", *PROBLEMS}
    assert compact(compact(typed)) == compact(typed)


def test_a_bic_has_eight_or_eleven_signs() -> None:
    said = [problem_of_bic(each) for each in ("PSSTFRPPLYO", "psst frpp", "PSSTFRP", "PSSTFRPPLYO1", "")]
    assert said == ["", "", "bic_form", "bic_form", "bic_form"]


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 4, 3), False),  # Good Friday
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 5, 1), False),
        (date(2026, 5, 8), True),  # a French holiday on which banks settle
        (date(2026, 12, 25), False),
        (date(2026, 12, 26), False),
        (date(2027, 1, 1), False),
        (date(2026, 12, 12), False),  # a Saturday
        (date(2026, 12, 14), True),
    ],
)
def test_banks_settle_on_week_days_that_are_none_of_six_holidays(day: date, opens: bool) -> None:
    assert dates.is_bank_day(day) is opens


@given(DAYS, st.integers(1, 30))
def test_a_debit_is_announced_long_enough_before_and_its_file_is_due_a_bank_day_before(
    today: date, notice: int
) -> None:
    first = dates.earliest(today, notice)
    assert dates.is_bank_day(first)
    assert timedelta(days=notice) <= first - today <= timedelta(days=notice + 5)
    until = dates.file_until(first)
    assert dates.is_bank_day(until)
    assert until < first
    assert not any(dates.is_bank_day(until + timedelta(days=n)) for n in range(1, (first - until).days))


@given(DAYS, st.none() | DAYS)
def test_a_mandate_lives_36_months_from_its_last_use(signed_on: date, last: date | None) -> None:
    used = max(signed_on, last or signed_on)
    ends = dates.lapses_on(signed_on, last)
    assert (ends.year - used.year) * 12 + ends.month - used.month == 36


def test_a_month_that_is_shorter_ends_on_its_last_day() -> None:
    assert dates.months_after(date(2027, 8, 31), -18) == date(2026, 2, 28)
    assert dates.months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)


def test_a_town_names_its_creditors_and_a_wrong_one_is_refused_at_the_start() -> None:
    text = "ENF=FR72ZZZ123456,FR7630001007941234567890185,BDFEFRPPCCT CAN=FR72ZZZ123456,BE68539007547034,GKCCBEBB,5"
    found = creditors.read(text)
    assert [(each.fund, each.notice_days) for each in found.values()] == [("ENF", 14), ("CAN", 5)]
    assert creditors.read("") == {}
    for wrong in ("ENF", "ENF=FR73ZZZ123456,BE68539007547034,GKCCBEBB", "ENF=FR72ZZZ123456,BE68,GKCCBEBB"):
        with pytest.raises(ValueError, match="ESPACE_SEPA_CREDITORS"):
            creditors.read(wrong)


def test_every_reason_of_a_bank_and_every_state_has_words() -> None:
    assert set(REJECTS) == set(reject_codes.SUSPENDS)
    assert set(debit_notices.REASONS) <= set(reject_codes.SUSPENDS)
    assert {code for code in REJECTS if reject_codes.suspends(code)} <= set(debit_notices.REASONS)
    assert set(MANDATE_STATES) == {str(state) for state in MandateState}
    assert set(COLLECTION_STATES) == {"announced", "filed", "cancelled"}
