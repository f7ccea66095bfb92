"""One-time codes of an authenticator application (TOTP, RFC 6238): six digits, thirty seconds, SHA-1.

They live in real time, as the telephone does: never in the town's own.
"""

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
WINDOW = 1
"""Steps before and after: a telephone's clock may be half a minute off (RFC 6238, 5.2)."""


def new_secret() -> str:
    """160 random bits, in base32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, email: str, issuer: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def find_counter(secret: str, code: str, at: datetime, last: int) -> int | None:
    """The step whose code this is, within the window and later than `last`; None when it is none of them."""
    now = int(at.timestamp()) // STEP_SECONDS
    generator, found = pyotp.HOTP(secret), None
    for counter in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(generator.at(counter).encode(), code.encode()) and counter > last:
            found = counter
    return found


def code_at(secret: str, at: datetime) -> str:
    """The code that an application shows at that moment."""
    return pyotp.HOTP(secret).at(int(at.timestamp()) // STEP_SECONDS)
