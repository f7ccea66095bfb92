"""A request's tracking code, as it is typed, and as a key: who has the code opens what is sealed to its public half.

A code is 80 random bits: one fast hash makes a key of it that is as hard to find as the code itself.
"""

import hashlib

from nacl.public import PrivateKey

_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})


def tidy(code: str) -> str:
    """The code's signs, however it was typed."""
    return "".join(sign for sign in code.upper() if sign.isalnum()).translate(_MISREAD)


def private_half(code: str) -> bytes:
    """X25519, 32 bytes: kept nowhere."""
    return hashlib.blake2b(tidy(code).encode(), digest_size=32, person=b"tracking-code").digest()


def public_half(code: str) -> bytes:
    """What is sealed to."""
    return bytes(PrivateKey(private_half(code)).public_key)
