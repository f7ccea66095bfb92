"""What is sealed opens under its own key, and under no other."""

import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from chassis.sealed_column import Seal


@given(st.text())
def test_what_was_closed_opens_again(text: str) -> None:
    seal = Seal("a secret", "health")
    assert seal.open(seal.close(text)) == text


def test_the_same_words_read_otherwise_each_time() -> None:
    seal = Seal("a secret", "health")
    assert seal.close("asthme") != seal.close("asthme")


@pytest.mark.parametrize(("secret", "purpose"), [("another secret", "health"), ("a secret", "second factor")])
def test_another_key_does_not_open_it(secret: str, purpose: str) -> None:
    sealed = Seal("a secret", "health").close("asthme")
    with pytest.raises(InvalidToken):
        Seal(secret, purpose).open(sealed)


def test_while_the_key_is_changed_both_open_and_the_new_one_closes() -> None:
    old, both, new = Seal("old", "health"), Seal("new, old", "health"), Seal("new", "health")
    assert both.open(old.close("asthme")) == "asthme"
    assert new.open(both.close("asthme")) == "asthme"
