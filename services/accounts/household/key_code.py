"""The Clé Enfance as it is printed and typed: `7K3M-9DXV-2HTC`.

Thirty-one signs, a prime: digits and capitals without I, L, O, Q, U, so that no two that remain are taken for one
another and whatever is typed instead (O for 0, I or l for 1 …) can only mean one thing. Eleven signs are secret
(54 bits), the twelfth checks them: a weighted sum modulo 31 with a different weight at each place, which any one wrong
sign and any two exchanged signs break.
"""

import hashlib
import hmac
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPRSTVWXYZ"
LENGTH = 12
GROUP = 4
_MEANT = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "U": "V"})
_BETWEEN = set(" -–—‑_.\u00a0\u202f\t\r\n/")


class Mistyped(ValueError):
    """Cannot be a key. `why`: `length`, `sign` or `check`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def derive(pepper: bytes, command_id: UUID, guardian_id: UUID) -> str:
    """The key that this command gives this guardian: always the same, and nobody's guess without the pepper."""
    secret = _hmac(pepper, b"activation key", command_id.bytes + guardian_id.bytes)
    number = int.from_bytes(secret)
    signs = []
    for _ in range(LENGTH - 1):
        number, value = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[value])
    return "".join(signs) + check_sign("".join(signs))


def check_sign(signs: str) -> str:
    """The last sign, from the eleven before it."""
    total = sum(place * ALPHABET.index(sign) for place, sign in enumerate(signs, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def read(typed: str) -> str:
    """The twelve signs meant by what was typed. Raises Mistyped."""
    signs = read_signs(typed)
    if len(signs) != LENGTH:
        raise Mistyped("length")
    if check_sign(signs[:-1]) != signs[-1]:
        raise Mistyped("check")
    return signs


def read_signs(typed: str) -> str:
    """The signs of the alphabet meant by what was typed, however many. Raises Mistyped."""
    signs = "".join(sign for sign in typed if sign not in _BETWEEN).upper().translate(_MEANT)
    if any(sign not in ALPHABET for sign in signs):
        raise Mistyped("sign")
    return signs


def spell(key: str) -> str:
    """In groups of four, as the letter shows it."""
    return "-".join(key[start : start + GROUP] for start in range(0, len(key), GROUP))


def fingerprint(pepper: bytes, key: str) -> bytes:
    """What is stored of a key: without the pepper, not even the whole table of keys helps."""
    return _hmac(pepper, b"activation key hash", key.encode())


def _hmac(pepper: bytes, purpose: bytes, content: bytes) -> bytes:
    return hmac.digest(pepper, purpose + b"\x00" + content, hashlib.sha256)
