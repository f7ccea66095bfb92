"""Sealing: whatever the chunks, what comes out is what went in; whatever was touched, nothing comes out."""

import io
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.vault.sealing import (
    Damaged,
    Sealer,
    new_file_key,
    open_text,
    seal_text,
    sealed_size,
    unseal,
)
from gateway.vault.secretstream import CHUNK

KEY = new_file_key()
ID = uuid4()
OVERHEAD = CHUNK + 17
HEADER = 25


def seal(clear: bytes, step: int = CHUNK) -> bytes:
    sealer = Sealer(KEY, ID, io.BytesIO(clear))
    return b"".join(iter(lambda: sealer.read(step), b""))


def pieces(data: bytes, step: int) -> list[bytes]:
    return [data[at : at + step] for at in range(0, len(data), step)]


def opened(sealed: bytes, key: bytes = KEY, document_id=ID) -> bytes:
    return b"".join(unseal(key, document_id, io.BytesIO(sealed)))


class Trickle:
    """A source that gives as little as it likes."""

    def __init__(self, data: bytes, steps: list[int]) -> None:
        self.data, self.steps = data, steps

    def read(self, size: int) -> bytes:
        step = min(size, self.steps.pop() if self.steps else size)
        given, self.data = self.data[:step], self.data[step:]
        return given

    def readinto(self, place: memoryview) -> int:
        given = self.read(len(place))
        place[: len(given)] = given
        return len(given)


@settings(max_examples=60, deadline=None)
@given(
    length=st.one_of(
        st.integers(0, 200), st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
    ),
    reading=st.integers(1, 200_000),
    arriving=st.lists(st.integers(1, 200_000), max_size=20),
    steps=st.lists(st.integers(1, 3000), max_size=20),
    at_once=st.integers(1, 4),
)
def test_a_document_comes_back_whole_however_it_was_cut(length, reading, arriving, steps, at_once):
    clear = bytes(at * 31 % 251 for at in range(length))
    sealer = Sealer(KEY, ID, Trickle(clear, steps))
    sealed = b"".join(iter(lambda: sealer.read(reading), b""))
    assert b"".join(unseal(KEY, ID, Trickle(sealed, arriving), at_once=at_once)) == clear
    assert sealer.size == length
    assert len(sealed) == sealed_size(length)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_one_changed_bit_anywhere_is_refused(data):
    sealed = bytearray(seal(b"attestation " * 20_000))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Damaged):
        opened(bytes(sealed))


@pytest.mark.parametrize("length", [0, 10, CHUNK, 3 * CHUNK])
def test_a_cut_is_refused_wherever_it_falls(length):
    sealed = seal(b"x" * length)
    for end in {0, 1, HEADER - 1, HEADER, HEADER + 5, len(sealed) - 18, len(sealed) - 17, len(sealed) - 1}:
        if 0 <= end < len(sealed):
            with pytest.raises(Damaged):
                opened(sealed[:end])


def test_a_cut_between_two_chunks_is_refused_too():
    sealed = seal(b"x" * (3 * CHUNK))
    for kept in (1, 2):
        with pytest.raises(Damaged):
            opened(sealed[: HEADER + kept * OVERHEAD])


def test_what_is_genuine_before_a_damage_may_be_given_what_comes_with_it_is_not():
    sealed = bytearray(seal(b"a" * CHUNK + b"b" * CHUNK + b"c" * CHUNK + b"d"))
    sealed[HEADER + 2 * OVERHEAD] ^= 1
    clear = unseal(KEY, ID, io.BytesIO(sealed), at_once=2)
    assert next(clear) == b"a" * CHUNK + b"b" * CHUNK
    with pytest.raises(Damaged):
        next(clear)


def test_chunks_in_another_order_repeated_or_left_out_are_refused():
    sealed = seal(b"a" * CHUNK + b"b" * CHUNK + b"c" * CHUNK)
    head, first, second, third = sealed[:HEADER], *pieces(sealed[HEADER:], OVERHEAD)
    for order in ([second, first, third], [first, first, second, third], [first, third], [second, third]):
        with pytest.raises(Damaged):
            opened(head + b"".join(order))


def test_what_follows_the_last_chunk_is_refused():
    with pytest.raises(Damaged):
        opened(seal(b"x" * 100) + b"y")


def test_another_documents_object_is_refused_even_under_the_same_key():
    with pytest.raises(Damaged):
        opened(seal(b"x"), document_id=uuid4())


def test_another_key_opens_nothing():
    with pytest.raises(Damaged):
        opened(seal(b"x"), key=new_file_key())


def test_a_source_that_breaks_breaks_the_sealing():
    class Broken:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError

    sealer = Sealer(KEY, ID, Broken())
    with pytest.raises(ConnectionResetError):
        list(iter(lambda: sealer.read(100), b""))


def test_nothing_of_the_document_shows_in_the_object():
    assert b"MARTIN" not in seal(b"MARTIN " * 50_000)


@given(st.text(max_size=300))
def test_a_name_comes_back(text):
    assert open_text(KEY, ID, seal_text(KEY, ID, text)) == text


def test_a_names_length_does_not_show():
    lengths = {len(seal_text(KEY, ID, "a" * length)) for length in (1, 20, 80, 120)}
    assert len(lengths) == 1


def test_a_name_is_bound_to_its_document_and_its_key():
    sealed = seal_text(KEY, ID, "Assurance de Léa")
    for key, document_id, text in (
        (KEY, uuid4(), sealed),
        (new_file_key(), ID, sealed),
        (KEY, ID, sealed[:-1]),
        (KEY, ID, b""),
    ):
        with pytest.raises(Damaged):
            open_text(key, document_id, text)
