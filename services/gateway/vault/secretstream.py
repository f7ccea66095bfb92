"""Opening libsodium's secretstream, whole chunks by OpenSSL's ChaCha20-Poly1305: the same stream in half the time.

The cipher was the greater part of what a document cost the site. What is stored is sealed by libsodium itself; to be
read a thousand times it may be opened by whatever reads the same bytes. Where its length is a multiple of 16, a
message of `crypto_secretstream_xchacha20poly1305` is ChaCha20-Poly1305 (RFC 8439) of

    tag (1 byte) · 63 zeros · message

under the nonce `counter (4 bytes, little-endian) · inonce (8 bytes)`; of the first 64 sealed bytes only the first is
kept, as the others say nothing. Afterwards the counter is one more, and the inonce is XORed with the first 8 bytes of
the authenticator. What begins a stream, and a message of another length, is left to libsodium, whose state
(`key · counter · inonce · padding`, in its public header) is kept in step. An error here refuses a document; it cannot
let a forged one pass, as the authenticator is OpenSSL's to check.
"""

import struct
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

CHUNK = 64 * 1024
EXTRA = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
HEADER = sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES
SEALED_CHUNK = CHUNK + EXTRA

MORE = sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
LAST = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_KEY = sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES
_NONCE = struct.Struct("<IQ")
_BLOCK = 64
_LEFT_OUT = _BLOCK - 1
_AUTHENTICATOR = 16
_ZEROS = bytes(_BLOCK)


class Forged(Exception):
    """Not what was sealed in this place of this stream."""


class Pull:
    """Opens what was sealed, up to `at_once` chunks at a time, which are put in `place` without gaps."""

    def __init__(self, key: bytes, header: bytes, bound_to: bytes, at_once: int) -> None:
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)
        self._bound_to = bound_to
        self._follow()
        # Before each chunk there is room for what OpenSSL wants to see and nobody sent: there lies the end of the
        # chunk before, which has served. What is opened is written behind itself in the same way.
        self._sealed = memoryview(bytearray(_LEFT_OUT + at_once * SEALED_CHUNK))
        self._clear = memoryview(bytearray(_BLOCK + at_once * CHUNK))
        self.place = self._sealed[_LEFT_OUT:]

    def open(self, filled: int) -> tuple[bytes, bool]:
        """What is sealed in the first bytes of `place`, and whether it ends the stream. Raises Forged.

        Whole chunks, and perhaps a shorter one after them. Nothing is given before all of it is proved genuine.
        """
        at, made, tag = 0, 0, MORE
        while at < filled:
            if tag == LAST:
                raise Forged
            length = min(SEALED_CHUNK, filled - at)
            tag = self._open_whole(at, made) if length == SEALED_CHUNK else self._open_short(at, length, made)
            if tag not in (MORE, LAST):
                raise Forged
            at, made = at + length, made + length - EXTRA
        return bytes(self._clear[_BLOCK : _BLOCK + made]), tag == LAST

    def _open_whole(self, at: int, made: int) -> int:
        end = at + _LEFT_OUT + SEALED_CHUNK
        sealed, clear = self._sealed[at:end], self._clear[made : made + _BLOCK + CHUNK]
        nonce = self._nonce()
        before = bytes(clear[:_BLOCK])
        # The bytes left out are zeros under the key stream, which is what zeros give when they are sealed.
        sealed[0] = sealed[_LEFT_OUT]
        sealed[1:_BLOCK] = self._whole.encrypt(nonce, _ZEROS, None)[1:_BLOCK]
        try:
            self._whole.decrypt_into(nonce, sealed, self._bound_to, clear)
        except InvalidTag:
            raise Forged from None
        self._advance(sealed[-_AUTHENTICATOR:])
        tag = clear[0]
        clear[:_BLOCK] = before
        return tag

    def _open_short(self, at: int, length: int, made: int) -> int:
        self._lead()
        try:
            message, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(
                self._state, bytes(self.place[at : at + length]), self._bound_to
            )
        except (CryptoError, RuntimeError, ValueError) as refused:
            raise Forged from refused
        self._follow()
        self._clear[_BLOCK + made : _BLOCK + made + len(message)] = message
        return tag

    def _follow(self) -> None:
        """Goes on from libsodium's state."""
        kept = bytes(self._state.statebuf)
        self._whole = ChaCha20Poly1305(kept[:_KEY])
        self._counter, self._inonce = _NONCE.unpack_from(kept, _KEY)

    def _lead(self) -> None:
        """Lets libsodium go on from here."""
        cast("bytearray", self._state.statebuf)[_KEY : _KEY + _NONCE.size] = self._nonce()

    def _nonce(self) -> bytes:
        return _NONCE.pack(self._counter, self._inonce)

    def _advance(self, authenticator: memoryview) -> None:
        self._counter += 1
        self._inonce ^= int.from_bytes(authenticator[:8], "little")
