"""The Clé Enfance: what a slip of the finger does to it, and what it is still understood from."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.household import key_code

PEPPER = b"pepper"
keys = st.builds(
    lambda signs: signs + key_code.check_sign(signs), st.text(key_code.ALPHABET, min_size=11, max_size=11)
)


def test_no_two_signs_look_alike_and_their_number_is_prime() -> None:
    assert not set("ILOQU") & set(key_code.ALPHABET)
    assert len(set(key_code.ALPHABET)) == 31


@given(keys, st.integers(0, 11), st.sampled_from(key_code.ALPHABET))
def test_any_wrong_sign_is_noticed(key: str, place: int, sign: str) -> None:
    typed = key[:place] + sign + key[place + 1 :]
    if typed == key:
        assert key == key_code.read(typed)
    else:
        with pytest.raises(key_code.Mistyped):
            key_code.read(typed)


@given(keys, st.integers(0, 10))
def test_any_two_neighbours_exchanged_are_noticed(key: str, place: int) -> None:
    typed = key[:place] + key[place + 1] + key[place] + key[place + 2 :]
    if typed == key:
        assert key == key_code.read(typed)
    else:
        with pytest.raises(key_code.Mistyped):
            key_code.read(typed)


@given(keys, st.sampled_from(["-", " ", "", " – ", "\u00a0"]))
def test_groups_case_and_look_alikes_do_not_matter(key: str, between: str) -> None:
    typed = (
        between.join(key[start : start + 4] for start in (0, 4, 8))
        .lower()
        .replace("0", "o")
        .replace("1", "l")
    )
    assert key == key_code.read(typed)


@pytest.mark.parametrize(
    ("typed", "why"),
    [("", "length"), ("7K3M-9DXV", "length"), ("7K3M-9DXV-2H*C", "sign"), ("é" * 12, "sign")],
)
def test_what_cannot_be_a_key_says_why(typed: str, why: str) -> None:
    with pytest.raises(key_code.Mistyped) as caught:
        key_code.read(typed)
    assert why == caught.value.why


def test_a_command_gives_the_same_keys_again_and_another_command_others() -> None:
    command, guardian = uuid4(), uuid4()
    first = key_code.derive(PEPPER, command, guardian)
    assert first == key_code.derive(PEPPER, command, guardian) == key_code.read(key_code.spell(first))
    others = {key_code.derive(PEPPER, command, UUID(int=number)) for number in range(500)}
    assert len(others) == 500
    assert first != key_code.derive(b"other pepper", command, guardian)
    assert key_code.fingerprint(PEPPER, first) != key_code.fingerprint(b"other pepper", first)
