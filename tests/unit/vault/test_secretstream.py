"""What libsodium sealed opens here, and what was touched opens nowhere."""

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings as sodium

from gateway.vault.secretstream import CHUNK, EXTRA, Forged, Pull

KEY = secrets.token_bytes(32)
BOUND = b"what it is bound to"
MORE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
REKEY = sodium.crypto_secretstream_xchacha20poly1305_TAG_REKEY
LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL


def messages_of(these: list[int]) -> list[bytes]:
    return [secrets.token_bytes(length) for length in these]


def sealed_by_libsodium(
    messages: list[bytes], tags: dict[int, int] | None = None
) -> tuple[bytes, list[bytes]]:
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    header = sodium.crypto_secretstream_xchacha20poly1305_init_push(state, KEY)
    last = len(messages) - 1
    return header, [
        sodium.crypto_secretstream_xchacha20poly1305_push(
            state, message, BOUND, (tags or {last: LAST}).get(at, MORE)
        )
        for at, message in enumerate(messages)
    ]


def pull(header: bytes, sealed: bytes, at_once: int = 5) -> tuple[bytes, bool]:
    stream = Pull(KEY, header, BOUND, at_once)
    stream.place[: len(sealed)] = sealed
    return stream.open(len(sealed))


@settings(max_examples=40, deadline=None)
@given(
    whole=st.integers(0, 4),
    rest=st.sampled_from([None, 0, 1, 15, 16, 17, CHUNK - 1]),
    at_once=st.integers(1, 5),
)
def test_what_libsodium_sealed_opens_here_however_many_chunks_at_once(whole, rest, at_once):
    messages = messages_of([CHUNK] * whole + ([] if rest is None and whole else [rest or 0]))
    header, sealed = sealed_by_libsodium(messages)
    stream, found, ended = Pull(KEY, header, BOUND, at_once), b"", []
    for at in range(0, len(sealed), at_once):
        arrived = b"".join(sealed[at : at + at_once])
        stream.place[: len(arrived)] = arrived
        clear, is_last = stream.open(len(arrived))
        found += clear
        ended.append(is_last)
    assert found == b"".join(messages)
    assert ended == [False] * (len(ended) - 1) + [True]


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 2 * (CHUNK + EXTRA) + 40), bit=st.integers(0, 7))
def test_one_changed_bit_is_refused(at, bit):
    header, sealed = sealed_by_libsodium(messages_of([CHUNK, CHUNK, 24]))
    changed = bytearray(b"".join(sealed))
    changed[at] ^= 1 << bit
    with pytest.raises(Forged):
        pull(header, bytes(changed))


@pytest.mark.parametrize("length", [CHUNK, 100])
def test_what_is_bound_to_something_else_is_refused(length):
    header, sealed = sealed_by_libsodium(messages_of([length]))
    stream = Pull(KEY, header, b"something else", 1)
    stream.place[: length + EXTRA] = sealed[0]
    with pytest.raises(Forged):
        stream.open(length + EXTRA)


def test_what_follows_the_last_message_is_refused_even_where_it_was_sealed_with_the_same_key():
    header, sealed = sealed_by_libsodium(messages_of([CHUNK, CHUNK]), {0: LAST})
    assert pull(header, sealed[0])[1]
    with pytest.raises(Forged):
        pull(header, b"".join(sealed))


@pytest.mark.parametrize("length", [CHUNK, 100])
def test_a_tag_that_we_never_give_is_refused(length):
    header, sealed = sealed_by_libsodium(messages_of([length]), {0: REKEY})
    with pytest.raises(Forged):
        pull(header, sealed[0])


def test_the_two_keep_in_step_over_more_chunks_than_a_byte_counts():
    message = secrets.token_bytes(CHUNK)
    header, sealed = sealed_by_libsodium([message] * 300)
    stream = Pull(KEY, header, BOUND, 1)
    for at, each in enumerate(sealed):
        stream.place[:] = each
        assert stream.open(len(each)) == (message, at == 299)
