"""Which addresses and numbers can be kept, and how a text message leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import addresses, telephones


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("06 39 98 12 34", "+33639981234", "06 39 98 12 34"),
        ("+33 (0)6.39.98.12.34", "+33639981234", "06 39 98 12 34"),
        ("0033639981234", "+33639981234", "06 39 98 12 34"),
        ("O6 39 98 12 34", "+33639981234", "06 39 98 12 34"),
        ("04-75-05-51-51", "+33475055151", "04 75 05 51 51"),
        ("0692 12 34 56", "+262692123456", "+262 692 12 34 56"),
        ("+32 470 12 34 56", "+32470123456", "+32 470 12 34 56"),
    ],
)
def test_a_number_is_kept_one_way_and_shown_another(typed: str, kept: str, shown: str) -> None:
    assert telephones.read_e164(typed) == kept
    assert telephones.shown(kept) == shown


@pytest.mark.parametrize("typed", ["", "12", "06 12 34", "06399812345678", "06 39 98 12 34 p. 5"])
def test_what_would_not_ring_is_refused(typed: str) -> None:
    with pytest.raises(telephones.NotATelephone):
        telephones.read_e164(typed)


@given(st.integers(min_value=600_000_000, max_value=799_999_999))
def test_a_mobile_number_that_is_shown_can_be_typed_again(number: int) -> None:
    kept = telephones.read_e164(f"0{number}")
    assert kept.endswith(str(number))
    assert telephones.read_e164(telephones.shown(kept)) == kept


def test_a_text_message_leaves_as_a_mail_to_its_number() -> None:
    assert (
        telephones.gateway_address("{number}@sms.exemple.fr", "+33639981234") == "33639981234@sms.exemple.fr"
    )


@pytest.mark.parametrize("address", ["a@b.fr", "lea+ecole@exemple.fr", "o'neil@exemple.fr", "lea@forêt.fr"])
def test_an_address_that_a_mail_can_leave_for(address: str) -> None:
    assert addresses.is_usable(address)
    assert addresses.for_server(address).isascii()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lea",
        "@exemple.fr",
        "léa@exemple.fr",
        "lea@",
        "lea@exemple..fr",
        f"{'a' * 65}@b.fr",
        f"a@{'b' * 300}.fr",
    ],
)
def test_an_address_that_none_can_leave_for(address: str) -> None:
    assert not addresses.is_usable(address)


@given(st.text(max_size=330))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    assert addresses.is_usable(text) in (True, False)
    if addresses.is_usable(text):
        assert addresses.for_server(text).isascii()
