"""Columns that a thief of the database cannot read: sealed by the service under a setting of its own.

    seal = Seal(settings.need("health_key"), "health")
    row.sealed = seal.close(text)

The setting may hold several secrets, separated by commas: the first one closes, each opens. A new one is put in front,
and the old one stays until every row has been written again.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet


class Seal:
    """Closes and opens texts. `purpose`: one secret used for two matters still gives two keys."""

    def __init__(self, secrets: str, purpose: str) -> None:
        given = [secret.strip() for secret in secrets.split(",") if secret.strip()]
        self._keys = MultiFernet([Fernet(_key(secret, purpose)) for secret in given])

    def close(self, text: str) -> bytes:
        """The text, sealed. Closed twice, it reads otherwise each time."""
        return self._keys.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text. Raises InvalidToken when it was sealed under a key that is not there any more."""
        return self._keys.decrypt(sealed).decode()


def _key(secret: str, purpose: str) -> bytes:
    """The secrets are drawn at random, long enough that a plain hash is a key."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"{purpose}\x1f{secret}".encode()).digest())
