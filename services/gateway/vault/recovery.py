"""The recovery code: printed once, typed years later.

160 bits from the system's generator in thirty-two letters and digits that cannot be mistaken for one another
(Crockford's base 32: no I, L, O, U), and two more that check them, in groups: `XXXX-XXXX-…-XX`.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 160
_SIGNS = BITS // 5
_GROUP = 4
_MODULUS = 1021  # prime, below 32²: any one wrong sign and any two swapped ones change the check
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


class NotACode(ValueError):
    """Not a code of ours: too short, too long, or mistyped."""


def new_code() -> str:
    """A fresh code, in its canonical form (no groups)."""
    value = secrets.randbits(BITS)
    signs = "".join(ALPHABET[(value >> (5 * place)) & 31] for place in reversed(range(_SIGNS)))
    return signs + _check(signs)


def grouped(code: str) -> str:
    """As it is printed: in groups of four."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def canonical(typed: str) -> str:
    """The code a person meant: case, spaces, dashes and look-alikes do not matter. Raises NotACode."""
    signs = "".join(sign for sign in typed.upper().translate(_LOOK_ALIKE) if sign.isalnum())
    if len(signs) != _SIGNS + 2 or any(sign not in ALPHABET for sign in signs):
        raise NotACode
    if _check(signs[:_SIGNS]) != signs[_SIGNS:]:
        raise NotACode
    return signs


def _check(signs: str) -> str:
    rest = 0
    for sign in signs:
        rest = (rest * 37 + ALPHABET.index(sign) + 1) % _MODULUS
    return ALPHABET[rest >> 5] + ALPHABET[rest & 31]
