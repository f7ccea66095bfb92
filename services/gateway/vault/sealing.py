"""Bytes into sealed chunks and back, as they flow: libsodium's secretstream, XChaCha20-Poly1305.

    sealed object = 0x01 · header (24 bytes) · chunk · chunk · … · last chunk
    chunk         = 64 KiB of the document (the last one: less) + 17 bytes

The stream itself refuses chunks left out, repeated or in another order; the last carries the tag FINAL, so that a
cut is seen; each is bound to the document's id, so that one object cannot stand for another. Nothing of a chunk is
given out before the whole chunk is proved genuine.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from typing import Protocol
from uuid import UUID

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

CHUNK = 64 * 1024
CONTENT = b"vault-content"
PREVIEW = b"vault-preview"
"""What is sealed under a file's key: each part has a key of its own, so that none can stand for another."""

_FORMAT = b"\x01"
_HEADER = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_EXTRA = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
_MORE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_NONCE = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_PADDING = 128

HEAD_BYTES = len(_FORMAT) + _HEADER
SEALED_CHUNK = CHUNK + _EXTRA


class Damaged(Exception):
    """What was read is not what was sealed: cut, changed, swapped, or opened with another key."""


class Source(Protocol):
    """Anything that can be read to its end."""

    def read(self, size: int, /) -> bytes: ...


def new_file_key() -> bytes:
    """A key for one file, 32 bytes."""
    return secrets.token_bytes(32)


def sealed_size(size: int) -> int:
    """The size of the sealed object of a document of `size` bytes."""
    chunks = max(1, -(-size // CHUNK))
    return HEAD_BYTES + size + chunks * _EXTRA


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
            self._state, chunk, self._bound_to, _LAST if self._done else _MORE
        )
        return sealed


def unseal(
    file_key: bytes, document_id: UUID, sealed: Iterable[bytes], part: bytes = CONTENT
) -> Iterator[bytes]:
    """The document's bytes, chunk by chunk, from a sealed object cut in any way. Raises Damaged."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    bound_to = _bound_to(document_id)
    pieces = _Pieces(sealed)
    head = pieces.take(HEAD_BYTES)
    if len(head) < HEAD_BYTES or head[:1] != _FORMAT:
        raise Damaged
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, head[1:], _part_key(file_key, part))
    while True:
        chunk = pieces.take(SEALED_CHUNK)
        if len(chunk) < _EXTRA:
            raise Damaged
        try:
            clear, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, chunk, bound_to)
        except (CryptoError, RuntimeError) as refused:
            raise Damaged from refused
        if tag == _LAST and pieces.take(1):
            raise Damaged
        yield clear
        if tag == _LAST:
            return


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


class _Pieces:
    """Cuts what arrives in any sizes into the sizes asked for."""

    def __init__(self, arriving: Iterable[bytes]) -> None:
        self._arriving = iter(arriving)
        self._held = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        while len(self._held) - self._at < size:
            piece = next(self._arriving, None)
            if piece is None:
                break
            self._held, self._at = self._held[self._at :] + piece, 0
        taken = self._held[self._at : self._at + size]
        self._at += len(taken)
        return taken


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
