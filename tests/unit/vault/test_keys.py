"""Keys: each opens what it should, and nothing else."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.documents.keys import KeyWrap
from gateway.vault import keys, recovery
from gateway.vault.sealing import Damaged, new_file_key
from tests.mothers.documents import a_wrap


def test_a_wrap_opens_with_its_secret():
    pair = keys.new_pair()
    assert keys.unwrap(a_wrap(pair, "phrase de passe"), "phrase de passe", pair.public) == pair.private


def test_the_same_word_typed_on_another_keyboard_opens_it():
    pair = keys.new_pair()
    assert keys.unwrap(a_wrap(pair, "caf\u00e9 noir"), "cafe\u0301 noir", pair.public) == pair.private


def test_another_secret_does_not():
    pair = keys.new_pair()
    with pytest.raises(keys.WrongSecret):
        keys.unwrap(a_wrap(pair, "celui-ci"), "celui-là", pair.public)


def test_a_wrap_put_beside_another_public_key_is_refused():
    pair, other = keys.new_pair(), keys.new_pair()
    with pytest.raises(keys.WrongSecret):
        keys.unwrap(a_wrap(pair, "secret"), "secret", other.public)


def test_a_wrap_that_asks_for_absurd_memory_is_refused_unopened():
    pair = keys.new_pair()
    greedy = KeyWrap(**{**a_wrap(pair, "s").model_dump(), "memory": 1 << 30})
    with pytest.raises(keys.WrongSecret):
        keys.unwrap(greedy, "s", pair.public)


def test_a_wrap_survives_its_journey_in_json():
    pair = keys.new_pair()
    kept = a_wrap(pair, "secret")
    assert KeyWrap.model_validate_json(kept.model_dump_json()) == kept


def test_new_wraps_cost_more_than_the_least_owasp_asks():
    assert keys.MEMORY >= 19 * 1024 * 1024
    assert keys.OPERATIONS >= 2


def test_a_files_key_opens_with_the_private_half_only():
    pair, document_id, file_key = keys.new_pair(), uuid4(), new_file_key()
    sealed = keys.seal_key(file_key, document_id, pair.public)
    assert keys.open_key(sealed, document_id, pair.private) == file_key
    with pytest.raises(Damaged):
        keys.open_key(sealed, document_id, keys.new_pair().private)


def test_a_files_key_put_at_another_document_is_refused():
    pair = keys.new_pair()
    sealed = keys.seal_key(new_file_key(), uuid4(), pair.public)
    with pytest.raises(Damaged):
        keys.open_key(sealed, uuid4(), pair.private)


def test_a_code_has_at_least_128_bits_and_is_never_the_same():
    assert recovery.BITS >= 128
    assert len({recovery.new_code() for _ in range(50)}) == 50


def test_a_code_is_understood_however_it_is_typed():
    code = recovery.new_code()
    printed = recovery.grouped(code)
    typed = printed.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert recovery.canonical(printed) == code
    assert recovery.canonical(typed) == code


@given(st.data())
def test_a_mistyped_sign_is_noticed(data):
    code = recovery.new_code()
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([sign for sign in recovery.ALPHABET if sign != code[at]]))
    with pytest.raises(recovery.NotACode):
        recovery.canonical(code[:at] + other + code[at + 1 :])


@given(st.data())
def test_two_signs_exchanged_are_noticed(data):
    code = recovery.new_code()
    one, two = data.draw(st.lists(st.integers(0, len(code) - 3), min_size=2, max_size=2, unique=True))
    signs = list(code)
    signs[one], signs[two] = signs[two], signs[one]
    if signs[one] != signs[two]:
        with pytest.raises(recovery.NotACode):
            recovery.canonical("".join(signs))


@pytest.mark.parametrize("typed", ["", "ABCD", "é" * 34, "U" * 34])
def test_what_is_no_code_is_said_to_be_none(typed):
    with pytest.raises(recovery.NotACode):
        recovery.canonical(typed)
