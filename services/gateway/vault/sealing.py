"""Bytes into sealed chunks and back, as they flow: libsodium's secretstream, XChaCha20-Poly1305.

    sealed object = 0x01 · header (24 bytes) · chunk · chunk · … · last chunk
    chunk         = 64 KiB of the document (the last one: less) + 17 bytes

The stream itself refuses chunks left out, repeated or in another order; the last carries the tag FINAL, so that a
cut is seen; each is bound to the document's id, so that one object cannot stand for another. Nothing of a chunk is
given out before the whole chunk is proved genuine. Whole chunks are opened by `gateway.vault.secretstream`, faster.
"""

import hashlib
import secrets
from collections.abc import Iterator
from typing import Protocol
from uuid import UUID

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from gateway.vault.secretstream import CHUNK, EXTRA, HEADER, LAST, MORE, Forged, Pull

CONTENT = b"vault-content"
PREVIEW = b"vault-preview"
"""What is sealed under a file's key: each part has a key of its own, so that none can stand for another."""

_FORMAT = b"\x01"
_NONCE = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_PADDING = 128
_HEAD_BYTES = len(_FORMAT) + HEADER
_AT_ONCE = 8
"""Chunks that are opened in one go, 512 KiB: every turn through the store's client and the server costs."""


class Damaged(Exception):
    """What was read is not what was sealed: cut, changed, swapped, or opened with another key."""


class Source(Protocol):
    """Anything that can be read to its end."""

    def read(self, size: int, /) -> bytes: ...


class Sealed(Protocol):
    """A sealed object: fills what it is given, as far as it goes; 0 at its end."""

    def readinto(self, place: memoryview, /) -> int: ...


def new_file_key() -> bytes:
    """A key for one file, 32 bytes."""
    return secrets.token_bytes(32)


def sealed_size(size: int) -> int:
    """The size of the sealed object of a document of `size` bytes."""
    chunks = max(1, -(-size // CHUNK))
    return _HEAD_BYTES + size + chunks * EXTRA


class Sealer:
    """A source of sealed bytes over a source of clear ones: what an upload reads from.

    `size` counts the clear bytes read so far. What the source raises passes through, and ends the upload.
    """

    def __init__(self, file_key: bytes, document_id: UUID, source: Source, part: bytes = CONTENT) -> None:
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        header = sodium.crypto_secretstream_xchacha20poly1305_init_push(
            self._state, _part_key(file_key, part)
        )
        self._bound_to = _bound_to(document_id)
        self._source = source
        self._held = _FORMAT + header
        self._ahead: bytes | None = None
        self._done = False
        self.size = 0

    def read(self, size: int) -> bytes:
        """At most `size` sealed bytes, a chunk's at a time; empty at the end."""
        if not self._held and not self._done:
            self._held = self._seal_chunk()
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def _seal_chunk(self) -> bytes:
        # One chunk is read ahead: only then is it known which is the last.
        chunk = self._ahead if self._ahead is not None else _fill(self._source)
        self._ahead = _fill(self._source) if len(chunk) == CHUNK else b""
        self._done = not self._ahead
        self.size += len(chunk)
        sealed: bytes = sodium.crypto_secretstream_xchacha20poly1305_push(
            self._state, chunk, self._bound_to, LAST if self._done else MORE
        )
        return sealed


def unseal(
    file_key: bytes, document_id: UUID, sealed: Sealed, part: bytes = CONTENT, at_once: int = _AT_ONCE
) -> Iterator[bytes]:
    """The document's bytes, up to `at_once` chunks at a time. Raises Damaged."""
    head = bytearray(_HEAD_BYTES)
    if _fill_place(memoryview(head), sealed) < _HEAD_BYTES or head[:1] != _FORMAT:
        raise Damaged
    stream = Pull(_part_key(file_key, part), bytes(head[1:]), _bound_to(document_id), at_once)
    while filled := _fill_place(stream.place, sealed):
        try:
            clear, is_last = stream.open(filled)
        except Forged as forged:
            raise Damaged from forged
        if is_last and sealed.readinto(memoryview(bytearray(1))):
            raise Damaged
        yield clear
        if is_last:
            return
    raise Damaged


def seal_text(file_key: bytes, document_id: UUID, text: str) -> bytes:
    """A short text under the file's key, padded so that its length says little."""
    nonce = secrets.token_bytes(_NONCE)
    padded = sodium.sodium_pad(text.encode(), _PADDING)
    return nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        padded, _bound_to(document_id), nonce, _text_key(file_key)
    )


def open_text(file_key: bytes, document_id: UUID, sealed: bytes) -> str:
    """The text of `seal_text`. Raises Damaged."""
    try:
        padded = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[_NONCE:], _bound_to(document_id), sealed[:_NONCE], _text_key(file_key)
        )
        return sodium.sodium_unpad(padded, _PADDING).decode()
    except (CryptoError, ValueError) as refused:
        raise Damaged from refused


def _fill_place(place: memoryview, sealed: Sealed) -> int:
    """Reads until the place is full or the object at its end; the bytes read."""
    filled = 0
    while filled < len(place) and (count := sealed.readinto(place[filled:])):
        filled += count
    return filled


def _fill(source: Source) -> bytes:
    first = source.read(CHUNK)
    if len(first) == CHUNK or not first:
        return first
    held = [first]
    missing = CHUNK - len(first)
    while missing and (piece := source.read(missing)):
        held.append(piece)
        missing -= len(piece)
    return b"".join(held)


def _bound_to(document_id: UUID) -> bytes:
    return b"espace-citoyens/vault/1" + document_id.bytes


def _part_key(file_key: bytes, part: bytes) -> bytes:
    return hashlib.blake2b(key=file_key, digest_size=32, person=part).digest()


def _text_key(file_key: bytes) -> bytes:
    return _part_key(file_key, b"vault-text")
