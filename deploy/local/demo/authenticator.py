"""The authenticator application of the demonstration's agents: known secrets, so that everybody can try.

A town's agents set up their own at the first sign-in; these are given by the installation alone.
"""

import base64
import hashlib
from datetime import datetime

import pyotp

STEP_SECONDS = 30


def secret_of(email: str) -> str:
    """Always the same for an address: 160 bits in base32."""
    return base64.b32encode(hashlib.sha256(f"demonstration {email}".encode()).digest()[:20]).decode()


def code_of(email: str, at: datetime) -> str:
    """The six digits of that moment, in real time."""
    return pyotp.HOTP(secret_of(email)).at(int(at.timestamp()) // STEP_SECONDS)


class Authenticator:
    """Codes for who signs in again and again: each code is accepted once, so each is given once.

    `next_code(email, at)` is the oldest code that the site still accepts and that was not given; None when all of them
    were, until the next thirty seconds begin.
    """

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def next_code(self, email: str, at: datetime) -> str | None:
        now = int(at.timestamp()) // STEP_SECONDS
        counter = max(self._given.get(email, 0) + 1, now)
        if counter > now + 1:
            return None
        self._given[email] = counter
        return pyotp.HOTP(secret_of(email)).at(counter)
